package corpustest

import (
	"encoding/binary"
	"image"

	"github.com/quell-project/quell/internal/pipeline/media/mediatest"
)

// What no encoder of the libraries writes is written here, bit by bit.

// animatedPNG shows pictures of one size one after the other.
func animatedPNG(frames ...image.Image) []byte {
	u32 := binary.BigEndian.AppendUint32
	head := PNG(mediatest.Translucent{Image: frames[0]})
	out := append([]byte(mediatest.PNGSignature), head[8:8+25]...)
	out = append(out, mediatest.PNGChunk("acTL", u32(u32(nil, uint32(len(frames))), 0)...)...)
	sequence := uint32(0)
	next := func() []byte {
		sequence++
		return u32(nil, sequence-1)
	}
	for i, f := range frames {
		control := u32(u32(u32(u32(next(), uint32(f.Bounds().Dx())), uint32(f.Bounds().Dy())), 0), 0)
		out = append(out, mediatest.PNGChunk("fcTL", append(control, 0, 1, 0, 10, 0, 0)...)...)
		for _, body := range mediatest.PNGBodies(PNG(mediatest.Translucent{Image: f}), "IDAT") {
			if i == 0 {
				out = append(out, mediatest.PNGChunk("IDAT", body...)...)
			} else {
				out = append(out, mediatest.PNGChunk("fdAT", append(next(), body...)...)...)
			}
		}
	}
	return append(out, mediatest.PNGChunk("IEND")...)
}

// codes writes what deflate is made of.
type codes struct{ mediatest.Bits }

// code writes a Huffman code, whose highest bit comes first.
func (w *codes) code(value uint64, n int) {
	for i := n - 1; i >= 0; i-- {
		w.Write(value>>i&1, 1)
	}
}
