package recall

import (
	"context"
	"fmt"
	"image"
	"iter"
	"math/rand/v2"
	"slices"
	"sync"

	"github.com/quell-project/quell/internal/bench"
	"github.com/quell-project/quell/internal/demo/art"
	"github.com/quell-project/quell/pdq"
)

// UnrelatedCount is how often pictures that have nothing to do with each other were taken for one another. A pair is an ordered one: the picture that
// is asked, with all its views, and the one in the list.
type UnrelatedCount struct {
	Pictures int            `json:"pictures"`
	Real     int            `json:"real"`    // crops of real pictures; the others are drawn
	Sources  int            `json:"sources"` // real pictures that the crops are of
	Pairs    int64          `json:"pairs"`   // of different sources
	Matches  int64          `json:"matches"` // pairs that match in any view
	Views    map[string]int `json:"views,omitempty"`
	Examples []string       `json:"examples,omitempty"` // pairs that match, one of each two sources
	Bound    float64        `json:"bound"`              // the rate of matches a pair is below this with 95 % confidence, if pairs were independent
	Tail     *Tail          `json:"tail,omitempty"`     // nil: the method does not tell distances

	told map[[2]int]bool // sources of the examples
}

const (
	cropsOfOne   = 12 // of one real picture, at most
	mostExamples = 20
)

// strangers are pictures of which each knows its source.
type strangers struct {
	pictures []Picture
	kin      *kin
	real     int // crops of pictures; the rest is drawn
	n        int
	seed     uint64
}

func newStrangers(k *kin, n int, seed uint64) strangers {
	return strangers{k.pictures, k, min(n, cropsOfOne*len(k.pictures)), n, seed}
}

// source is the number of the picture that stranger i is of.
func (s strangers) source(i int) int {
	if i < s.real {
		return i % len(s.pictures)
	}
	return len(s.pictures) + i
}

func (s strangers) name(i int) string {
	if i < s.real {
		return fmt.Sprintf("crop %d of %s", i/len(s.pictures), s.pictures[s.source(i)].File)
	}
	return fmt.Sprintf("drawn %d", i)
}

// picture returns stranger i: a crop of 40 to 90 % of the width and the height of a real picture, or a drawn one.
func (s strangers) picture(i int) image.Image {
	if i >= s.real {
		return art.Picture(s.seed+outsides+uint64(i), 384)
	}
	d := rand.New(rand.NewPCG(s.seed, uint64(i)))
	img := s.pictures[s.source(i)].Image
	share := func(whole int) (from, to int) {
		size := int((0.4 + 0.5*d.Float64()) * float64(whole))
		from = d.IntN(whole - size + 1)
		return from, from + size
	}
	x0, x1 := share(img.Rect.Dx())
	y0, y1 := share(img.Rect.Dy())
	return img.SubImage(image.Rect(x0, y0, x1, y1))
}

func (s strangers) all() iter.Seq2[int, image.Image] {
	return func(yield func(int, image.Image) bool) {
		for i := range s.n {
			if !yield(i, s.picture(i)) {
				return
			}
		}
	}
}

// akin reports whether what stranger i shows is in part what stranger j shows.
func (s strangers) akin(i, j int) bool { return s.kin.of(s.source(i), s.source(j)) }

// pairs counts the ordered pairs that are not akin.
func (s strangers) pairs() int64 {
	all := int64(s.n) * int64(s.n)
	same := map[int]int64{}
	for i := range s.n {
		same[s.source(i)]++
	}
	for a, n := range same {
		for b, m := range same {
			if s.kin.of(a, b) {
				all -= n * m
			}
		}
	}
	return all
}

// Unrelated asks a method for each of n pictures, of which it knows all, and counts the hits on those that share nothing with it.
func Unrelated(ctx context.Context, m Method, k *kin, n int, seed uint64, tell bench.Progress) (UnrelatedCount, error) {
	s := newStrangers(k, n, seed)
	c := UnrelatedCount{Pictures: n, Real: s.real, Sources: min(s.real, len(k.pictures)), Pairs: s.pairs()}
	if c.Pairs == 0 {
		return c, fmt.Errorf("%d pictures of %d sources make no pair", n, c.Sources)
	}
	if err := m.Know(s.all()); err != nil {
		return c, fmt.Errorf("%s: %w", m.Name(), err)
	}
	ranger, ranges := m.(Ranger)
	var mu sync.Mutex
	distances := make([]int, pdq.Bits+1)
	done := 0
	err := each(ctx, n, func(i int) error {
		img := s.picture(i)
		hits, err := m.Find(img)
		if err != nil {
			return fmt.Errorf("%s: %s: %w", m.Name(), s.name(i), err)
		}
		nearest := pdq.Bits
		if ranges {
			if nearest, err = ranger.Nearest(img, func(j int) bool { return s.akin(i, j) }); err != nil {
				return fmt.Errorf("%s: %s: %w", m.Name(), s.name(i), err)
			}
		}
		mu.Lock()
		defer mu.Unlock()
		distances[nearest]++
		c.add(s, i, hits)
		done++
		tell(m.Name()+" among unrelated pictures", done, n)
		return nil
	})
	if ranges {
		c.Tail = tailOf(distances, float64(c.Pairs)/float64(n), ranger.Radius())
	}
	c.Bound = poissonBound(c.Matches) / float64(c.Pairs)
	return c, err
}

// add counts the hits of one question, each picture once.
func (c *UnrelatedCount) add(s strangers, i int, hits []Hit) {
	seen := map[int]bool{}
	for _, h := range hits {
		if s.akin(h.Picture, i) {
			continue
		}
		count(&c.Views, h.View)
		if seen[h.Picture] {
			continue
		}
		seen[h.Picture] = true
		c.Matches++
		pair := [2]int{s.source(i), s.source(h.Picture)}
		slices.Sort(pair[:])
		if len(c.Examples) < mostExamples && !c.told[pair] {
			if c.told == nil {
				c.told = map[[2]int]bool{}
			}
			c.told[pair] = true
			c.Examples = append(c.Examples, fmt.Sprintf("%s ~ %s (%s)", s.name(i), s.name(h.Picture), h.View))
		}
	}
}
