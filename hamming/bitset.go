package hamming

import "math/bits"

const (
	leafBits = 2048
	fanOut   = 64
)

type (
	leaf   [leafBits / 64]uint64
	branch [fanOut]*leaf
)

// bitset is a set of small integers that never changes: with returns a new set
// that shares all but about a kilobyte with the old one. So every view of the
// index keeps its own set of dead entries at little cost. The zero value is empty.
type bitset struct {
	branches []*branch
	count    int
}

func (b *bitset) has(i int) bool {
	l := b.leaf(i / leafBits)
	return l != nil && l[i%leafBits/64]>>(i%64)&1 != 0
}

// leaf returns the leaf with the given number, nil where it holds no bit.
func (b *bitset) leaf(n int) *leaf {
	if n/fanOut >= len(b.branches) || b.branches[n/fanOut] == nil {
		return nil
	}
	return b.branches[n/fanOut][n%fanOut]
}

// with returns the set with i added; i must not be in it.
func (b bitset) with(i int) bitset {
	n := i / leafBits
	var l leaf
	if old := b.leaf(n); old != nil {
		l = *old
	}
	l[i%leafBits/64] |= 1 << (i % 64)
	b = b.withLeaf(n, &l)
	b.count++
	return b
}

// withLeaf returns the set with leaf n replaced; it leaves count to the caller.
func (b bitset) withLeaf(n int, l *leaf) bitset {
	branches := make([]*branch, max(len(b.branches), n/fanOut+1))
	copy(branches, b.branches)
	var br branch
	if old := branches[n/fanOut]; old != nil {
		br = *old
	}
	br[n%fanOut] = l
	branches[n/fanOut] = &br
	b.branches = branches
	return b
}

// since calls f for each element that is in b but was not in the older set that
// b grew from. Shared leaves are skipped unread.
func (b *bitset) since(older bitset, f func(i int)) {
	var none leaf
	for n := range len(b.branches) * fanOut {
		now, was := b.leaf(n), older.leaf(n)
		if now == was {
			continue
		}
		if was == nil {
			was = &none
		}
		for w := range now {
			for fresh := now[w] &^ was[w]; fresh != 0; fresh &= fresh - 1 {
				f(n*leafBits + w*64 + bits.TrailingZeros64(fresh))
			}
		}
	}
}

// words returns the set as a bit map of n bits, bit i%64 of word i/64 for i.
func (b *bitset) words(n int) []uint64 {
	out := make([]uint64, (n+63)/64)
	for k := 0; k*leafBits < n; k++ {
		if l := b.leaf(k); l != nil {
			copy(out[k*leafBits/64:], l[:])
		}
	}
	return out
}

// bitsetOf is the inverse of words.
func bitsetOf(words []uint64) (b bitset) {
	const step = leafBits / 64
	for k := 0; k*step < len(words); k++ {
		var l leaf
		copy(l[:], words[k*step:])
		if l == (leaf{}) {
			continue
		}
		b = b.withLeaf(k, &l)
		for _, w := range l {
			b.count += bits.OnesCount64(w)
		}
	}
	return b
}
