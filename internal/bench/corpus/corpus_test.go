package corpus

import (
	"bytes"
	"context"
	"errors"
	"image"
	"image/color"
	"math/bits"
	"testing"

	"github.com/google/go-cmp/cmp"

	"github.com/quell-project/quell/hamming"
)

const n = 600

// sets makes one of each kind.
func sets(t *testing.T, seed uint64) map[string]Set {
	t.Helper()
	pictures, err := NewPictures(t.Context(), seed, n, nil, func(int) {})
	if err != nil {
		t.Fatal(err)
	}
	return map[string]Set{"uniform": Uniform{Seed: seed, N: n}, "crowded": Crowded{Seed: seed, N: n}, "pictures": pictures}
}

func all(s Set) (codes []hamming.Code) {
	for i := range s.Len() {
		codes = append(codes, s.Code(i))
	}
	return codes
}

func TestEqualSeedsGiveEqualCodesAndQuestions(t *testing.T) {
	t.Parallel()
	again, other := sets(t, 7), sets(t, 8)
	for name, s := range sets(t, 7) {
		if s.Len() != n {
			t.Errorf("%s: %d codes, want %d", name, s.Len(), n)
		}
		if diff := cmp.Diff(all(s), all(again[name])); diff != "" {
			t.Errorf("%s: other codes the second time:\n%s", name, diff)
		}
		if diff := cmp.Diff(s.Questions(100, 31), again[name].Questions(100, 31)); diff != "" {
			t.Errorf("%s: other questions the second time:\n%s", name, diff)
		}
		if s.Code(0) == other[name].Code(0) || s.Questions(1, 31)[0].Codes[0] == other[name].Questions(1, 31)[0].Codes[0] {
			t.Errorf("%s: the same codes or questions for another seed", name)
		}
	}
}

func TestFewerQuestionsAreTheFirstOfMore(t *testing.T) {
	t.Parallel()
	for name, s := range sets(t, 1) {
		more := s.Questions(200, 31)
		for k, few := range s.Questions(100, 31) {
			if diff := cmp.Diff(few.Codes, more[k].Codes[:len(few.Codes)]); few.Kind != more[k].Kind || diff != "" {
				t.Errorf("%s, %s: %s", name, few.Kind, diff)
			}
		}
	}
}

func TestPlantedCodesAreWithinTheRadiusAndSpreadOverIt(t *testing.T) {
	t.Parallel()
	for _, radius := range []int{0, 5, 31, 63} {
		for name, s := range map[string]Set{"uniform": Uniform{Seed: 1, N: n}, "crowded": Crowded{Seed: 1, N: n}} {
			questions := s.Questions(20*(radius+1), radius)
			count := make([]int, radius+1)
			for i, q := range questions[1].Codes {
				d := hamming.Distance(q, s.Code(questions[1].Planted[i]))
				if d > radius {
					t.Fatalf("%s: a hit at distance %d of %d", name, d, radius)
				}
				count[d]++
			}
			for d, c := range count {
				if c != 20 {
					t.Errorf("%s, radius %d: %d hits at distance %d, want 20", name, radius, c, d)
				}
			}
		}
	}
}

func TestMissesOfRandomCodesFindNothing(t *testing.T) {
	t.Parallel()
	s := Uniform{Seed: 1, N: n}
	for _, q := range s.Questions(200, 63)[0].Codes {
		for i := range n {
			if d := hamming.Distance(q, s.Code(i)); d <= 63 {
				t.Fatalf("a miss at distance %d of code %d", d, i)
			}
		}
	}
}

func TestUniformBitsAreEven(t *testing.T) {
	t.Parallel()
	s := Uniform{Seed: 3, N: 20_000}
	var ones [256]int
	for i := range s.N {
		for word, w := range s.Code(i) {
			for ; w != 0; w &= w - 1 {
				ones[64*word+bits.TrailingZeros64(w)]++
			}
		}
	}
	for bit, c := range ones {
		if c < s.N/2-400 || c > s.N/2+400 { // 5.6 standard deviations
			t.Errorf("bit %d is set in %d of %d codes", bit, c, s.N)
		}
	}
}

func TestCrowdsAreAsLargeAndAsNearAsTheySay(t *testing.T) {
	t.Parallel()
	for _, size := range []int{1, 9, 100, n, 54_321} {
		s := Crowded{Seed: 1, N: size}
		members := map[int]int{}
		for i := range size {
			crowd := s.crowdOf(i)
			members[crowd]++
			if crowd >= 0 && hamming.Distance(s.Code(i), s.centre(crowd)) > crowdRadius {
				t.Fatalf("code %d is too far from the centre of its crowd", i)
			}
		}
		for crowd, want := range map[int]int{0: size / 10, 1: size / 100, 3: size / 100, 4: size / 1000, 30: size / 1000, 31: 0} {
			if members[crowd] != want {
				t.Errorf("of %d codes %d are in crowd %d, want %d", size, members[crowd], crowd, want)
			}
		}
	}
}

