package pdq_test

import (
	"image"
	"math/rand/v2"
	"testing"

	"github.com/quell-project/quell/pdq"
)

// expectSamePaths checks that all paths give the same for img, bit for bit: the samples, the spectrum, hash and quality,
// and the hashes of all transforms.
func expectSamePaths(t *testing.T, what string, img image.Image, hashers map[string]*pdq.Hasher) {
	t.Helper()
	want, err := hashers["portable"].DihedralFromImage(img)
	if err != nil {
		t.Fatal(err)
	}
	samples, spectrum := hashers["portable"].Steps()
	for path, h := range hashers {
		got, err := h.DihedralFromImage(img)
		if err != nil {
			t.Fatal(err)
		}
		s, f := h.Steps()
		if s != samples {
			t.Errorf("%s, %v, %s: the samples differ", what, img.Bounds(), path)
		}
		if f != spectrum {
			t.Errorf("%s, %v, %s: the spectra differ", what, img.Bounds(), path)
		}
		if got != want {
			t.Errorf("%s, %v, %s: got %v, want %v", what, img.Bounds(), path, got, want)
		}
	}
}

// hashersOfAllPaths returns one hasher for each path, to be used for many pictures: what one leaves in the buffers must
// not matter for the next.
func hashersOfAllPaths() map[string]*pdq.Hasher {
	hashers := map[string]*pdq.Hasher{}
	for _, path := range pdq.Paths() {
		hashers[path] = pdq.NewHasher(path)
	}
	return hashers
}

// Vector instructions change nothing: every kind of picture, of any size and wherever its corner lies, gives the same
// as without them. The sizes reach every window from 1 to 9 along either axis, and strips of more than one tile.
func TestAllPathsGiveTheSame(t *testing.T) {
	t.Parallel()
	sizes := []image.Point{
		{5, 5}, {6, 300}, {300, 6}, {63, 64}, {64, 64}, {65, 64}, {128, 128}, {129, 127}, {255, 256}, {384, 385},
		{1100, 7}, {7, 1100}, {5000, 9},
	}
	random := rand.New(rand.NewPCG(7, 8))
	for range 12 {
		sizes = append(sizes, image.Pt(5+random.IntN(500), 5+random.IntN(200)))
	}
	hashers := hashersOfAllPaths()
	for i, size := range sizes {
		corner := image.Pt(random.IntN(9)-4, random.IntN(9)-4)
		whole := image.Rectangle{Max: size}.Inset(-3).Add(corner)
		for name, img := range kinds(whole) {
			if i%5 != 0 && size.X*size.Y > 100*100 && !fast[name] {
				continue // the rest is slow, and takes the same way after the luma
			}
			part := img.(interface {
				SubImage(image.Rectangle) image.Image
			}).SubImage(whole.Inset(3))
			expectSamePaths(t, name, part, hashers)
		}
	}
}

// fast are the kinds whose luma vector instructions compute.
var fast = map[string]bool{
	"*image.Gray": true, "*image.RGBA": true, "*image.NRGBA": true,
	"*image.YCbCr YCbCrSubsampleRatio420": true, "*image.YCbCr YCbCrSubsampleRatio444": true,
}

// A picture long enough for the widest windows gives the same too.
func TestAllPathsGiveTheSameForLongStrips(t *testing.T) {
	t.Parallel()
	random := rand.New(rand.NewPCG(9, 10))
	hashers := hashersOfAllPaths()
	for _, size := range []image.Point{{70_000, 11}, {11, 70_000}, {20_001, 70}} {
		img := image.NewGray(image.Rectangle{Max: size})
		for i := range img.Pix {
			img.Pix[i] = byte(random.Uint32())
		}
		expectSamePaths(t, "grey", img, hashers)
	}
}

// Whatever the size, the kind and the pixels, all paths give the same.
func FuzzAllPathsGiveTheSame(f *testing.F) {
	f.Add([]byte("pixels"), uint16(65), uint16(66), uint8(0), int8(0))
	f.Add([]byte{0, 255, 1, 254}, uint16(511), uint16(33), uint8(1), int8(-3))
	f.Add([]byte{255, 255, 255, 255, 7}, uint16(300), uint16(200), uint8(2), int8(5))
	hashers := hashersOfAllPaths()
	f.Fuzz(func(t *testing.T, pattern []byte, width, height uint16, kind uint8, corner int8) {
		bounds := image.Rect(0, 0, 5+int(width)%600, 5+int(height)%300).Add(image.Pt(int(corner), int(corner)))
		at := 0
		fill := func(planes ...[]byte) {
			for _, plane := range planes {
				for i := range plane {
					if len(pattern) > 0 {
						plane[i] = pattern[at%len(pattern)] + byte(at/len(pattern))
					}
					at++
				}
			}
		}
		var img image.Image
		switch kind % 10 {
		case 0:
			m := image.NewGray(bounds)
			fill(m.Pix)
			img = m
		case 1:
			m := image.NewRGBA(bounds)
			fill(m.Pix)
			img = m
		case 2, 3:
			m := image.NewNRGBA(bounds)
			fill(m.Pix)
			if kind%10 == 3 { // opaque in part
				for i := 3; i < len(m.Pix)/2; i += 4 {
					m.Pix[i] = 255
				}
			}
			img = m
		default:
			m := image.NewYCbCr(bounds, image.YCbCrSubsampleRatio(kind%10-4))
			fill(m.Y, m.Cb, m.Cr)
			img = m
		}
		expectSamePaths(t, "drawn by the fuzzer", img, hashers)
	})
}
