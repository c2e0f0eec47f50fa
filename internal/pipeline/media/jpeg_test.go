package media_test

import (
	"bytes"
	"image"
	"image/jpeg"
	"testing"

	"github.com/quell-project/quell/internal/pipeline/media"
	"github.com/quell-project/quell/internal/pipeline/media/mediatest"
)

// What a caller sees of a JPEG is as large and as colourful as was asked for, while the size that is reported stays that of the
// file.
func TestDetailOfJPEG(t *testing.T) {
	t.Parallel()
	img := image.NewYCbCr(image.Rect(0, 0, 2048, 2049), image.YCbCrSubsampleRatio420)
	part := func(width, height int) []byte { return jpegOf(t, img.SubImage(image.Rect(0, 0, width, height))) }
	plain := part(1100, 1025)
	progressive := mediatest.FlatJPEG(1200, 1100, 3, true, 3, 30_000)
	for _, c := range []struct {
		name   string
		data   []byte
		detail media.Detail
		colour bool
		want   image.Point
	}{
		{"full", plain, media.Full, true, image.Pt(1100, 1025)},
		{"luma", plain, media.Luma, false, image.Pt(1100, 1025)},
		{"scaled", plain, media.Scaled, false, image.Pt(1100, 1025)},
		{"small", plain, media.Small, false, image.Pt(550, 513)},
		{"large, scaled", jpegOf(t, img), media.Scaled, false, image.Pt(1024, 1025)},
		{"large, by default", jpegOf(t, img), "", false, image.Pt(1024, 1025)},
		{"large, small", jpegOf(t, img), media.Small, false, image.Pt(512, 513)},
		{"just too small", part(1100, 1023), media.Small, false, image.Pt(1100, 1023)},
		{"without its end mark", plain[:len(plain)-2], media.Small, false, image.Pt(1100, 1025)},
		{"progressive, small", progressive, media.Small, false, image.Pt(1200, 1100)},
		{"progressive, full", progressive, media.Full, true, image.Pt(1200, 1100)},
		{"CMYK", mediatest.FlatJPEG(60, 40, 4, false, 1, 40), media.Small, true, image.Pt(60, 40)},
	} {
		t.Run(c.name, func(t *testing.T) {
			t.Parallel()
			file, err := jpeg.DecodeConfig(bytes.NewReader(c.data))
			if err != nil {
				t.Fatal(err)
			}
			got := decode(t, media.NewDecoder(media.Limits{JPEG: c.detail}), c.data, func(f media.Frame) {
				if _, grey := f.Image.(*image.Gray); grey == c.colour {
					t.Errorf("the picture is a %T", f.Image)
				}
				if size := f.Image.Bounds().Size(); size != c.want {
					t.Errorf("the picture is of %v, want %v", size, c.want)
				}
			})
			check(t, got, outcome{
				Picture: media.Picture{MediaType: "image/jpeg", Width: file.Width, Height: file.Height, Orientation: 1, Frames: 1, Checked: 1},
				Status:  media.Complete,
				Visited: []int{0},
			})
		})
	}
}

// What is veiled is the same, whatever of it was decoded.
func TestVeilOfJPEG(t *testing.T) {
	t.Parallel()
	var veils []*image.Gray
	data := jpegOf(t, drawing(image.NewRGBA(image.Rect(0, 0, 1030, 1030))))
	for _, detail := range []media.Detail{media.Full, media.Luma, media.Small} {
		decode(t, media.NewDecoder(media.Limits{JPEG: detail}), data, func(f media.Frame) { veils = append(veils, veil(t, f.Image)) })
	}
	for i, v := range veils {
		for j := range v.Pix {
			if d := int(v.Pix[j]) - int(veils[0].Pix[j]); v.Rect != veils[0].Rect || d < -24 || d > 24 {
				t.Fatalf("number %d is of %v, and %d off somewhere", i, v.Rect, d)
			}
		}
	}
}
