package media_test

import (
	"fmt"
	"image"
	"image/color"
	"strings"
	"testing"

	"golang.org/x/image/tiff"

	"github.com/quell-project/quell/internal/pipeline/media"
	"github.com/quell-project/quell/internal/pipeline/media/mediatest"
)

var (
	red   = color.NRGBA{255, 0, 0, 255}
	green = color.NRGBA{0, 255, 0, 255}
	blue  = color.NRGBA{0, 0, 255, 255}
	none  = color.NRGBA{}
)

// at moves a picture to a place on the canvas.
func at(x, y int, img *image.Paletted) *image.Paletted {
	img.Rect = img.Rect.Add(image.Pt(x, y))
	return img
}

// row returns the colours of the first row of a picture as letters, a point where there is nothing.
func row(img image.Image) string {
	var s strings.Builder
	for x := range img.Bounds().Dx() {
		switch c := color.NRGBAModel.Convert(img.At(img.Bounds().Min.X+x, img.Bounds().Min.Y)).(color.NRGBA); {
		case c == red:
			s.WriteByte('r')
		case c == green:
			s.WriteByte('g')
		case c == blue:
			s.WriteByte('b')
		case c.A == 0:
			s.WriteByte('.')
		default:
			fmt.Fprintf(&s, "%v", c)
		}
	}
	return s.String()
}

// An animation is seen as a viewer composes it: each frame at its place, over what the frames before it left.
func TestAnimationIsComposed(t *testing.T) {
	t.Parallel()
	wide, narrow := image.Rect(0, 0, 6, 2), image.Rect(2, 0, 4, 2)
	frames := func(dispose, blend byte) []apngFrame {
		return []apngFrame{
			{img: drawSolid(wide, red), blend: blend},
			{img: drawSolid(narrow, green), dispose: dispose, blend: blend},
			{img: drawSolid(image.Rect(3, 0, 5, 2), blue), blend: blend},
		}
	}
	for _, c := range []struct {
		name string
		data []byte
		want string
	}{
		{"GIF, left", animatedGIF(t, 6, 2, 1, solid(6, 2, red), at(2, 0, solid(2, 2, green)), at(3, 0, solid(2, 2, blue))),
			"rrrrrr rrggrr rrgbbr"},
		{"GIF, wiped", animatedGIF(t, 6, 2, 2, solid(6, 2, red), at(2, 0, solid(2, 2, green)), at(3, 0, solid(2, 2, blue))),
			"rrrrrr ..gg.. ...bb."},
		{"GIF, restored", animatedGIF(t, 6, 2, 3, at(1, 0, solid(3, 2, red)), at(2, 0, solid(2, 2, green)), at(3, 0, solid(2, 2, blue))),
			".rrr.. ..gg.. ...bb."},
		{"GIF, transparent", animatedGIF(t, 6, 2, 1, solid(6, 2, red), at(2, 0, solid(2, 2, none)), at(4, 0, solid(2, 2, green))),
			"rrrrrr rrrrgg"},
		{"APNG, left", animatedPNG(t, nil, frames(0, 0)...), "rrrrrr rrggrr rrgbbr"},
		{"APNG, wiped", animatedPNG(t, nil, frames(1, 0)...), "rrrrrr rrggrr rr.bbr"},
		{"APNG, restored", animatedPNG(t, nil, frames(2, 1)...), "rrrrrr rrggrr rrrbbr"},
		{"APNG, replaced by nothing", animatedPNG(t, nil, apngFrame{img: drawSolid(wide, red)}, apngFrame{img: drawSolid(narrow, none)}),
			"rrrrrr rr..rr"},
		{"APNG, nothing laid over", animatedPNG(t, nil, apngFrame{img: drawSolid(wide, red)},
			apngFrame{img: drawSolid(narrow, none), blend: 1}, apngFrame{img: drawSolid(narrow, blue), blend: 1}), "rrrrrr rrbbrr"},
		{"APNG with a picture for old viewers", animatedPNG(t, drawSolid(wide, blue), apngFrame{img: drawSolid(narrow, red)}),
			"bbbbbb ..rr.."},
		{"WebP, left", mediatest.WebP(mediatest.WebPHeader(2, 6, 2), mediatest.WebPFrame(wide, red, 0), mediatest.WebPFrame(narrow, green, 0), mediatest.WebPFrame(image.Rect(4, 0, 6, 2), blue, 0)),
			"rrrrrr rrggrr rrggbb"},
		{"WebP, wiped", mediatest.WebP(mediatest.WebPHeader(2, 6, 2), mediatest.WebPFrame(wide, red, 0), mediatest.WebPFrame(narrow, green, 1), mediatest.WebPFrame(image.Rect(4, 0, 6, 2), blue, 0)),
			"rrrrrr rrggrr rr..bb"},
		{"WebP, replaced by nothing", mediatest.WebP(mediatest.WebPHeader(2, 6, 2), mediatest.WebPFrame(wide, red, 0), mediatest.WebPFrame(narrow, none, 2)), "rrrrrr rr..rr"},
		{"WebP, nothing laid over", mediatest.WebP(mediatest.WebPHeader(2, 6, 2), mediatest.WebPFrame(wide, red, 0), mediatest.WebPFrame(narrow, none, 0)), "rrrrrr"},
		{"WebP, beyond the canvas", mediatest.WebP(mediatest.WebPHeader(2, 6, 2), mediatest.WebPFrame(image.Rect(4, 0, 9, 3), red, 0)), "....rr"},
	} {
		t.Run(c.name, func(t *testing.T) {
			t.Parallel()
			var rows []string
			got := decode(t, media.NewDecoder(media.Limits{}), c.data, func(f media.Frame) { rows = append(rows, row(f.Image)) })
			if strings.Join(rows, " ") != c.want {
				t.Errorf("frames %q, want %q", rows, c.want)
			}
			if got.Status != media.Complete || got.Picture.Width != 6 || got.Picture.Height != 2 || got.Picture.Checked != got.Picture.Frames {
				t.Errorf("%+v, want all of a canvas of 6 by 2", got)
			}
		})
	}
}

