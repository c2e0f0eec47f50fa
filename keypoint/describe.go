package keypoint

import "math"

const (
	radius     = 6.0 // of a region, in sizes of its blob
	cells      = 4   // of a region, each way
	directions = 8
	samples    = 16 // of a region, each way
	wide       = samples + 2
	mostBeyond = 0.35 // the share of a region that may lie beyond the edge of the picture
)

// region is the brightness around a blob, turned upright by its angle, with a margin of one sample.
type region [wide * wide]float32

// sample takes a region from the picture. It reports false if too much of it lies beyond the edge.
func (r *region) sample(b *blob, angle float64) bool {
	im := &b.octave.blurred[max(0, b.level-2)]
	step := 2 * radius * b.sigma / samples
	sin, cos := math.Sincos(angle)
	g := raster{float32(b.x), float32(b.y), float32(cos * step), float32(sin * step)}
	const last = wide - 1
	corners := [4][2]int{{0, 0}, {0, last}, {last, 0}, {last, last}}
	inside := true
	for _, c := range corners {
		x, y := g.at(c[0], c[1])
		inside = inside && x >= 0 && y >= 0 && x < float32(im.width-1) && y < float32(im.height-1)
	}
	if inside {
		r.within(im, g)
		return true
	}
	return float64(r.across(im, g)) <= mostBeyond*wide*wide
}

// raster is where the samples of a region lie: around a place, and a step from one another.
type raster struct{ x, y, cos, sin float32 }

// at returns the place of a sample.
func (g raster) at(i, j int) (x, y float32) {
	const middle = float32(wide-1) / 2
	di, dj := float32(i)-middle, float32(j)-middle
	return g.x + float32(g.cos*di) - float32(g.sin*dj), g.y + float32(g.sin*di) + float32(g.cos*dj)
}

// within samples where no sample lies beyond the edge.
func (r *region) within(im *plane, g raster) {
	for j := range wide {
		x, y := g.at(0, j)
		out := r[j*wide:][:wide]
		for i := range out {
			ix, iy := int(x), int(y)
			tx, ty := x-float32(ix), y-float32(iy)
			k := iy*im.width + ix
			upper, lower := im.pix[k:k+2], im.pix[k+im.width:][:2]
			a := upper[0] + float32(tx*(upper[1]-upper[0]))
			c := lower[0] + float32(tx*(lower[1]-lower[0]))
			out[i] = a + float32(ty*(c-a))
			x += g.cos
			y += g.sin
		}
	}
}

// across samples where the edge runs through the region; beyond it, the picture is taken to go on as it is there. It returns how many
// samples lie beyond.
func (r *region) across(im *plane, g raster) (beyond int) {
	right, bottom := float32(im.width-1), float32(im.height-1)
	for j := range wide {
		for i := range wide {
			x, y := g.at(i, j)
			if x < 0 || y < 0 || x > right || y > bottom {
				beyond++
				x, y = min(max(x, 0), right), min(max(y, 0), bottom)
			}
			ix, iy := min(int(x), im.width-2), min(int(y), im.height-2)
			tx, ty := x-float32(ix), y-float32(iy)
			k := iy*im.width + ix
			upper, lower := im.pix[k:k+2], im.pix[k+im.width:][:2]
			a := upper[0] + float32(tx*(upper[1]-upper[0]))
			c := lower[0] + float32(tx*(lower[1]-lower[0]))
			r[j*wide+i] = a + float32(ty*(c-a))
		}
	}
	return beyond
}

// weights says how much of a sample counts for each of the cells across or down: for the two whose middles it lies between, and less the
// farther it is from the middle of the region.
var weights = func() (all [samples][cells]float32) {
	for i := range all {
		across := (float64(i)+0.5)/samples*2 - 1
		near := math.Exp(-across * across / (2 * 0.7 * 0.7))
		for cell := range cells {
			all[i][cell] = float32(near * max(0, 1-math.Abs((float64(i)+0.5)/samples*cells-0.5-float64(cell))))
		}
	}
	for cell := range cells { // none weighs more than another, or the same bits would be set in most codes
		var sum float32
		for i := range all {
			sum += all[i][cell]
		}
		for i := range all {
			all[i][cell] /= sum
		}
	}
	return all
}()

// bearing has the cosine and the sine of each direction.
var bearing = func() (all [2][directions]float32) {
	for a := range directions {
		sin, cos := math.Sincos(2 * math.Pi * float64(a) / directions)
		all[0][a], all[1][a] = float32(cos), float32(sin)
	}
	return all
}()

// slopes is how much a region slopes in each direction, cell by cell.
type slopes [cells * cells][directions]float32

// slopesPlain measures the slopes of a region.
func (r *region) slopesPlain(s *slopes) {
	*s = slopes{}
	for y := range samples {
		var row [cells][directions]float32
		for x := range samples {
			i := (y+1)*wide + x + 1
			dx, dy := r[i+1]-r[i-1], r[i+wide]-r[i-wide]
			var v [directions]float32
			for a := range v {
				v[a] = max(float32(dx*bearing[0][a])+float32(dy*bearing[1][a]), 0)
			}
			for cell, w := range weights[x] {
				if w != 0 {
					for a := range v {
						row[cell][a] += float32(w * v[a])
					}
				}
			}
		}
		for down, w := range weights[y] {
			if w == 0 {
				continue
			}
			for cell := range row {
				for a := range directions {
					s[down*cells+cell][a] += float32(w * row[cell][a])
				}
			}
		}
	}
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
