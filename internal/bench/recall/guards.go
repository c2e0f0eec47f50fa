package recall

import (
	"context"
	"fmt"
	"image"
	"sync"

	"github.com/quell-project/quell/internal/bench"
	"github.com/quell-project/quell/internal/bench/bland"
)

// GuardCount is how often pictures of one kind that means nothing to a fingerprint were taken for others.
type GuardCount struct {
	Kind       string         `json:"kind"`
	Pictures   int            `json:"pictures"`
	Matching   int            `json:"matching"`        // pictures that match any other
	Themselves int            `json:"themselves"`      // matching pairs of two such pictures, of this kind or another
	List       int            `json:"list"`            // matching pairs of one such picture and one of the list
	Views      map[string]int `json:"views,omitempty"` // all hits on others, by view
}

// Guards has a method know a list and n pictures of every kind, and asks for each of these: every hit but the picture itself is false.
func Guards(ctx context.Context, m Method, known listed, n int, seed uint64, tell bench.Progress) ([]GuardCount, error) {
	kinds := bland.Kinds()
	first := len(known.pictures) + known.drawn
	draw := func(i int) image.Image { return kinds[i/n].Draw(seed + uint64(i%n)) }
	err := m.Know(func(yield func(int, image.Image) bool) {
		for i, img := range known.all() {
			if !yield(i, img) {
				return
			}
		}
		for i := range n * len(kinds) {
			if !yield(first+i, draw(i)) {
				return
			}
		}
	})
	if err != nil {
		return nil, fmt.Errorf("%s: %w", m.Name(), err)
	}
	counts := make([]GuardCount, len(kinds))
	for k := range counts {
		counts[k] = GuardCount{Kind: kinds[k].Name, Pictures: n}
	}
	var mu sync.Mutex
	done := 0
	err = each(ctx, n*len(kinds), func(i int) error {
		hits, err := m.Find(draw(i))
		if err != nil {
			return fmt.Errorf("%s: %s %d: %w", m.Name(), kinds[i/n].Name, i%n, err)
		}
		mu.Lock()
		defer mu.Unlock()
		counts[i/n].add(first+i, first, hits)
		done++
		tell(m.Name()+" among pictures that mean nothing", done, n*len(kinds))
		return nil
	})
	return counts, err
}

// add counts the hits of one picture of which the method knows the number; those of the list have lower ones than first.
func (c *GuardCount) add(own, first int, hits []Hit) {
	seen := map[int]bool{own: true}
	for _, h := range hits {
		if h.Picture == own {
			continue
		}
		count(&c.Views, h.View)
		if seen[h.Picture] {
			continue
		}
		if len(seen) == 1 {
			c.Matching++
		}
		seen[h.Picture] = true
		if h.Picture < first {
			c.List++
		} else {
			c.Themselves++
		}
	}
}
