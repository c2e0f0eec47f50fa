package media_test

import (
	"bytes"
	"context"
	"errors"
	"image"
	"image/color"
	"image/color/palette"
	"testing"

	"github.com/google/go-cmp/cmp"
	"golang.org/x/image/tiff"

	"github.com/quell-project/quell/internal/pipeline/media"
	"github.com/quell-project/quell/internal/pipeline/media/mediatest"
)

// outcome is everything that a caller learns of a file.
type outcome struct {
	Picture media.Picture
	Status  media.Status
	Reason  string
	Visited []int
}

func decode(t testing.TB, d *media.Decoder, data []byte, visit func(media.Frame)) outcome {
	t.Helper()
	o := outcome{Status: media.Complete}
	var err error
	o.Picture, err = d.Decode(context.Background(), data, func(f media.Frame) error {
		o.Visited = append(o.Visited, f.Index)
		if visit != nil {
			visit(f)
		}
		return nil
	})
	if err != nil {
		e, ok := errors.AsType[*media.Error](err)
		if !ok {
			t.Fatalf("an error without a status: %v", err)
		}
		o.Status, o.Reason = e.Status, e.Reason
	}
	return o
}

func check(t testing.TB, got, want outcome) {
	t.Helper()
	if diff := cmp.Diff(want, got); diff != "" {
		t.Errorf("(- want, + got)\n%s", diff)
	}
}

// Every kind of picture is read, and its pixels are those that were encoded.
func TestKindsOfPictures(t *testing.T) {
	t.Parallel()
	bounds := image.Rect(0, 0, 60, 40)
	nrgba := drawing(image.NewNRGBA(bounds))
	opaque := drawing(image.NewRGBA(bounds))
	for i := 3; i < len(opaque.Pix); i += 4 {
		opaque.Pix[i] = 255
	}
	gray, gray16 := drawing(image.NewGray(bounds)), drawing(image.NewGray16(bounds))
	nrgba64 := drawing(image.NewNRGBA64(bounds))
	paletted := drawing(image.NewPaletted(bounds, palette.Plan9))
	blue := color.NRGBA{10, 20, 200, 255}
	for _, c := range []struct {
		name, mediaType string
		data            []byte
		want            image.Image // nil if the pixels are not compared
	}{
		{"grey JPEG", "image/jpeg", jpegOf(t, gray), nil},
		{"colour JPEG", "image/jpeg", jpegOf(t, opaque), nil},
		{"CMYK JPEG", "image/jpeg", mediatest.FlatJPEG(60, 40, 4, false, 1, 40), nil},
		{"progressive JPEG", "image/jpeg", mediatest.FlatJPEG(60, 40, 3, true, 2, 15), nil},
		{"grey PNG", "image/png", pngOf(t, gray), gray},
		{"16-bit grey PNG", "image/png", pngOf(t, gray16), gray16},
		{"colour PNG", "image/png", pngOf(t, opaque), opaque},
		{"transparent PNG", "image/png", pngOf(t, nrgba), nrgba},
		{"16-bit transparent PNG", "image/png", pngOf(t, nrgba64), nrgba64},
		{"paletted PNG", "image/png", pngOf(t, paletted), paletted},
		{"GIF", "image/gif", gifOf(t, paletted), paletted},
		{"lossless WebP", "image/webp", mediatest.WebP(mediatest.LosslessWebP(60, 40, blue)), solid(60, 40, blue)},
		{"lossy WebP", "image/webp", mediatest.WebP(mediatest.LossyPixel()), nil},
		{"transparent lossy WebP", "image/webp", mediatest.WebP(mediatest.WebPHeader(0x10, 1, 1), mediatest.RIFF("ALPH", 0, 77), mediatest.LossyPixel()), nil},
		{"colour BMP", "image/bmp", bmpOf(t, opaque), opaque},
		{"paletted BMP", "image/bmp", bmpOf(t, paletted), paletted},
		{"transparent BMP", "image/bmp", bmpOf(t, nrgba), nil},
		{"TIFF", "image/tiff", tiffOf(t, nrgba, tiff.Uncompressed), nrgba},
		{"compressed TIFF", "image/tiff", tiffOf(t, nrgba, tiff.Deflate), nrgba},
		{"16-bit TIFF", "image/tiff", tiffOf(t, gray16, tiff.Deflate), gray16},
		{"paletted TIFF", "image/tiff", tiffOf(t, paletted, tiff.Uncompressed), paletted},
	} {
		t.Run(c.name, func(t *testing.T) {
			t.Parallel()
			size := image.Pt(60, 40)
			if c.want == nil && c.mediaType == "image/webp" {
				size = image.Pt(1, 1)
			}
			got := decode(t, media.NewDecoder(media.Limits{}), c.data, func(f media.Frame) {
				if f.Image.Bounds().Size() != size {
					t.Errorf("the picture is of %v, want %v", f.Image.Bounds(), size)
				}
				if c.want != nil {
					samePixels(t, f.Image, c.want)
				}
			})
			check(t, got, outcome{
				Picture: media.Picture{MediaType: c.mediaType, Width: size.X, Height: size.Y, Orientation: 1, Frames: 1, Checked: 1},
				Status:  media.Complete,
				Visited: []int{0},
			})
		})
	}
}

