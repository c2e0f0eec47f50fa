package media_test

import (
	"bytes"
	"encoding/binary"
	"hash/crc32"
	"image"
	"image/color"
	"image/color/palette"
	"image/draw"
	"image/gif"
	"image/jpeg"
	"image/png"
	"testing"

	"golang.org/x/image/bmp"
	"golang.org/x/image/tiff"
)

// drawing fills a picture with slopes and a disc.
func drawing[T draw.Image](img T) T {
	b := img.Bounds()
	for y := b.Min.Y; y < b.Max.Y; y++ {
		for x := b.Min.X; x < b.Max.X; x++ {
			c := color.NRGBA{uint8(255 * x / b.Dx()), uint8(255 * y / b.Dy()), uint8(3 * (x + y)), 255}
			if dx, dy := 3*x-b.Dx(), 2*y-b.Dy(); dx*dx+dy*dy < b.Dx()*b.Dy()/4 {
				c = color.NRGBA{30, 60, 200, uint8(x)}
			}
			img.Set(x, y, c)
		}
	}
	return img
}

func encode(t testing.TB, write func(*bytes.Buffer) error) []byte {
	t.Helper()
	var buf bytes.Buffer
	if err := write(&buf); err != nil {
		t.Fatal(err)
	}
	return buf.Bytes()
}

func jpegOf(t testing.TB, img image.Image) []byte {
	return encode(t, func(b *bytes.Buffer) error { return jpeg.Encode(b, img, nil) })
}

func pngOf(t testing.TB, img image.Image) []byte {
	return encode(t, func(b *bytes.Buffer) error { return png.Encode(b, img) })
}

func gifOf(t testing.TB, img image.Image) []byte {
	return encode(t, func(b *bytes.Buffer) error { return gif.Encode(b, img, nil) })
}

func bmpOf(t testing.TB, img image.Image) []byte {
	return encode(t, func(b *bytes.Buffer) error { return bmp.Encode(b, img) })
}

func tiffOf(t testing.TB, img image.Image, compression tiff.CompressionType) []byte {
	return encode(t, func(b *bytes.Buffer) error {
		return tiff.Encode(b, img, &tiff.Options{Compression: compression})
	})
}

// solid is a picture of one colour.
func solid(width, height int, c color.Color) *image.Paletted {
	img := image.NewPaletted(image.Rect(0, 0, width, height), append(color.Palette{c, color.Transparent}, palette.WebSafe[:6]...))
	return img
}

// animatedGIF has a frame for each picture.
func animatedGIF(t testing.TB, width, height int, disposal byte, frames ...*image.Paletted) []byte {
	g := &gif.GIF{Config: image.Config{Width: width, Height: height}}
	for _, f := range frames {
		g.Image = append(g.Image, f)
		g.Delay = append(g.Delay, 10)
		g.Disposal = append(g.Disposal, disposal)
	}
	return encode(t, func(b *bytes.Buffer) error { return gif.EncodeAll(b, g) })
}

// chunk is a chunk of a PNG file.
func chunk(kind string, body ...byte) []byte {
	out := binary.BigEndian.AppendUint32(nil, uint32(len(body)))
	out = append(append(out, kind...), body...)
	return binary.BigEndian.AppendUint32(out, crc32.ChecksumIEEE(out[4:]))
}

// pngChunks returns the chunks of a PNG file of a given kind.
func pngChunks(file []byte, kind string) (bodies [][]byte) {
	for file = file[8:]; len(file) > 0; {
		n := binary.BigEndian.Uint32(file)
		if string(file[4:8]) == kind {
			bodies = append(bodies, file[8:8+n])
		}
		file = file[12+n:]
	}
	return bodies
}

// insert puts a chunk behind the header of a PNG file.
func insert(file []byte, chunk []byte) []byte {
	const header = 8 + 25
	return bytes.Join([][]byte{file[:header], chunk, file[header:]}, nil)
}

// withAlpha makes the encoder of PNG store the alpha of a picture even where all of it is opaque, so that the frames of an
// animation are stored alike.
type withAlpha struct{ image.Image }

func (withAlpha) Opaque() bool { return false }

// apngFrame is a frame of an animated PNG file.
type apngFrame struct {
	img            image.Image // its bounds are its place on the canvas
	dispose, blend byte
}

