package pdq_test

import (
	"fmt"
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

// vectorKinds is the number of kinds of picture that vectorKind draws.
const vectorKinds = 10

// vectorKind returns a picture of a kind whose luma vector instructions compute. Its planes are filled by fill.
func vectorKind(kind int, bounds image.Rectangle, fill func(plane []byte)) image.Image {
	switch kind {
	case 0:
		m := image.NewGray(bounds)
		fill(m.Pix)
		return m
	case 1:
		m := image.NewRGBA(bounds)
		fill(m.Pix)
		return m
	case 2, 3:
		m := image.NewNRGBA(bounds)
		fill(m.Pix)
		if kind == 3 { // opaque in part
			for i := 3; i < len(m.Pix)/2; i += 4 {
				m.Pix[i] = 255
			}
		}
		return m
	default:
		m := image.NewYCbCr(bounds, image.YCbCrSubsampleRatio(kind-4))
		fill(m.Y)
		fill(m.Cb)
		fill(m.Cr)
		return m
	}
}

// noise fills planes with arbitrary bytes.
func noise(seed uint64) func(plane []byte) {
	random := rand.NewChaCha8([32]byte{byte(seed), byte(seed >> 8)})
	return func(plane []byte) { random.Read(plane) }
}

// Vector instructions change nothing: every kind of picture that they read, of any size, whole or cut out of a larger
// one, wherever its corner lies, gives the same as without them. (That is checked for all other kinds where their colours
// are.)
func TestAllPathsGiveTheSame(t *testing.T) {
	t.Parallel()
	sizes := []image.Point{
		{5, 5}, {6, 300}, {300, 6}, {63, 64}, {64, 64}, {65, 64}, {128, 128}, {129, 127}, {255, 256}, {384, 385},
		{1100, 7}, {7, 1100}, {3000, 9},
	}
	random := rand.New(rand.NewPCG(7, 8))
	for range 12 {
		sizes = append(sizes, image.Pt(5+random.IntN(600), 5+random.IntN(300)))
	}
	hashers := hashersOfAllPaths()
	for i, size := range sizes {
		whole := image.Rectangle{Max: size}.Inset(-3).Add(image.Pt(random.IntN(9)-4, random.IntN(9)-4))
		for kind := i % 2; kind < vectorKinds; kind += 2 {
			img := vectorKind(kind, whole, noise(uint64(i)))
			part := img.(interface {
				SubImage(image.Rectangle) image.Image
			}).SubImage(whole.Inset(3))
			expectSamePaths(t, fmt.Sprintf("%T", img), part, hashers)
		}
	}
}

// Wide windows, of up to 547 pixels, and many tiles change nothing either.
func TestAllPathsGiveTheSameForLongStrips(t *testing.T) {
	t.Parallel()
	hashers := hashersOfAllPaths()
	for _, size := range []image.Point{{70_000, 11}, {11, 70_000}, {20_001, 70}} {
		expectSamePaths(t, "grey", vectorKind(0, image.Rectangle{Max: size}, noise(99)), hashers)
	}
}

// Whatever the size, the kind and the pixels, all paths give the same.
func FuzzAllPathsGiveTheSame(f *testing.F) {
	f.Add([]byte("pixels"), uint16(65), uint16(66), uint8(0), int8(0))
	f.Add([]byte{0, 255, 1, 254}, uint16(511), uint16(33), uint8(1), int8(-3))
	f.Add([]byte{255, 255, 255, 255, 7}, uint16(300), uint16(200), uint8(2), int8(5))
	hashers := hashersOfAllPaths()
	f.Fuzz(func(t *testing.T, pattern []byte, width, height uint16, kind uint8, corner int8) {
		left := int(corner)
		if kind%vectorKinds >= 4 { // YCbCr, whose chroma planes package image makes too short for some places left of zero
			left = max(left, 0)
		}
		bounds := image.Rect(0, 0, 5+int(width)%600, 5+int(height)%300).Add(image.Pt(left, left))
		at := 0
		img := vectorKind(int(kind)%vectorKinds, bounds, func(plane []byte) {
			for i := range plane {
				if len(pattern) > 0 {
					plane[i] = pattern[at%len(pattern)] + byte(at/len(pattern))
				}
				at++
			}
		})
		expectSamePaths(t, "drawn by the fuzzer", img, hashers)
	})
}
