package keypoint

import (
	"math"
	"slices"
)

const (
	bearings = 36 // parts of the circle that slopes are counted in
	voteStep = 2  // pixels from one slope to the next: the level is blurred so much that every other one says the same
)

// angles returns the directions in which the picture slopes most around a blob, in radians: the main one, and a second that is nearly
// as strong. Whoever turns the picture turns them.
func (b *blob) angles() (angles [2]float64, n int) {
	votes := b.votes()
	for range 4 { // repeated, a mean of three is nearly a Gaussian
		var smooth [bearings]float32
		for i := range votes {
			smooth[i] = (votes[(i+bearings-1)%bearings] + votes[i] + votes[(i+1)%bearings]) / 3
		}
		votes = smooth
	}
	enough := 0.8 * slices.Max(votes[:])
	var heights [2]float32
	for i, here := range votes {
		before, after := votes[(i+bearings-1)%bearings], votes[(i+1)%bearings]
		if here <= before || here < after || here < enough {
			continue
		}
		angle := (float64(i) + 0.5*float64((before-after)/(before-2*here+after))) * 2 * math.Pi / bearings
		switch {
		case here > heights[0]:
			angles[1], heights[1] = angles[0], heights[0]
			angles[0], heights[0] = angle, here
		case here > heights[1]:
			angles[1], heights[1] = angle, here
		}
		n = min(n+1, len(angles))
	}
	return angles, n
}

// votes counts the slopes around a blob by their direction, the nearer ones more.
func (b *blob) votes() (votes [bearings]float32) {
	im := &b.octave.blurred[b.level]
	reach := 4.5 * b.sigma
	x0, x1 := max(int(b.x-reach), 1), min(int(b.x+reach), im.width-2)
	y0, y1 := max(int(b.y-reach), 1), min(int(b.y+reach), im.height-2)
	inverse := float32(len(nearness)) / float32(reach*reach)
	var count [bearings + 2]float32 // what is beyond the full circle is added to its beginning
	for y := y0; y <= y1; y += voteStep {
		dy := float32(y) - float32(b.y)
		above, here, below := im.row(y - 1)[:x1+2], im.row(y)[:x1+2], im.row(y + 1)[:x1+2]
		for x := x0; x <= x1; x += voteStep {
			dx := float32(x) - float32(b.x)
			near := int((float32(dx*dx) + float32(dy*dy)) * inverse)
			if near >= len(nearness) {
				continue
			}
			size, at := polar(here[x+1]-here[x-1], below[x]-above[x])
			at *= bearings / 8.0
			first := int(at)
			size *= nearness[near]
			part := float32(size * (at - float32(first)))
			count[first] += size - part
			count[first+1] += part
		}
	}
	copy(votes[:], count[:])
	votes[0] += count[bearings]
	votes[1] += count[bearings+1]
	return votes
}

// nearness is the weight of a slope by the square of its distance, as a share of the square of the reach: a Gaussian that ends at three
// standard deviations.
var nearness = func() (t [64]float32) {
	for i := range t {
		t[i] = float32(math.Exp(-4.5 * (float64(i) + 0.5) / float64(len(t))))
	}
	return t
}()

// polar returns the size of a slope and its direction in eighths of a circle, 0 up to 8, within a hundredth.
func polar(dx, dy float32) (size, eighths float32) {
	ax, ay := max(dx, -dx), max(dy, -dy)
	low, high := min(ax, ay), max(ax, ay)
	if high == 0 {
		return 0, 0
	}
	t := low / high
	a := t * (1 + float32(0.3476*(1-t)))
	if ay > ax {
		a = 2 - a
	}
	if dx < 0 {
		a = 4 - a
	}
	if dy < 0 {
		a = 8 - a
	}
	return float32(math.Sqrt(float64(float32(dx*dx) + float32(dy*dy)))), a
}
