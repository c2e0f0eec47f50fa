package art

import (
	"image/color"
	"math"
	"testing"
)

func TestFillCoversPartOfAPixelInPart(t *testing.T) {
	t.Parallel()
	c := newCanvas(100, 100) // a pixel a unit
	c.fill(rect(0, 0, 100, 100), flat(hex(0x000000)))
	c.fill(rect(10, 10, 20.5, 20.25), flat(hex(0xFFFFFF)))
	for _, tc := range []struct {
		x, y int
		want float64
	}{{9, 15, 0}, {10, 15, 1}, {19, 15, 1}, {20, 15, 0.5}, {21, 15, 0}, {15, 20, 0.25}, {20, 20, 0.125}} {
		got := float64(c.img.RGBAAt(tc.x, tc.y).R) / 255
		if math.Abs(got-tc.want) > 0.01 {
			t.Errorf("pixel (%d,%d) is covered %.3f, want %.3f", tc.x, tc.y, got, tc.want)
		}
	}
}

func TestShapesMayLieOutside(t *testing.T) {
	t.Parallel()
	c := newCanvas(100, 50)
	for _, s := range []shape{circle(-50, -50, 10), circle(0, 0, 30), circle(200, 25, 20), rect(-1e4, -1e4, 1e4, 1e4), nil, {{}}} {
		c.fill(s, flat(hex(0x123456)))
	}
	if got, want := c.img.RGBAAt(99, 49), (color.RGBA{0x12, 0x34, 0x56, 0xFF}); got != want {
		t.Errorf("last pixel is %v, want %v", got, want)
	}
}

func TestWithinLimitsAndIsUndone(t *testing.T) {
	t.Parallel()
	c := newCanvas(100, 100)
	c.fill(rect(0, 0, 100, 100), flat(hex(0x000000)))
	c.within(rect(0, 0, 50, 100), func() {
		c.within(rect(0, 0, 100, 50), func() { c.fill(rect(0, 0, 100, 100), flat(hex(0xFF0000))) })
	})
	c.fill(rect(90, 90, 100, 100), flat(hex(0x00FF00)))
	for _, tc := range []struct {
		x, y int
		want color.RGBA
	}{{25, 25, color.RGBA{255, 0, 0, 255}}, {75, 25, color.RGBA{0, 0, 0, 255}}, {25, 75, color.RGBA{0, 0, 0, 255}}, {95, 95, color.RGBA{0, 255, 0, 255}}} {
		if got := c.img.RGBAAt(tc.x, tc.y); got != tc.want {
			t.Errorf("pixel (%d,%d) is %v, want %v", tc.x, tc.y, got, tc.want)
		}
	}
}

func TestRingHasAHole(t *testing.T) {
	t.Parallel()
	c := newCanvas(100, 100)
	c.fill(ring(50, 50, 30, 20), flat(hex(0xFFFFFF)))
	if c.img.RGBAAt(50, 50).A != 0 || c.img.RGBAAt(75, 50).A != 255 {
		t.Error("the ring covers its middle, or not its band")
	}
}

func TestEveryLetterCanBeDrawn(t *testing.T) {
	t.Parallel()
	for letter, strokes := range glyphs {
		style := lettering{height: 12, weight: 0.2}
		c := newCanvas(100, 20)
		c.text(string(letter), 4, 4, style, flat(hex(0xFFFFFF)))
		var inside, outside int
		for y := range c.img.Rect.Dy() {
			for x := range c.img.Rect.Dx() {
				switch covered := c.img.RGBAAt(x, y).A > 0; {
				case covered && y >= 4 && y < 16 && x >= 3 && x <= 4+int(style.width(string(letter)))+1:
					inside++
				case covered:
					outside++
				}
			}
		}
		if inside == 0 || outside > 0 {
			t.Errorf("letter %q (%s): %d pixels within its box, %d outside", letter, strokes, inside, outside)
		}
	}
}

func TestEveryWordHasItsLetters(t *testing.T) {
	t.Parallel()
	for _, line := range append([]string{group, label, captionText}, slogans...) {
		for _, letter := range line {
			if _, known := glyphs[letter]; !known && letter != ' ' {
				t.Errorf("%q: the alphabet has no %q", line, letter)
			}
		}
		if got := fitting(line, 50, 0.2).width(line); math.Abs(got-50) > 1e-9 {
			t.Errorf("%q fitted to 50 units is %g wide", line, got)
		}
	}
}
