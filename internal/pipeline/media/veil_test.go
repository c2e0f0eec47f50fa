package media_test

import (
	"bytes"
	"image"
	"image/color"
	"image/draw"
	"image/jpeg"
	"testing"

	"github.com/quell-project/quell/internal/pipeline/media"
)

func veil(t *testing.T, img image.Image) *image.Gray {
	t.Helper()
	data, err := media.Veil(img)
	if err != nil {
		t.Fatal(err)
	}
	if len(data) > 4096 {
		t.Errorf("%d bytes, want a few kilobytes at most", len(data))
	}
	out, err := jpeg.Decode(bytes.NewReader(data))
	if err != nil {
		t.Fatal(err)
	}
	return out.(*image.Gray) // no colour
}

// contrast returns the darkest and the lightest value of a picture.
func contrast(img *image.Gray) (darkest, lightest uint8) {
	darkest = 255
	for y := range img.Rect.Dy() {
		for x := range img.Rect.Dx() {
			v := img.GrayAt(x, y).Y
			darkest, lightest = min(darkest, v), max(lightest, v)
		}
	}
	return darkest, lightest
}

// The longer side of a veiled rendition has 160 pixels, whatever the picture.
func TestVeilSize(t *testing.T) {
	t.Parallel()
	for _, c := range []struct{ size, want image.Point }{
		{image.Pt(1600, 1200), image.Pt(160, 120)},
		{image.Pt(30, 60), image.Pt(80, 160)},
		{image.Pt(1, 1), image.Pt(160, 160)},
		{image.Pt(5000, 3), image.Pt(160, 1)},
	} {
		img := veil(t, image.NewGray(image.Rectangle{Max: c.size}.Add(image.Pt(-7, 9))))
		if img.Rect.Size() != c.want {
			t.Errorf("%v becomes %v, want %v", c.size, img.Rect.Size(), c.want)
		}
	}
	if _, err := media.Veil(image.NewGray(image.Rectangle{})); err == nil {
		t.Error("a picture without pixels is veiled")
	}
}

// Fine detail is gone: patterns and lines of writing become flat, in pictures of any size.
func TestVeilHidesDetail(t *testing.T) {
	t.Parallel()
	patterns := map[string]func(x, y int) bool{
		"checkerboard":             func(x, y int) bool { return (x+y)%2 == 0 },
		"checkerboard of 3 pixels": func(x, y int) bool { return (x/3+y/3)%2 == 0 },
		"stripes":                  func(x, _ int) bool { return x%2 == 0 },
		"stripes of 5 pixels":      func(_, y int) bool { return y/5%2 == 0 },
		"writing":                  func(x, y int) bool { return y%16 < 9 && (x*x/7+x*y%11+y*y/5)%3 == 0 },
	}
	for name, pattern := range patterns {
		for _, size := range []int{200, 1000, 1600} {
			img := image.NewGray(image.Rect(0, 0, size, size))
			for y := range size {
				for x := range size {
					if pattern(x, y) {
						img.SetGray(x, y, color.Gray{Y: 255})
					}
				}
			}
			if darkest, lightest := contrast(veil(t, img)); lightest-darkest > 60 {
				t.Errorf("%s of %d pixels: from %d to %d, want nearly flat", name, size, darkest, lightest)
			}
		}
	}
}

// Pictures so small that their cells would be single pixels show nothing at all.
func TestVeilHidesSmallPictures(t *testing.T) {
	t.Parallel()
	img := image.NewGray(image.Rect(0, 0, 15, 15))
	draw.Draw(img, image.Rect(0, 0, 15, 7), image.White, image.Point{}, draw.Src)
	if darkest, lightest := contrast(veil(t, img)); lightest-darkest > 2 {
		t.Errorf("from %d to %d, want flat", darkest, lightest)
	}
}

// The layout remains: what is dark and what is light in the large.
func TestVeilShowsLayout(t *testing.T) {
	t.Parallel()
	img := image.NewNRGBA(image.Rect(0, 0, 800, 800)) // transparent, which is white
	draw.Draw(img, image.Rect(0, 400, 800, 800), image.NewUniform(color.RGBA{0, 0, 90, 255}), image.Point{}, draw.Src)
	out := veil(t, img)
	if top, bottom := out.GrayAt(80, 20).Y, out.GrayAt(80, 140).Y; top < 250 || bottom > 20 {
		t.Errorf("top %d and bottom %d, want light and dark", top, bottom)
	}
	if middle := out.GrayAt(80, 80).Y; middle < 80 || middle > 180 {
		t.Errorf("between them %d, want a soft edge", middle)
	}
}
