package keypoint

import (
	"math"
	"slices"
	"sync"
)

// Agreement says how well points of two pictures lie alike.
type Agreement struct {
	Points     int     // that agree
	Distance   int     // the mean number of bits in which their codes differ
	Score      float64 // the decimal logarithm of how unlikely they are to agree by chance
	KnownShare float64 // of the known picture, as far as it has points: the box around the regions of those that agree
	FoundShare float64 // of the other picture
	Mirrored   bool
}

const (
	leastPoints = 3
	leastScore  = 26
	leastShare  = 0.0
)

// Enough reports whether points agree so well that the one picture shows the other, or a part of it.
func (a Agreement) Enough() bool {
	return a.Points >= leastPoints && a.Score >= leastScore && max(a.KnownShare, a.FoundShare) >= leastShare
}

const (
	loose     = 44  // bits in which the codes of points that agree may differ
	firm      = 30  // bits for a pair that says where the other picture lies
	mostFirm  = 24  // pairs that are tried
	mostPairs = 512 // that are looked at, the nearest; only pictures that repeat themselves have more

	sizeSlack = 7    // in 16ths of an octave
	turnSlack = 18   // in 256ths of a circle
	nearSlack = 0.35 // of the region
	farSlack  = 0.12 // of the distance from where the placement was measured
)

// pair is a point of each picture with like codes: the bits in which they differ, then the index of the known and of the other point.
type pair uint32

func (p pair) bits() int  { return int(p >> 16) }
func (p pair) known() int { return int(p >> 8 & 255) }
func (p pair) found() int { return int(p & 255) }

// place is where a point lies, and the length of its blob, in shares of the longer side. Size and turn are those of the point.
type place struct {
	x, y, sigma float32
	size, turn  uint8
}

// comparer holds the buffers for one comparison.
type comparer struct {
	pairs  []pair
	at, to []place
}

var comparers = sync.Pool{New: func() any { return new(comparer) }}

// Compare looks for the largest number of points of a known picture that lie in another as if that showed the known one, or a part of it,
// moved, scaled and turned; if mirrored is set, seen in a mirror. Of either set it takes no more than MostPoints. It is safe for
// concurrent use.
func Compare(known, found Set, mirrored bool) Agreement {
	known, found = known[:min(len(known), MostPoints)], found[:min(len(found), MostPoints)]
	c := comparers.Get().(*comparer)
	defer comparers.Put(c)
	c.pair(known, found, mirrored)
	if len(c.pairs) < 2 {
		return Agreement{}
	}
	c.at, c.to = places(c.at[:0], known, mirrored), places(c.to[:0], found, false)
	var best Agreement
	var chosen agreeing
	for i, first := range c.pairs {
		if i == mostFirm || first.bits() > firm {
			break
		}
		var in agreeing
		if a := c.count(first, &in); a.Score > best.Score {
			best, chosen = a, in
		}
	}
	best.Mirrored = mirrored && best.Points > 0
	best.KnownShare, best.FoundShare = share(c.at, chosen.known), share(c.to, chosen.found)
	return best
}

// pair lists the pairs of points with like codes, the nearest first.
func (c *comparer) pair(known, found Set, mirrored bool) {
	c.pairs = c.pairs[:0]
	for i := range known {
		code := known[i].Code
		if mirrored {
			code = code.Mirror()
		}
		for j := range found {
			if d := code.Distance(found[j].Code); d <= loose {
				c.pairs = append(c.pairs, pair(d<<16|i<<8|j))
			}
		}
	}
	slices.Sort(c.pairs)
	c.pairs = c.pairs[:min(len(c.pairs), mostPairs)]
}

// places appends where points lie, or where they do in a mirror.
func places(to []place, s Set, mirrored bool) []place {
	for _, p := range s {
		at := place{float32(p.X) / math.MaxUint16, float32(p.Y) / math.MaxUint16, lengths[p.Size], p.Size, p.Angle}
		if mirrored {
			at.y, at.turn = -at.y, -at.turn
		}
		to = append(to, at)
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

// agreeing is the points of either picture that agree.
type agreeing struct{ known, found points }

// count counts the pairs that lie as the first one says, each point once.
func (c *comparer) count(first pair, in *agreeing) (a Agreement) {
	k, f := &c.at[first.known()], &c.to[first.found()]
	zoom := f.sigma / k.sigma
	sin, cos := math.Sincos(float64(f.turn-k.turn) * 2 * math.Pi / 256)
	zc, zs := zoom*float32(cos), zoom*float32(sin)
	bits := 0
	score := float32(0)
	for _, p := range c.pairs {
		if in.known.has(p.known()) || in.found.has(p.found()) {
			continue
		}
		kp, fp := &c.at[p.known()], &c.to[p.found()]
		size := gap(int(fp.size)-int(kp.size), int(f.size)-int(k.size))
		swing := int(int8(fp.turn - kp.turn - f.turn + k.turn))
		swing = max(swing, -swing)
		if size > sizeSlack || swing > turnSlack {
			continue
		}
		dx, dy := kp.x-k.x, kp.y-k.y
		x, y := zc*dx-zs*dy, zs*dx+zc*dy
		ex, ey := f.x+x-fp.x, f.y+y-fp.y
		slack := nearSlack*radius*fp.sigma + farSlack*float32(math.Sqrt(float64(x*x+y*y)))
		if ex*ex+ey*ey > slack*slack {
			continue
		}
		in.known.add(p.known())
		for j := range c.to { // the same place with another angle counts once
			if c.to[j].x == fp.x && c.to[j].y == fp.y {
				in.found.add(j)
			}
		}
		a.Points++
		bits += p.bits()
		score += 4 + float32(60-p.bits())/12
		if p != first {
			score += rarity((ex*ex+ey*ey)/(slack*slack)) + rarity(float32(size)/sizeSlack) + rarity(float32(swing)/turnSlack)
		}
	}
	a.Score = float64(score)
	a.Distance = (bits + a.Points/2) / max(a.Points, 1)
	return a
}

func rarity(v float32) float32 { return float32(-math.Log10(float64(max(v, 0.1)))) }

func gap(a, b int) int { return max(a-b, b-a) }

// share is the box around the regions of some points, as a share of the box around those of all.
func share(all []place, some points) float64 {
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
