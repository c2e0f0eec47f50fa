package art

import (
	"bytes"
	"fmt"
	"image"
	_ "image/jpeg"
	_ "image/png"
	"slices"
	"sync"
	"testing"

	"github.com/quell-project/quell/pdq"
)

const (
	testSize = 500 // pixels; distances hardly depend on it, run time does
	posters  = 12
	pictures = 24

	matchLimit   = 31 // PDQ distance up to which two pictures are taken for the same
	farApart     = 62 // distance that unlike pictures must keep: twice the limit
	leastQuality = 80
)

// sample is a picture and what PDQ makes of it.
type sample struct {
	name string
	img  *image.RGBA
	pdq.Result
}

// samples are the posters and pictures that the demo begins with.
var samples = sync.OnceValue(func() []sample {
	var all []sample
	add := func(name string, img *image.RGBA) {
		result, err := pdq.FromImage(img)
		if err != nil {
			panic(fmt.Sprintf("%s: %v", name, err))
		}
		all = append(all, sample{name, img, result})
	}
	for seed := range uint64(posters) {
		add(fmt.Sprintf("poster %d", seed), Poster(seed, testSize))
	}
	for seed := range uint64(pictures) {
		add(fmt.Sprintf("picture %d", seed), Picture(seed, testSize))
	}
	return all
})

func TestEqualSeedsDrawEqualPictures(t *testing.T) {
	t.Parallel()
	for name, draw := range map[string]func(uint64, int) *image.RGBA{"Poster": Poster, "Picture": Picture} {
		for _, seed := range []uint64{0, 1, 77, 1 << 63} {
			first, second := draw(seed, 200), draw(seed, 200)
			if first.Rect != second.Rect || !bytes.Equal(first.Pix, second.Pix) {
				t.Errorf("%s(%d): two drawings differ", name, seed)
			}
		}
	}
}

func TestSizeIsTheLongerSide(t *testing.T) {
	t.Parallel()
	for _, tc := range []struct{ size, want int }{{-5, 64}, {0, 64}, {64, 64}, {177, 177}} {
		for seed := range uint64(9) {
			for name, img := range map[string]*image.RGBA{"Poster": Poster(seed, tc.size), "Picture": Picture(seed, tc.size)} {
				if got := max(img.Rect.Dx(), img.Rect.Dy()); got != tc.want || img.Rect.Min != (image.Point{}) {
					t.Errorf("%s(%d, %d) has bounds %v, want a longer side of %d", name, seed, tc.size, img.Rect, tc.want)
				}
			}
		}
	}
}

func TestPicturesAreFarApart(t *testing.T) {
	t.Parallel()
	all := samples()
	nearest := pdq.Bits
	for i, a := range all {
		if !a.img.Opaque() {
			t.Errorf("%s has transparent pixels", a.name)
		}
		if a.Quality < leastQuality {
			t.Errorf("%s has quality %d, want at least %d", a.name, a.Quality, leastQuality)
		}
		for _, b := range all[:i] {
			distance := a.Hash.Distance(b.Hash)
			nearest = min(nearest, distance)
			if distance < farApart {
				t.Errorf("%s and %s are %d bits apart, want at least %d", a.name, b.name, distance, farApart)
			}
		}
	}
	t.Logf("nearest pair: %d bits", nearest)
}

// TestEditsStayRecognisable edits every picture in every way; under the race detector, which is slow with pixels and finds nothing new in the
// next picture, every way is tried on a few of them.
func TestEditsStayRecognisable(t *testing.T) {
	t.Parallel()
	step := 1
	if underRace {
		step = 12
	}
	for i, s := range samples() {
		t.Run(s.name, func(t *testing.T) {
			t.Parallel()
			before := slices.Clone(s.img.Pix)
			for n, edit := range Edits() {
				if (i+n)%step != 0 {
					continue
				}
				body, mediaType, err := edit.Apply(s.img)
				if err != nil {
					t.Fatal(err)
				}
				img, format, err := image.Decode(bytes.NewReader(body))
				if err != nil || "image/"+format != mediaType {
					t.Fatalf("%s: claimed %s, decoded as %q, %v", edit.Name, mediaType, format, err)
				}
				result, err := pdq.FromImage(img)
				if err != nil {
					t.Fatal(err)
				}
				if distance := s.Hash.Distance(result.Hash); distance > matchLimit || result.Quality < leastQuality {
					t.Errorf("%s: %d bits from the original, quality %d", edit.Name, distance, result.Quality)
				}
			}
			if !bytes.Equal(before, s.img.Pix) {
				t.Error("the original was changed by its edits")
			}
		})
	}
}

func TestEncodeIsTheUneditedPosting(t *testing.T) {
	t.Parallel()
	img := Poster(3, 400)
	body, mediaType, err := Encode(img)
	if err != nil || mediaType != "image/jpeg" {
		t.Fatalf("%s, %v", mediaType, err)
	}
	decoded, format, err := image.Decode(bytes.NewReader(body))
	if err != nil || format != "jpeg" || decoded.Bounds() != img.Bounds() {
		t.Errorf("decoded as %s with bounds %v, %v", format, decoded.Bounds(), err)
	}
}

func TestEditsOfSmallAndPartialPictures(t *testing.T) {
	t.Parallel()
	part := Picture(0, 200).SubImage(image.Rect(60, 30, 110, 90)).(*image.RGBA)
	for _, img := range []*image.RGBA{Picture(0, 1), part} {
		for _, edit := range Edits() {
			body, _, err := edit.Apply(img)
			if err != nil {
				t.Fatal(err)
			}
			if _, _, err := image.Decode(bytes.NewReader(body)); err != nil {
				t.Errorf("%s of %v: %v", edit.Name, img.Bounds(), err)
			}
		}
	}
}

func TestEditsAreNamedApart(t *testing.T) {
	t.Parallel()
	seen := map[string]bool{}
	for _, edit := range Edits() {
		if edit.Name == "" || edit.Says == "" || seen[edit.Name] {
			t.Errorf("edit %+q (%q) has no name of its own, or no words", edit.Name, edit.Says)
		}
		seen[edit.Name] = true
	}
}

func BenchmarkPoster(b *testing.B) {
	for seed := uint64(0); b.Loop(); seed++ {
		Poster(seed, 1000)
	}
}

func BenchmarkPicture(b *testing.B) {
	for seed := uint64(0); b.Loop(); seed++ {
		Picture(seed, 1000)
	}
}
