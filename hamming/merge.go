package hamming

import (
	"cmp"
	"math"
	"slices"
)

const (
	// So many segments of one size class are merged into one of the next.
	mergeFactor = 4

	// Inserts wait when a class has so many segments that are to be merged.
	maxBacklog = 4 * mergeFactor

	// More size classes than segments of 2^32 codes need.
	sizeClasses = 32
)

// sizeClass is the number of times a full head must be multiplied by mergeFactor
// to reach the live size of the part.
func (x *Index) sizeClass(p *part) int {
	class := 0
	for size := p.live() / mergeFactor; size >= x.opts.HeadSize; size /= mergeFactor {
		class++
	}
	return class
}

// schedule starts the merges that are due. The caller holds x.mu.
func (x *Index) schedule(v *view) {
	for {
		group := x.due(v.parts)
		if len(group) == 0 {
			return
		}
		for _, p := range group {
			x.merging[p.segment] = true
		}
		x.work.Go(func() { x.merge(group) })
	}
}

// due chooses parts to merge: one with much waste, or else all those of a size
// class that are enough, as far as they fit into one segment. A class has one
// merge at a time; classes merge beside each other, so that a large merge does
// not hold up small ones.
func (x *Index) due(parts []part) []part {
	var classes [sizeClasses][]part
	var busy [sizeClasses]bool
	for _, p := range parts {
		class := x.sizeClass(&p)
		if x.merging[p.segment] {
			busy[class] = true
			continue
		}
		classes[class] = append(classes[class], p)
	}
	for class, group := range classes {
		if busy[class] {
			continue
		}
		for i := range group {
			if group[i].wasteful() {
				return group[i : i+1]
			}
		}
		if len(group) < mergeFactor {
			continue
		}
		slices.SortFunc(group, func(a, b part) int { return cmp.Compare(a.live(), b.live()) })
		fit, total := 0, 0
		for fit < len(group) && total+group[fit].live() <= x.opts.MaxSegment {
			total += group[fit].live()
			fit++
		}
		if fit > 1 {
			return group[:fit]
		}
	}
	return nil
}

// crowded tells that merges are too far behind to add a segment.
func (x *Index) crowded(parts []part) bool {
	var count [sizeClasses]int
	var busy [sizeClasses]bool
	for i := range parts {
		if 2*parts[i].live() > x.opts.MaxSegment {
			continue // stays as large as it is
		}
		class := x.sizeClass(&parts[i])
		count[class]++
		busy[class] = busy[class] || x.merging[parts[i].segment]
		if busy[class] && count[class] >= maxBacklog {
			return true
		}
	}
	return false
}

// merge replaces the group, parts of a view, by one segment of their live codes.
func (x *Index) merge(group []part) {
	merged := part{segment: mergeLive(group)}

	x.mu.Lock()
	defer x.mu.Unlock()
	for _, p := range group {
		delete(x.merging, p.segment)
	}
	x.progress.Broadcast()
	now := x.view.Load()
	if now == nil {
		return // closed meanwhile
	}
	draft := *now
	draft.parts = nil
	for _, p := range now.parts {
		was := slices.IndexFunc(group, func(q part) bool { return q.segment == p.segment })
		if was < 0 {
			draft.parts = append(draft.parts, p)
			continue
		}
		p.dead.since(group[was].dead, func(i int) { // died during the merge
			pos, _ := merged.find(p.ids[i])
			merged.dead = merged.dead.with(pos)
		})
	}
	if merged.live() > 0 {
		draft.parts = append(draft.parts, merged)
	}
	x.view.Store(&draft)
	x.schedule(&draft)
}

// mergeLive builds one segment of the live codes of the parts. An id is alive in
// one of them at most, so the order of ids stays strict.
func mergeLive(parts []part) *segment {
	total := 0
	for i := range parts {
		total += parts[i].live()
	}
	ids, codes := make([]uint64, 0, total), make([]Code, 0, total)
	next := make([]int, len(parts)) // each part's first live entry not taken yet
	for i := range parts {
		next[i] = parts[i].nextLive(0)
	}
	for range total {
		least, from := uint64(math.MaxUint64), -1
		for i := range parts {
			if next[i] == len(parts[i].ids) {
				continue
			}
			if id := parts[i].ids[next[i]]; from < 0 || id < least {
				least, from = id, i
			}
		}
		ids, codes = append(ids, least), append(codes, parts[from].codes[next[from]])
		next[from] = parts[from].nextLive(next[from] + 1)
	}
	return newSegment(ids, codes)
}

// nextLive returns the first live position from i on, len(ids) if there is none.
func (p *part) nextLive(i int) int {
	for i < len(p.ids) && p.dead.has(i) {
		i++
	}
	return i
}
