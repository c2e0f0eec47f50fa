package media_test

import (
	"bytes"
	"image"
	"image/color/palette"
	"image/jpeg"
	"slices"
	"testing"

	"github.com/quell-project/quell/internal/demo/art"
	"github.com/quell-project/quell/internal/pipeline/media"
	"github.com/quell-project/quell/internal/pipeline/media/mediatest"
)

// Of a picture that is cut off at three quarters, the first half of the rows is as in the whole picture.
func TestPartShowsWhatIsThere(t *testing.T) {
	t.Parallel()
	bounds := image.Rect(0, 0, 60, 64)
	rgba, nrgba := drawing(image.NewRGBA(bounds)), drawing(image.NewNRGBA(bounds))
	gray, gray16, nrgba64 := drawing(image.NewGray(bounds)), drawing(image.NewGray16(bounds)), drawing(image.NewNRGBA64(bounds))
	paletted := drawing(image.NewPaletted(bounds, palette.Plan9))
	for name, data := range map[string][]byte{
		"JPEG":            jpegOf(t, rgba),
		"grey JPEG":       jpegOf(t, gray),
		"PNG":             pngOf(t, mediatest.Translucent{Image: rgba}),
		"PNG with alpha":  pngOf(t, nrgba),
		"grey PNG":        pngOf(t, gray),
		"16-bit grey PNG": pngOf(t, gray16),
		"16-bit PNG":      pngOf(t, nrgba64),
		"paletted PNG":    pngOf(t, paletted),
		"GIF":             gifOf(t, paletted),
	} {
		rows := func(data []byte, status media.Status) (all []image.Image) {
			got := decode(t, media.NewDecoder(media.Limits{JPEG: media.Luma}), data, func(f media.Frame) {
				if f.Image.Bounds().Size() != bounds.Size() {
					t.Errorf("%s: %v", name, f.Image.Bounds())
				}
				half := image.NewRGBA64(image.Rect(0, 0, 60, 32))
				for i := range 60 * 32 {
					half.Set(i%60, i/60, f.Image.At(i%60, i/60))
				}
				all = append(all, half)
			})
			if got.Status != status || len(all) != 1 {
				t.Errorf("%s: %s %q, %d visits", name, got.Status, got.Reason, len(all))
			}
			return all
		}
		whole, part := rows(data, media.Complete), rows(data[:len(data)*15/16], media.Partial)
		if len(whole) == 1 && len(part) == 1 {
			samePixels(t, part[0], whole[0])
		}
	}
}

// What lacks its last twentieth is as near to the whole as the usual limit of 31 bits.
func TestPartIsFoundByItsFingerprint(t *testing.T) {
	t.Parallel()
	img := noisy(art.Picture(benchSeed, 600), noise)
	want := hash(t, img)
	for name, data := range map[string][]byte{
		"JPEG": jpegOf(t, img), "PNG": pngOf(t, img), "BMP": bmpOf(t, img), "GIF": gifOf(t, img),
	} {
		got := decode(t, media.NewDecoder(media.Limits{}), data[:len(data)*95/100], func(f media.Frame) {
			if d := hash(t, f.Image).Hash.Distance(want.Hash); d > 31 {
				t.Errorf("%s: %d bits away", name, d)
			}
		})
		if got.Status != media.Partial {
			t.Errorf("%s: %s %q", name, got.Status, got.Reason)
		}
	}
}

// Rows come in another order in an interlaced GIF; those that are missing are those above them.
func TestPartOfInterlacedGIF(t *testing.T) {
	t.Parallel()
	img := image.NewPaletted(image.Rect(0, 0, 40, 64), ramp)
	order := slices.Concat(steps(0, 8), steps(4, 8), steps(2, 4), steps(1, 2))
	for i, y := range order {
		for x := range 40 {
			img.Pix[i*40+x] = uint8(3*y + x%3)
		}
	}
	data := gifOf(t, img)
	descriptor := bytes.LastIndexByte(data[:len(data)/2], 0x2c)
	data[descriptor+9] |= 0x40
	for name, data := range map[string][]byte{"whole": data, "cut off": data[:len(data)*7/10]} {
		visits := 0
		decode(t, media.NewDecoder(media.Limits{}), data, func(f media.Frame) {
			visits++
			for y := range 64 {
				want := uint8(3 * y)
				if got := f.Image.(*image.RGBA).RGBAAt(0, y).R; got != want && (name == "whole" || y%2 == 0 || got != want-3) {
					t.Errorf("%s: row %d is %d, want %d", name, y, got, want)
				}
			}
		})
		if visits != 1 {
			t.Errorf("%s: %d visits", name, visits)
		}
	}
}