func samePixels(t *testing.T, got, want image.Image) {
	t.Helper()
	b := want.Bounds()
	for y := b.Min.Y; y < b.Max.Y; y++ {
		for x := b.Min.X; x < b.Max.X; x++ {
			if g, w := rgba(got.At(x, y)), rgba(want.At(x, y)); g != w {
				t.Fatalf("at %d,%d: %v, want %v", x, y, g, w)
			}
		}
	}
}

func rgba(c color.Color) color.RGBA64 {
	return color.RGBA64Model.Convert(c).(color.RGBA64)
}

// The type is told by the bytes, and what is no picture, or none that can be read, is named.
func TestWhatIsNoReadablePicture(t *testing.T) {
	t.Parallel()
	pad := string(make([]byte, 600))
	for _, c := range []struct {
		name, data, mediaType string
		status                media.Status
		reason                string
	}{
		{"nothing", "", "application/octet-stream", media.Failed, "The file is empty."},
		{"noise", "\x01\x02\x03\x04", "application/octet-stream", media.Unsupported, "The file is not a picture of a known type."},
		{"text", "Dear all,", "text/plain", media.Unsupported, "The file is not a picture but text/plain."},
		{"a page", "<html><img src=x>", "text/html", media.Unsupported, "The file is not a picture but text/html."},
		{"a document", "%PDF-1.7", "application/pdf", media.Unsupported, "The file is not a picture but application/pdf."},
		{"a film", "\x00\x00\x00\x18ftypmp42\x00\x00\x00\x00mp42isom", "video/mp4", media.Unsupported, "The file is not a picture but video/mp4."},
		{"JPEG XL", "\xff\x0a" + pad, "image/jxl", media.Unsupported, "JPEG XL pictures cannot be read."},
		{"JPEG 2000", "\xff\x4f\xff\x51" + pad, "image/jp2", media.Unsupported, "JPEG 2000 pictures cannot be read."},
		{"BigTIFF", "II+\x00" + pad, "image/tiff", media.Unsupported, "BigTIFF pictures cannot be read."},
		{"Photoshop", "8BPS" + pad, "image/vnd.adobe.photoshop", media.Unsupported, "Photoshop pictures cannot be read."},
		{"a bitmap with an odd header", "BM\x01\x02\x03\x04\x05" + pad, "image/bmp", media.Unsupported, "The file is not a picture of a known type."},
	} {
		t.Run(c.name, func(t *testing.T) {
			t.Parallel()
			check(t, decode(t, media.NewDecoder(media.Limits{}), []byte(c.data), nil), outcome{
				Picture: media.Picture{MediaType: c.mediaType}, Status: c.status, Reason: c.reason,
			})
		})
	}
}

