package media_test

import (
	"errors"
	"image"
	"testing"

	"github.com/quell-project/quell/internal/pipeline/media"
	"github.com/quell-project/quell/internal/pipeline/media/mediatest"
)

// Whatever the bytes are, Decode ends in one of its outcomes, and what it visits is within its limits.
func FuzzDecode(f *testing.F) {
	for _, data := range stills(f) {
		f.Add(data)
	}
	f.Add(count(f, 3))
	f.Add(animatedPNG(f, nil, apngFrame{img: drawSolid(image.Rect(0, 0, 4, 4), red)}, apngFrame{img: drawSolid(image.Rect(1, 1, 3, 3), blue), dispose: 2}))
	f.Add(mediatest.WebP(mediatest.WebPHeader(2, 6, 2), mediatest.WebPFrame(image.Rect(0, 0, 6, 2), red, 0), mediatest.WebPFrame(image.Rect(2, 0, 4, 2), none, 1)))
	f.Add(mediatest.WebP(mediatest.WebPHeader(0x10, 1, 1), mediatest.RIFF("ALPH", 0, 77), mediatest.LossyPixel(), mediatest.RIFF("EXIF", exif(6)...)))
	f.Add(append(append([]byte{0xff, 0xd8}, mediatest.JPEGSegment(0xe1, append([]byte("Exif\x00\x00"), exif(6)...)...)...), mediatest.FlatJPEG(20, 20, 4, false, 1, 9)[2:]...))
	f.Add(tiffWith(256, 10, 257, 10, 258, 8, 259, 8, 262, 1, 322, 16, 323, 16))
	f.Add([]byte("GIF87a0\x0000000,")) // ends where a frame begins
	limits := media.Limits{Pixels: 1 << 20, Frames: 3, Work: 1 << 22, Memory: 1 << 26}
	d := media.NewDecoder(limits)
	f.Fuzz(func(t *testing.T, data []byte) {
		visits := 0
		picture, err := d.Decode(t.Context(), data, func(frame media.Frame) error {
			visits++
			b := frame.Image.Bounds()
			if area := int64(b.Dx()) * int64(b.Dy()); area < 1 || area > limits.Pixels {
				t.Errorf("a frame of %v is visited", b)
			}
			frame.Image.At(b.Min.X, b.Min.Y)
			frame.Image.At(b.Max.X-1, b.Max.Y-1)
			return nil
		})
		status := media.Complete
		if err != nil {
			e, ok := errors.AsType[*media.Error](err)
			if !ok || e.Reason == "" {
				t.Fatalf("an error without a reason: %v", err)
			}
			status = e.Status
		}
		switch status {
		case media.Complete:
			if picture.Checked != picture.Frames || picture.Frames < 1 {
				t.Errorf("complete: %+v", picture)
			}
		case media.Partial:
			if visits == 0 || picture.Checked < visits {
				t.Errorf("partial after %d visits: %+v", visits, picture)
			}
		case media.Failed, media.Unsupported:
			if visits > 0 || picture.Checked > 0 {
				t.Errorf("%s after %d visits: %+v", status, visits, picture)
			}
		default:
			t.Errorf("status %q", status)
		}
		if visits > limits.Frames {
			t.Errorf("%d visits, limit %d", visits, limits.Frames)
		}
	})
}
