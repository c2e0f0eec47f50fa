package bench

import (
	"math"
	"slices"
	"time"
)

// Latency sums up how long single calls took, in microseconds.
type Latency struct {
	P50 float64 `json:"p50_us"`
	P90 float64 `json:"p90_us"`
	P99 float64 `json:"p99_us"`
	Max float64 `json:"max_us"`
	// Curve has the times below which 0, 1, 2 … 100 percent of the calls stayed.
	Curve []float64 `json:"curve_us,omitempty"`
}

// summarize sorts the times.
func summarize(times []time.Duration) Latency {
	if len(times) == 0 {
		return Latency{}
	}
	slices.Sort(times)
	l := Latency{P50: percentile(times, 50), P90: percentile(times, 90), P99: percentile(times, 99), Max: percentile(times, 100)}
	for p := range 101 {
		l.Curve = append(l.Curve, percentile(times, float64(p)))
	}
	return l
}

// percentile returns, in microseconds, the least of the sorted times that p percent of them do not exceed (nearest rank); 0 of none.
func percentile(sorted []time.Duration, p float64) float64 {
	if len(sorted) == 0 {
		return 0
	}
	rank := int(math.Ceil(p / 100 * float64(len(sorted))))
	return rounded(sorted[min(max(rank, 1), len(sorted))-1].Seconds()*1e6, 2)
}

// rounded keeps as many decimals as say something.
func rounded(x float64, decimals int) float64 {
	scale := math.Pow10(decimals)
	return math.Round(x*scale) / scale
}