func TestQuestionsAroundTheCrowdFindAllOrAlmostNothing(t *testing.T) {
	t.Parallel()
	s := Crowded{Seed: 1, N: n}
	for _, q := range s.Questions(100, 31)[2:] {
		for _, c := range q.Codes {
			found := 0
			for i := range n {
				if s.crowdOf(i) == 0 && hamming.Distance(c, s.Code(i)) <= 31 {
					found++
				}
			}
			if q.Kind == Crowd && found != n/10 || q.Kind == NearCrowd && found > n/60 {
				t.Errorf("%s: a question finds %d of %d", q.Kind, found, n/10)
			}
		}
	}
}

func TestEditedCropsAreMostlyFoundAgain(t *testing.T) {
	t.Parallel()
	s := sets(t, 5)["pictures"]
	hits, planted := s.Questions(200, 31)[1], 0
	for i, p := range hits.Planted {
		if p < 0 {
			continue
		}
		planted++
		if d := hamming.Distance(hits.Codes[i], s.Code(p)); d > 31 {
			t.Errorf("planted at distance %d", d)
		}
	}
	if planted < len(hits.Codes)/2 {
		t.Errorf("%d of %d edited crops are within 31 bits of the crop", planted, len(hits.Codes))
	}
}

func TestPicturesWithoutDetailAreRefused(t *testing.T) {
	t.Parallel()
	flat := image.NewUniform(color.Gray{99})
	var given []image.Image
	for range leastScenes {
		img := image.NewGray(image.Rect(0, 0, 100, 80))
		for i := range img.Pix {
			img.Pix[i] = flat.At(0, 0).(color.Gray).Y
		}
		given = append(given, img)
	}
	if _, err := NewPictures(t.Context(), 1, 10, given, func(int) {}); err == nil {
		t.Error("flat pictures have hashes of quality")
	}
	if _, err := NewPictures(t.Context(), 1, 10, given[1:], func(int) {}); err == nil {
		t.Error("too few pictures are taken")
	}
}

func TestMakingPicturesCanBeStopped(t *testing.T) {
	t.Parallel()
	ctx, stop := context.WithCancel(t.Context())
	stop()
	if _, err := NewPictures(ctx, 1, n, nil, func(int) {}); !errors.Is(err, context.Canceled) {
		t.Errorf("stopped with %v", err)
	}
}

func TestACropIsTheMeanOfItsPixels(t *testing.T) {
	t.Parallel()
	img := image.NewGray(image.Rect(10, 20, 18, 28))
	for i := range img.Pix {
		img.Pix[i] = uint8(3 * i)
	}
	var r taker
	d := throw(1, 0, 0)
	got := append([]byte(nil), r.take(newScene(img), cut{width: 1, height: 1, columns: 4, rows: 4, gain: 1}, &d)...)
	mirrored := r.take(newScene(img), cut{width: 1, height: 1, columns: 4, rows: 4, gain: 1, mirrored: true}, &d)
	for y := range 4 {
		for x := range 4 {
			// Of the four pixels in a row-major picture of width 8 that are 0, 1, 8 and 9 places from the first: 4.5 on average.
			want := int(3 * (float64(16*y+2*x) + 4.5))
			if v := int(got[4*y+x]); v < want-1 || v > want+1 {
				t.Errorf("at %d, %d: %d, want about %d", x, y, v, want)
			}
			if got[4*y+x] != mirrored[4*y+3-x] {
				t.Errorf("at %d, %d: the mirrored crop differs", x, y)
			}
		}
	}
}

func TestCodesAreWrittenAsTheyArePrinted(t *testing.T) {
	t.Parallel()
	c, err := hamming.ParseCode("000102030405060708090a0b0c0d0e0f101112131415161718191a1b1c1d1e1f")
	if err != nil {
		t.Fatal(err)
	}
	var b bytes.Buffer
	if err := WriteCodes(&b, 2, func(int) Code { return c }); err != nil {
		t.Fatal(err)
	}
	if b.Len() != 64 {
		t.Fatalf("%d bytes for two codes", b.Len())
	}
	for i, v := range b.Bytes() {
		if int(v) != i%32 {
			t.Errorf("byte %d is %d", i, v)
		}
	}
}
