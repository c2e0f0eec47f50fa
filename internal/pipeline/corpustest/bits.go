package corpustest

import (
	"bytes"
	"encoding/binary"
	"hash/crc32"
	"image"
	"image/color"
)

// What no encoder of the libraries writes is written here, bit by bit.

const pngSignature = "\x89PNG\r\n\x1a\n"

// pngChunk is a chunk of a PNG file.
func pngChunk(kind string, body ...byte) []byte {
	out := binary.BigEndian.AppendUint32(nil, uint32(len(body)))
	out = append(append(out, kind...), body...)
	return binary.BigEndian.AppendUint32(out, crc32.ChecksumIEEE(out[4:]))
}

// pngBodies returns the bodies of the chunks of a kind.
func pngBodies(file []byte, kind string) (bodies [][]byte) {
	for file = file[len(pngSignature):]; len(file) > 0; {
		n := binary.BigEndian.Uint32(file)
		if string(file[4:8]) == kind {
			bodies = append(bodies, file[8:8+n])
		}
		file = file[12+n:]
	}
	return bodies
}

// translucent makes the encoder of PNG keep the alpha of a picture that is opaque, so that all frames are stored alike.
type translucent struct{ image.Image }

// Opaque says that it is not.
func (translucent) Opaque() bool { return false }

// animatedPNG shows pictures of one size one after the other.
func animatedPNG(frames ...image.Image) []byte {
	u32 := binary.BigEndian.AppendUint32
	head := PNG(translucent{frames[0]})
	out := append([]byte(pngSignature), head[8:8+25]...)
	out = append(out, pngChunk("acTL", u32(u32(nil, uint32(len(frames))), 0)...)...)
	sequence := uint32(0)
	next := func() []byte {
		sequence++
		return u32(nil, sequence-1)
	}
	for i, f := range frames {
		control := u32(u32(u32(u32(next(), uint32(f.Bounds().Dx())), uint32(f.Bounds().Dy())), 0), 0)
		out = append(out, pngChunk("fcTL", append(control, 0, 1, 0, 10, 0, 0)...)...)
		for _, body := range pngBodies(PNG(translucent{f}), "IDAT") {
			if i == 0 {
				out = append(out, pngChunk("IDAT", body...)...)
			} else {
				out = append(out, pngChunk("fdAT", append(next(), body...)...)...)
			}
		}
	}
	return append(out, pngChunk("IEND")...)
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

// code writes a Huffman code of deflate, whose highest bit comes first.
func (w *bitWriter) code(value uint64, n int) {
	for i := n - 1; i >= 0; i-- {
		w.write(value>>i&1, 1)
	}
}

// losslessWebP is a chunk VP8L of one colour, which takes no bits a pixel.
func losslessWebP(width, height int, c color.NRGBA) []byte {
	w := &bitWriter{out: []byte{0x2f}}
	w.write(uint64(width-1), 14)
	w.write(uint64(height-1), 14)
	w.write(1, 1) // alpha is used
	w.write(0, 6) // version, no transform, no colour cache, one group of codes
	for _, symbol := range []byte{c.G, c.R, c.B, c.A, 0} {
		w.write(0b101, 3) // a simple code of one symbol, of eight bits
		w.write(uint64(symbol), 8)
	}
	w.write(0, 7) // the last byte
	return riff("VP8L", w.out...)
}

// lossyPixel is a chunk VP8 of one grey pixel.
var lossyPixel = riff("VP8 ", 0x30, 0x01, 0x00, 0x9d, 0x01, 0x2a, 0x01, 0x00, 0x01, 0x00, 0x0e, 0xc0, 0xfe, 0x25, 0xa4, 0x00,
	0x03, 0x70, 0x00, 0x00, 0x00, 0x00)

// riff is a chunk of a WebP file.
func riff(kind string, body ...byte) []byte {
	out := append(binary.LittleEndian.AppendUint32([]byte(kind), uint32(len(body))), body...)
	if len(body)%2 == 1 {
		out = append(out, 0)
	}
	return out
}

func webpOf(chunks ...[]byte) []byte {
	return riff("RIFF", append([]byte("WEBP"), bytes.Join(chunks, nil)...)...)
}

func webpHeader(flags byte, width, height int) []byte {
	w, h := width-1, height-1
	return riff("VP8X", flags, 0, 0, 0, byte(w), byte(w>>8), byte(w>>16), byte(h), byte(h>>8), byte(h>>16))
}

// webpFrame is the chunk ANMF of a frame of one colour.
func webpFrame(width, height int, c color.NRGBA) []byte {
	w, h := width-1, height-1
	head := []byte{0, 0, 0, 0, 0, 0, byte(w), byte(w >> 8), 0, byte(h), byte(h >> 8), 0, 100, 0, 0, 0}
	return riff("ANMF", append(head, losslessWebP(width, height, c)...)...)
}

func jpegSegment(marker byte, body ...byte) []byte {
	return append([]byte{0xff, marker, byte((len(body) + 2) >> 8), byte(len(body) + 2)}, body...)
}

// flatJPEG is a JPEG file whose samples are all of middling brightness: every block takes two zero bits, one where progressive. Each scan has so
// many bytes of data, which may well be too few.
func flatJPEG(width, height, components int, progressive bool, scans, data int) []byte {
	frame, spectrum := byte(0xc0), []byte{0, 63, 0}
	if progressive {
		frame, spectrum = 0xc2, []byte{0, 0, 0}
	}
	header := []byte{8, byte(height >> 8), byte(height), byte(width >> 8), byte(width), byte(components)}
	scan := []byte{byte(components)}
	for i := range components {
		header = append(header, byte(i+1), 0x11, 0)
		scan = append(scan, byte(i+1), 0)
	}
	scan = append(scan, spectrum...)
	out := []byte{0xff, 0xd8}
	if components == 4 {
		out = append(out, jpegSegment(0xee, append([]byte("Adobe"), 0, 100, 0, 0, 0, 0, 0)...)...)
	}
	out = append(out, jpegSegment(0xdb, append([]byte{0}, bytes.Repeat([]byte{1}, 64)...)...)...)
	out = append(out, jpegSegment(frame, header...)...)
	for _, class := range []byte{0, 0x10} { // Huffman tables of one code, the bit 0, for the symbol 0
		out = append(out, jpegSegment(0xc4, append([]byte{class, 1}, make([]byte, 16)...)...)...)
	}
	for range scans {
		out = append(append(out, jpegSegment(0xda, scan...)...), make([]byte, data)...)
	}
	return append(out, 0xff, 0xd9)
}
