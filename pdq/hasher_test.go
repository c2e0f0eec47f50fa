package pdq_test

import (
	"errors"
	"image"
	"math"
	"strings"
	"sync"
	"testing"

	"github.com/quell-project/quell/pdq"
)

// A picture with a side of under five pixels has the hash of all zeros and quality 0, which is no error.
func TestTooSmallToHash(t *testing.T) {
	t.Parallel()
	var h pdq.Hasher
	for _, size := range [][2]int{{0, 0}, {0, 100}, {100, 0}, {4, 100}, {100, 4}, {1, 1}} {
		if _, err := h.FromImage(scene(64, 64, 31, 100, 0)); err != nil { // nothing of it may be left
			t.Fatal(err)
		}
		got, err := h.FromImage(image.NewRGBA(image.Rect(0, 0, size[0], size[1])))
		if err != nil || got != (pdq.Result{}) {
			t.Errorf("%v: %v %v, want zeros", size, got, err)
		}
		all, err := h.DihedralFromLuma(make([]byte, 400), size[0], size[1], size[0])
		if err != nil || all != (pdq.Dihedral{}) {
			t.Errorf("%v: %v %v, want zeros", size, all, err)
		}
	}
}

func TestUnusableInputIsRefused(t *testing.T) {
	t.Parallel()
	pix := make([]byte, 300)
	raw := func(width, height, stride int) func(h *pdq.Hasher) error {
		return func(h *pdq.Hasher) error {
			_, err := h.FromRGB(pix, width, height, stride)
			return err
		}
	}
	for _, c := range []struct {
		name string
		call func(h *pdq.Hasher) error
		want string // "" for none
	}{
		{"just enough bytes", raw(10, 10, 30), ""},
		{"a row too many", raw(10, 11, 30), "too few for 11 rows"},
		{"a row too long", raw(101, 1, 303), "too few for 1 rows"},
		{"overlapping rows", raw(10, 5, 29), "overlap"},
		{"a negative width", raw(-1, 10, 30), "0 or more"},
		{"a negative height", raw(10, -1, 30), "0 or more"},
		{"a negative stride", raw(10, 10, -30), "overlap"},
		{"an overflowing size", raw(math.MaxInt, math.MaxInt, 30), "too large"},
		{"an overflowing stride", raw(10, 10, math.MaxInt), "too few for 10 rows"},
		{"too wide", raw(pdq.MaxSide+1, 1, 4*pdq.MaxSide), "too large"},
		{"too many pixels", raw(1<<15, 1<<15+1, 1<<17), "too large"},
		{"no picture", func(h *pdq.Hasher) error { _, err := h.FromImage(nil); return err }, "nil"},
		{"an endless picture", func(h *pdq.Hasher) error { _, err := h.DihedralFromImage(image.White); return err }, "too large"},
		{"short luma", func(h *pdq.Hasher) error { _, err := h.FromLuma(pix, 30, 11, 30); return err }, "too few"},
		{"short luma, turned", func(h *pdq.Hasher) error { _, err := h.DihedralFromLuma(pix, 30, 11, 30); return err }, "too few"},
		{"short colours, turned", func(h *pdq.Hasher) error { _, err := h.DihedralFromRGB(pix, 10, 11, 30); return err }, "too few"},
	} {
		err := c.call(new(pdq.Hasher))
		if (err == nil) != (c.want == "") || err != nil && !strings.Contains(err.Error(), c.want) {
			t.Errorf("%s: %v, want an error with %q", c.name, err, c.want)
		}
	}
}

// An index beyond the palette, which package image would fail on, counts as black.
func TestIndexBeyondPaletteIsBlack(t *testing.T) {
	t.Parallel()
	img := image.NewPaletted(image.Rect(0, 0, 90, 90), nil)
	gray := image.NewGray(img.Rect)
	for i := range img.Pix {
		img.Pix[i] = uint8(i)
	}
	if got, want := hash(t, img), hash(t, gray); got != want {
		t.Errorf("got %v, want that of black, %v", got, want)
	}
}

// Once it has seen a picture as large, a Hasher allocates nothing.
func TestHasherAllocatesNothingAfterWarmUp(t *testing.T) {
	var h pdq.Hasher
	for name, img := range kinds(image.Rect(0, 0, 200, 150)) {
		if n := testing.AllocsPerRun(3, func() {
			if _, err := h.FromImage(img); err != nil {
				t.Error(err)
			}
			if _, err := h.DihedralFromImage(img); err != nil {
				t.Error(err)
			}
		}); n != 0 {
			t.Errorf("%s: %v allocations, want none", name, n)
		}
	}
}

var poolIsLeaky bool // the race detector makes sync.Pool drop things at random

// The functions keep hashers, and allocate nothing either.
func TestFunctionsAllocateNothingAfterWarmUp(t *testing.T) {
	if poolIsLeaky {
		t.Skip("Under the race detector sync.Pool drops things at random.")
	}
	img := scene(200, 150, 32, 100, 0)
	gray, rgb := make([]byte, 200*150), make([]byte, 3*200*150)
	if n := testing.AllocsPerRun(100, func() { // enough runs that a collection, which empties the pool, does not count
		_, err1 := pdq.FromImage(img)
		_, err2 := pdq.FromLuma(gray, 200, 150, 200)
		_, err3 := pdq.FromRGB(rgb, 200, 150, 600)
		if err := errors.Join(err1, err2, err3); err != nil {
			t.Error(err)
		}
	}); n != 0 {
		t.Errorf("%v allocations, want none", n)
	}
}

// The functions may be called at once from many goroutines.
func TestFunctionsAreSafeForConcurrentUse(t *testing.T) {
	t.Parallel()
	var group sync.WaitGroup
	for i := range 8 {
		group.Go(func() {
			img := scene(100+10*i, 100, uint32(i), 100, 9)
			want, err := new(pdq.Hasher).FromImage(img)
			if err != nil {
				t.Error(err)
			}
			for range 5 {
				if got, err := pdq.FromImage(img); err != nil || got != want {
					t.Errorf("got %v %v, want %v", got, err, want)
				}
			}
		})
	}
	group.Wait()
}

// Whatever the numbers say, the functions return: a result for pixels that are there, an error otherwise.
func FuzzRawPixels(f *testing.F) {
	f.Add([]byte("0123456789012345678901234567890123456789"), 5, 5, 5)
	f.Add([]byte("0123456789012345678901234567890123456789"), 5, 8, 0)
	f.Add([]byte{}, 1<<30, -1, 3)
	var h pdq.Hasher
	f.Fuzz(func(t *testing.T, pix []byte, width, height, stride int) {
		for bytes, call := range map[int]func([]byte, int, int, int) (pdq.Result, error){1: h.FromLuma, 3: h.FromRGB} {
			got, err := call(pix, width, height, stride)
			fits := width >= 0 && height >= 0 && width <= pdq.MaxSide && height <= pdq.MaxSide &&
				(width*height == 0 || stride >= bytes*width && height-1 <= len(pix)/stride &&
					(height-1)*stride+bytes*width <= len(pix))
			if (err == nil) != fits {
				t.Errorf("%d bytes as %d×%d, %d apart: %v", len(pix), width, height, stride, err)
			}
			if got.Quality < 0 || got.Quality > 100 {
				t.Errorf("quality %d", got.Quality)
			}
		}
	})
}
