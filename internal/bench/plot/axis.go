package plot

import (
	"math"
	"slices"

	"github.com/quell-project/quell/internal/bench/figure"
)

// Scale is how values lie along an axis.
type Scale int

// The scales.
const (
	Linear Scale = iota
	Log          // equal ratios are equally far apart; values are above 0
	Tail         // percentiles: 0, 90, 99 and 99.9 are equally far apart, so that the slowest few have room; values are below 100
)

// Axis is one of the two axes of a drawing. Its range is that of the values, widened to the ticks around them unless it is tight.
type Axis struct {
	Label  string // what is measured and its unit
	Scale  Scale
	Ticks  []float64            // in order; nil: round ones
	Zero   bool                 // a linear axis begins at zero
	Tight  bool                 // the axis ends at the values instead of at the ticks around them
	Format func(float64) string // of a tick; nil: as figure.Short writes it
}

// place returns where a value lies on the scale, before it is stretched to the axis.
func (s Scale) place(v float64) float64 {
	switch s {
	case Log:
		return math.Log10(v)
	case Tail:
		return -math.Log10(1 - v/100)
	}
	return v
}

// holds reports whether a value has a place.
func (s Scale) holds(v float64) bool {
	p := s.place(v)
	return !math.IsNaN(p) && !math.IsInf(p, 0)
}

// span is an axis with its range: from the value that lies at 0 to the one that lies at 1.
type span struct {
	Axis
	low, high float64 // as placed
}

// over returns the axis for values from low to high.
func (a Axis) over(low, high float64) span {
	if a.Zero && a.Scale == Linear {
		low = 0
	}
	if a.Ticks == nil {
		a.Ticks = a.Scale.ticks(low, high)
	}
	if a.Tight {
		a.Ticks = slices.DeleteFunc(slices.Clone(a.Ticks), func(t float64) bool { return t < low || t > high })
	} else {
		low, high = min(low, a.Ticks[0]), max(high, a.Ticks[len(a.Ticks)-1])
	}
	s := span{a, a.Scale.place(low), a.Scale.place(high)}
	if s.high == s.low {
		s.high++
	}
	return s
}

func (s span) at(v float64) float64 { return (s.Scale.place(v) - s.low) / (s.high - s.low) }

func (s span) text(v float64) string {
	if s.Format != nil {
		return s.Format(v)
	}
	return figure.Short(v)
}

// fine returns the values of a logarithmic axis between its ticks: 2, 3 … 9 times each power of ten.
func (s span) fine() (values []float64) {
	if s.Scale != Log {
		return nil
	}
	for p := math.Floor(s.low); p <= s.high; p++ {
		for k := 2.0; k < 10; k++ {
			if v := k * math.Pow(10, p); s.at(v) > 0 && s.at(v) < 1 {
				values = append(values, v)
			}
		}
	}
	return values
}

// ticks returns round values that enclose low and high.
func (s Scale) ticks(low, high float64) (ticks []float64) {
	switch s {
	case Log:
		first, last := math.Floor(math.Log10(low)+1e-9), math.Ceil(math.Log10(high)-1e-9)
		for p := first; p <= max(last, first+1); p++ {
			ticks = append(ticks, math.Pow(10, p))
		}
	case Tail:
		for _, t := range []float64{0, 50, 90, 99, 99.9, 99.99} {
			if ticks = append(ticks, t); t >= high {
				break
			}
		}
	default:
		step := round((high - low) / 4)
		for t := math.Floor(low/step) * step; ; t += step {
			if ticks = append(ticks, t); t >= high-step*1e-9 {
				break
			}
		}
	}
	return ticks
}

// round returns the next larger of 1, 2 and 5 times a power of ten.
func round(step float64) float64 {
	if !(step > 0) {
		return 1
	}
	power := math.Pow(10, math.Floor(math.Log10(step)))
	for _, k := range []float64{1, 2, 5} {
		if step <= k*power*(1+1e-9) {
			return k * power
		}
	}
	return 10 * power
}
