package keypoint

import (
	"math"
	"math/bits"
)

// place is where a point lies, and the length of its blob, in shares of the longer side. Size and turn are those of the point.
type place struct {
	x, y, sigma float32
	size, turn  uint8
}

// places appends where points lie.
func places(to []place, s Set) []place {
	for _, p := range s {
		to = append(to, place{float32(p.X) / math.MaxUint16, float32(p.Y) / math.MaxUint16, lengths[p.Size], p.Size, p.Angle})
	}
	return to
}

// lengths has the length of the blob of a point by its Size.
var lengths = func() (t [256]float32) {
	for i := range t {
		t[i] = float32(math.Exp2(-float64(i) / 16))
	}
	return t
}()

// points is a set of indices of points.
type points [MostPoints / 64]uint64

func (p *points) add(i int)      { p[i/64] |= 1 << (i % 64) }
func (p *points) has(i int) bool { return p[i/64]>>(i%64)&1 == 1 }

// common counts the points that are in both sets.
func (p points) common(o points) (n int) {
	for i := range p {
		n += bits.OnesCount64(p[i] & o[i])
	}
	return n
}

// agreeing is the points of either picture that agree.
type agreeing struct{ known, found points }

const (
	sizeSlack = 7    // in 16ths of an octave
	turnSlack = 18   // in 256ths of a circle
	nearSlack = 0.35 // of the region
	farSlack  = 0.12 // of the distance from the pair that says where the other picture lies
)

// placement is where a known picture lies in another by one pair of points.
type placement struct {
	known, found *place
	cos, sin     float32 // of the turn, times the zoom
}

func (c *comparer) placement(p pair) placement {
	k, f := &c.at[p.known()], &c.to[p.found()]
	zoom := float64(f.sigma / k.sigma)
	sin, cos := math.Sincos(float64(f.turn-k.turn) * 2 * math.Pi / 256)
	return placement{k, f, float32(zoom * cos), float32(zoom * sin)}
}

// fit is how far a pair of points lies from where a placement says, in the units of the slacks; away is the square of a distance.
type fit struct {
	size, turn  int
	away, slack float32
}

func (p *placement) fit(known, found *place) fit {
	size := (int(found.size) - int(known.size)) - (int(p.found.size) - int(p.known.size))
	turn := int(int8(found.turn - known.turn - p.found.turn + p.known.turn))
	dx, dy := known.x-p.known.x, known.y-p.known.y
	x, y := p.cos*dx-p.sin*dy, p.sin*dx+p.cos*dy
	ex, ey := p.found.x+x-found.x, p.found.y+y-found.y
	slack := nearSlack*radius*found.sigma + farSlack*float32(math.Sqrt(float64(x*x+y*y)))
	return fit{max(size, -size), max(turn, -turn), ex*ex + ey*ey, slack * slack}
}

// count counts the pairs that lie as the first one says, each point once, the nearest pairs first.
func (c *comparer) count(first pair) (a Agreement, in agreeing) {
	lies := c.placement(first)
	var e evidence
	differ := 0
	for _, p := range c.pairs {
		f := lies.fit(&c.at[p.known()], &c.to[p.found()])
		switch {
		case f.size > sizeSlack || f.turn > turnSlack:
			e.others++
			continue
		case f.away > f.slack:
			e.others++
			e.elsewhere++
			continue
		case in.known.has(p.known()) || in.found.has(p.found()):
			continue
		}
		in.known.add(p.known())
		c.use(&in.found, p.found())
		a.Points++
		differ += p.bits()
		e.add(p.bits(), f, p == first)
	}
	a.Score, a.Layout = e.score(a.Points, len(c.at)*len(c.to)), e.layout(a.Points)
	a.Distance = (differ + a.Points/2) / max(a.Points, 1)
	return a, in
}

// use adds a point, and its neighbours in the set that have the same place with another angle: they count once.
func (c *comparer) use(used *points, i int) {
	for j := max(i-1, 0); j <= min(i+1, len(c.to)-1); j++ {
		if c.to[j].x == c.to[i].x && c.to[j].y == c.to[i].y {
			used.add(j)
		}
	}
}

// share is the box around the regions of some points, as a share of the box around those of all.
func share(all []place, some *points) float64 {
	var part, whole box
	for i := range all {
		whole.include(&all[i])
		if some.has(i) {
			part.include(&all[i])
		}
	}
	if whole.area() == 0 {
		return 0
	}
	return float64(part.area() / whole.area())
}

// box is a rectangle; the zero one is empty.
type box struct {
	x0, y0, x1, y1 float32
	any            bool
}

func (b *box) include(p *place) {
	r := radius * p.sigma
	if !b.any {
		*b = box{p.x - r, p.y - r, p.x + r, p.y + r, true}
		return
	}
	b.x0, b.y0, b.x1, b.y1 = min(b.x0, p.x-r), min(b.y0, p.y-r), max(b.x1, p.x+r), max(b.y1, p.y+r)
}

func (b *box) area() float32 { return (b.x1 - b.x0) * (b.y1 - b.y0) }
