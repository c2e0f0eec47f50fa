package media_test

import (
	"bytes"
	"compress/zlib"
	"encoding/binary"
	"fmt"
	"image"
	"image/png"
	"math/rand/v2"
	"testing"

	"github.com/quell-project/quell/internal/pipeline/media"
	"github.com/quell-project/quell/internal/pipeline/media/mediatest"
)

// Every kind of PNG, in every depth, interlaced or not, with a transparent colour or without, is the picture that image/png makes of the
// file as it is.
func TestEveryKindOfPNG(t *testing.T) {
	t.Parallel()
	for colour, depths := range map[byte][]byte{0: {1, 2, 4, 8, 16}, 2: {8, 16}, 3: {1, 2, 4, 8}, 4: {8, 16}, 6: {8, 16}} {
		for _, depth := range depths {
			for interlaced := range byte(2) {
				for _, transparent := range []bool{false, true} {
					if transparent && colour >= 4 {
						continue // it has alpha already
					}
					name := fmt.Sprintf("colour type %d, %d bits, interlaced %d, transparent %v", colour, depth, interlaced, transparent)
					data := pngOfKind(t, 21, 13, colour, depth, interlaced, transparent)
					want, err := png.Decode(bytes.NewReader(data))
					if err != nil {
						t.Fatalf("%s: %v", name, err)
					}
					got := decode(t, media.NewDecoder(media.Limits{}), data, func(f media.Frame) { samePixels(t, f.Image, want) })
					if got.Status != media.Complete || len(got.Visited) != 1 {
						t.Errorf("%s: %s %q", name, got.Status, got.Reason)
					}
				}
			}
		}
	}
}

// pngOfKind returns a PNG file of noise.
func pngOfKind(t testing.TB, width, height int, colour, depth, interlaced byte, transparent bool) []byte {
	r := rand.New(rand.NewPCG(uint64(colour), uint64(depth)))
	samples := map[byte]int{0: 1, 2: 3, 3: 1, 4: 2, 6: 4}[colour]
	var raw []byte
	for _, pass := range pngPasses(width, height, interlaced == 1) {
		for range pass.Y {
			raw = append(raw, byte(r.IntN(5))) // the filter
			for range (pass.X*samples*int(depth) + 7) / 8 {
				raw = append(raw, byte(r.Uint32()))
			}
		}
	}
	pixels := encode(t, func(b *bytes.Buffer) error {
		w := zlib.NewWriter(b)
		w.Write(raw)
		return w.Close()
	})
	header := binary.BigEndian.AppendUint32(binary.BigEndian.AppendUint32(nil, uint32(width)), uint32(height))
	out := append([]byte("\x89PNG\r\n\x1a\n"), mediatest.PNGChunk("IHDR", append(header, depth, colour, 0, 0, interlaced)...)...)
	if colour == 3 {
		palette := make([]byte, 3<<depth)
		for i := range palette {
			palette[i] = byte(r.Uint32())
		}
		out = append(out, mediatest.PNGChunk("PLTE", palette...)...)
	}
	if transparent {
		out = append(out, mediatest.PNGChunk("tRNS", make([]byte, map[byte]int{0: 2, 2: 6, 3: 2}[colour])...)...)
	}
	return append(append(out, mediatest.PNGChunk("IDAT", pixels...)...), mediatest.PNGChunk("IEND")...)
}

// pngPasses returns the sizes of the pictures of which an interlaced one consists (PNG, 8.2).
func pngPasses(width, height int, interlaced bool) (passes []image.Point) {
	if !interlaced {
		return []image.Point{{width, height}}
	}
	for _, p := range [7][4]int{{0, 0, 8, 8}, {4, 0, 8, 8}, {0, 4, 4, 8}, {2, 0, 4, 4}, {0, 2, 2, 4}, {1, 0, 2, 2}, {0, 1, 1, 2}} {
		size := image.Pt((width-p[0]+p[2]-1)/p[2], (height-p[1]+p[3]-1)/p[3])
		if size.X > 0 && size.Y > 0 {
			passes = append(passes, size)
		}
	}
	return passes
}
