package match

import (
	"cmp"
	"slices"
	"sync"

	"github.com/quell-project/quell/hamming"
	"github.com/quell-project/quell/keypoint"
)

const (
	// IndexedPoints is of how many points of a known picture the codes are searched, those most likely to be found again; the others, which take a
	// third of the memory, only have to agree.
	IndexedPoints = 16
	// asked is of how many points of an upload the codes are searched for.
	asked = 48
	// nearCode is in how many bits the code of a point may differ that is searched. At 23 some 0.03 more of the hardest
	// edits were found, and a search among two million codes took ten times as long.
	nearCode = 15
	// mostLikely is how many pictures one point can speak for, the nearest: one that is near to more of them says little, unless they are copies of
	// one picture.
	mostLikely = 64
	// mostUnlike is after how many pictures that turn out to be others no more are compared. Those come first that the most points speak for.
	mostUnlike = 32
	// mostAlike is how many pictures are found at most, however many copies there are.
	mostAlike = 256
)

// pointTable finds pictures by their points: the codes of some of them lead to pictures that may be the same, and how all points lie tells
// whether they are.
type pointTable struct {
	codes   *hamming.Index // the id of a code is the slot of its picture, and its number there
	waiting []hamming.Entry

	mu       sync.RWMutex
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
	return &pointTable{codes: hamming.New(hamming.Options{}), slots: map[uint64]uint32{}, live: map[int64]int{}}
}

// codeID is the id of a point in the index of codes.
func codeID(slot uint32, point int) uint64 { return uint64(slot)<<8 | uint64(point) }

func (t *pointTable) put(r row) error {
	points, err := keypoint.Parse(r.value)
	if err != nil {
		return err
	}
	slot, added := t.place(r.id, points)
	if !added {
		return nil
	}
	for i, p := range points[:min(len(points), IndexedPoints)] {
		t.waiting = append(t.waiting, hamming.Entry{ID: codeID(slot, i), Code: hamming.Code(p.Code)})
	}
	if len(t.waiting) < maxWaiting {
		return nil
	}
	return t.settle()
}

// place gives a picture a slot, unless it has one.
func (t *pointTable) place(id uint64, points keypoint.Set) (slot uint32, added bool) {
	t.mu.Lock()
	defer t.mu.Unlock()
	if slot, has := t.slots[id]; has {
		return slot, false
	}
	if n := len(t.free); n > 0 {
		slot, t.free = t.free[n-1], t.free[:n-1]
	} else {
		slot = uint32(len(t.pictures))
		t.pictures = append(t.pictures, knownPoints{})
	}
	t.pictures[slot] = knownPoints{id, points}
	t.slots[id] = slot
	bank, _ := numbers(id)
	t.live[bank]++
	return slot, true
}

func (t *pointTable) drop(r row) {
	_ = t.settle() // fails only when the index is closed
	t.mu.Lock()
	defer t.mu.Unlock()
	slot, has := t.slots[r.id]
	if !has {
		return
	}
	for i := range min(len(t.pictures[slot].points), IndexedPoints) {
		t.codes.Delete(codeID(slot, i))
	}
	t.pictures[slot] = knownPoints{}
	delete(t.slots, r.id)
	t.free = append(t.free, slot)
	bank, _ := numbers(r.id)
	t.live[bank]--
}

func (t *pointTable) settle() (err error) {
	t.waiting, err = insertAll(t.codes, t.waiting)
	return err
}

// search finds the pictures of which enough points agree with those that are given. Their distance is the mean of the bits by which the codes
// of these points differ.
func (t *pointTable) search(dst []hamming.Hit, value string, radius int) ([]hamming.Hit, error) {
	points, err := keypoint.Parse(value)
	if err != nil {
		return dst, err
	}
	likely, err := t.likely(points)
	if err != nil {
		return dst, err
	}
	from, unlike := len(dst), 0
	t.mu.RLock()
	defer t.mu.RUnlock()
	for _, slot := range likely {
		known := t.pictures[slot] // which may be another by now: what counts is that it agrees
		if a := keypoint.Compare(known.points, points); known.id != 0 && a.Enough() && a.Distance <= radius {
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

// likely returns the slots of the pictures that have points with codes near to those given, those with the most of them first.
func (t *pointTable) likely(points keypoint.Set) ([]uint32, error) {
	votes := map[uint32]int{}
	var hits []hamming.Hit
	for _, p := range points[:min(len(points), asked)] {
		var err error
		if hits, err = t.codes.Search(hits[:0], hamming.Code(p.Code), nearCode); err != nil {
			return nil, err
		}
		for _, h := range hits[:min(len(hits), mostLikely)] {
			votes[uint32(h.ID>>8)]++
		}
	}
	slots := make([]uint32, 0, len(votes))
	for slot := range votes {
		slots = append(slots, slot)
	}
	slices.SortFunc(slots, func(a, b uint32) int { return cmp.Or(cmp.Compare(votes[b], votes[a]), cmp.Compare(a, b)) })
	return slots, nil
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

func (t *pointTable) close() error { return t.codes.Close() }
