package mediatest

import (
	"bytes"
	"encoding/binary"
	"image"
	"image/color"
)

// LosslessWebP is a chunk VP8L of one colour, which takes no bits a pixel.
func LosslessWebP(width, height int, c color.NRGBA) []byte {
	w := &Bits{Out: []byte{0x2f}}
	w.Write(uint64(width-1), 14)
	w.Write(uint64(height-1), 14)
	w.Write(1, 1) // alpha is used
	w.Write(0, 3) // version
	w.Write(0, 1) // no transform
	w.Write(0, 1) // no colour cache
	w.Write(0, 1) // one group of codes
	for _, symbol := range []byte{c.G, c.R, c.B, c.A, 0} {
		w.Write(0b101, 3) // a simple code of one symbol, of eight bits
		w.Write(uint64(symbol), 8)
	}
	w.Write(0, 7) // the last byte
	return RIFF("VP8L", w.Out...)
}

// LossyPixel returns a chunk VP8 of one grey pixel.
func LossyPixel() []byte {
	return RIFF("VP8 ", 0x30, 0x01, 0x00, 0x9d, 0x01, 0x2a, 0x01, 0x00, 0x01, 0x00, 0x0e, 0xc0, 0xfe, 0x25, 0xa4, 0x00,
		0x03, 0x70, 0x00, 0x00, 0x00, 0x00)
}

// RIFF is a chunk of a WebP file.
func RIFF(kind string, body ...byte) []byte {
	out := binary.LittleEndian.AppendUint32([]byte(kind), uint32(len(body)))
	out = append(out, body...)
	if len(body)%2 == 1 {
		out = append(out, 0)
	}
	return out
}

// WebP is a file of chunks.
func WebP(chunks ...[]byte) []byte {
	return RIFF("RIFF", append([]byte("WEBP"), bytes.Join(chunks, nil)...)...)
}

// WebPHeader is the chunk VP8X.
func WebPHeader(flags byte, width, height int) []byte {
	w, h := width-1, height-1
	return RIFF("VP8X", flags, 0, 0, 0, byte(w), byte(w>>8), byte(w>>16), byte(h), byte(h>>8), byte(h>>16))
}

// WebPFrame is the chunk ANMF: a frame of one colour at an even place.
func WebPFrame(bounds image.Rectangle, c color.NRGBA, flags byte) []byte {
	x, y, w, h := bounds.Min.X/2, bounds.Min.Y/2, bounds.Dx()-1, bounds.Dy()-1
	head := []byte{byte(x), byte(x >> 8), 0, byte(y), byte(y >> 8), 0, byte(w), byte(w >> 8), 0, byte(h), byte(h >> 8), 0, 100, 0, 0, flags}
	return RIFF("ANMF", append(head, LosslessWebP(bounds.Dx(), bounds.Dy(), c)...)...)
}
