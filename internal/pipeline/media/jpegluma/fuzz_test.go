package jpegluma

import (
	"bytes"
	"errors"
	"image"
	"image/jpeg"
	"maps"
	"math/rand/v2"
	"slices"
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
	f.Add(specimen{width: 40, height: 40, luma: 0x22, dense: 5, steps: 5, wide: true, extended: true, twelve: true}.file())
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
		d := &decoder{}
		_, err := d.header(data)
		switch {
		case d.width*d.height > 1<<18:
			t.Skip("A large picture takes long.")
		case err == nil && d.precision == 8:
			agree(t, data)
		}
		for _, scale := range []int{1, 8} {
			img, rows, err := DecodePart(data, scale, always)
			if err != nil || rows < 0 || rows > d.height || img == nil && rows > 0 {
				t.Errorf("%d rows of %d, %v", rows, d.height, err)
			}
		}
	})
}

// agree checks that image/jpeg reads what this package reads, and in the same way. It reports whether this package reads it.
func agree(t *testing.T, data []byte) bool {
	t.Helper()
	got, err := Decode(data, 1, always)
	if err != nil && !errors.Is(err, ErrOther) {
		t.Errorf("an unknown error: %v", err)
	}
	want, wantErr := standard(data)
	for _, scale := range []int{2, 4, 8} {
		small, smallErr := Decode(data, scale, always)
		switch {
		case err == nil && smallErr != nil:
			t.Errorf("read in full size, but not at 1/%d: %v", scale, smallErr)
		case smallErr == nil && wantErr != nil:
			t.Errorf("read at 1/%d, but image/jpeg says %v", scale, wantErr)
		case smallErr == nil:
			small.GrayAt(small.Rect.Dx()-1, small.Rect.Dy()-1)
		}
	}
	switch {
	case err != nil:
		return false
	case wantErr != nil:
		t.Errorf("read, but image/jpeg says %v", wantErr)
	case got.Rect != want.Rect:
		t.Errorf("%v, want %v", got.Rect, want.Rect)
	default:
		if d := furthest(got, want); d > 2 {
			t.Errorf("some pixels are %d apart", d)
		}
	}
	return true
}

// Damage within a scan is what a fuzzer of bytes seldom finds its way to: here a byte of a file of each kind is changed, left out
// or put in. About a tenth of such files remain readable.
func TestDamagedFilesAreReadAsTheStandardLibraryReadsThem(t *testing.T) {
	t.Parallel()
	r := rand.New(rand.NewPCG(3, 4))
	read, all := 0, 0
	kinds := specimens()
	for _, name := range slices.Sorted(maps.Keys(kinds)) {
		whole := kinds[name].file()
		if len(whole) > 10_000 {
			continue
		}
		scan := bytes.Index(whole, []byte{0xff, jpegSOS})
		for range 60 {
			data := bytes.Clone(whole)
			switch place := scan + r.IntN(len(data)-scan); r.IntN(4) {
			case 0:
				data[place] = byte(r.Uint32())
			case 1:
				data[place] ^= 1 << r.IntN(8)
			case 2:
				data = slices.Delete(data, place, place+1)
			case 3:
				data = slices.Insert(data, place, byte(r.Uint32()))
			}
			all++
			if agree(t, data) {
				read++
			}
			if t.Failed() {
				t.Fatalf("%s", name)
			}
		}
	}
	if read < all/20 || read > all/2 {
		t.Errorf("%d of %d damaged files are read: this test shows little", read, all)
	}
}
