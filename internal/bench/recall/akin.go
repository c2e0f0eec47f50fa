package recall

import (
	"context"
	"image"
	"strings"
	"sync"

	"github.com/quell-project/quell/internal/bench"
	"github.com/quell-project/quell/internal/pipeline/luma"
	"github.com/quell-project/quell/keypoint"
)

// sharing is how many points of two pictures agree that show the same thing in part: the same mountain at another hour, the same screen in another
// language. Chance makes three or four agree, so that what it does is still counted.
const sharing = 8

// kin tells which pictures share something, so that neither is a wrong answer for the other. All drawn pictures do: they are put together from the
// same few shapes.
type kin struct {
	pictures []Picture // all others are drawn
	shared   map[[2]int]bool
}

func (k *kin) drawn(i int) bool {
	return i >= len(k.pictures) || strings.HasPrefix(k.pictures[i].Group, drawnGroup)
}

// of reports whether pictures i and j share something. What is made up, and has a number below 0, shares nothing with any.
func (k *kin) of(i, j int) bool {
	if min(i, j) < 0 {
		return false
	}
	return i == j || k.drawn(i) && k.drawn(j) || k.shared[[2]int{min(i, j), max(i, j)}]
}

// kinship compares each of the first n pictures with all others.
func kinship(ctx context.Context, pictures []Picture, n int, tell bench.Progress) (*kin, error) {
	k := &kin{pictures: pictures, shared: map[[2]int]bool{}}
	sets := make([]keypoint.Set, len(pictures))
	err := each(ctx, len(pictures), func(i int) error {
		sets[i] = keypoint.Find(luma.Small(image.Image(pictures[i].Image), 256), 64, false)
		return nil
	})
	if err != nil {
		return nil, err
	}
	var mu sync.Mutex
	done := 0
	err = each(ctx, n, func(i int) error {
		mirrored := sets[i].Mirror()
		for j := range sets {
			if i == j || j < n && j < i {
				continue
			}
			if max(keypoint.Compare(sets[j], sets[i]).Points, keypoint.Compare(sets[j], mirrored).Points) >= sharing {
				mu.Lock()
				k.shared[[2]int{min(i, j), max(i, j)}] = true
				mu.Unlock()
			}
		}
		mu.Lock()
		defer mu.Unlock()
		done++
		tell("see what pictures share", done, n)
		return nil
	})
	return k, err
}

// first is what is known of the first n pictures alone.
func (k *kin) first(n int) *kin { return &kin{k.pictures[:n], k.shared} }

// strange returns the hits on pictures that share nothing with picture i, and on itself.
func (k *kin) strange(i int, hits []Hit) (some []Hit) {
	for _, h := range hits {
		if h.Picture == i || !k.of(i, h.Picture) {
			some = append(some, h)
		}
	}
	return some
}
