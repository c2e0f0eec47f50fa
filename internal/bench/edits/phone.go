package edits

import (
	"fmt"
	"image"
	"image/color"
	"math"

	"github.com/quell-project/quell/internal/demo/art"
)

// theme is the look of an app: light or dark.
type theme struct{ ground, ink, faint color.RGBA }

var themes = []theme{
	{white, grey(20), grey(215)},
	{grey(16), grey(235), grey(60)},
	{color.RGBA{21, 32, 43, 255}, grey(240), color.RGBA{56, 68, 77, 255}},
}

// screenshot is a phone's picture of its own screen, on which an app shows the picture over the whole width: a status bar, the app's header, who
// posted it, the picture, buttons, text and the bar of the app. What is taller than 5 to 4 is cut, as such apps do.
func screenshot(img *image.RGBA, d Dice) *image.RGBA {
	const w, h = 720.0, 1560.0
	t := pick(d, themes...)
	out := blank(w, h, t.ground)
	statusBar(out, d, t, w)
	art.Write(out, sentence(d, 5), 36, 88, 30, t.ink)
	disc(out, t.faint, w-60, 104, 26)
	rect(out, t.faint, 0, 146, w, 148)

	disc(out, pick(d, stickerColours...), 66, 206, 38)
	art.Write(out, sentence(d, 8), 124, 180, 22, t.ink)
	art.Write(out, sentence(d, 6), 124, 216, 16, t.faint)
	y := 264.0
	if d.coin() {
		paragraph(out, d, 2, 36, y, 20, w-90, t.ink)
		y += 96
	}
	if most := 1.25; float64(img.Rect.Dy()) > most*float64(img.Rect.Dx()) {
		kept := int(math.Round(most * float64(img.Rect.Dx())))
		top := (img.Rect.Dy() - kept) / 2
		img = part(img, image.Rect(0, top, img.Rect.Dx(), top+kept))
	}
	shown := stretched(img, w/float64(img.Rect.Dx()), w/float64(img.Rect.Dx()))
	lay(out, shown, 0, int(y))
	y += float64(shown.Rect.Dy()) + 28
	for i := range 4 {
		button(out, t, i, 52+float64(i)*100, y+24)
	}
	art.Write(out, sentence(d, 12), 36, y+80, 20, t.ink)
	if lines := min(int((h-120-y-120)/38), 3+d.IntN(5)); lines > 0 {
		paragraph(out, d, lines, 36, y+124, 20, w-72, t.ink)
	}
	appBar(out, t, w, h)
	return out
}

func statusBar(on *image.RGBA, d Dice, t theme, w float64) {
	art.Write(on, fmt.Sprintf("%d %02d", 6+d.IntN(17), d.IntN(60)), 36, 24, 22, t.ink)
	for i := range 4 {
		tall := 8 + 4*float64(i)
		rect(on, t.ink, w-170+float64(i)*10, 46-tall, w-164+float64(i)*10, 46)
	}
	pill(on, t.ink, w-90, 26, w-42, 46)
}

// button is one of four signs under a picture: like, answer, share, keep.
func button(on *image.RGBA, t theme, kind int, x, y float64) {
	switch kind {
	case 0:
		disc(on, t.ink, x-9, y-5, 12)
		disc(on, t.ink, x+9, y-5, 12)
		fill(on, t.ink, point{x - 20, y}, point{x + 20, y}, point{x, y + 22})
	case 1:
		disc(on, t.ink, x, y, 20)
		disc(on, t.ground, x, y, 16)
	case 2:
		fill(on, t.ink, point{x - 20, y - 18}, point{x + 22, y}, point{x - 20, y + 18}, point{x - 10, y})
	default:
		fill(on, t.ink, point{x - 14, y - 20}, point{x + 14, y - 20}, point{x + 14, y + 20}, point{x, y + 8}, point{x - 14, y + 20})
	}
}

// appBar is the bar at the foot, over whatever lies there.
func appBar(on *image.RGBA, t theme, w, h float64) {
	rect(on, t.ground, 0, h-120, w, h)
	rect(on, t.faint, 0, h-120, w, h-118)
	for i := range 5 {
		x := w * (float64(i) + 0.5) / 5
		pill(on, t.ink, x-18, h-92, x+18, h-60)
	}
	pill(on, t.ink, w/2-110, h-24, w/2+110, h-16)
}
