package keypoint

import (
	"image"
	"math"
	"sync"
)

// finder holds the buffers for one picture.
type finder struct {
	pyramid
	found []blob
	rest  []*blob // of found, while they are spread
}

var finders = sync.Pool{New: func() any { return new(finder) }}

// Find returns up to most points of a grey picture, whose longer side is best 256 pixels long and is not to be more than 1024. A point
// around which the picture slopes in two directions nearly alike counts as two if twice is set: so a copy is found whichever of the two
// is the main one there. Points of which a picture has several alike are left out. A picture that is too small or too large has no points.
// Find is safe for concurrent use.
func Find(g *image.Gray, most int, twice bool) Set {
	longer := max(g.Rect.Dx(), g.Rect.Dy())
	if min(g.Rect.Dx(), g.Rect.Dy()) < leastSide || longer > mostSide {
		return nil
	}
	f := finders.Get().(*finder)
	defer finders.Put(f)
	f.picture.load(g)
	f.build()
	f.found = f.blobs(f.found[:0])
	angles := 1
	if twice {
		angles = 2
	}
	most = max(min(most, MostPoints), 0)
	set := make(Set, 0, most)
	f.spread(most, func(b *blob) bool {
		both, n := b.angles()
		for _, angle := range both[:min(n, angles)] {
			var r region
			if len(set) < most && r.sample(b, angle) {
				var s slopes
				r.slopes(&s)
				set = append(set, b.point(angle, s.code(), longer))
			}
		}
		return len(set) < most
	})
	return set.unique()
}

// grid is into how many parts a picture is divided each way, so that its points do not all come from one of them.
const grid = 4

// spread visits blobs, the strongest first, until visit returns false: at first not many of any part of the picture, then the rest.
func (f *finder) spread(most int, visit func(*blob) bool) {
	var count [grid * grid]int
	enough := max(2, most/5)
	f.rest = f.rest[:0]
	for i := range f.found {
		b := &f.found[i]
		part := func(at float64, side int) int { return min(int(at*b.octave.scale*grid/float64(side)), grid-1) }
		at := &count[part(b.y, f.picture.height)*grid+part(b.x, f.picture.width)]
		if *at == enough {
			f.rest = append(f.rest, b)
			continue
		}
		*at++
		if !visit(b) {
			return
		}
	}
	for _, b := range f.rest {
		if !visit(b) {
			return
		}
	}
}

func (b *blob) point(angle float64, code Code, longer int) Point {
	at := func(v float64) uint16 {
		return uint16(math.Round(min(max(v*b.octave.scale/float64(longer), 0), 1) * math.MaxUint16))
	}
	size := 16 * math.Log2(float64(longer)/(b.sigma*b.octave.scale))
	turn := math.Mod(angle/(2*math.Pi)+1, 1)
	return Point{X: at(b.x), Y: at(b.y), Size: uint8(math.Round(min(max(size, 0), 255))), Angle: uint8(int(math.Round(turn*256)) & 255), Code: code}
}
