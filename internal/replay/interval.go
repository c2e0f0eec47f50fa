package replay

import "math"

// Rate is a share of something, with what is known of it.
type Rate struct {
	Of    int64   `json:"of"`
	Count int64   `json:"count"`
	Share float64 `json:"share"`
	Low   float64 `json:"low"` // bounds of the 95 % interval
	High  float64 `json:"high"`
}

// quantile is the 97.5 % quantile of the normal distribution.
const quantile = 1.959963984540054

// rateOf is a share with Wilson's score interval (1927), which holds for few and for rare things too. Of nothing, everything is possible.
func rateOf(count, of int64) Rate {
	if of == 0 {
		return Rate{High: 1}
	}
	n, p := float64(of), float64(count)/float64(of)
	const z2 = quantile * quantile
	middle := p + z2/(2*n)
	half := quantile * math.Sqrt(p*(1-p)/n+z2/(4*n*n))
	r := Rate{Of: of, Count: count, Share: p, Low: (middle - half) / (1 + z2/n), High: (middle + half) / (1 + z2/n)}
	if count == 0 {
		r.Low = 0
	}
	if count == of {
		r.High = 1
	}
	return r
}

// Difference is how much two shares of the same things differ.
type Difference struct {
	By   float64 `json:"by"`
	Low  float64 `json:"low"` // bounds of the 95 % interval
	High float64 `json:"high"`
}

// pairs are things that were looked at twice.
type pairs struct{ both, first, second, neither int64 }

// difference is the share of the second look less that of the first, with the interval that Newcombe gives for pairs (Statistics in Medicine 17, 1998,
// pages 2635–2650, method 8): Wilson's intervals of both, joined with regard to how the looks go together.
func (p pairs) difference() Difference {
	n := p.both + p.first + p.second + p.neither
	if n == 0 {
		return Difference{Low: -1, High: 1}
	}
	was, now := rateOf(p.both+p.first, n), rateOf(p.both+p.second, n)
	phi := p.correlation()
	join := func(a, b float64) float64 { return math.Sqrt(max(a*a-2*phi*a*b+b*b, 0)) }
	by := float64(p.second-p.first) / float64(n)
	return Difference{By: by, Low: max(by-join(now.Share-now.Low, was.High-was.Share), -1), High: min(by+join(now.High-now.Share, was.Share-was.Low), 1)}
}

// correlation is the phi coefficient of the two looks; 0 where one of them never differs.
func (p pairs) correlation() float64 {
	a, b, c, d := float64(p.both), float64(p.first), float64(p.second), float64(p.neither)
	margins := (a + b) * (c + d) * (a + c) * (b + d)
	if margins == 0 {
		return 0
	}
	return (a*d - b*c) / math.Sqrt(margins)
}