// animatedPNG returns an animated PNG file. If hidden is not nil, it is what viewers see who know nothing of animations;
// otherwise they see the first frame.
func animatedPNG(t testing.TB, hidden image.Image, frames ...apngFrame) []byte {
	u32 := binary.BigEndian.AppendUint32
	sequence := uint32(0)
	control := func(f apngFrame) []byte {
		b := f.img.Bounds()
		body := u32(u32(u32(u32(u32(nil, sequence), uint32(b.Dx())), uint32(b.Dy())), uint32(b.Min.X)), uint32(b.Min.Y))
		sequence++
		return chunk("fcTL", append(body, 0, 1, 0, 10, f.dispose, f.blend)...)
	}
	first := hidden
	if hidden == nil {
		first = frames[0].img
	}
	file := pngOf(t, withAlpha{first})
	out := append([]byte(nil), file[:8+25]...)
	out = append(out, chunk("acTL", u32(u32(nil, uint32(len(frames))), 0)...)...)
	if hidden == nil {
		out = append(out, control(frames[0])...)
		frames = frames[1:]
	}
	for _, body := range pngChunks(file, "IDAT") {
		out = append(out, chunk("IDAT", body...)...)
	}
	for _, f := range frames {
		out = append(out, control(f)...)
		for _, body := range pngChunks(pngOf(t, withAlpha{f.img}), "IDAT") {
			half := len(body) / 2
			for _, part := range [][]byte{body[:half], body[half:]} {
				out = append(out, chunk("fdAT", append(u32(nil, sequence), part...)...)...)
				sequence++
			}
		}
	}
	return append(out, chunk("IEND")...)
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

// losslessWebP returns a chunk VP8L of one colour, which takes no bits a pixel.
func losslessWebP(width, height int, c color.NRGBA) []byte {
	w := &bitWriter{out: []byte{0x2f}}
	w.write(uint64(width-1), 14)
	w.write(uint64(height-1), 14)
	w.write(1, 1) // alpha is used
	w.write(0, 3) // version
	w.write(0, 1) // no transform
	w.write(0, 1) // no colour cache
	w.write(0, 1) // one group of codes
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
	out := binary.LittleEndian.AppendUint32([]byte(kind), uint32(len(body)))
	out = append(out, body...)
	if len(body)%2 == 1 {
		out = append(out, 0)
	}
	return out
}

func webpOf(chunks ...[]byte) []byte {
	return riff("RIFF", append([]byte("WEBP"), bytes.Join(chunks, nil)...)...)
}

// webpHeader is the chunk VP8X.
func webpHeader(flags byte, width, height int) []byte {
	w, h := width-1, height-1
	return riff("VP8X", flags, 0, 0, 0, byte(w), byte(w>>8), byte(w>>16), byte(h), byte(h>>8), byte(h>>16))
}

// webpFrame is the chunk ANMF: a frame of one colour at an even place.
func webpFrame(bounds image.Rectangle, c color.NRGBA, flags byte) []byte {
	x, y, w, h := bounds.Min.X/2, bounds.Min.Y/2, bounds.Dx()-1, bounds.Dy()-1
	head := []byte{byte(x), byte(x >> 8), 0, byte(y), byte(y >> 8), 0, byte(w), byte(w >> 8), 0, byte(h), byte(h >> 8), 0, 100, 0, 0, flags}
	return riff("ANMF", append(head, losslessWebP(bounds.Dx(), bounds.Dy(), c)...)...)
}

// segment is a segment of a JPEG file.
func segment(marker byte, body ...byte) []byte {
	return append([]byte{0xff, marker, byte((len(body) + 2) >> 8), byte(len(body) + 2)}, body...)
}

// flatJPEG returns a JPEG file whose samples are all of middling brightness: every block takes two zero bits, one where
// progressive. scans is the number of scans, data the bytes of each; the file may well be too short for its size.
func flatJPEG(width, height, components int, progressive bool, scans, data int) []byte {
	frame := byte(0xc0)
	if progressive {
		frame = 0xc2
	}
	header := []byte{8, byte(height >> 8), byte(height), byte(width >> 8), byte(width), byte(components)}
	scan := []byte{byte(components)}
	for i := range components {
		header = append(header, byte(i+1), 0x11, 0)
		scan = append(scan, byte(i+1), 0)
	}
	if progressive {
		scan = append(scan, 0, 0, 0)
	} else {
		scan = append(scan, 0, 63, 0)
	}
	oneCode := append([]byte{0, 1}, make([]byte, 16)...) // a Huffman table of one code, the bit 0, for the symbol 0
	acCode := append([]byte{0x10, 1}, make([]byte, 16)...)
	out := []byte{0xff, 0xd8}
	if components == 4 {
		out = append(out, segment(0xee, append([]byte("Adobe"), 0, 100, 0, 0, 0, 0, 0)...)...)
	}
	out = append(out, segment(0xdb, append([]byte{0}, bytes.Repeat([]byte{1}, 64)...)...)...)
	out = append(out, segment(frame, header...)...)
	out = append(out, segment(0xc4, oneCode...)...)
	out = append(out, segment(0xc4, acCode...)...)
	for range scans {
		out = append(out, segment(0xda, scan...)...)
		out = append(out, make([]byte, data)...)
	}
	return append(out, 0xff, 0xd9)
}

// exif returns EXIF data that notes nothing but an orientation.
func exif(orientation byte) []byte {
	return []byte{'M', 'M', 0, '*', 0, 0, 0, 8, 0, 1, 1, 0x12, 0, 3, 0, 0, 0, 1, 0, orientation, 0, 0, 0, 0, 0, 0}
}

// tiffPages joins TIFF files, little-endian as the encoder writes them, to one of as many pages.
func tiffPages(files ...[]byte) []byte {
	out := append([]byte(nil), files[0]...)
	link := tiffLink(out, 4)
	for _, file := range files[1:] {
		base := uint32(len(out))
		page := append([]byte(nil), file...)
		dir := binary.LittleEndian.Uint32(page[4:])
		n := int(binary.LittleEndian.Uint16(page[dir:]))
		for i := range n { // what an entry points to has moved
			entry := page[int(dir)+2+12*i:][:12]
			size := map[uint16]uint32{3: 2, 4: 4, 5: 8}[binary.LittleEndian.Uint16(entry[2:])]
			const stripOffsets = 273
			if size*binary.LittleEndian.Uint32(entry[4:]) > 4 || binary.LittleEndian.Uint16(entry) == stripOffsets {
				binary.LittleEndian.PutUint32(entry[8:], binary.LittleEndian.Uint32(entry[8:])+base)
			}
		}
		binary.LittleEndian.PutUint32(out[link:], base+dir)
		out = append(out, page...)
		link = int(base) + tiffLink(file, 4)
	}
	return out
}

// tiffLink returns the place where the directory that is named at the given place names the next.
func tiffLink(file []byte, at int) int {
	dir := int(binary.LittleEndian.Uint32(file[at:]))
	return dir + 2 + 12*int(binary.LittleEndian.Uint16(file[dir:]))
}
