package jpegluma

import (
	"bytes"
	"errors"
	"image"
	"image/jpeg"
	"testing"
)

// Whatever the bytes are, what this package reads image/jpeg reads as well, in the same size and with the same brightness but
// for rounding; and at every scale the same files are read.
func FuzzDecode(f *testing.F) {
	for _, s := range specimens() {
		if s.width <= 100 {
			f.Add(s.file())
		}
	}
	img := image.NewGray(image.Rect(0, 0, 20, 20))
	for i := range img.Pix {
		img.Pix[i] = byte(i * i)
	}
	var file bytes.Buffer
	if err := jpeg.Encode(&file, img, nil); err != nil {
		f.Fatal(err)
	}
	f.Add(file.Bytes())
	f.Fuzz(func(t *testing.T, data []byte) {
		if c, err := jpeg.DecodeConfig(bytes.NewReader(data)); err == nil && c.Width*c.Height > 1<<18 {
			t.Skip("A large picture takes long.")
		}
		got, err := Decode(data, 1, always)
		for _, scale := range []int{2, 4, 8} {
			small, smallErr := Decode(data, scale, always)
			if err == nil && smallErr != nil {
				t.Errorf("read at full size, but at 1/%d %v", scale, smallErr)
			}
			if smallErr == nil {
				if _, err := standard(data); err != nil {
					t.Errorf("read at 1/%d, but image/jpeg says %v", scale, err)
				}
				small.GrayAt(small.Rect.Dx()-1, small.Rect.Dy()-1)
			}
		}
		if err != nil {
			if !errors.Is(err, ErrOther) {
				t.Errorf("an unknown error: %v", err)
			}
			return
		}
		want, err := standard(data)
		if err != nil {
			t.Fatalf("read, but image/jpeg says %v", err)
		}
		if got.Rect != want.Rect {
			t.Fatalf("%v, want %v", got.Rect, want.Rect)
		}
		if d := furthest(got, want); d > 2 {
			t.Errorf("some pixels are %d apart", d)
		}
	})
}
