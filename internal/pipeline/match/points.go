package match

import (
	"cmp"
	"fmt"
	"maps"
	"slices"
	"sync"

	"github.com/quell-project/quell/hamming"
	"github.com/quell-project/quell/keypoint"
	"github.com/quell-project/quell/keypoint/nearby"
)

const (
	// IndexedPoints is of how many points of a known picture the codes are searched, those most likely to be found again; the others, which take a
	// third of the memory, only have to agree.
	IndexedPoints = 16
	// asked is of how many points of an upload the codes are searched for.
	asked = 64
	// nearCode is in how many bits the code of a point may differ that is searched: as many as that of one that says where the known picture lies.
	nearCode = 30
	// farCode is the bits at which a code would say nothing any more. The fewer it differs in, the more it speaks for its picture.
	farCode = 44
	// mostLikely is how many pictures one point can speak for, the nearest: one that is near to more of them says little, unless they are copies of
	// one picture.
	mostLikely = 64
	// mostUnlike is after how many pictures that turn out to be others no more are compared. Those come first for which the most is said. The right one
	// was among the first four of 4,000 edited pictures that came up at all, in a trial with made-up codes of a million others.
	mostUnlike = 16
	// mostAlike is how many pictures are found at most, however many copies there are.
	mostAlike = 256
	// mostSlots is how many pictures the numbers of codes are enough for.
	mostSlots = nearby.MaxNumber / IndexedPoints
)

// pointTable finds pictures by their points: the codes of some of them lead to pictures that may be the same, and how all points lie tells
// whether they are.
type pointTable struct {
	mu       sync.RWMutex
	codes    nearby.Index      // the number of a code tells the slot of its picture; see codeNumber
	pictures []knownPoints     // by slot
	slots    map[uint64]uint32 // by id of the signal
	free     []uint32
	live     map[int64]int // pictures by number of their bank
}

type knownPoints struct {
	id     uint64 // 0: the slot is free
	points keypoint.Set
}

func newPointTable() *pointTable {
	return &pointTable{slots: map[uint64]uint32{}, live: map[int64]int{}}
}

// codeNumber is the number of a point in the index of codes, and slotOf the slot of its picture.
func codeNumber(slot uint32, point int) uint32 { return slot*IndexedPoints + uint32(point) }
func slotOf(number uint32) uint32              { return number / IndexedPoints }

func (t *pointTable) put(r row) error {
	points, err := keypoint.Parse(r.value)
	if err != nil {
		return err
	}
	t.mu.Lock()
	defer t.mu.Unlock()
	if _, has := t.slots[r.id]; has {
		return nil
	}
	slot, err := t.place(r.id, points)
	if err != nil {
		return err
	}
	for i, p := range points[:min(len(points), IndexedPoints)] {
		if err := t.codes.Put(codeNumber(slot, i), p.Code); err != nil {
			return err // which place has ruled out
		}
	}
	return nil
}

// place gives a picture a slot.
func (t *pointTable) place(id uint64, points keypoint.Set) (slot uint32, err error) {
	if n := len(t.free); n > 0 {
		slot, t.free = t.free[n-1], t.free[:n-1]
	} else if slot = uint32(len(t.pictures)); slot < mostSlots {
		t.pictures = append(t.pictures, knownPoints{})
	} else {
		return 0, fmt.Errorf("the index holds the points of %d pictures, which is as many as it can", mostSlots)
	}
	t.pictures[slot] = knownPoints{id, points}
	t.slots[id] = slot
	bank, _ := numbers(id)
	t.live[bank]++
	return slot, nil
}

func (t *pointTable) drop(r row) {
	t.mu.Lock()
	defer t.mu.Unlock()
	slot, has := t.slots[r.id]
	if !has {
		return
	}
	for i := range min(len(t.pictures[slot].points), IndexedPoints) {
		t.codes.Drop(codeNumber(slot, i))
	}
	t.pictures[slot] = knownPoints{}
	delete(t.slots, r.id)
	t.free = append(t.free, slot)
	bank, _ := numbers(r.id)
	t.live[bank]--
}

func (t *pointTable) settle() error { return nil } // what is put is found at once

// search finds the pictures of which enough points agree with those that are given. Their distance is the mean of the bits by which the codes
// of these points differ.
func (t *pointTable) search(dst []hamming.Hit, value string, radius int) ([]hamming.Hit, error) {
	points, err := keypoint.Parse(value)
	if err != nil {
		return dst, err
	}
	from, unlike := len(dst), 0
	t.mu.RLock()
	defer t.mu.RUnlock()
	for _, slot := range t.likely(points) {
		known := t.pictures[slot]
		if a := keypoint.Compare(known.points, points); a.Enough() && a.Distance <= radius {
			dst = append(dst, hamming.Hit{ID: known.id, Distance: a.Distance})
		} else {
			unlike++
		}
		if unlike == mostUnlike || len(dst)-from == mostAlike {
			break
		}
	}
	slices.SortFunc(dst[from:], func(a, b hamming.Hit) int {
		return cmp.Or(cmp.Compare(a.Distance, b.Distance), cmp.Compare(a.ID, b.ID))
	})
	return dst, nil
}

// explains reports whether the points by which one picture is found are there because of another; see keypoint.Agreement.Explains. Of pictures that
// were dropped a moment ago it says no.
func (t *pointTable) explains(value string, one, other uint64) bool {
	points, err := keypoint.Parse(value)
	if err != nil {
		return false
	}
	t.mu.RLock()
	defer t.mu.RUnlock()
	a, isOne := t.slots[one]
	b, isOther := t.slots[other]
	return isOne && isOther && keypoint.Compare(t.pictures[a].points, points).Explains(keypoint.Compare(t.pictures[b].points, points))
}

// likely returns the slots of the pictures that have points with codes near to those given, those first that the most and the nearest speak for.
func (t *pointTable) likely(points keypoint.Set) []uint32 {
	votes := map[uint32]int{}
	var hits []nearby.Hit
	for _, p := range points[:min(len(points), asked)] {
		hits = t.codes.Near(hits[:0], p.Code, nearCode)
		for _, h := range hits[:min(len(hits), mostLikely)] {
			votes[slotOf(h.Number)] += farCode - h.Distance
		}
	}
	slots := slices.Collect(maps.Keys(votes))
	slices.SortFunc(slots, func(a, b uint32) int { return cmp.Or(cmp.Compare(votes[b], votes[a]), cmp.Compare(a, b)) })
	return slots
}

func (t *pointTable) size() int {
	t.mu.RLock()
	defer t.mu.RUnlock()
	return len(t.slots)
}

func (t *pointTable) count(bank int64) int {
	t.mu.RLock()
	defer t.mu.RUnlock()
	return t.live[bank]
}

func (t *pointTable) close() error { return nil }
