package pdq

import (
	"image"
	"sync"
)

// pooled is the number of filter values, 4 bytes each, that a hasher in the pool may hold; it is enough for a picture of
// 100 megapixels. What a larger picture needed is left to the garbage collector.
const pooled = 1 << 20

var hashers = sync.Pool{New: func() any { return new(Hasher) }}

func release(h *Hasher) {
	h.trim()
	hashers.Put(h)
}

func (h *Hasher) trim() {
	if h.tent.held() > pooled {
		h.tent = tent{}
	}
}

// FromImage does what Hasher.FromImage does. It is safe for concurrent use.
func FromImage(img image.Image) (Result, error) {
	h := hashers.Get().(*Hasher)
	r, err := h.FromImage(img)
	release(h)
	return r, err
}

// FromLuma does what Hasher.FromLuma does. It is safe for concurrent use.
func FromLuma(pix []byte, width, height, stride int) (Result, error) {
	h := hashers.Get().(*Hasher)
	r, err := h.FromLuma(pix, width, height, stride)
	release(h)
	return r, err
}

// FromRGB does what Hasher.FromRGB does. It is safe for concurrent use.
func FromRGB(pix []byte, width, height, stride int) (Result, error) {
	h := hashers.Get().(*Hasher)
	r, err := h.FromRGB(pix, width, height, stride)
	release(h)
	return r, err
}

// DihedralFromImage does what Hasher.DihedralFromImage does. It is safe for concurrent use.
func DihedralFromImage(img image.Image) (Dihedral, error) {
	h := hashers.Get().(*Hasher)
	d, err := h.DihedralFromImage(img)
	release(h)
	return d, err
}

// DihedralFromLuma does what Hasher.DihedralFromLuma does. It is safe for concurrent use.
func DihedralFromLuma(pix []byte, width, height, stride int) (Dihedral, error) {
	h := hashers.Get().(*Hasher)
	d, err := h.DihedralFromLuma(pix, width, height, stride)
	release(h)
	return d, err
}

// DihedralFromRGB does what Hasher.DihedralFromRGB does. It is safe for concurrent use.
func DihedralFromRGB(pix []byte, width, height, stride int) (Dihedral, error) {
	h := hashers.Get().(*Hasher)
	d, err := h.DihedralFromRGB(pix, width, height, stride)
	release(h)
	return d, err
}
