//go:build nodynamic && !wasm2go

package media_test

import (
	"bytes"
	"context"
	"encoding/binary"
	"errors"
	"image"
	"image/color"
	"image/draw"
	"slices"
	"strings"
	"sync"
	"testing"
	"time"

	"github.com/quell-project/quell/internal/pipeline/media"
)

// avifOf encodes a picture.
func avifOf(t testing.TB, img *image.RGBA) []byte {
	t.Helper()
	file, err := media.EncodeAVIF(img)
	if err != nil {
		t.Fatal(err)
	}
	return file
}

// av1 returns the parts of a file that was encoded: the configuration of the decoder, and the coded picture.
func av1(t testing.TB, file []byte) (config, data []byte) {
	t.Helper()
	at, start := bytes.Index(file, []byte("av1C")), bytes.LastIndex(file, []byte("mdat"))
	if at < 0 || start < 0 {
		t.Fatal("the encoder made no such file")
	}
	return file[at-4:][:binary.BigEndian.Uint32(file[at-4:])], file[start+4:]
}

// shade is an opaque picture of slopes and a disc, darker the higher n is.
func shade(width, height, n int) *image.RGBA {
	img := image.NewRGBA(image.Rect(0, 0, width, height))
	for y := range height {
		for x := range width {
			v := uint8(max(0, 255*x/width-20*n))
			if dx, dy := 3*x-width, 2*y-height; dx*dx+dy*dy < width*height/4 {
				v = 30
			}
			img.Set(x, y, color.RGBA{v, uint8(255 * y / height), v, 255})
		}
	}
	return img
}

// near fails if two pictures are further apart than a lossy format explains.
func near(t *testing.T, name string, got image.Image, want *image.RGBA) {
	t.Helper()
	if got.Bounds().Size() != want.Rect.Size() {
		t.Fatalf("%s: %v, want %v", name, got.Bounds(), want.Rect)
	}
	sum := 0
	for y := range want.Rect.Dy() {
		for x := range want.Rect.Dx() {
			a, b := color.GrayModel.Convert(got.At(x, y)).(color.Gray), color.GrayModel.Convert(want.At(x, y)).(color.Gray)
			sum += max(int(a.Y)-int(b.Y), int(b.Y)-int(a.Y))
		}
	}
	if mean := float64(sum) / float64(want.Rect.Dx()*want.Rect.Dy()); mean > 4 {
		t.Errorf("%s: pixels are %.1f apart in the mean", name, mean)
	}
}

// fourAVIFs are four pictures of one size.
var fourAVIFs = sync.OnceValue(func() (files [][]byte) {
	for n := range 4 {
		file, err := media.EncodeAVIF(shade(96, 64, n))
		if err != nil {
			panic(err)
		}
		files = append(files, file)
	}
	return files
})

// A still picture has the pixels that were encoded, and is turned as its properties say.
func TestAVIF(t *testing.T) {
	t.Parallel()
	file := fourAVIFs()[0]
	config, data := av1(t, file)
	for _, c := range []struct {
		name        string
		data        []byte
		orientation int
	}{
		{"as encoded", file, 1},
		{"turned", heifOf("avif", "av01", data, ispe(96, 64), config, boxOf("irot", []byte{1})), 8},
		{"of another brand", heifOf("mif1", "av01", data, ispe(96, 64), config), 1},
		{"that says it is a sequence", heifOf("avis", "av01", data, ispe(96, 64), config), 1},
	} {
		if c.name == "of another brand" {
			c.data = bytes.Replace(c.data, []byte("miaf"), []byte("avif"), 1)
		}
		got := decode(t, media.NewDecoder(media.Limits{}), c.data, func(f media.Frame) { near(t, c.name, f.Image, shade(96, 64, 0)) })
		check(t, got, outcome{
			Picture: media.Picture{MediaType: "image/avif", Width: 96, Height: 64, Orientation: c.orientation, Frames: 1, Checked: 1},
			Status:  media.Complete, Visited: []int{0},
		})
	}
}

// A picture of tiles, as phones and encoders make of large ones, is read whole.
func TestAVIFGrid(t *testing.T) {
	t.Parallel()
	config, left := av1(t, fourAVIFs()[0])
	_, right := av1(t, fourAVIFs()[3])
	want := image.NewRGBA(image.Rect(0, 0, 192, 64))
	draw.Draw(want, image.Rect(0, 0, 96, 64), shade(96, 64, 0), image.Point{}, draw.Src)
	draw.Draw(want, image.Rect(96, 0, 192, 64), shade(96, 64, 3), image.Point{}, draw.Src)
	got := decode(t, media.NewDecoder(media.Limits{}), gridOf(96, 64, config, left, right), func(f media.Frame) { near(t, "grid", f.Image, want) })
	check(t, got, outcome{
		Picture: media.Picture{MediaType: "image/avif", Width: 192, Height: 64, Orientation: 1, Frames: 1, Checked: 1},
		Status:  media.Complete, Visited: []int{0},
	})
}

