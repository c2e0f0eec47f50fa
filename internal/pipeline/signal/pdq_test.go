package signal_test

import (
	"fmt"
	"image"
	"image/color"
	"image/draw"
	"math/rand/v2"
	"testing"

	"github.com/quell-project/quell/internal/domain"
	"github.com/quell-project/quell/internal/pipeline/signal"
)

// seen is the picture as people see it: blocks of invented greys, rich in detail and the same in no two directions.
func seen() *image.Gray {
	const width, height, block = 480, 320, 16
	random := rand.New(rand.NewPCG(1, 2))
	img := image.NewGray(image.Rect(0, 0, width, height))
	for y := 0; y < height; y += block {
		for x := 0; x < width; x += block {
			grey := image.NewUniform(color.Gray{Y: uint8(random.IntN(256))})
			draw.Draw(img, image.Rect(x, y, x+block, y+block), grey, image.Point{}, draw.Src)
		}
	}
	return img
}

// stored returns the pixels of a file that shows img under an EXIF orientation. Where row 0 and column 0 of the file are to be seen is the
// wording of Exif 2.32, tag 0x0112.
func stored(img *image.Gray, orientation int) *image.Gray {
	w, h := img.Bounds().Dx(), img.Bounds().Dy()
	size := image.Rect(0, 0, w, h)
	if orientation >= 5 {
		size = image.Rect(0, 0, h, w)
	}
	file := image.NewGray(size)
	for row := range size.Dy() {
		for col := range size.Dx() {
			x, y := map[int]func() (int, int){
				1: func() (int, int) { return col, row },                 // row 0 is the top, column 0 the left
				2: func() (int, int) { return w - 1 - col, row },         // top, right
				3: func() (int, int) { return w - 1 - col, h - 1 - row }, // bottom, right
				4: func() (int, int) { return col, h - 1 - row },         // bottom, left
				5: func() (int, int) { return row, col },                 // left, top
				6: func() (int, int) { return w - 1 - row, col },         // right, top
				7: func() (int, int) { return w - 1 - row, h - 1 - col }, // right, bottom
				8: func() (int, int) { return row, h - 1 - col },         // left, bottom
			}[orientation]()
			file.SetGray(col, row, img.GrayAt(x, y))
		}
	}
	return file
}

func fingerprints(t *testing.T, img image.Image, orientation int) []domain.Fingerprint {
	t.Helper()
	found, views, err := lookup(t, domain.PDQ).(signal.PictureType).FingerprintPicture(img, orientation, signal.Views{})
	if len(views) != 0 {
		t.Errorf("%d views that nobody asked for", len(views))
	}
	if err != nil {
		t.Fatal(err)
	}
	return found
}

func TestPictureIsFingerprintedAsItIsShown(t *testing.T) {
	t.Parallel()
	pdq := lookup(t, domain.PDQ)
	want := fingerprints(t, seen(), 1)[0]
	for orientation := 2; orientation <= 8; orientation++ {
		t.Run(fmt.Sprint(orientation), func(t *testing.T) {
			t.Parallel()
			file := stored(seen(), orientation)
			got := fingerprints(t, file, orientation)
			if len(got) != 2 || got[0].View != "" || got[1].View != signal.Upright {
				t.Fatalf("want the picture as it is and upright, got %+v", got)
			}
			if plain := fingerprints(t, file, 1)[0].Value; got[0].Value != plain {
				t.Errorf("as it is: %s, want %s", got[0].Value, plain)
			}
			// A few bits are the cost of taking both views from one pass.
			if d, err := pdq.Distance(got[1].Value, want.Value); err != nil || d > 10 {
				t.Errorf("upright is %d away from the picture as people see it, %v", d, err)
			}
			if d, err := pdq.Distance(got[0].Value, want.Value); err != nil || d <= pdq.Limits().Max {
				t.Errorf("as it is, the picture is only %d away from upright, %v: this test shows nothing", d, err)
			}
		})
	}
}

func TestWhatIsNoOrientationTurnsNothing(t *testing.T) {
	t.Parallel()
	for _, orientation := range []int{-1, 0, 1, 9} {
		if got := fingerprints(t, seen(), orientation); len(got) != 1 || got[0].View != "" {
			t.Errorf("orientation %d: %+v, want one fingerprint without a view", orientation, got)
		}
	}
}

func TestQualityTellsWhatCanBeTrusted(t *testing.T) {
	t.Parallel()
	if q := fingerprints(t, seen(), 1)[0].Quality; q == nil || *q < signal.MinQuality {
		t.Errorf("a rich picture has quality %v", q)
	}
	flat := image.NewUniform(color.Gray{Y: 90})
	for _, f := range fingerprints(t, cut{flat, image.Rect(0, 0, 100, 100)}, 6) {
		if f.Quality == nil || *f.Quality >= signal.MinQuality || f.Value == "" {
			t.Errorf("a flat picture: %+v, want a fingerprint of low quality", f)
		}
	}
}

func TestPictureThatCannotBeFingerprinted(t *testing.T) {
	t.Parallel()
	huge := cut{image.NewUniform(color.Black), image.Rect(0, 0, 1<<30, 1<<30)}
	for _, orientation := range []int{1, 6} {
		if _, _, err := lookup(t, domain.PDQ).(signal.PictureType).FingerprintPicture(huge, orientation, signal.Views{}); err == nil {
			t.Errorf("orientation %d: a picture of 2^60 pixels gives no error", orientation)
		}
	}
}

// cut is a picture with other bounds.
type cut struct {
	image.Image
	bounds image.Rectangle
}

func (c cut) Bounds() image.Rectangle { return c.bounds }

func TestTransparentPictureIsAlsoFingerprintedWithoutItsTransparency(t *testing.T) {
	t.Parallel()
	opaque := seen()
	hidden := image.NewNRGBA(opaque.Bounds())
	for i, grey := range opaque.Pix {
		copy(hidden.Pix[4*i:], []byte{grey, grey, grey, 1}) // all but invisible on a page
	}
	got := fingerprints(t, hidden, 1)
	if len(got) != 2 || got[0].View != "" || got[1].View != signal.WithoutAlpha {
		t.Fatalf("want the picture as it looks and without transparency, got %+v", got)
	}
	if want := fingerprints(t, opaque, 1)[0].Value; got[1].Value != want {
		t.Errorf("without transparency: %s, want the hash of the picture behind it, %s", got[1].Value, want)
	}
	if quality := *got[0].Quality; quality >= signal.MinQuality {
		t.Errorf("as it looks: quality %d, want a nearly blank page", quality)
	}
}
