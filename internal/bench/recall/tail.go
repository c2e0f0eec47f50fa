package recall

import "math"

// Tail is how near the nearest of the unrelated pictures was, and what follows for longer lists.
//
// A question has one nearest picture among k, so the share of questions whose nearest is within d, divided by k, is the chance of one pair for small
// shares. Chances at the distances that were seen are turned into deviations of a normal distribution, a line is fitted through the nearer half of
// them, and read off at the radius of a match. The weakness: real pictures are not normal. They come in crowds that resemble each other more than
// the line says, of which a small sample has few, so the figure is the least to be expected, not the most; and crops of one source are not independent.
type Tail struct {
	Questions []int   `json:"questions"` // by the distance of the nearest, 0 to 256
	Least     int     `json:"least"`     // the least distance that was seen
	Median    int     `json:"median"`
	Slope     float64 `json:"slope"`     // deviations a bit of the fitted line
	AtZero    float64 `json:"at_zero"`   // deviations of the line at distance 0
	Pair      float64 `json:"pair"`      // chance that one pair matches, read off the line at the radius
	InMillion float64 `json:"a_million"` // false matches of a million uploads with a list of a million, by that chance
}

// tailOf fits the line to counts of questions by the distance of their nearest of k pictures. It returns nil if there is too little to fit.
func tailOf(questions []int, k float64, radius int) *Tail {
	t := Tail{Questions: questions, Least: -1}
	total := 0
	for d, n := range questions[:len(questions)-1] { // the last one is those of which nothing was compared
		total += n
		if n > 0 && t.Least < 0 {
			t.Least = d
		}
	}
	var sw, sx, sy, sxx, sxy float64
	sum := 0
	for d, n := range questions[:len(questions)-1] {
		sum += n
		if 2*sum < total {
			t.Median = d + 1
		}
		// Shares below one in two are chances of a pair; a handful of questions says little, so points weigh as much as they count.
		if sum < 3 || 2*sum > total || n == 0 {
			continue
		}
		share := -math.Log1p(-float64(sum)/float64(total)) / k
		x, y, w := float64(d), deviation(share), math.Sqrt(float64(sum))
		sw, sx, sy, sxx, sxy = sw+w, sx+w*x, sy+w*y, sxx+w*x*x, sxy+w*x*y
	}
	spread := sw*sxx - sx*sx
	if !(spread > 1e-9) {
		return nil
	}
	t.Slope = (sw*sxy - sx*sy) / spread
	t.AtZero = (sy - t.Slope*sx) / sw
	t.Pair = 0.5 * math.Erfc(-(t.AtZero+t.Slope*(float64(radius)+0.5))/math.Sqrt2)
	t.InMillion = t.Pair * 1e12
	return &t
}

// deviation is the place on the standard normal distribution below which a share p lies, p below one half.
func deviation(p float64) float64 {
	low, high := -40.0, 0.0
	for range 80 {
		mid := (low + high) / 2
		if 0.5*math.Erfc(-mid/math.Sqrt2) < p {
			low = mid
		} else {
			high = mid
		}
	}
	return (low + high) / 2
}

// poissonBound is the largest mean of a Poisson distribution that still gives n or fewer in one of twenty trials: 3 for none.
func poissonBound(n int64) float64 {
	low, high := 0.0, 10+3*float64(n)
	for range 80 {
		mid := (low + high) / 2
		if cumulative(n, mid) > 0.05 {
			low = mid
		} else {
			high = mid
		}
	}
	return high
}

// cumulative is the chance of n or fewer by a Poisson distribution.
func cumulative(n int64, mean float64) (sum float64) {
	logs := math.Log(mean)
	for i := range n + 1 {
		factorial, _ := math.Lgamma(float64(i) + 1)
		sum += math.Exp(float64(i)*logs - mean - factorial)
	}
	return sum
}
