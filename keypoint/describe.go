package keypoint

import "math"

const (
	radius     = 6.0 // of a region, in sizes of its blob
	cells      = 4   // of a region, each way
	directions = 8
	samples    = 20 // of a region, each way
	wide       = samples + 2
	mostBeyond = 0.35 // the share of a region that may lie beyond the edge of the picture
)

// region is the brightness around a blob, turned upright by its angle, with a margin of one sample.
type region [wide * wide]float32

// sample takes a region from the picture. It reports false if too much of it lies beyond the edge.
func (r *region) sample(b *blob, angle float64) bool {
	im := &b.octave.blurred[max(0, b.level-2)]
	step := 2 * radius * b.sigma / samples
	cos, sin := float32(math.Cos(angle)*step), float32(math.Sin(angle)*step)
	const middle = float32(wide-1) / 2
	left, top := float32(b.x)-cos*middle+sin*middle, float32(b.y)-sin*middle-cos*middle
	right, bottom := float32(im.width-1), float32(im.height-1)
	beyond := 0
	for j := range wide {
		x, y := left-sin*float32(j), top+cos*float32(j)
		out := r[j*wide:][:wide]
		for i := range out {
			px, py := x, y
			if px < 0 || py < 0 || px > right || py > bottom {
				beyond++
				px, py = min(max(px, 0), right), min(max(py, 0), bottom)
			}
			ix, iy := min(int(px), im.width-2), min(int(py), im.height-2)
			tx, ty := px-float32(ix), py-float32(iy)
			k := iy*im.width + ix
			upper, lower := im.pix[k:k+2], im.pix[k+im.width:][:2]
			a := upper[0] + tx*(upper[1]-upper[0])
			c := lower[0] + tx*(lower[1]-lower[0])
			out[i] = a + ty*(c-a)
			x += cos
			y += sin
		}
	}
	return float64(beyond) <= mostBeyond*wide*wide
}

// share is how much of a sample counts for a cell.
type share struct {
	cell   uint8
	weight float32
}

// shares says for each sample for which cells it counts: the up to four around it, and less the farther it is from the middle.
var shares = func() (all [samples * samples][]share) {
	for y := range samples {
		for x := range samples {
			across := func(i int) float64 { return (float64(i)+0.5)/samples*2 - 1 }
			near := math.Exp(-(across(x)*across(x) + across(y)*across(y)) / (2 * 0.7 * 0.7))
			for cy := range cells {
				for cx := range cells {
					in := func(i, cell int) float64 {
						return max(0, 1-math.Abs((float64(i)+0.5)/samples*cells-0.5-float64(cell)))
					}
					if w := near * in(x, cx) * in(y, cy); w > 0 {
						all[y*samples+x] = append(all[y*samples+x], share{uint8(cy*cells + cx), float32(w)})
					}
				}
			}
		}
	}
	return all
}()

// slopes is how much a region slopes in each direction, cell by cell.
type slopes [cells * cells][directions + 1]float32

func (r *region) slopes() (s slopes) {
	for y := range samples {
		for x := range samples {
			i := (y+1)*wide + x + 1
			size, at := polar(r[i+1]-r[i-1], r[i+wide]-r[i-wide])
			if size == 0 {
				continue
			}
			first := int(at) & (directions - 1)
			part := at - float32(int(at))
			for _, sh := range shares[y*samples+x] {
				cell, v := &s[sh.cell], size*sh.weight
				cell[first] += v * (1 - part)
				cell[first+1] += v * part
			}
		}
	}
	for i := range s {
		s[i][0] += s[i][directions]
	}
	return s
}

// code compares each cell with its neighbours.
func (s *slopes) code() (c Code) {
	for y := range cells {
		for x := range cells {
			here := &s[y*cells+x]
			right, below := &s[y*cells+(x+1)%cells], &s[(y+1)%cells*cells+x]
			var across, down byte
			for a := range directions {
				if here[a] > right[a] {
					across |= 1 << a
				}
				if here[a] > below[a] {
					down |= 1 << a
				}
			}
			c.set(y*cells+x, across)
			c.set(16+y*cells+x, down)
		}
	}
	return c
}
