package luma_test

import (
	"fmt"
	"image"
	"image/color"
	"image/draw"
	"math"
	"math/rand/v2"
	"runtime"
	"testing"
	"weak"

	"github.com/quell-project/quell/internal/pipeline/luma"
)

// noise returns a picture of random opaque colours.
func noise(bounds image.Rectangle, seed uint64) *image.RGBA {
	dice := rand.New(rand.NewPCG(seed, 1))
	img := image.NewRGBA(bounds)
	for i := range img.Pix {
		img.Pix[i] = byte(dice.Uint32())
		if i%4 == 3 {
			img.Pix[i] = 0xff
		}
	}
	return img
}

// mean is the model: the mean brightness of the rectangle of img, pixels at its edge counting in part.
func mean(img image.Image, x0, y0, x1, y1 float64) float64 {
	corner := img.Bounds().Min
	sum, area := 0.0, 0.0
	for y := int(y0); float64(y) < y1; y++ {
		for x := int(x0); float64(x) < x1; x++ {
			part := (min(x1, float64(x+1)) - max(x0, float64(x))) * (min(y1, float64(y+1)) - max(y0, float64(y)))
			r, g, b, a := img.At(corner.X+x, corner.Y+y).RGBA()
			white := float64(0xffff - a)
			sum += part * (0.299*(float64(r)+white) + 0.587*(float64(g)+white) + 0.114*(float64(b)+white)) / 0x101
			area += part
		}
	}
	return sum / area
}

func TestEachPixelOfTheCopyIsTheMeanOfWhatItCovers(t *testing.T) {
	for _, size := range []image.Point{{1, 1}, {5, 3}, {64, 48}, {65, 48}, {100, 31}, {31, 100}, {127, 127}, {150, 140}, {160, 3}} {
		img := noise(image.Rectangle{Max: size}.Add(image.Pt(-3, 7)), uint64(size.X))
		small := luma.Small(img, 64)
		to := small.Rect.Size()
		if longest := max(size.X, size.Y); max(to.X, to.Y) != min(longest, 64) {
			t.Errorf("%v became %v", size, to)
		}
		sx, sy := float64(size.X)/float64(to.X), float64(size.Y)/float64(to.Y)
		for y := range to.Y {
			for x := range to.X {
				want := mean(img, float64(x)*sx, float64(y)*sy, float64(x+1)*sx, float64(y+1)*sy)
				if got := float64(small.GrayAt(x, y).Y); math.Abs(got-want) > 2.5 {
					t.Fatalf("%v: pixel %d, %d is %v, want %.1f", size, x, y, got, want)
				}
			}
		}
	}
}

func TestEveryKindOfPictureGivesTheSameCopy(t *testing.T) {
	rgba := noise(image.Rect(-5, 2, 190, 150), 7)
	for i := 0; i < len(rgba.Pix); i += 4 { // grey, so that all kinds can hold it
		rgba.Pix[i+1], rgba.Pix[i+2] = rgba.Pix[i], rgba.Pix[i]
	}
	want := luma.Small(rgba, 100)
	greys := make(color.Palette, 256)
	for i := range greys {
		greys[i] = color.Gray{Y: byte(i)}
	}
	ycbcr := image.NewYCbCr(rgba.Rect, image.YCbCrSubsampleRatio420)
	for y := rgba.Rect.Min.Y; y < rgba.Rect.Max.Y; y++ {
		for x := rgba.Rect.Min.X; x < rgba.Rect.Max.X; x++ {
			ycbcr.Y[ycbcr.YOffset(x, y)] = rgba.RGBAAt(x, y).R
		}
	}
	kinds := []draw.Image{image.NewGray(rgba.Rect), image.NewNRGBA(rgba.Rect), image.NewPaletted(rgba.Rect, greys),
		image.NewRGBA64(rgba.Rect), image.NewCMYK(rgba.Rect)}
	all := []image.Image{ycbcr, struct{ image.Image }{rgba}, noise(image.Rect(-50, -50, 300, 300), 1)}
	draw.Draw(all[2].(draw.Image), rgba.Rect, rgba, rgba.Rect.Min, draw.Src)
	all[2] = all[2].(*image.RGBA).SubImage(rgba.Rect)
	for _, m := range kinds {
		draw.Draw(m, rgba.Rect, rgba, rgba.Rect.Min, draw.Src)
		all = append(all, m)
	}
	for _, m := range all {
		got := luma.Small(m, 100)
		for i, v := range got.Pix {
			if d := int(v) - int(want.Pix[i]); d < -1 || d > 1 {
				t.Fatalf("%T: byte %d is %d, of RGBA %d", m, i, v, want.Pix[i])
			}
		}
	}
}

func TestTransparentPixelsAreWhite(t *testing.T) {
	for _, m := range []draw.Image{image.NewRGBA(image.Rect(0, 0, 300, 200)), image.NewNRGBA(image.Rect(0, 0, 300, 200)),
		image.NewPaletted(image.Rect(0, 0, 300, 200), color.Palette{color.Transparent}), image.NewNRGBA64(image.Rect(0, 0, 300, 200))} {
		for i, v := range luma.Small(m, 100).Pix {
			if v != 0xff {
				t.Fatalf("%T: byte %d is %d", m, i, v)
			}
		}
	}
}

func TestLargePicturesAreReadInPart(t *testing.T) {
	// A ramp from black to white stays one, however few pixels are read.
	img := image.NewGray(image.Rect(0, 0, 5000, 3000))
	for i := range img.Pix {
		img.Pix[i] = byte(i % 5000 * 255 / 4999)
	}
	small := luma.Small(img, 320)
	if small.Rect != image.Rect(0, 0, 320, 192) {
		t.Fatalf("the copy is %v", small.Rect)
	}
	for x := range 320 {
		if got, want := float64(small.GrayAt(x, 96).Y), (float64(x)+0.5)*255/320; math.Abs(got-want) > 1.3 {
			t.Errorf("column %d is %v, want %.1f", x, got, want)
		}
	}
}

func TestNothingGivesNothing(t *testing.T) {
	for _, got := range []*image.Gray{luma.Small(image.NewGray(image.Rect(0, 0, 0, 9)), 320), luma.Small(image.NewGray(image.Rect(0, 0, 9, 9)), 0)} {
		if !got.Rect.Empty() {
			t.Errorf("the copy is %v", got.Rect)
		}
	}
}

func BenchmarkSmall(b *testing.B) {
	for _, size := range []image.Point{{682, 512}, {1024, 1024}, {1920, 1080}, {4000, 3000}} {
		rgba := noise(image.Rectangle{Max: size}, 3)
		gray, nrgba := image.NewGray(rgba.Rect), &image.NRGBA{Pix: rgba.Pix, Stride: rgba.Stride, Rect: rgba.Rect}
		draw.Draw(gray, gray.Rect, rgba, image.Point{}, draw.Src)
		for _, img := range []image.Image{gray, rgba, nrgba} {
			b.Run(fmt.Sprintf("%dx%d/%T", size.X, size.Y, img), func(b *testing.B) {
				b.ReportAllocs()
				for b.Loop() {
					luma.Small(img, 320)
				}
			})
		}
	}
}

// TestAPictureIsNotKept makes a copy and forgets the picture, which may be hundreds of megabytes: no buffer that waits for the next one may hold it.
func TestAPictureIsNotKept(t *testing.T) {
	img := image.NewRGBA(image.Rect(0, 0, 600, 400))
	seen := weak.Make(img)
	luma.Small(img, 100)
	runtime.GC()
	if seen.Value() != nil {
		t.Error("the picture is still there")
	}
}
