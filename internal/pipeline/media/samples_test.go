package media_test

import (
	"bytes"
	"encoding/binary"
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

	"github.com/quell-project/quell/internal/pipeline/media/mediatest"
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

// insert puts a chunk behind the header of a PNG file.
func insert(file []byte, chunk []byte) []byte {
	const header = 8 + 25
	return bytes.Join([][]byte{file[:header], chunk, file[header:]}, nil)
}

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
		return mediatest.PNGChunk("fcTL", append(body, 0, 1, 0, 10, f.dispose, f.blend)...)
	}
	first := hidden
	if hidden == nil {
		first = frames[0].img
	}
	file := pngOf(t, mediatest.Translucent{Image: first})
	out := append([]byte(nil), file[:8+25]...)
	out = append(out, mediatest.PNGChunk("acTL", u32(u32(nil, uint32(len(frames))), 0)...)...)
	if hidden == nil {
		out = append(out, control(frames[0])...)
		frames = frames[1:]
	}
	for _, body := range mediatest.PNGBodies(file, "IDAT") {
		out = append(out, mediatest.PNGChunk("IDAT", body...)...)
	}
	for _, f := range frames {
		out = append(out, control(f)...)
		for _, body := range mediatest.PNGBodies(pngOf(t, mediatest.Translucent{Image: f.img}), "IDAT") {
			half := len(body) / 2
			for _, part := range [][]byte{body[:half], body[half:]} {
				out = append(out, mediatest.PNGChunk("fdAT", append(u32(nil, sequence), part...)...)...)
				sequence++
			}
		}
	}
	return append(out, mediatest.PNGChunk("IEND")...)
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