func drawSolid(bounds image.Rectangle, c color.Color) *image.NRGBA {
	img := image.NewNRGBA(bounds)
	for y := bounds.Min.Y; y < bounds.Max.Y; y++ {
		for x := bounds.Min.X; x < bounds.Max.X; x++ {
			img.Set(x, y, c)
		}
	}
	return img
}

// A GIF whose first frame is larger than its screen, or whose frame has no size, is read as viewers show it.
func TestGIFWithMisleadingSizes(t *testing.T) {
	t.Parallel()
	larger := animatedGIF(t, 6, 2, 1, solid(6, 2, red))
	larger[6], larger[8] = 1, 1 // the screen
	sizeless := animatedGIF(t, 6, 2, 1, solid(6, 2, red))
	descriptor := strings.LastIndex(string(sizeless), "\x2c\x00\x00\x00\x00\x06\x00\x02\x00")
	sizeless[descriptor+5], sizeless[descriptor+7] = 0, 0
	for name, data := range map[string][]byte{"larger than the screen": larger, "without a size": sizeless} {
		got := decode(t, media.NewDecoder(media.Limits{}), data, func(f media.Frame) {
			if row(f.Image) != "rrrrrr" {
				t.Errorf("%s: %s", name, row(f.Image))
			}
		})
		if got.Status != media.Complete || got.Picture.Width != 6 || got.Picture.Height != 2 {
			t.Errorf("%s: %+v", name, got)
		}
	}
}

// count returns a GIF with as many frames as named, all different.
func count(t testing.TB, frames int) []byte {
	var all []*image.Paletted
	for i := range frames {
		all = append(all, solid(8, 8, color.NRGBA{uint8(i), uint8(i >> 8), 0, 255}))
	}
	return animatedGIF(t, 8, 8, 1, all...)
}

// Of a long animation evenly spaced frames are visited, and it is said how many.
func TestLongAnimationIsPartial(t *testing.T) {
	t.Parallel()
	const framePixels = 2*8*8 + 1<<15 // what a frame counts
	for _, c := range []struct {
		name    string
		frames  int
		limits  media.Limits
		visited []int
		checked int
		status  media.Status
		reason  string
	}{
		{"just short enough", 4, media.Limits{Frames: 4}, []int{0, 1, 2, 3}, 4, media.Complete, ""},
		{"too many frames", 9, media.Limits{Frames: 4}, []int{0, 3, 6}, 3, media.Partial,
			"3 of 9 frames were checked, evenly spaced and where the scene changes."},
		{"one frame only", 9, media.Limits{Frames: 1}, []int{0}, 1, media.Partial,
			"1 of 9 frames were checked, evenly spaced and where the scene changes."},
		{"too much work", 9, media.Limits{Work: 3 * framePixels}, []int{0, 1, 2}, 3, media.Partial, "The first 3 of 9 frames were checked."},
		{"too much work for two", 9, media.Limits{Work: 1}, []int{0}, 1, media.Partial, "Only the first of 9 frames was checked."},
		{"too many frames and too much work", 1200, media.Limits{Frames: 2, Work: 6 * framePixels}, []int{0, 3}, 2, media.Partial,
			"2 of 1,200 frames were checked, evenly spaced among the first 6 and where the scene changes."},
	} {
		t.Run(c.name, func(t *testing.T) {
			t.Parallel()
			check(t, decode(t, media.NewDecoder(c.limits), count(t, c.frames), nil), outcome{
				Picture: media.Picture{
					MediaType: "image/gif", Width: 8, Height: 8, Orientation: 1, Frames: c.frames, Checked: c.checked,
				},
				Status: c.status, Reason: c.reason, Visited: c.visited,
			})
		})
	}
}

