package corpus

import (
	"image"

	"golang.org/x/image/draw"
)

// scene is the luma of a picture as sums over everything above and to the left of a pixel (a summed-area table), so that the mean of any
// rectangle takes four look-ups, and a crop of any size is scaled at the same small cost.
type scene struct {
	width, height int
	sums          []uint32 // (width+1) × (height+1)
}

// maxSceneSide keeps the sums of a scene, at 255 a pixel, within 32 bits, and a thousand scenes within the memory of a small machine.
const maxSceneSide = 640

// newScene reads the luma of a picture, shrunk by whole steps if it is larger than a scene may be.
func newScene(img image.Image) *scene {
	b := img.Bounds()
	step := max(1, (max(b.Dx(), b.Dy())+maxSceneSide-1)/maxSceneSide)
	s := &scene{width: b.Dx() / step, height: b.Dy() / step}
	s.sums = make([]uint32, (s.width+1)*(s.height+1))
	small := image.NewRGBA(image.Rect(0, 0, s.width, s.height))
	draw.NearestNeighbor.Scale(small, small.Rect, img, b, draw.Src, nil)
	for y := range s.height {
		row := uint32(0)
		for x := range s.width {
			p := small.Pix[small.PixOffset(x, y):]
			row += (299*uint32(p[0]) + 587*uint32(p[1]) + 114*uint32(p[2])) / 1000
			s.sums[(y+1)*(s.width+1)+x+1] = s.sums[y*(s.width+1)+x+1] + row
		}
	}
	return s
}

// cut is how a crop is taken from a scene and changed.
type cut struct {
	left, top, width, height float64 // of the scene, as shares
	columns, rows            int     // of the crop
	mirrored                 bool
	gain, lift               float32 // brightness afterwards: gain·luma + lift
	grain                    float64 // the largest noise, in steps of luma
}

// take returns the crop, columns × rows bytes of luma, in memory that the next call uses again.
func (t *taker) take(s *scene, c cut, d *dice) []byte {
	t.pix, t.columns = t.pix[:0], t.columns[:0]
	for x := range c.columns {
		if c.mirrored {
			x = c.columns - 1 - x
		}
		x0, x1 := span(c.left, c.width, x, c.columns, s.width)
		t.columns = append(t.columns, [2]int{x0, x1})
	}
	for y := range c.rows {
		y0, y1 := span(c.top, c.height, y, c.rows, s.height)
		above, below := s.sums[y0*(s.width+1):][:s.width+1], s.sums[y1*(s.width+1):][:s.width+1]
		for _, x := range t.columns {
			sum := below[x[1]] - above[x[1]] - below[x[0]] + above[x[0]]
			v := c.gain*float32(sum)/float32((x[1]-x[0])*(y1-y0)) + c.lift
			if c.grain > 0 {
				v += float32(d.float(-c.grain, c.grain))
			}
			t.pix = append(t.pix, byte(min(max(v, 0), 255)+0.5))
		}
	}
	return t.pix
}

// taker holds what take uses again.
type taker struct {
	pix     []byte
	columns [][2]int
}

// span returns the pixels, at least one, from which pixel i of n is made, where the n cover a share of the whole from start on.
func span(start, share float64, i, n, whole int) (from, to int) {
	from = int((start + share*float64(i)/float64(n)) * float64(whole))
	to = int((start + share*float64(i+1)/float64(n)) * float64(whole))
	from = min(max(from, 0), whole-1)
	return from, min(max(to, from+1), whole)
}
