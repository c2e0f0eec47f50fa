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

// What an entry costs at rest, in bytes: id, code and its places in the tables.
const entryBytes = 8 + 32 + chunks*(2+3)

// freeMerge is the number of codes up to which segments may be merged whatever
// memory there is.
const freeMerge = 64 << 10

// waste is the share of dead codes from which on a segment is built anew.
func (x *Index) waste() float64 { return min(0.25, x.opts.Spare/4) }

// largestSegment returns how many codes a segment may have when the index has so
// many in all, so that it can be built anew within Options.Spare: when every
// segment has as many dead codes as it may, they take a third of the spare memory
// or a little more, and the new segment half of it.
func (x *Index) largestSegment(codes int) int {
	return min(x.opts.MaxSegment, max(freeMerge, x.opts.HeadSize, int(x.opts.Spare/2*float64(codes))))
}

// held returns the bytes that segments and merges take, and the most that they
// may take.
func (x *Index) held(parts []part) (held, limit float64) {
	held = float64(x.extra)
	for i := range parts {
		held += float64(parts[i].size())
	}
	return held, (1 + x.opts.Spare) * float64(liveOf(parts)+freeMerge) * entryBytes
}

// affordable tells that a segment of so many codes can be written beside what
// there is.
func (x *Index) affordable(parts []part, codes int) bool {
	held, limit := x.held(parts)
	return codes <= freeMerge || held+float64(codes)*entryBytes <= limit
}

// strained tells that changes have to wait for the merges that run, since dead
// codes already take more memory than they may.
func (x *Index) strained(parts []part) bool {
	if len(x.merging) == 0 {
		return false
	}
	held, limit := x.held(parts)
	return held > limit
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
		writes := liveOf(group) * entryBytes
		x.extra += writes
		x.work.Go(func() { x.merge(group, writes) })
	}
}

func liveOf(parts []part) (total int) {
	for i := range parts {
		total += parts[i].live()
	}
	return total
}

// due chooses parts to merge: one with much waste, or else all those of a size
// class that are enough, as far as they fit into one segment and the memory for it
// is there. A class has one merge at a time; classes merge beside each other, so
// that a large merge does not hold up small ones.
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
	largest := x.largestSegment(liveOf(parts))
	for class, group := range classes {
		if busy[class] {
			continue
		}
		for i := range group {
			// With nothing else to be released, writing it anew is the only way to less.
			if group[i].wasteful(x.waste()) && (x.extra == 0 || x.affordable(parts, group[i].live())) {
				return group[i : i+1]
			}
		}
		if len(group) < mergeFactor {
			continue
		}
		slices.SortFunc(group, func(a, b part) int { return cmp.Compare(a.live(), b.live()) })
		fit, total := 0, 0
		for fit < len(group) && total+group[fit].live() <= largest {
			total += group[fit].live()
			fit++
		}
		if fit > 1 && x.affordable(parts, total) {
			return group[:fit]
		}
	}
	return nil
}

// crowded tells that merges are too far behind to add a segment.
func (x *Index) crowded(parts []part) bool {
	largest := x.largestSegment(liveOf(parts))
	var count [sizeClasses]int
	var busy [sizeClasses]bool
	for i := range parts {
		if 2*parts[i].live() > largest {
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

// merge replaces the group, parts of a view, by one segment of their live codes,
// and releases them when no search can read them any more. While it runs it counts
// as so many bytes that it writes.
func (x *Index) merge(group []part, writes int) {
	merged := part{segment: mergeLive(group, x.opts.Kernel)}
	if !x.replace(group, merged, writes) {
		_ = merged.free()
		return
	}
	x.readers.wait()
	released := 0
	for _, p := range group {
		released += p.size()
		_ = p.free() // the memory is lost if that fails; nothing else can be done about it
	}
	x.mu.Lock()
	defer x.mu.Unlock()
	x.extra -= released
	x.progress.Broadcast()
	if now := x.view.Load(); now != nil {
		x.schedule(now)
	}
}

// replace makes a view with the merged segment in place of the group, and reports
// whether it did: not in a closed index, where the group is released by Close.
func (x *Index) replace(group []part, merged part, writes int) bool {
	x.mu.Lock()
	defer x.mu.Unlock()
	x.extra -= writes
	for _, p := range group {
		delete(x.merging, p.segment)
	}
	x.progress.Broadcast()
	now := x.view.Load()
	if now == nil {
		return false
	}
	draft := *now
	draft.parts = nil
	for _, p := range now.parts {
		was := slices.IndexFunc(group, func(q part) bool { return q.segment == p.segment })
		if was < 0 {
			draft.parts = append(draft.parts, p)
			continue
		}
		x.extra += p.size()
		p.dead.since(group[was].dead, func(i int) { // died during the merge
			pos, _ := merged.find(p.ids[i])
			merged.dead = merged.dead.with(pos)
		})
	}
	if merged.live() > 0 {
		draft.parts = append(draft.parts, merged)
	} else {
		_ = merged.free() // nobody has seen it
	}
	x.view.Store(&draft)
	x.schedule(&draft)
	return true
}

// mergeLive builds one segment of the live codes of the parts. An id is alive in
// one of them at most, so the order of ids stays strict.
func mergeLive(parts []part, k Kernel) *segment {
	return newSegment(liveOf(parts), k, 1, func(ids []uint64, codes []Code) {
		next := make([]int, len(parts)) // each part's first live entry not taken yet
		for i := range parts {
			next[i] = parts[i].nextLive(0)
		}
		for at := range ids {
			least, from := uint64(math.MaxUint64), -1
			for i := range parts {
				if next[i] == len(parts[i].ids) {
					continue
				}
				if id := parts[i].ids[next[i]]; from < 0 || id < least {
					least, from = id, i
				}
			}
			ids[at], codes[at] = least, parts[from].codes[next[from]]
			next[from] = parts[from].nextLive(next[from] + 1)
		}
	})
}

// nextLive returns the first live position from i on, len(ids) if there is none.
func (p *part) nextLive(i int) int {
	for i < len(p.ids) && p.dead.has(i) {
		i++
	}
	return i
}
