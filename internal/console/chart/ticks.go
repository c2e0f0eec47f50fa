package chart

import "time"

// maxTicks is how many labels fit on the axis of a phone.
const maxTicks = 5

// rounds are the distances between labels that people find round.
var rounds = []time.Duration{
	time.Minute, 5 * time.Minute, 10 * time.Minute, 15 * time.Minute, 30 * time.Minute,
	time.Hour, 3 * time.Hour, 6 * time.Hour, 12 * time.Hour,
	24 * time.Hour, 2 * 24 * time.Hour, 7 * 24 * time.Hour, 14 * 24 * time.Hour, 28 * 24 * time.Hour,
}

// ticks returns the round moments between from and to, at most maxTicks, leaving free the two ends of the axis, where a label would be cut
// off or would touch the word that stands there.
func ticks(from, to time.Time) []time.Time {
	length := to.Sub(from)
	first, last := from.Add(length/25), to.Add(-length/7)
	for _, round := range rounds {
		var at []time.Time
		for t := from.Truncate(round); t.Before(last) && len(at) <= maxTicks; t = t.Add(round) {
			if t.After(first) {
				at = append(at, t)
			}
		}
		if len(at) <= maxTicks {
			return at
		}
	}
	return nil
}
