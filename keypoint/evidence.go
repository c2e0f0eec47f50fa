package keypoint

import "math"

// evidence is what speaks for and against points that lie alike by more than chance. It is in decimal logarithms.
//
// The codes of two points of unrelated photographs differ in at most 44 bits once in 10⁴ times, in at most 16 once in 10⁷. A pair that
// fits a placement has besides a size, an angle and a place that are as near as they are by a chance that is easily reckoned. All of them
// multiplied, and by the number of pairs that might have been, give the score.
//
// In pages of text, tables and the like, codes resemble each other far more often. That shows: there are many pairs which do not fit. So
// the more of these there are, the less a code counts, and the layout asks whether among so many so few would fit by chance alone.
type evidence struct {
	codes, turns, places float32
	others               int // pairs that do not fit
	elsewhere            int // of these, those that fit by size and angle, but not by place
}

const (
	codeWeight  = 0.11 // by which a bit less is rarer between unrelated photographs, measured
	codeZero    = 80   // bits at which that would begin
	otherWeight = 1.6  // of pairs that do not fit: where these are ten times as many, nearer ones are more than that, measured
	sizes       = 48   // 16ths of an octave over which the blobs of a picture are spread
	leastAway   = 0.1  // of the slack: to be nearer is no better
)

// add counts a pair that fits. The first one says what the others have to fit, so it fits by itself.
func (e *evidence) add(bits int, f fit, first bool) {
	e.codes += codeWeight * float32(codeZero-bits)
	if first {
		return
	}
	e.turns += sizeRarity[f.size] + turnRarity[f.turn]
	e.places += rarity(math.Pi * max(f.away, leastAway*f.slack))
}

// rarity returns how rare it is that something happens which has a chance.
func rarity(chance float32) float32 {
	return float32(math.Log(float64(min(chance, 1)))) * (-1 / math.Ln10)
}

// How rare it is that a size or a turn is as near as it is.
var (
	sizeRarity = rarities(sizeSlack, sizes)
	turnRarity = rarities(turnSlack, 256)
)

func rarities(slack int, all float32) []float32 {
	t := make([]float32, slack+1)
	for i := range t {
		t[i] = rarity(float32(2*i+1) / all)
	}
	return t
}

// score returns how unlikely the points are where there could be so many pairs.
func (e *evidence) score(points, pairs int) float64 {
	each := math.Log10(float64(pairs)) + otherWeight*math.Log10(float64(max(e.others, 1)))
	return float64(e.codes+e.turns+e.places) - float64(points)*each
}

// layout returns how unlikely it is that of the pairs that fit by size and angle so many fit by place as well, whichever were first.
func (e *evidence) layout(points int) float64 {
	n, k := e.elsewhere+points-1, points-1
	choices := factorials[n] - factorials[k] - factorials[n-k]
	return float64(e.places-choices) - math.Log10(float64(n+1))
}

// factorials has the decimal logarithms of the factorials.
var factorials = func() (t [mostPairs + 1]float32) {
	for i := range t {
		f, _ := math.Lgamma(float64(i + 1))
		t[i] = float32(f / math.Ln10)
	}
	return t
}()
