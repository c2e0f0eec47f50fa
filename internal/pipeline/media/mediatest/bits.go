package mediatest

// Bits writes bits, the lowest first. Its zero value is empty.
type Bits struct {
	Out  []byte // whole bytes
	bits uint64
	n    int
}

// Whole reports whether what was written ends with a whole byte.
func (w *Bits) Whole() bool { return w.n == 0 }

// Write appends the lowest n bits of a value, up to 56.
func (w *Bits) Write(value uint64, n int) {
	w.bits |= value << w.n
	w.n += n
	for ; w.n >= 8; w.n -= 8 {
		w.Out = append(w.Out, byte(w.bits))
		w.bits >>= 8
	}
}
