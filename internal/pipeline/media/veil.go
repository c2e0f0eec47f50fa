package media

import (
	"bytes"
	"fmt"
	"image"
	"image/color"
	"image/jpeg"
)

const (
	veilSide   = 160 // pixels along the longer side of a veiled rendition
	veilCells  = 20  // cells along the longer side of the picture, whose brightness is told apart
	veilPixels = 8   // the least pixels along the side of a cell
	veilProbes = 10  // pixels along each axis of a cell that are looked at
)

// Veil returns a rendition of a picture that lets a person recognise its layout and nothing else: a grey JPEG file of a
// few kilobytes, 160 pixels along the longer side, made of nothing but the mean brightness of at most 20 by 20 cells,
// blurred. It looks at no more than 40,000 pixels, whatever the size of the picture. It fails if there are none.
func Veil(img image.Image) ([]byte, error) {
	size := img.Bounds().Size()
	if size.X <= 0 || size.Y <= 0 {
		return nil, fmt.Errorf("veil a picture of %d by %d pixels: it needs at least one", size.X, size.Y)
	}
	longer := max(size.X, size.Y)
	share := func(side, whole int) int { return max(1, side*whole/longer) }
	cells := veilGrid{
		across: min(share(size.X, veilCells), max(1, size.X/veilPixels)),
		down:   min(share(size.Y, veilCells), max(1, size.Y/veilPixels)),
	}
	cells.measure(img)
	cells.blur()
	out := image.NewGray(image.Rect(0, 0, share(size.X, veilSide), share(size.Y, veilSide)))
	for y := range out.Rect.Dy() {
		for x := range out.Rect.Dx() {
			v := cells.at((float64(x)+0.5)/float64(out.Rect.Dx()), (float64(y)+0.5)/float64(out.Rect.Dy()))
			out.SetGray(x, y, color.Gray{Y: uint8(v + 0.5)})
		}
	}
	var file bytes.Buffer
	if err := jpeg.Encode(&file, out, nil); err != nil {
		return nil, fmt.Errorf("encode a veiled rendition: %w", err)
	}
	return file.Bytes(), nil
}

// veilGrid holds the brightness of each cell of a picture, 0 to 255, row by row.
type veilGrid struct {
	across, down int
	cells        []float64
}

// measure sets each cell to the mean of pixels that are spread over it at random, one in each of its parts. Taken at even
// distances, they might all fall onto the same colour of a fine pattern.
func (g *veilGrid) measure(img image.Image) {
	b := img.Bounds()
	noise := uint32(1)
	pick := func(part, parts, side int) int { // a pixel of one of the equal parts of a side
		from, to := part*side/parts, (part+1)*side/parts
		noise = noise*1664525 + 1013904223
		return from + int(noise>>8)%(to-from)
	}
	g.cells = make([]float64, g.across*g.down)
	for i := range g.cells {
		left, top := i%g.across*b.Dx()/g.across, i/g.across*b.Dy()/g.down
		width, height := (i%g.across+1)*b.Dx()/g.across-left, (i/g.across+1)*b.Dy()/g.down-top
		across, down := min(width, veilProbes), min(height, veilProbes)
		sum := 0
		for y := range down {
			for x := range across {
				sum += brightness(img, b.Min.X+left+pick(x, across, width), b.Min.Y+top+pick(y, down, height))
			}
		}
		g.cells[i] = float64(sum) / float64(across*down)
	}
}

// brightness returns the luma of a pixel over white, 0 to 255.
func brightness(img image.Image, x, y int) int {
	var r, g, b, a uint32
	if m, ok := img.(image.RGBA64Image); ok { // which needs no memory
		r, g, b, a = m.RGBA64At(x, y).RGBA()
	} else {
		r, g, b, a = img.At(x, y).RGBA()
	}
	luma := (299*r+587*g+114*b)/1000 + (0xffff - a)
	return int(min(luma, 0xffff) >> 8)
}

// blur mixes each cell with its neighbours.
func (g *veilGrid) blur() {
	sharp := veilGrid{g.across, g.down, g.cells}
	g.cells = make([]float64, len(sharp.cells))
	weights := [3]float64{0.25, 0.5, 0.25}
	for i := range g.cells {
		for dy, v := range weights {
			for dx, w := range weights {
				g.cells[i] += v * w * sharp.cell(i%g.across+dx-1, i/g.across+dy-1)
			}
		}
	}
}

// cell returns a cell; beyond the edge, the one at the edge.
func (g *veilGrid) cell(x, y int) float64 {
	return g.cells[min(max(y, 0), g.down-1)*g.across+min(max(x, 0), g.across-1)]
}

// at returns the brightness at a place between 0 and 1 along each axis, gliding from the centre of one cell to the next.
func (g *veilGrid) at(u, v float64) float64 {
	x, y := u*float64(g.across)+0.5, v*float64(g.down)+0.5 // cell 0 has its centre at 1
	left, top := int(x)-1, int(y)-1
	fx, fy := x-float64(int(x)), y-float64(int(y))
	upper := g.cell(left, top)*(1-fx) + g.cell(left+1, top)*fx
	lower := g.cell(left, top+1)*(1-fx) + g.cell(left+1, top+1)*fx
	return upper*(1-fy) + lower*fy
}
