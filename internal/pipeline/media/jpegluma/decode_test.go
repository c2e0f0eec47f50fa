package jpegluma

import (
	"bytes"
	"errors"
	"image"
	"image/jpeg"
	"math/rand/v2"
	"testing"
)

func always() error { return nil }

// standard returns the brightness as image/jpeg decodes it.
func standard(data []byte) (*image.Gray, error) {
	img, err := jpeg.Decode(bytes.NewReader(data))
	switch m := img.(type) {
	case *image.Gray:
		return m, err
	case *image.YCbCr:
		return &image.Gray{Pix: m.Y, Stride: m.YStride, Rect: m.Rect}, err
	}
	return nil, err
}

// furthest returns how far apart two pictures are at the pixel where they differ most.
func furthest(a, b *image.Gray) int {
	most := 0
	for y := range a.Rect.Dy() {
		for x := range a.Rect.Dx() {
			d := int(a.GrayAt(x, y).Y) - int(b.GrayAt(x, y).Y)
			most = max(most, d, -d)
		}
	}
	return most
}

// Every kind of file that is read has the brightness that image/jpeg gives it, but for rounding.
func TestBrightnessIsThatOfTheStandardLibrary(t *testing.T) {
	t.Parallel()
	for name, s := range specimens() {
		data := s.file()
		want, err := standard(data)
		if err != nil {
			t.Fatalf("%s: the specimen is wrong: %v", name, err)
		}
		got, err := Decode(data, 1, always)
		if err != nil {
			t.Errorf("%s: %v", name, err)
			continue
		}
		if got.Rect != want.Rect {
			t.Errorf("%s: %v, want %v", name, got.Rect, want.Rect)
		} else if d := furthest(got, want); d > 1 {
			t.Errorf("%s: some pixels are %d apart", name, d)
		}
	}
}

// A smaller picture is decoded without looking at all coefficients, and must come to the same end of the file.
func TestEveryScaleReadsTheSameFiles(t *testing.T) {
	t.Parallel()
	for name, s := range specimens() {
		data := s.file()
		for _, scale := range []int{2, 4, 8} {
			got, err := Decode(data, scale, always)
			if err != nil {
				t.Errorf("%s, 1/%d: %v", name, scale, err)
				continue
			}
			if want := image.Rect(0, 0, (s.width+scale-1)/scale, (s.height+scale-1)/scale); got.Rect != want {
				t.Errorf("%s, 1/%d: %v, want %v", name, scale, got.Rect, want)
			}
		}
	}
}

// Of a picture without fine detail, a scaled sample is the mean of those that it stands for.
func TestScaledSamplesAreMeans(t *testing.T) {
	t.Parallel()
	img := image.NewGray(image.Rect(0, 0, 128, 96))
	for y := range 96 {
		for x := range 128 {
			img.Pix[y*img.Stride+x] = byte((x-40)*(x-40)/80 + y)
		}
	}
	var file bytes.Buffer
	if err := jpeg.Encode(&file, img, &jpeg.Options{Quality: 100}); err != nil {
		t.Fatal(err)
	}
	for _, scale := range []int{1, 2, 4, 8} {
		got, err := Decode(file.Bytes(), scale, always)
		if err != nil {
			t.Fatal(err)
		}
		for y := range 96 / scale {
			for x := range 128 / scale {
				sum := 0
				for i := range scale * scale {
					sum += int(img.GrayAt(x*scale+i%scale, y*scale+i/scale).Y)
				}
				if d := sum/scale/scale - int(got.GrayAt(x, y).Y); d < -3 || d > 3 {
					t.Fatalf("1/%d: at %d,%d it is %d off", scale, x, y, d)
				}
			}
		}
	}
}

// Whatever this package reads, cut off anywhere, image/jpeg reads as well: never is a file taken for whole that is not.
func TestCutOffFilesAreLeftToTheStandardLibrary(t *testing.T) {
	t.Parallel()
	for name, s := range specimens() {
		if s.width > 200 {
			continue
		}
		data := s.file()
		for n := 0; n < len(data); n += 1 + len(data)/500 {
			for _, scale := range []int{1, 8} {
				if _, err := Decode(data[:n], scale, always); !errors.Is(err, ErrOther) {
					t.Fatalf("%s, 1/%d: the first %d of %d bytes: %v", name, scale, n, len(data), err)
				}
			}
		}
	}
}

