package pdq

const pathPortable, pathVector = "portable", "vector"

// Paths returns the ways to compute that this machine has: the portable one, and vector instructions where there are any.
func Paths() []string {
	if hasVector {
		return []string{pathPortable, pathVector}
	}
	return []string{pathPortable}
}

// NewHasher returns a Hasher that goes the given path.
func NewHasher(path string) *Hasher {
	return &Hasher{portable: path == pathPortable}
}

// Steps returns what h computed on the way to its last hash.
func (h *Hasher) Steps() (samples [side][side]float32, spectrum [order][order]float32) {
	return h.samples, h.spectrum
}
