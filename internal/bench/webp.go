package bench

import (
	"encoding/binary"
	"image"
	"math/bits"
)

// losslessWebP writes a picture, opaque and at most 16384 pixels a side, as a lossless WebP file (RFC 9649). It makes little effort: green is
// taken from red and blue, and every channel has one table of codes of equal length. The decoder has to read a code for each channel of each
// pixel all the same, which is most of its work on real files.
func losslessWebP(img *image.RGBA) []byte {
	w := &bitWriter{out: []byte{0x2f}}
	w.write(uint64(img.Rect.Dx()-1), 14)
	w.write(uint64(img.Rect.Dy()-1), 14)
	w.write(0, 1)    // opaque
	w.write(0, 3)    // version
	w.write(1, 1)    // a transform:
	w.write(2, 2)    // subtract green
	w.write(0, 1)    // no more of them
	w.write(0, 1)    // no colour cache
	w.write(0, 1)    // one group of codes for all of the picture
	w.equalCodes(24) // green, and lengths of copies, which are not used
	w.equalCodes(0)  // red
	w.equalCodes(0)  // blue
	w.oneCode(255)   // alpha
	w.oneCode(0)     // distances, which are not used
	for i := 0; i < len(img.Pix); i += 4 {
		r, g, b := img.Pix[i], img.Pix[i+1], img.Pix[i+2]
		w.code(g)
		w.code(r - g)
		w.code(b - g)
	}
	w.write(0, 7) // the last byte
	body := w.out
	if len(body)%2 == 1 {
		body = append(body, 0)
	}
	file := append([]byte("RIFF"), 0, 0, 0, 0)
	file = append(file, "WEBPVP8L"...)
	file = binary.LittleEndian.AppendUint32(file, uint32(len(w.out)))
	file = append(file, body...)
	binary.LittleEndian.PutUint32(file[4:], uint32(len(file)-8))
	return file
}

// bitWriter writes bits, the lowest first.
type bitWriter struct {
	out  []byte
	bits uint64
	n    int
}

func (w *bitWriter) write(value uint64, n int) {
	w.bits |= value << w.n
	w.n += n
	for ; w.n >= 8; w.n -= 8 {
		w.out = append(w.out, byte(w.bits))
		w.bits >>= 8
	}
}

// equalCodes writes a table in which each of 256 symbols has a code of eight bits, which is its number, and the unused ones that follow have none.
func (w *bitWriter) equalCodes(unused int) {
	w.write(0, 1) // not one of the simple tables
	// The lengths 8 and 0 are coded themselves, in one bit each: 1 and 0. This says so, in the order in which the format has all lengths.
	order := []int{17, 18, 0, 1, 2, 3, 4, 5, 16, 6, 7, 8}
	w.write(uint64(len(order)-4), 4)
	for _, length := range order {
		used := uint64(0)
		if length == 8 || length == 0 {
			used = 1
		}
		w.write(used, 3)
	}
	w.write(0, 1) // the lengths of all symbols follow
	for range 256 {
		w.write(1, 1)
	}
	for range unused {
		w.write(0, 1)
	}
}

func (w *bitWriter) oneCode(symbol byte) {
	w.write(0b101, 3) // a simple table of one symbol, of eight bits
	w.write(uint64(symbol), 8)
}

func (w *bitWriter) code(symbol byte) {
	w.write(uint64(bits.Reverse8(symbol)), 8) // codes are written from the highest bit
}
