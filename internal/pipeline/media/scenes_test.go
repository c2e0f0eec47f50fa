package media_test

import (
	"bytes"
	"image"
	"image/color"
	"slices"
	"testing"
	"time"

	"github.com/quell-project/quell/internal/demo/art"
	"github.com/quell-project/quell/internal/pipeline/media"
)

var ramp = func() (p color.Palette) {
	for i := range 256 {
		p = append(p, color.Gray{Y: uint8(i)})
	}
	return p
}()

// greys returns a picture of 64 by 64 pixels in shades of grey.
func greys(img image.Image) *image.Paletted {
	out := image.NewPaletted(image.Rect(0, 0, 64, 64), ramp)
	for i := range out.Pix {
		at := img.Bounds().Min.Add(image.Pt(i%64, i/64))
		out.Pix[i] = color.GrayModel.Convert(img.At(at.X, at.Y)).(color.Gray).Y
	}
	return out
}

// gliding returns frames of a window that glides over a wide picture.
func gliding(frames int) (all []*image.Paletted) {
	wide := art.Picture(3, 640)
	for i := range frames {
		all = append(all, greys(wide.SubImage(image.Rect(i, 60, i+64, 124))))
	}
	return all
}

// A picture that flashes by in one frame of a long animation is visited, whatever goes on around it.
func TestFlashIsFound(t *testing.T) {
	t.Parallel()
	const frames, flash = 500, 331 // which is none of the evenly spaced ones
	flashed := greys(art.Poster(7, 64))
	small := func(back *image.Paletted) *image.Paletted { // in a quarter of the frame
		out := greys(back)
		for y := range 32 {
			copy(out.Pix[64*(y+16)+16:][:32], flashed.Pix[64*(2*y):])
		}
		return out
	}
	glide := gliding(frames)
	for name, around := range map[string]func(i int) *image.Paletted{
		"a still picture":         func(int) *image.Paletted { return glide[0] },
		"two pictures by turns":   func(i int) *image.Paletted { return glide[i%2*400] },
		"a picture gliding past":  func(i int) *image.Paletted { return glide[i] },
		"scenes of twenty frames": func(i int) *image.Paletted { return greys(art.Picture(uint64(i/20), 64)) },
	} {
		for kind, shown := range map[string]*image.Paletted{"whole": flashed, "in a quarter": small(around(flash))} {
			if kind == "in a quarter" && name != "a still picture" && name != "two pictures by turns" {
				continue // which may look like what goes on around it
			}
			t.Run(kind+", "+name, func(t *testing.T) {
				t.Parallel()
				var all []*image.Paletted
				for i := range frames {
					all = append(all, around(i))
				}
				all[flash] = shown
				got := decode(t, media.NewDecoder(media.Limits{Frames: 64}), animatedGIF(t, 64, 64, 1, all...), nil)
				if !slices.Contains(got.Visited, flash) {
					t.Errorf("frame %d is not among those visited: %d", flash, got.Visited)
				}
				if len(got.Visited) > 64 {
					t.Errorf("%d visits", len(got.Visited))
				}
			})
		}
	}
}

// Scenes that come again take no visits, so that one new scene is seen among two thousand.
func TestFlickerTakesNoVisits(t *testing.T) {
	t.Parallel()
	a, b, flashed := gliding(1)[0], greys(art.Picture(9, 64)), greys(art.Poster(7, 64))
	var all []*image.Paletted
	for i := range 2000 {
		all = append(all, []*image.Paletted{a, b}[i%2])
	}
	all[1777] = flashed
	got := decode(t, media.NewDecoder(media.Limits{Frames: 16, Time: time.Hour}), animatedGIF(t, 64, 64, 1, all...), nil)
	if !slices.Equal(got.Visited, []int{0, 1, 1777}) || got.Status != media.Complete {
		t.Errorf("%s %s, visited %d", got.Status, got.Reason, got.Visited)
	}
}

// A hundred thousand frames are as many as can be read within the limit of work, and it is said how many those are.
func TestVeryManyFrames(t *testing.T) {
	t.Parallel()
	frame := animatedGIF(t, 8, 8, 1, solid(8, 8, red))
	body := bytes.LastIndex(frame, []byte{0x21, 0xf9})
	data := append(slices.Clone(frame[:body]), bytes.Repeat(frame[body:len(frame)-1], 100_000)...)
	got := decode(t, media.NewDecoder(media.Limits{Work: 30_000_000}), append(data, 0x3b), nil)
	if got.Status != media.Partial || got.Picture.Frames != 100_000 || got.Reason != "The first 911 of 100,000 frames were checked." {
		t.Errorf("%s %q: %+v", got.Status, got.Reason, got.Picture)
	}
	if !slices.Equal(got.Visited, []int{0}) {
		t.Errorf("visited %d", got.Visited)
	}
}
