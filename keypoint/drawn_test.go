package keypoint

import (
	"image"
	"math"
	"math/rand/v2"
)

// noise is a picture of random pixels, softened so that it has blobs of several sizes.
func noise(dice *rand.Rand, width, height int) *image.Gray {
	g := image.NewGray(image.Rect(0, 0, width, height))
	coarse := make([]int, (width/6+2)*(height/6+2))
	for i := range coarse {
		coarse[i] = dice.IntN(200)
	}
	for y := range height {
		for x := range width {
			g.Pix[y*g.Stride+x] = uint8(coarse[y/6*(width/6+2)+x/6] + dice.IntN(56))
		}
	}
	return g
}

// scene is a picture of discs and boxes of many sizes and shades, one over the other.
func scene(seed uint64, width, height int) *image.Gray {
	dice := rand.New(rand.NewPCG(seed, 7))
	g := image.NewGray(image.Rect(0, 0, width, height))
	fill(g, g.Rect, uint8(60+dice.IntN(120)))
	for range 90 {
		r := 4 + int(math.Pow(dice.Float64(), 2)*float64(width)/7)
		x, y, shade := dice.IntN(width), dice.IntN(height), uint8(dice.IntN(256))
		if dice.IntN(2) == 0 {
			fill(g, image.Rect(x-r, y-r*(1+dice.IntN(3))/3, x+r, y+r), shade)
			continue
		}
		for py := max(0, y-r); py < min(height, y+r); py++ {
			for px := max(0, x-r); px < min(width, x+r); px++ {
				if (px-x)*(px-x)+(py-y)*(py-y) < r*r {
					g.Pix[py*g.Stride+px] = shade
				}
			}
		}
	}
	return g
}

func fill(g *image.Gray, r image.Rectangle, shade uint8) {
	r = r.Intersect(g.Rect)
	for y := r.Min.Y; y < r.Max.Y; y++ {
		for x := r.Min.X; x < r.Max.X; x++ {
			g.Pix[g.PixOffset(x, y)] = shade
		}
	}
}

// moved returns a picture of width × height pixels in which the middle of another one is the middle, turned by an angle in degrees,
// clockwise, and scaled; what lies beyond is black.
func moved(g *image.Gray, width, height int, degrees, scale float64) *image.Gray {
	out := image.NewGray(image.Rect(0, 0, width, height))
	sin, cos := math.Sincos(degrees * math.Pi / 180)
	half := func(n int) float64 { return float64(n-1) / 2 }
	for y := range height {
		for x := range width {
			dx, dy := (float64(x)-half(width))/scale, (float64(y)-half(height))/scale
			px, py := half(g.Rect.Dx())+cos*dx+sin*dy, half(g.Rect.Dy())-sin*dx+cos*dy
			ix, iy := int(math.Floor(px)), int(math.Floor(py))
			tx, ty := px-float64(ix), py-float64(iy)
			at := func(x, y int) float64 { return float64(g.GrayAt(g.Rect.Min.X+x, g.Rect.Min.Y+y).Y) }
			v := (at(ix, iy)*(1-tx)+at(ix+1, iy)*tx)*(1-ty) + (at(ix, iy+1)*(1-tx)+at(ix+1, iy+1)*tx)*ty
			out.Pix[y*out.Stride+x] = uint8(v + 0.5)
		}
	}
	return out
}

// mirrored exchanges top and bottom.
func mirrored(g *image.Gray) *image.Gray {
	out := image.NewGray(g.Rect)
	for y := range g.Rect.Dy() {
		copy(out.Pix[(g.Rect.Dy()-1-y)*out.Stride:], g.Pix[y*g.Stride:][:g.Rect.Dx()])
	}
	return out
}

// cut returns a part of a picture.
func cut(g *image.Gray, x0, y0, x1, y1 int) *image.Gray {
	return g.SubImage(image.Rect(x0, y0, x1, y1)).(*image.Gray)
}

// pasted returns a picture with another one in it.
func pasted(onto, g *image.Gray, x, y int) *image.Gray {
	out := image.NewGray(onto.Rect)
	copy(out.Pix, onto.Pix)
	for j := range g.Rect.Dy() {
		for i := range g.Rect.Dx() {
			out.SetGray(x+i, y+j, g.GrayAt(g.Rect.Min.X+i, g.Rect.Min.Y+j))
		}
	}
	return out
}
