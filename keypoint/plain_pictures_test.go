package keypoint

import (
	"image"
	"image/color"
	"math"
	"math/rand/v2"

	"golang.org/x/image/font"
	"golang.org/x/image/font/basicfont"
	"golang.org/x/image/math/fixed"
)

// plainPictures are kinds of pictures of which any two resemble each other in parts, though neither shows the other.
var plainPictures = []struct {
	kind string
	draw func(seed uint64) *image.Gray
}{
	{"flat", func(seed uint64) *image.Gray {
		dice := rand.New(rand.NewPCG(seed, 1))
		g := sheet(dice)
		for i := range g.Pix {
			g.Pix[i] = uint8(int(g.Pix[i])*3/4 + dice.IntN(6))
		}
		return g
	}},
	{"gradient", func(seed uint64) *image.Gray {
		dice := rand.New(rand.NewPCG(seed, 2))
		g := sheet(dice)
		a, b, c := dice.Float64()-0.5, dice.Float64()-0.5, dice.Float64()*0.004
		for i := range g.Pix {
			x, y := float64(i%g.Stride)-128, float64(i/g.Stride)-90
			g.Pix[i] = uint8(min(max(128+a*x+b*y+c*(x*x+y*y)/2, 0), 255))
		}
		return g
	}},
	{"grid", func(seed uint64) *image.Gray {
		dice := rand.New(rand.NewPCG(seed, 3))
		g := sheet(dice)
		ruled(g, 8+dice.IntN(40), 8+dice.IntN(40), 1+dice.IntN(3), uint8(dice.IntN(160)))
		return g
	}},
	{"table", func(seed uint64) *image.Gray {
		dice := rand.New(rand.NewPCG(seed, 4))
		g := sheet(dice)
		dx, dy := 40+dice.IntN(50), 16+dice.IntN(16)
		ruled(g, dx, dy, 1, uint8(dice.IntN(160)))
		for y := 0; y < g.Rect.Dy(); y += dy {
			for x := 0; x < g.Rect.Dx(); x += dx {
				write(g, x+4, y+12, number(dice), 0)
			}
		}
		return g
	}},
	{"text", func(seed uint64) *image.Gray {
		dice := rand.New(rand.NewPCG(seed, 5))
		return text(dice, sheet(dice))
	}},
	{"large text", func(seed uint64) *image.Gray {
		dice := rand.New(rand.NewPCG(seed, 6))
		return moved(text(dice, sheet(dice)), 256, 256*3/4, 0, 1.5+2*dice.Float64())
	}},
	{"white on black", func(seed uint64) *image.Gray {
		dice := rand.New(rand.NewPCG(seed, 7))
		g := text(dice, sheet(dice))
		for i, v := range g.Pix {
			g.Pix[i] = 255 - v
		}
		return g
	}},
	{"chart", func(seed uint64) *image.Gray {
		dice := rand.New(rand.NewPCG(seed, 8))
		g := sheet(dice)
		bars, shade := 4+dice.IntN(9), uint8(dice.IntN(180))
		left, right, foot, rise := 16+dice.IntN(30), 150+dice.IntN(100), 100+dice.IntN(30), 15+dice.IntN(20)
		for y := foot; y > 8; y -= rise {
			write(g, left-16, y+4, number(dice)[:2], 0)
			fill(g, image.Rect(left, y, right, y+1), 200)
		}
		for i := range bars {
			x, h := left+i*(right-left)/bars, 10+dice.IntN(foot-14)
			fill(g, image.Rect(x, foot-h, x+(right-left)*2/3/bars, foot), shade)
			write(g, x, foot+14, number(dice)[:2], 0)
		}
		return g
	}},
	{"icons", func(seed uint64) *image.Gray {
		dice := rand.New(rand.NewPCG(seed, 9))
		g := sheet(dice)
		icon := scene(seed, 24, 24)
		step := 34 + dice.IntN(20)
		for y := 10; y+24 < g.Rect.Dy(); y += step {
			for x := 10; x+24 < g.Rect.Dx(); x += step {
				g = pasted(g, icon, x, y)
			}
		}
		return g
	}},
}

// sheet is an empty page.
func sheet(dice *rand.Rand) *image.Gray {
	g := image.NewGray(image.Rect(0, 0, 256, 144+dice.IntN(112)))
	fill(g, g.Rect, uint8(225+dice.IntN(31)))
	return g
}

// ruled draws lines across and down.
func ruled(g *image.Gray, dx, dy, width int, shade uint8) {
	for x := dx / 2; x < g.Rect.Dx(); x += dx {
		fill(g, image.Rect(x, 0, x+width, g.Rect.Dy()), shade)
	}
	for y := dy / 2; y < g.Rect.Dy(); y += dy {
		fill(g, image.Rect(0, y, g.Rect.Dx(), y+width), shade)
	}
}

func write(g *image.Gray, x, y int, words string, shade uint8) {
	d := font.Drawer{Dst: g, Src: image.NewUniform(color.Gray{Y: shade}), Face: basicfont.Face7x13, Dot: fixed.P(x, y)}
	d.DrawString(words)
}

func number(dice *rand.Rand) string {
	return string(rune('0'+dice.IntN(10))) + string(rune('0'+dice.IntN(10))) + "." + string(rune('0'+dice.IntN(10)))
}

// text fills a page with words.
func text(dice *rand.Rand, g *image.Gray) *image.Gray {
	const letters = "eeeeeeeeeeeettttttttaaaaaaaoooooooiiiiiiinnnnnnsssssshhhhhhrrrrrrddddlllluuucccmmwwffggyyppbbvk"
	leading := 14 + dice.IntN(6)
	for y := 14; y < g.Rect.Dy(); y += leading {
		x := 4
		end := g.Rect.Dx() - int(math.Pow(dice.Float64(), 4)*200)
		for x < end {
			word := make([]byte, 1+dice.IntN(9))
			for i := range word {
				word[i] = letters[dice.IntN(len(letters))]
			}
			if dice.IntN(8) == 0 {
				word[0] -= 'a' - 'A'
			}
			write(g, x, y, string(word), uint8(dice.IntN(40)))
			x += 7 * (len(word) + 1)
		}
	}
	return g
}
