package keypoint

import (
	"cmp"
	"math"
	"slices"
)

// Agreement says how well points of two pictures lie alike.
type Agreement struct {
	Points   int     // that agree
	Distance int     // the mean number of bits in which their codes differ
	Score    float64 // the decimal logarithm of how unlikely they are to agree by chance
	Mirrored bool
}

// Enough reports whether points agree so well that the one picture shows the other, or a part of it.
func (a Agreement) Enough() bool { return a.Points >= 3 && a.Score >= 26 }

const (
	loose     = 44 // bits in which the codes of points that agree may differ
	firm      = 30 // bits for a pair that says where the other picture lies
	mostFirm  = 24
	sizeSlack = 0.45 // in octaves
	turnSlack = 0.45 // in radians
	nearSlack = 0.35 // of the region
	farSlack  = 0.12 // of the distance from the pair that says where the other picture lies
)

// pair is a point of each picture with like codes.
type pair struct{ known, found, bits int }

// place is where a point lies, in numbers that can be reckoned with.
type place struct{ x, y, sigma, angle float64 }

func (p Point) place(mirrored bool) place {
	out := place{float64(p.X) / math.MaxUint16, float64(p.Y) / math.MaxUint16, math.Exp2(-float64(p.Size) / 16), float64(p.Angle) * 2 * math.Pi / 256}
	if mirrored {
		out.y, out.angle = -out.y, -out.angle
	}
	return out
}

// Compare looks for the largest number of points of a known picture that lie in another as if that showed the known one, or a part of it,
// moved, scaled and turned; if mirrored is set, seen in a mirror.
func Compare(known, found Set, mirrored bool) Agreement {
	var pairs []pair
	for i, k := range known {
		code := k.Code
		if mirrored {
			code = code.Mirror()
		}
		for j, f := range found {
			if bits := code.Distance(f.Code); bits <= loose {
				pairs = append(pairs, pair{i, j, bits})
			}
		}
	}
	if len(pairs) < 2 {
		return Agreement{}
	}
	slices.SortFunc(pairs, func(a, b pair) int { return cmp.Compare(a.bits, b.bits) })
	at, to := make([]place, len(known)), make([]place, len(found))
	for i, p := range known {
		at[i] = p.place(mirrored)
	}
	for i, p := range found {
		to[i] = p.place(false)
	}
	var best Agreement
	for i, first := range pairs {
		if i == mostFirm || first.bits > firm {
			break
		}
		a := agreeing(pairs, first, at, to)
		if a.Score > best.Score {
			best = a
			best.Mirrored = mirrored
		}
	}
	return best
}

// agreeing counts the pairs that lie as the first one says, each point once.
func agreeing(pairs []pair, first pair, at, to []place) Agreement {
	k, f := at[first.known], to[first.found]
	zoom, turn := f.sigma/k.sigma, f.angle-k.angle
	sin, cos := math.Sincos(turn)
	var usedKnown, usedFound [MostPoints / 64]uint64
	var a Agreement
	bits := 0
	for _, p := range pairs {
		kp, fp := at[p.known], to[p.found]
		if usedKnown[p.known/64]>>(p.known%64)&1 == 1 || usedFound[p.found/64]>>(p.found%64)&1 == 1 {
			continue
		}
		size := math.Abs(math.Log2(fp.sigma / (kp.sigma * zoom)))
		if size > sizeSlack {
			continue
		}
		swing := math.Abs(math.Remainder(fp.angle-kp.angle-turn, 2*math.Pi))
		if swing > turnSlack {
			continue
		}
		dx, dy := zoom*(kp.x-k.x), zoom*(kp.y-k.y)
		x, y := cos*dx-sin*dy, sin*dx+cos*dy
		slack := nearSlack*radius*fp.sigma + farSlack*math.Hypot(x, y)
		ex, ey := f.x+x-fp.x, f.y+y-fp.y
		if ex*ex+ey*ey > slack*slack {
			continue
		}
		for j, o := range to { // the same place with another angle counts once
			if o.x == fp.x && o.y == fp.y {
				usedFound[j/64] |= 1 << (j % 64)
			}
		}
		usedKnown[p.known/64] |= 1 << (p.known % 64)
		a.Points++
		bits += p.bits
		a.Score += 4 + float64(60-p.bits)/12
		if p != first {
			geo := func(f float64) float64 { return -math.Log10(max(f, 0.1)) }
			a.Score += geo((ex*ex+ey*ey)/(slack*slack)) + geo(size/sizeSlack) + geo(swing/turnSlack)
		}
	}
	a.Distance = (bits + a.Points/2) / max(a.Points, 1)
	return a
}