// Of a file that is cut off, what was decoded is what the whole file shows, and the rest is grey.
func TestPartOfCutOffFile(t *testing.T) {
	t.Parallel()
	for name, s := range specimens() {
		if s.width > 200 {
			continue
		}
		data := s.file()
		whole, err := Decode(data, 1, always)
		if err != nil {
			t.Fatal(err)
		}
		most := 0
		for n := 0; n < len(data); n += 1 + len(data)/100 {
			part, rows, err := DecodePart(data[:n], 1, always)
			if err != nil || rows < most {
				t.Fatalf("%s: of the first %d of %d bytes %d rows, of fewer bytes %d, %v", name, n, len(data), rows, most, err)
			}
			most = rows
			for y := 0; part != nil && y < s.height; y++ {
				if want := whole.GrayAt(0, y).Y; y < rows && part.GrayAt(0, y).Y != want || y >= rows && part.GrayAt(0, y).Y != 128 {
					t.Fatalf("%s: of the first %d of %d bytes row %d of %d is %d, want %d", name, n, len(data), y, rows, part.GrayAt(0, y).Y, want)
				}
			}
			small, smallRows, err := DecodePart(data[:n], 8, always)
			if err != nil || smallRows != rows || (small == nil) != (part == nil) {
				t.Fatalf("%s: at an eighth %d rows, not %d, %v", name, smallRows, rows, err)
			}
		}
		if height := min(most+32, s.height); height != s.height {
			t.Errorf("%s: of nearly the whole file %d rows of %d", name, most, s.height)
		}
	}
}

// A file of 12 bits a sample whose steps are 16 times as large shows the same picture as one of 8.
func TestTwelveBits(t *testing.T) {
	t.Parallel()
	for _, s := range []specimen{
		{width: 40, height: 33, luma: 0x11, grey: true, dense: 9, steps: 9},
		{width: 100, height: 70, luma: 0x22, dense: 4, steps: 20, interval: 3},
		{width: 60, height: 60, luma: 0x22, dense: 64, steps: 2, long: true},
	} {
		s.wide, s.extended = true, true
		eight := s.file()
		s.twelve = true
		for _, scale := range []int{1, 2, 4, 8} {
			want, err := Decode(eight, scale, always)
			if err != nil {
				t.Fatal(err)
			}
			got, err := Decode(s.file(), scale, always)
			if err != nil {
				t.Fatalf("1/%d: %v", scale, err)
			}
			if d := furthest(got, want); got.Rect != want.Rect || d > 1 {
				t.Errorf("1/%d: %v, and %d apart", scale, got.Rect, d)
			}
		}
	}
}

// A file of another kind is refused, and so is one that is damaged.
func TestOtherFilesAreRefused(t *testing.T) {
	t.Parallel()
	whole := specimen{width: 40, height: 40, luma: 0x22, dense: 5, steps: 5, interval: 2}.file()
	change := func(old, with string) []byte {
		if !bytes.Contains(whole, []byte(old)) {
			t.Fatalf("the specimen has no %q", old)
		}
		return bytes.Replace(whole, []byte(old), []byte(with), 1)
	}
	scan := bytes.Index(whole, []byte{0xff, jpegSOS}) + 14
	for name, data := range map[string][]byte{
		"nothing":                       nil,
		"no JPEG":                       []byte("GIF89a, or so it says"),
		"progressive":                   change("\xff\xc0", "\xff\xc2"),
		"arithmetic codes":              change("\xff\xc0", "\xff\xc9"),
		"lossless":                      change("\xff\xc0", "\xff\xc3"),
		"12 bits":                       change("\xff\xc0\x00\x11\x08", "\xff\xc0\x00\x11\x0c"),
		"no height":                     change("\x08\x00\x28", "\x08\x00\x00"),
		"a colour at twice the samples": change("\x02\x11\x01", "\x02\x21\x01"),
		"three samples across":          change("\x01\x22\x00", "\x01\x32\x00"),
		"equal names":                   change("\x02\x11\x01", "\x01\x11\x01"),
		"no such quantizer":             change("\x02\x11\x01", "\x02\x11\x03"),
		"RGB":                           bytes.ReplaceAll(bytes.ReplaceAll(bytes.ReplaceAll(change("JFIF", "JFXX"), []byte("\x01\x22\x00"), []byte("R\x22\x00")), []byte("\x02\x11\x01"), []byte("G\x11\x01")), []byte("\x03\x11\x01"), []byte("B\x11\x01")),
		"one component of three":        change("\xff\xda\x00\x0c\x03\x01\x00\x02\x11\x03\x11", "\xff\xda\x00\x08\x01\x01\x00"),
		"components in disorder":        change("\x01\x00\x02\x11\x03\x11", "\x02\x11\x01\x00\x03\x11"),
		"some coefficients only":        change("\x03\x11\x00\x3f\x00", "\x03\x11\x00\x30\x00"),
		"no such code":                  change("\x01\x00\x02\x11\x03\x11", "\x01\x00\x02\x12\x03\x11"),
		"a restart of another number":   change("\xff\xd1", "\xff\xd3"),
		"a restart too many":            append(append(append([]byte(nil), whole[:len(whole)-2]...), 0xff, 0xd0), 0xff, jpegEOI),
		"bytes before the end":          append(append([]byte(nil), whole[:len(whole)-2]...), 0, 0xff, jpegEOI),
		"a comment before the end":      append(append(append([]byte(nil), whole[:len(whole)-2]...), segment(jpegCOM, 'x')...), 0xff, jpegEOI),
		"another marker in the scan":    append(append(append([]byte(nil), whole[:scan+4]...), 0xff, 0x01), whole[scan+4:]...),
	} {
		if _, err := Decode(data, 1, always); !errors.Is(err, ErrOther) {
			t.Errorf("%s: %v", name, err)
		}
	}
	if _, err := Decode(append(whole, "what follows the end is no matter"...), 1, always); err != nil {
		t.Errorf("with something behind the end: %v", err)
	}
}

