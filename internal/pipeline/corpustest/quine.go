package corpustest

import (
	"encoding/binary"
	"hash/crc32"
	"slices"
)

// Quine returns a gzip file that unpacks to itself, without end.
//
// The construction is Russ Cox's (Zip Files All The Way Down, 2010). Deflate knows two instructions that matter: L n copies the next n bytes of the
// file as they are, R n repeats the last n bytes of what came out. Here each is five bytes long. With P for what stands before the instructions
// (the header) and S for what stands behind them (the end of deflate, and the trailer), p and s bytes long, the program
//
//	L(p+5) P L(p+5)   R(p+5)   L5 R(p+5)   L5 L5   L20 R(p+5) L5 L5 L20   R20   L20 R20 L20 R20 L20   R20
//	L20 R20 L0 L0 L(s+5)   R20   L0 L0 L(s+5) R(s+5) S   R(s+5)   S
//
// behind P prints P, itself and S. The trailer holds the checksum of the whole, and so of itself: it is found by solving 32 linear equations in
// 32 bits, since a change of bits changes a CRC in a way that does not depend on the others.
func Quine() []byte {
	for extra := byte(0); ; extra++ { // of which not all can be solved
		if file, ok := quine(extra); ok {
			return file
		}
	}
}

// instruction is five bytes of deflate.
type instruction [5]byte

// literal is L n: a stored block of deflate.
func literal(n int) []byte {
	b := binary.LittleEndian.AppendUint16([]byte{0}, uint16(n))
	return binary.LittleEndian.AppendUint16(b, ^uint16(n))
}

// repeat is R n, for n from 17 to 20: a block with the fixed codes and two references of half the length each, which makes forty bits.
func repeat(n int) []byte {
	w := &codes{}
	w.Write(0, 1) // not the last block
	w.Write(1, 2) // fixed codes
	for _, length := range []int{n / 2, n - n/2} {
		w.code(uint64(length-2), 7) // symbols 257 to 264 are the lengths 3 to 10, and their codes 1 to 8
		w.code(8, 5)                // distances of 17 to 24
		w.Write(uint64(n-17), 3)
	}
	w.code(0, 7) // end of the block
	if len(w.Out) != len(instruction{}) || !w.Whole() {
		panic("a repetition is not five bytes long")
	}
	return w.Out
}

// quine tries to make the file, with a byte in it that means nothing.
func quine(extra byte) (file []byte, ok bool) {
	p := []byte{0x1f, 0x8b, 8, 8, extra, 0, 0, 0, 0, 255, 'r', '.', 'g', 'z', 0} // a name is set; the time does not matter
	build := func(sum uint32) []byte {
		s := binary.LittleEndian.AppendUint32([]byte{1, 0, 0, 0xff, 0xff}, sum) // an empty last block
		s = binary.LittleEndian.AppendUint32(s, 0)                              // how long the whole is, set below
		lp, rp, ls, rs := literal(len(p)+5), repeat(len(p)+5), literal(len(s)+5), repeat(len(s)+5)
		l0, l5, l20, r20 := literal(0), literal(5), literal(20), repeat(20)
		program := func(s []byte) []byte {
			return slices.Concat(p, lp, p, lp, rp, l5, rp, l5, l5, l20, rp, l5, l5, l20, r20, l20, r20, l20, r20, l20, r20,
				l20, r20, l0, l0, ls, r20, l0, l0, ls, rs, s, rs, s)
		}
		binary.LittleEndian.PutUint32(s[len(s)-4:], uint32(len(program(s))))
		return program(s)
	}
	base := crc32.ChecksumIEEE(build(0))
	var rows [32]uint64 // the coefficients of an equation, and above them what they sum up to
	for bit := range 32 {
		changed := crc32.ChecksumIEEE(build(1<<bit)) ^ base ^ 1<<bit
		for row := range 32 {
			rows[row] |= uint64(changed>>row&1) << bit
		}
	}
	for row := range 32 {
		rows[row] |= uint64(base>>row&1) << 32
	}
	sum, ok := solve(rows)
	if !ok {
		return nil, false
	}
	return build(sum), true
}

// solve solves 32 equations in 32 bits by elimination; ok is false if they have no single solution.
func solve(rows [32]uint64) (solution uint32, ok bool) {
	for bit := range 32 {
		with := -1
		for row := bit; row < 32; row++ {
			if rows[row]>>bit&1 == 1 {
				with = row
				break
			}
		}
		if with < 0 {
			return 0, false
		}
		rows[bit], rows[with] = rows[with], rows[bit]
		for row := range 32 {
			if row != bit && rows[row]>>bit&1 == 1 {
				rows[row] ^= rows[bit]
			}
		}
	}
	for bit := range 32 {
		solution |= uint32(rows[bit]>>32&1) << bit
	}
	return solution, true
}
