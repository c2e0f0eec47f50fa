package art

import "math"

type colour struct{ r, g, b uint8 }

// hex reads a colour as style sheets write it, 0xRRGGBB.
func hex(value uint32) colour {
	return colour{uint8(value >> 16), uint8(value >> 8), uint8(value)}
}

// mix returns the colour a share t of the way from c to other.
func (c colour) mix(other colour, t float64) colour {
	channel := func(a, b uint8) uint8 { return uint8(float64(a) + (float64(b)-float64(a))*t + 0.5) }
	return colour{channel(c.r, other.r), channel(c.g, other.g), channel(c.b, other.b)}
}

func (c colour) lighter(t float64) colour { return c.mix(colour{255, 250, 240}, t) }
func (c colour) darker(t float64) colour  { return c.mix(colour{14, 20, 34}, t) }

// against returns the candidate whose brightness differs most from that of c.
func (c colour) against(candidates ...colour) colour {
	best := candidates[0]
	for _, candidate := range candidates[1:] {
		if math.Abs(luma(candidate)-luma(c)) > math.Abs(luma(best)-luma(c)) {
			best = candidate
		}
	}
	return best
}

// luma is the brightness of c, 0 to 255, by the weights of ITU-R BT.601.
func luma(c colour) float64 { return 0.299*float64(c.r) + 0.587*float64(c.g) + 0.114*float64(c.b) }

// darkest returns the darker of two colours.
func darkest(a, b colour) colour {
	if luma(a) < luma(b) {
		return a
	}
	return b
}

// lightest returns the lighter of two colours.
func lightest(a, b colour) colour {
	if luma(a) < luma(b) {
		return b
	}
	return a
}
