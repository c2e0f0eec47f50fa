package recall

import (
	"cmp"
	"maps"
	"math"
	"slices"
	"strings"

	"github.com/quell-project/quell/internal/bench"
)

// Result is what was measured of some methods with the pictures of a half.
type Result struct {
	Half     Half           `json:"half,omitempty"` // "": both
	Pictures int            `json:"pictures"`       // that were edited and asked for
	Known    int            `json:"known"`          // in the list: these and others
	Found    Counts         `json:"found"`          // in the folders
	Seed     uint64         `json:"seed"`
	Methods  []MethodResult `json:"methods"`
	bench.Origin
}

// MethodResult is what was measured of one method.
type MethodResult struct {
	Name          string  `json:"method"`
	Mean          float64 `json:"mean_recall"` // over the edits, each counted once
	BytesPerKnown float64 `json:"bytes_per_known"`
	Micros        float64 `json:"find_us"`     // the mean, one thread, of a decoded picture
	Micros99      float64 `json:"find_p99_us"` // 99 % took no longer
	// ProcessorMicros is the mean for which the thread that asked had a processor: what others do beside it counts less. 0: not told.
	ProcessorMicros float64         `json:"find_processor_us,omitempty"`
	Edits           []EditResult    `json:"edits"`
	Unedited        EditResult      `json:"unedited"`
	Unrelated       *UnrelatedCount `json:"unrelated,omitempty"`
	Guards          []GuardCount    `json:"guards,omitempty"`
}

// EditResult is what a method found of the pictures after one edit.
type EditResult struct {
	Edit   string         `json:"edit"`
	Group  string         `json:"group,omitempty"`
	Asked  int            `json:"asked"`
	Found  int            `json:"found"`
	Recall float64        `json:"recall"`
	Low    float64        `json:"low"` // 95 % interval after Wilson
	High   float64        `json:"high"`
	First  map[string]int `json:"first,omitempty"` // pictures by the view that found them first
	Views  map[string]int `json:"views,omitempty"` // pictures that a view finds, whether others do or not
	False  map[string]int `json:"false,omitempty"` // hits on pictures of another group, by view
}

// wilson is the interval in which the share lies with 95 % confidence, after Wilson, "Probable inference, the law of succession, and statistical
// inference", 1927.
func wilson(found, asked int) (low, high float64) {
	if asked == 0 {
		return 0, 1
	}
	const z = 1.959964
	n, p := float64(asked), float64(found)/float64(asked)
	mid, half := p+z*z/(2*n), z*math.Sqrt(p*(1-p)/n+z*z/(4*n*n))
	return max(0, (mid-half)/(1+z*z/n)), min(1, (mid+half)/(1+z*z/n))
}

// add counts the answer to one question: which picture was edited, and what was found.
func (r *EditResult) add(picture int, hits []Hit) {
	r.Asked++
	first := true
	seen := map[string]bool{}
	for _, h := range hits {
		if h.Picture != picture {
			count(&r.False, h.View)
			continue
		}
		if first {
			r.Found++
			count(&r.First, h.View)
			first = false
		}
		if !seen[h.View] {
			count(&r.Views, h.View)
			seen[h.View] = true
		}
	}
}

func count(m *map[string]int, key string) {
	if *m == nil {
		*m = map[string]int{}
	}
	(*m)[key]++
}

// sum fills in what follows from the counts.
func (r *EditResult) sum() {
	if r.Asked > 0 {
		r.Recall = float64(r.Found) / float64(r.Asked)
	}
	r.Low, r.High = wilson(r.Found, r.Asked)
}

// FalseHits is the number of hits on pictures of other groups.
func (r *EditResult) FalseHits() (hits int) {
	for _, n := range r.False {
		hits += n
	}
	return hits
}

// FalseHits is the number of hits on pictures of other groups, of all edits, and of the questions.
func (r *MethodResult) FalseHits() (hits, asked int) {
	for _, e := range append([]EditResult{r.Unedited}, r.Edits...) {
		asked += e.Asked
		hits += e.FalseHits()
	}
	return hits, asked
}

// ViewNames lists the views that found anything, the one that finds most first.
func (r *MethodResult) ViewNames() []string {
	views := map[string]bool{}
	for _, e := range r.Edits {
		for view := range e.Views {
			views[view] = true
		}
	}
	return slices.SortedFunc(maps.Keys(views), func(a, b string) int {
		return cmp.Or(cmp.Compare(r.ViewMean(b), r.ViewMean(a)), strings.Compare(a, b))
	})
}

// ViewMean is the mean recall of the edits if a view were the only one.
func (r *MethodResult) ViewMean(view string) (mean float64) {
	for _, e := range r.Edits {
		if e.Asked > 0 {
			mean += float64(e.Views[view]) / float64(e.Asked) / float64(len(r.Edits))
		}
	}
	return mean
}