// The orientation is reported wherever a format notes it, and the pixels are left as they are stored.
func TestOrientation(t *testing.T) {
	t.Parallel()
	img := drawing(image.NewRGBA(image.Rect(0, 0, 32, 16)))
	file := jpegOf(t, img)
	withAPP1 := func(body []byte) []byte {
		return append(append(append([]byte(nil), file[:2]...), mediatest.JPEGSegment(0xe1, body...)...), file[2:]...)
	}
	marked := func(o byte) []byte { return append([]byte("Exif\x00\x00"), exif(o)...) }
	tiffFile := tiffOf(t, img, tiff.Uncompressed)
	little := append([]byte("Exif\x00\x00"), 'I', 'I', '*', 0, 8, 0, 0, 0, 1, 0, 0x12, 1, 3, 0, 1, 0, 0, 0, 7, 0, 0, 0, 0, 0, 0, 0)
	for _, c := range []struct {
		name string
		data []byte
		want int
	}{
		{"JPEG without", file, 1},
		{"JPEG turned", withAPP1(marked(6)), 6},
		{"JPEG turned, little-endian", withAPP1(little), 7},
		{"JPEG with 0", withAPP1(marked(0)), 1},
		{"JPEG with 9", withAPP1(marked(9)), 1},
		{"JPEG with something else in APP1", withAPP1([]byte("http://ns.adobe.com/xap/1.0/")), 1},
		{"JPEG with EXIF cut short", withAPP1(marked(6)[:20]), 1},
		{"JPEG with a directory far away", withAPP1([]byte("Exif\x00\x00II*\x00\xff\xff\xff\xff")), 1},
		{"PNG", insert(pngOf(t, img), mediatest.PNGChunk("eXIf", exif(3)...)), 3},
		{"WebP", mediatest.WebP(mediatest.WebPHeader(8, 9, 9), mediatest.LosslessWebP(9, 9, color.NRGBA{A: 255}), mediatest.RIFF("EXIF", exif(8)...)), 8},
		{"WebP with the mark of JPEG", mediatest.WebP(mediatest.LosslessWebP(9, 9, color.NRGBA{A: 255}), mediatest.RIFF("EXIF", marked(5)...)), 5},
		{"TIFF", tiffFile, 1},
		{"TIFF turned", turnedTIFF(tiffFile), 6},
	} {
		t.Run(c.name, func(t *testing.T) {
			t.Parallel()
			got := decode(t, media.NewDecoder(media.Limits{}), c.data, func(f media.Frame) {
				if f.Orientation != c.want {
					t.Errorf("the frame has orientation %d, want %d", f.Orientation, c.want)
				}
			})
			if got.Picture.Orientation != c.want || got.Status != media.Complete {
				t.Errorf("orientation %d, %s %s, want %d", got.Picture.Orientation, got.Status, got.Reason, c.want)
			}
		})
	}
}

// turnedTIFF notes orientation 6 in a TIFF file, in place of a tag that nobody reads.
func turnedTIFF(file []byte) []byte {
	const samplesPerPixel, orientation = 277, 274
	file = append([]byte(nil), file...)
	entry := bytes.Index(file, []byte{samplesPerPixel & 0xff, samplesPerPixel >> 8, 3, 0, 1, 0, 0, 0})
	file[entry], file[entry+8] = orientation&0xff, 6
	return file
}

// A chunk that makes colours transparent counts before the pixels only. Viewers ignore it behind them, where it could hide a
// picture from the check that everybody sees.
func TestTransparencyBehindPixelsIsIgnored(t *testing.T) {
	t.Parallel()
	data := pngOf(t, drawSolid(image.Rect(0, 0, 9, 9), red))
	transparentRed := mediatest.PNGChunk("tRNS", 0, 255, 0, 0, 0, 0)
	const end = 12
	behind := append(append(append([]byte(nil), data[:len(data)-end]...), transparentRed...), data[len(data)-end:]...)
	for name, c := range map[string]struct {
		data []byte
		want string
	}{"before": {insert(data, transparentRed), "........."}, "behind": {behind, "rrrrrrrrr"}} {
		if got := decode(t, media.NewDecoder(media.Limits{}), c.data, func(f media.Frame) {
			if row(f.Image) != c.want {
				t.Errorf("%s the pixels: %s, want %s", name, row(f.Image), c.want)
			}
		}); got.Status != media.Complete {
			t.Errorf("%s the pixels: %s %s", name, got.Status, got.Reason)
		}
	}
}

// What visit returns ends the decoding and is returned as it is.
func TestVisitMayStopDecoding(t *testing.T) {
	t.Parallel()
	want := errors.New("enough")
	visits := 0
	data := animatedGIF(t, 8, 8, 1, solid(8, 8, color.White), solid(8, 8, color.Black))
	_, err := media.NewDecoder(media.Limits{}).Decode(t.Context(), data, func(media.Frame) error {
		visits++
		return want
	})
	if err != want || visits != 1 {
		t.Errorf("%v after %d visits, want %v after 1", err, visits, want)
	}
}
