package keypoint

import (
	"cmp"
	"math"
	"math/bits"
	"slices"
)

// blob is a place in the pyramid that differs from all around it, in position and in size.
type blob struct {
	octave   *octave
	level    int     // nearest
	x, y     float64 // in pixels of the octave
	sigma    float64 // size, in pixels of the octave
	strength float64
}

const (
	leastStrength = 0.3               // difference of a blob from what is around it, where the contrast of the picture is 50
	leastPeak     = leastStrength / 2 // of the pixel of a blob that may turn out so strong
	edgeRatio     = 10.0              // a blob that is curved so much more one way than the other lies on an edge, and could lie anywhere along it
)

// blobs appends the blobs of all octaves, the strongest first.
func (p *pyramid) blobs(found []blob) []blob {
	for i := range p.octaves[:p.used] {
		o := &p.octaves[i]
		for level := 1; level <= intervals; level++ {
			found = o.extrema(found, level, p.mask[:])
		}
	}
	slices.SortFunc(found, func(a, b blob) int { return cmp.Compare(b.strength, a.strength) })
	return found
}

// extrema appends the blobs of one level. mask is scratch.
func (o *octave) extrema(found []blob, level int, mask []byte) []blob {
	here := &o.differences[level]
	w := here.width
	try := func(x, y int) {
		if !o.extreme(level, y*w+x) {
			return
		}
		if b, ok := o.locate(level, x, y); ok {
			found = append(found, b)
		}
	}
	for y := 1; y < here.height-1; y++ {
		n := peaks(mask, here.row(y-1), here.row(y), here.row(y+1))
		for i, m := range mask[:n/lanes] {
			for ; m != 0; m &= m - 1 {
				try(1+lanes*i+bits.TrailingZeros8(m), y)
			}
		}
		for x := 1 + n; x < w-1; x++ {
			if v := here.pix[y*w+x]; (v >= leastPeak || v <= -leastPeak) && farthest(here.pix, y*w+x, w, v) {
				try(x, y)
			}
		}
	}
	return found
}

// extreme reports whether a pixel that is extreme in its level is so in the levels below and above.
func (o *octave) extreme(level, i int) bool {
	here := &o.differences[level]
	v, w := here.pix[i], here.width
	return farthest(o.differences[level-1].pix, i, w, v) && farthest(o.differences[level+1].pix, i, w, v)
}

// farthest reports whether v is as far from zero as any of the nine pixels around i, on its side.
func farthest(pix []float32, i, w int, v float32) bool {
	for _, j := range [3]int{i - w, i, i + w} {
		three := pix[j-1 : j+2]
		a, b, c := three[0], three[1], three[2]
		if v > 0 && (a > v || b > v || c > v) || v < 0 && (a < v || b < v || c < v) {
			return false
		}
	}
	return true
}

// locate fits a parabola to the differences around a pixel, and returns the blob at its summit (Lowe: "Distinctive Image Features from
// Scale-Invariant Keypoints", 2004, section 4).
func (o *octave) locate(level, x, y int) (blob, bool) {
	w, h := o.differences[0].width, o.differences[0].height
	for range 4 {
		s := o.surface(level, y*w+x)
		dx, dy, ds, ok := s.summit()
		if !ok {
			return blob{}, false
		}
		if math.Abs(dx) < 0.6 && math.Abs(dy) < 0.6 && math.Abs(ds) < 0.6 {
			strength := math.Abs(s.value + (s.x*dx+s.y*dy+s.s*ds)/2)
			trace, det := s.xx+s.yy, s.xx*s.yy-s.xy*s.xy
			if strength < leastStrength || trace*trace*edgeRatio >= (edgeRatio+1)*(edgeRatio+1)*det {
				return blob{}, false
			}
			return blob{o, level, float64(x) + dx, float64(y) + dy, blurOf(float64(level) + ds), strength}, true
		}
		nx, ny, nl := x+int(math.Round(dx)), y+int(math.Round(dy)), level+int(math.Round(ds))
		if nx < 1 || ny < 1 || nx >= w-1 || ny >= h-1 || nl < 1 || nl > intervals {
			return blob{}, false
		}
		x, y, level = nx, ny, nl
	}
	return blob{}, false
}

// surface is the value of the differences at a pixel with its first and second derivatives, by position and by level.
type surface struct {
	value, x, y, s, xx, yy, ss, xy, xs, ys float64
}

func (o *octave) surface(level, i int) surface {
	w := o.differences[level].width
	at := func(dl, dx, dy int) float64 { return float64(o.differences[level+dl].pix[i+dy*w+dx]) }
	v := at(0, 0, 0)
	return surface{
		value: v,
		x:     (at(0, 1, 0) - at(0, -1, 0)) / 2,
		y:     (at(0, 0, 1) - at(0, 0, -1)) / 2,
		s:     (at(1, 0, 0) - at(-1, 0, 0)) / 2,
		xx:    at(0, 1, 0) + at(0, -1, 0) - 2*v,
		yy:    at(0, 0, 1) + at(0, 0, -1) - 2*v,
		ss:    at(1, 0, 0) + at(-1, 0, 0) - 2*v,
		xy:    (at(0, 1, 1) - at(0, -1, 1) - at(0, 1, -1) + at(0, -1, -1)) / 4,
		xs:    (at(1, 1, 0) - at(1, -1, 0) - at(-1, 1, 0) + at(-1, -1, 0)) / 4,
		ys:    (at(1, 0, 1) - at(1, 0, -1) - at(-1, 0, 1) + at(-1, 0, -1)) / 4,
	}
}

// summit returns where the parabola has no slope, by Cramer's rule; there may be no such place.
func (s *surface) summit() (dx, dy, ds float64, ok bool) {
	a, b, c := s.yy*s.ss-s.ys*s.ys, s.xy*s.ss-s.ys*s.xs, s.xy*s.ys-s.yy*s.xs
	det := s.xx*a - s.xy*b + s.xs*c
	if det == 0 {
		return 0, 0, 0, false
	}
	dx = -(s.x*a - s.xy*(s.y*s.ss-s.ys*s.s) + s.xs*(s.y*s.ys-s.yy*s.s)) / det
	dy = -(s.xx*(s.y*s.ss-s.ys*s.s) - s.x*b + s.xs*(s.xy*s.s-s.y*s.xs)) / det
	ds = -(s.xx*(s.yy*s.s-s.y*s.ys) - s.xy*(s.xy*s.s-s.y*s.xs) + s.x*c) / det
	return dx, dy, ds, true
}
