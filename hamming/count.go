package hamming

import (
	"math/bits"
	"slices"
)

// Count returns how many live ids lie from first to last, both included, 0 for a
// closed index. It sees all changes that returned before it was called.
//
// Ids lie in order, so this is two binary searches a segment and the counting of
// what is dead between: microseconds, however many there are. Whoever puts
// something of his own into the upper bits of ids learns in this way how many
// codes belong to it.
func (x *Index) Count(first, last uint64) int {
	defer x.readers.leave(x.readers.enter())
	v := x.view.Load()
	if v == nil || first > last {
		return 0
	}
	n := 0
	for i := range v.parts {
		n += v.parts[i].count(first, last)
	}
	for i, id := range v.headIDs {
		if first <= id && id <= last && !v.headDead.has(i) {
			n++
		}
	}
	return n
}

// count returns how many ids of the part that are not dead lie from first to last.
func (p *part) count(first, last uint64) int {
	from, _ := slices.BinarySearch(p.ids, first)
	to, found := slices.BinarySearch(p.ids, last)
	if found {
		to++
	}
	return to - from - p.dead.between(from, to)
}

// between returns how many elements lie from one number up to, not including,
// another.
func (b *bitset) between(from, to int) int {
	if b.count == 0 {
		return 0
	}
	n := 0
	for i := from; i < to; {
		l := b.leaf(i / leafBits)
		if l == nil {
			i += leafBits - i%leafBits
			continue
		}
		word := l[i%leafBits/64] >> (i % 64)
		width := min(64-i%64, to-i)
		n += bits.OnesCount64(word << (64 - width))
		i += width
	}
	return n
}