// A frame that equals one visited before is not visited again, and counts as checked even if it was passed over.
func TestEqualFramesAreVisitedOnce(t *testing.T) {
	t.Parallel()
	var frames []*image.Paletted
	for i := range 12 {
		frames = append(frames, solid(8, 8, []color.Color{red, green, blue}[i/4]))
	}
	frames = append(frames, solid(8, 8, red))
	got := decode(t, media.NewDecoder(media.Limits{Frames: 5}), animatedGIF(t, 8, 8, 1, frames...), nil)
	check(t, got, outcome{
		Picture: media.Picture{MediaType: "image/gif", Width: 8, Height: 8, Orientation: 1, Frames: 13, Checked: 13},
		Status:  media.Complete,
		Visited: []int{0, 4, 9},
	})
}

// A frame that does not fit onto its canvas ends an APNG; what was before it is checked.
func TestAPNGWithFrameBeyondCanvas(t *testing.T) {
	t.Parallel()
	data := animatedPNG(t, drawSolid(image.Rect(0, 0, 4, 4), red), apngFrame{img: drawSolid(image.Rect(2, 2, 6, 6), blue)})
	check(t, decode(t, media.NewDecoder(media.Limits{}), data, nil), outcome{
		Picture: media.Picture{MediaType: "image/png", Width: 4, Height: 4, Orientation: 1, Frames: 2, Checked: 1},
		Status:  media.Partial, Reason: "Only the first of 2 frames was checked. The file is damaged and cannot be read.",
		Visited: []int{0},
	})
}

// The pages of a TIFF are pictures of their own.
func TestPagesOfTIFF(t *testing.T) {
	t.Parallel()
	page := func(width int, c color.Color) []byte {
		return tiffOf(t, drawSolid(image.Rect(0, 0, width, 2), c), tiff.Deflate)
	}
	data := tiffPages(page(3, red), page(5, green), page(4, blue))
	var rows []string
	got := decode(t, media.NewDecoder(media.Limits{}), data, func(f media.Frame) { rows = append(rows, row(f.Image)) })
	if strings.Join(rows, " ") != "rrr ggggg bbbb" {
		t.Errorf("pages %q", rows)
	}
	want := outcome{
		Picture: media.Picture{MediaType: "image/tiff", Width: 3, Height: 2, Orientation: 1, Frames: 3, Checked: 3},
		Status:  media.Complete, Visited: []int{0, 1, 2},
	}
	check(t, got, want)

	want.Picture.Checked, want.Status, want.Reason = 2, media.Partial, "2 of 3 pages were checked, evenly spaced."
	want.Visited = []int{0, 1}
	check(t, decode(t, media.NewDecoder(media.Limits{Frames: 2}), data, nil), want)

	last := tiffLink(data, tiffLink(data, tiffLink(data, 4)))
	linked := func(offset []byte) []byte {
		linked := append([]byte(nil), data...)
		copy(linked[last:], offset)
		return linked
	}
	want.Picture.Checked, want.Status, want.Reason = 3, media.Complete, ""
	want.Visited = []int{0, 1, 2}
	check(t, decode(t, media.NewDecoder(media.Limits{}), linked(data[4:8]), nil), want) // back to the first page

	want.Picture.Frames, want.Status = 4, media.Partial
	want.Reason = "The first 3 of 4 pages were checked. The file is cut off: its end is missing."
	check(t, decode(t, media.NewDecoder(media.Limits{}), linked([]byte{1, 2, 3, 4}), nil), want) // to a page that is not there
}