// Every frame of a sequence is visited, and a picture for those who know no sequences too.
func TestAVIFSequence(t *testing.T) {
	t.Parallel()
	var samples [][]byte
	var config []byte
	for _, file := range fourAVIFs() {
		c, data := av1(t, file)
		config, samples = c, append(samples, data)
	}
	sequence := media.Sequence("avis", 96, 64, visual("av01", 96, 64, config), samples...)
	check(t, decode(t, media.NewDecoder(media.Limits{}), sequence, func(f media.Frame) { near(t, "frame", f.Image, shade(96, 64, f.Index)) }), outcome{
		Picture: media.Picture{MediaType: "image/avif", Width: 96, Height: 64, Orientation: 1, Frames: 4, Checked: 4},
		Status:  media.Complete, Visited: []int{0, 1, 2, 3},
	})

	hidden := heifOf("avis", "av01", samples[3], ispe(96, 64), config)
	track := sequence[len(brands("avis", "avis", "msf1", "miaf")):]
	both := append(slices.Clone(hidden), moved(track, len(hidden)-len(sequence)+len(track))...)
	check(t, decode(t, media.NewDecoder(media.Limits{}), both, func(f media.Frame) {
		near(t, "frame", f.Image, shade(96, 64, []int{3, 0, 1, 2, 3}[f.Index]))
	}), outcome{
		Picture: media.Picture{MediaType: "image/avif", Width: 96, Height: 64, Orientation: 1, Frames: 5, Checked: 5},
		Status:  media.Complete, Visited: []int{0, 1, 2, 3}, // the last frame equals the picture
	})

	cut := decode(t, media.NewDecoder(media.Limits{}), sequence[:len(sequence)-len(samples[3])-9], nil)
	check(t, cut, outcome{
		Picture: media.Picture{MediaType: "image/avif", Width: 96, Height: 64, Orientation: 1, Frames: 4, Checked: 2},
		Status:  media.Partial, Reason: "The first 2 of 4 frames were checked. " + isCutOff, Visited: []int{0, 1},
	})
}

// moved returns a track whose samples lie further behind by some bytes.
func moved(track []byte, by int) []byte {
	track = slices.Clone(track)
	at := bytes.Index(track, []byte("stco")) + 12
	binary.BigEndian.PutUint32(track[at:], uint32(int(binary.BigEndian.Uint32(track[at:]))+by))
	return track
}

// What cannot be decoded has failed, and is never taken for a picture of nothing. It takes down nothing else.
func TestBrokenAVIF(t *testing.T) {
	t.Parallel()
	config, data := av1(t, fourAVIFs()[0])
	whole := heifOf("avif", "av01", data, ispe(96, 64), config)
	noise := slices.Clone(data)
	for i := 20; i < len(noise); i++ {
		noise[i] = byte(i * 77)
	}
	for _, c := range []struct {
		name, reason string
		data         []byte
	}{
		{"nothing coded", isDamaged, heifOf("avif", "av01", nil, ispe(96, 64), config)},
		{"a few bytes coded", isDamaged, heifOf("avif", "av01", data[:12], ispe(96, 64), config)},
		{"cut off", isCutOff, whole[:len(whole)-len(data)/2]},
		{"cut off in its headers", isCutOff, whole[:120]},
		{"another code", isDamaged, heifOf("avif", "hvc1", data, ispe(96, 64), config)},
		{"no configuration", isDamaged, heifOf("avif", "av01", data, ispe(96, 64))},
	} {
		got := decode(t, media.NewDecoder(media.Limits{}), c.data, nil)
		if got.Status != media.Failed || got.Reason != c.reason || len(got.Visited) > 0 {
			t.Errorf("%s: %s %q after %d visits", c.name, got.Status, got.Reason, len(got.Visited))
		}
	}
	if got := decode(t, media.NewDecoder(media.Limits{}), heifOf("avif", "av01", noise, ispe(96, 64), config), nil); got.Status == "" {
		t.Error("noise has no status")
	}
	if got := decode(t, media.NewDecoder(media.Limits{}), whole, nil); got.Status != media.Complete {
		t.Errorf("afterwards: %s %s", got.Status, got.Reason)
	}
}

// A picture that says it is small gets the memory of a small one, whatever its code asks for; one that says it is large is refused. (What
// fits into that memory is scaled to the size that it says, as browsers do.)
func TestAVIFThatLiesAboutItsSize(t *testing.T) {
	t.Parallel()
	config, data := av1(t, avifOf(t, shade(2400, 1600, 0)))
	got := decode(t, media.NewDecoder(media.Limits{}), heifOf("avif", "av01", data, ispe(16, 16), config), nil)
	if got.Status != media.Failed || got.Reason != isDamaged {
		t.Errorf("small: %s %q", got.Status, got.Reason)
	}
	got = decode(t, media.NewDecoder(media.Limits{}), heifOf("avif", "av01", data, ispe(60_000, 50_000), config), nil)
	if got.Status != media.Unsupported || !strings.Contains(got.Reason, "3,000,000,000 pixels") {
		t.Errorf("large: %s %q", got.Status, got.Reason)
	}
}

// A decoder at work is stopped when the time of its file is over.
func TestAVIFEndsWithItsTime(t *testing.T) {
	t.Parallel()
	data := avifOf(t, shade(1400, 1000, 0))
	decode(t, media.NewDecoder(media.Limits{}), fourAVIFs()[0], nil) // the decoder is compiled
	_, err := media.NewDecoder(media.Limits{Time: time.Millisecond}).Decode(t.Context(), data, func(media.Frame) error { return nil })
	if e, ok := errors.AsType[*media.Error](err); !ok || e.Status != media.Failed || !errors.Is(err, context.DeadlineExceeded) {
		t.Errorf("got %v", err)
	}
}
