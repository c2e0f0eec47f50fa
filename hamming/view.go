package hamming

import (
	"cmp"
	"slices"
)

// view is one state of the index. It never changes once it is published: a
// search loads the current view and needs nothing else.
type view struct {
	parts []part

	// The head holds the newest codes, spread, in order of arrival. Later views may
	// append to the same arrays beyond this view's length, never within it.
	headIDs   []uint64
	headCodes []Code
	headDead  bitset
}

// part is a segment and which of its entries were deleted or replaced since it
// was built. An id is alive in at most one place of a view.
type part struct {
	*segment
	dead bitset
}

// place is where an entry lies: in a part, or in the head where part is inHead.
type place struct{ part, pos int }

const inHead = -1

func (p *part) live() int { return len(p.ids) - p.dead.count }

// wasteful tells that so much of the part is dead that it is worth dropping, or
// that its tables are damaged.
func (p *part) wasteful(share float64) bool {
	return float64(p.dead.count) >= share*float64(len(p.ids)) || p.damaged.Load()
}

func (v *view) live() int {
	n := len(v.headIDs) - v.headDead.count
	for i := range v.parts {
		n += v.parts[i].live()
	}
	return n
}

func (v *view) search(dst []Hit, p *plan) []Hit {
	var work scratch
	for i := range v.parts {
		dst = v.parts[i].search(dst, p, &v.parts[i].dead, &work)
	}
	return scanFlat(dst, p, v.headIDs, v.headCodes, &v.headDead, &work)
}

// code returns the code, spread, at a place.
func (v *view) code(at place) Code {
	if at.part == inHead {
		return v.headCodes[at.pos]
	}
	return v.parts[at.part].codes[at.pos]
}

// kill marks the entry at a place dead.
func (v *view) kill(at place) {
	if at.part == inHead {
		v.headDead = v.headDead.with(at.pos)
		return
	}
	v.parts = slices.Clone(v.parts)
	v.parts[at.part].dead = v.parts[at.part].dead.with(at.pos)
}

// sealedHead returns the live codes of the head as a segment, nil if there are none.
func (v *view) sealedHead(k Kernel) *segment {
	alive := make([]Entry, 0, len(v.headIDs)-v.headDead.count)
	for i, id := range v.headIDs {
		if !v.headDead.has(i) {
			alive = append(alive, Entry{id, v.headCodes[i]})
		}
	}
	if len(alive) == 0 {
		return nil
	}
	slices.SortFunc(alive, byID)
	return newSegment(len(alive), k, 1, func(ids []uint64, codes []Code) {
		for i, e := range alive {
			ids[i], codes[i] = e.ID, e.Code
		}
	})
}

func byID(a, b Entry) int { return cmp.Compare(a.ID, b.ID) }

// segmentOf builds a segment of entries in strictly ascending order of id.
func segmentOf(entries []Entry, k Kernel, workers int) *segment {
	return newSegment(len(entries), k, workers, func(ids []uint64, codes []Code) {
		for i, e := range entries {
			ids[i], codes[i] = e.ID, spread(e.Code)
		}
	})
}