func steps(first, step int) (all []int) {
	for y := first; y < 64; y += step {
		all = append(all, y)
	}
	return all
}

// A checksum that is wrong, or more pixels than there should be, keep no picture from being looked at. A viewer shows it.
func TestDamagedPNGIsLookedAt(t *testing.T) {
	t.Parallel()
	img := drawing(image.NewGray(image.Rect(0, 0, 64, 64)))
	data := pngOf(t, img)
	data[len(data)-12-1] ^= 1 // of the checksum of the pixels
	got := decode(t, media.NewDecoder(media.Limits{}), data, func(f media.Frame) { samePixels(t, f.Image, img) })
	if got.Status != media.Partial || got.Reason != "The file is damaged, but all of its rows can be read, and were checked." {
		t.Errorf("%s %q", got.Status, got.Reason)
	}
}

// Of a progressive JPEG the whole scans are shown, without the detail of those that are missing.
func TestProgressiveJPEGWithoutItsLastScans(t *testing.T) {
	t.Parallel()
	data := mediatest.FlatJPEG(64, 48, 3, true, 3, 20)
	for scan := 3; scan > 0; scan-- {
		data = data[:bytes.LastIndex(data, []byte{0xff, 0xda})+16]
		got := decode(t, media.NewDecoder(media.Limits{JPEG: media.Full}), data, nil)
		want := outcome{
			Picture: media.Picture{MediaType: "image/jpeg", Width: 64, Height: 48, Orientation: 1, Frames: 1, Checked: 1},
			Status:  media.Partial, Reason: "The file is cut off: the picture was checked without the detail that is missing.", Visited: []int{0},
		}
		if scan == 1 { // nothing but a part of the first
			want.Picture.Checked, want.Status, want.Reason, want.Visited = 0, media.Failed, isCutOff, nil
		}
		check(t, got, want)
		data = data[:bytes.LastIndex(data, []byte{0xff, 0xda})]
	}
}

// A sequential JPEG of 12 bits is read, a progressive one is not.
func TestJPEGOfTwelveBits(t *testing.T) {
	t.Parallel()
	twelve := func(data []byte, frame byte) []byte {
		at := bytes.Index(data, []byte{0xff, frame, 0, 17, 8})
		if at < 0 {
			t.Fatal("the encoder made no such file")
		}
		data = slices.Clone(data)
		data[at+4] = 12
		if frame == 0xc0 {
			data[at+1] = 0xc1
		}
		return data
	}
	img := drawing(image.NewRGBA(image.Rect(0, 0, 64, 48)))
	got := decode(t, media.NewDecoder(media.Limits{JPEG: media.Full}), twelve(jpegOf(t, img), 0xc0), func(f media.Frame) {
		if f.Image.Bounds().Size() != img.Rect.Size() {
			t.Errorf("%v", f.Image.Bounds())
		}
	})
	check(t, got, outcome{
		Picture: media.Picture{MediaType: "image/jpeg", Width: 64, Height: 48, Orientation: 1, Frames: 1, Checked: 1},
		Status:  media.Complete, Visited: []int{0},
	})
	got = decode(t, media.NewDecoder(media.Limits{}), twelve(mediatest.FlatJPEG(64, 48, 3, true, 3, 20), 0xc2), nil)
	if want := "A JPEG of 12 bits a sample cannot be read if it is progressive or of four colours."; got.Status != media.Unsupported || got.Reason != want {
		t.Errorf("progressive: %s %q", got.Status, got.Reason)
	}
	if _, err := jpeg.Decode(bytes.NewReader(twelve(jpegOf(t, img), 0xc0))); err == nil {
		t.Error("image/jpeg reads 12 bits now")
	}
}
