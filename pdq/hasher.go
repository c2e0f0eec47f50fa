package pdq

import (
	"errors"
	"fmt"
	"image"
)

const (
	// MinSide is the least width and height of a picture that can be hashed. A smaller picture has the hash of all
	// zeros and quality 0; that is not an error.
	MinSide = 5

	// MaxSide and MaxPixels bound what is hashed at all, and so the memory of a Hasher: 64 MB at most.
	MaxSide   = 1 << 20
	MaxPixels = 1 << 30
)

// Result is the hash of a picture.
type Result struct {
	Hash    Hash
	Quality int // 0, featureless, to 100; a hash of quality below 50 should not be matched
}

// A Hasher computes hashes and keeps its buffers from one picture to the next: once it has seen a picture as large, a
// Hasher allocates nothing. Its zero value is ready for use. It is not safe for concurrent use; the functions of this
// package are, and use a pool of hashers.
type Hasher struct {
	portable bool // do without vector instructions; for tests, the results are the same
	tent     tent
	pixels   converter
	samples  samples
	spectrum spectrum
}

// FromImage returns the hash of img. It fails if img is nil or larger than MaxSide or MaxPixels.
func (h *Hasher) FromImage(img image.Image) (Result, error) {
	if err := h.readImage(img); err != nil {
		return Result{}, err
	}
	return h.result(), nil
}

// FromLuma returns the hash of a grey picture: one byte a pixel, 0 black to 255 white, the rows stride bytes apart. It
// fails if pix is too short for the size, or the size is out of bounds. A picture has the same hash as the *image.Gray of
// its pixels.
//
// The luma plane of a JPEG or a video frame is rounded and may differ a little from the luma of the colours, which
// FromImage takes; their hashes may differ by a few bits.
func (h *Hasher) FromLuma(pix []byte, width, height, stride int) (Result, error) {
	if err := h.readLuma(pix, width, height, stride); err != nil {
		return Result{}, err
	}
	return h.result(), nil
}

// FromRGB returns the hash of a picture of three bytes a pixel, red, green and blue, the rows stride bytes apart. It
// fails if pix is too short for the size, or the size is out of bounds.
func (h *Hasher) FromRGB(pix []byte, width, height, stride int) (Result, error) {
	if err := h.readRGB(pix, width, height, stride); err != nil {
		return Result{}, err
	}
	return h.result(), nil
}

func (h *Hasher) result() Result {
	return Result{Hash: h.hash(&h.spectrum), Quality: h.quality()}
}

// vector returns whether to use vector instructions.
func (h *Hasher) vector() bool { return hasVector && !h.portable }

// transform computes the spectrum of the samples.
func (h *Hasher) transform() {
	if h.vector() {
		h.spectrum.transformVector(&h.samples)
	} else {
		h.spectrum.transform(&h.samples)
	}
}

// hash returns the hash of a spectrum, that of the picture or of the picture turned.
func (h *Hasher) hash(f *spectrum) Hash {
	if h.vector() {
		return f.hashVector()
	}
	return f.hash()
}

// quality returns how much structure the samples have, 0 to 100.
func (h *Hasher) quality() int {
	var sum int
	if h.vector() {
		sum = h.samples.gradientVector()
	} else {
		sum = h.samples.gradient()
	}
	return min(sum/90, 100)
}

func (h *Hasher) readImage(img image.Image) error {
	if img == nil {
		return errors.New("pdq: no picture given: the image is nil")
	}
	if m, ok := img.(*image.Paletted); ok {
		h.pixels.setPalette(m.Palette)
	}
	size := img.Bounds().Size()
	return h.read(size.X, size.Y, func(dst []float32, x, y int) {
		h.pixels.row(dst, img, x, y)
	})
}

func (h *Hasher) readLuma(pix []byte, width, height, stride int) error {
	if err := checkBuffer(len(pix), width, height, stride, 1); err != nil {
		return err
	}
	return h.read(width, height, func(dst []float32, x, y int) {
		h.pixels.grey(dst, pix[y*stride+x:])
	})
}

func (h *Hasher) readRGB(pix []byte, width, height, stride int) error {
	if err := checkBuffer(len(pix), width, height, stride, 3); err != nil {
		return err
	}
	return h.read(width, height, func(dst []float32, x, y int) {
		h.pixels.rgb(dst, pix[y*stride+3*x:])
	})
}

// read fills samples and spectrum from a picture. Pixels of row y from column x on are written by row.
func (h *Hasher) read(width, height int, row func(dst []float32, x, y int)) error {
	if err := checkSize(width, height); err != nil {
		return err
	}
	if width < MinSide || height < MinSide {
		h.samples = samples{}
		h.spectrum = spectrum{}
		return nil
	}
	h.tent.vector, h.pixels.vector = h.vector(), h.vector()
	h.tent.reduce(&h.samples, width, height, row)
	h.transform()
	return nil
}

func checkSize(width, height int) error {
	if width < 0 || height < 0 {
		return fmt.Errorf("pdq: a picture of %d by %d pixels: give sides of 0 or more", width, height)
	}
	if width > MaxSide || height > MaxSide || int64(width)*int64(height) > MaxPixels {
		return fmt.Errorf("pdq: a picture of %d by %d pixels is too large: at most %d a side and %d in all",
			width, height, MaxSide, MaxPixels)
	}
	return nil
}

// checkBuffer checks that n bytes hold a picture of the given size.
func checkBuffer(n, width, height, stride, bytesPerPixel int) error {
	if err := checkSize(width, height); err != nil {
		return err
	}
	if width == 0 || height == 0 {
		return nil
	}
	row := width * bytesPerPixel
	if stride < row {
		return fmt.Errorf("pdq: rows %d bytes apart overlap: a row of %d pixels takes %d", stride, width, row)
	}
	if rows := (n-row)/stride + 1; n < row || rows < height {
		return fmt.Errorf("pdq: %d bytes are too few for %d rows of %d pixels, %d bytes apart", n, height, width, stride)
	}
	return nil
}