// Nothing that a picture can show is taken for impossible: black and white in the hardest contrasts, however coarsely quantized.
func TestHardContrastsAreRead(t *testing.T) {
	t.Parallel()
	var r *rand.Rand
	for name, white := range map[string]func(x, y int) bool{
		"black":                func(int, int) bool { return false },
		"white":                func(int, int) bool { return true },
		"a checkerboard":       func(x, y int) bool { return (x+y)%2 == 0 },
		"lines":                func(x, _ int) bool { return x%2 == 0 },
		"lines of two pixels":  func(_, y int) bool { return y%4 < 2 },
		"something like words": func(x, y int) bool { return y%16 > 10 || (x*x/7+x*y%11+y*y/5)%3 == 0 },
		"noise":                func(int, int) bool { return r.IntN(2) == 0 },
		"few black pixels":     func(int, int) bool { return r.IntN(40) > 0 },
		"few white pixels":     func(int, int) bool { return r.IntN(9) == 0 },
	} {
		r = rand.New(rand.NewPCG(1, 1))
		img := image.NewGray(image.Rect(0, 0, 128, 128))
		for i := range img.Pix {
			if white(i%128, i/128) {
				img.Pix[i] = 255
			}
		}
		for _, quality := range []int{1, 5, 10, 25, 50, 90, 100} {
			var file bytes.Buffer
			if err := jpeg.Encode(&file, img, &jpeg.Options{Quality: quality}); err != nil {
				t.Fatal(err)
			}
			if !agree(t, file.Bytes()) {
				t.Errorf("%s at quality %d is not read", name, quality)
			}
		}
	}
}

// Coefficients that no picture has are left to image/jpeg: decoders differ in what they make of them.
func TestImpossibleCoefficientsAreRefused(t *testing.T) {
	t.Parallel()
	data := specimen{width: 40, height: 40, luma: 0x11, dense: 60, steps: 1500, wide: true}.file()
	if _, err := standard(data); err != nil {
		t.Fatal(err)
	}
	if _, err := Decode(data, 1, always); !errors.Is(err, ErrOther) {
		t.Errorf("it ends with %v", err)
	}
}

// Decoding ends soon after it is told to, with the reason that it is given.
func TestProceedStopsDecoding(t *testing.T) {
	t.Parallel()
	data := specimen{width: 600, height: 320, luma: 0x22, dense: 20, steps: 3, interval: 2}.file()
	want, calls := errors.New("enough"), 0
	_, err := Decode(data, 2, func() error {
		if calls++; calls == 3 {
			return want
		}
		return nil
	})
	if err != want || calls != 3 {
		t.Errorf("%v after %d calls", err, calls)
	}
	calls = 0
	if _, err := Decode(data, 2, func() error { calls++; return nil }); err != nil || calls != 320/16 {
		t.Errorf("%d calls for %d rows of blocks, %v", calls, 320/16, err)
	}
}
