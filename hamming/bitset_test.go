package hamming

import (
	"slices"
	"testing"
)

func TestBitsetIsASetThatNeverChanges(t *testing.T) {
	t.Parallel()
	const n = 3*leafBits*fanOut + 77
	rng := newRand(1)
	type state struct {
		set      bitset
		elements map[int]bool
	}
	states := []state{{elements: map[int]bool{}}}
	for range 40 {
		last := states[len(states)-1]
		next := state{last.set, map[int]bool{}}
		for i := range last.elements {
			next.elements[i] = true
		}
		for range 1 + rng.IntN(50) {
			i := rng.IntN(n)
			if !next.elements[i] {
				next.elements[i] = true
				next.set = next.set.with(i)
			}
		}
		states = append(states, next)
	}
	for _, s := range states {
		if s.set.count != len(s.elements) {
			t.Fatalf("count %d, want %d", s.set.count, len(s.elements))
		}
		for i := range n {
			if s.set.has(i) != s.elements[i] {
				t.Fatalf("has(%d) = %v, want %v", i, s.set.has(i), s.elements[i])
			}
		}
	}
	old, latest := states[20], states[len(states)-1]
	fresh := map[int]bool{}
	latest.set.since(old.set, func(i int) { fresh[i] = true })
	for i := range latest.elements {
		if fresh[i] == old.elements[i] {
			t.Fatalf("since reports %d: %v, though it was there before: %v", i, fresh[i], old.elements[i])
		}
	}
	if len(fresh) != len(latest.elements)-len(old.elements) {
		t.Fatalf("since reports %d elements, want %d", len(fresh), len(latest.elements)-len(old.elements))
	}
}

func TestBitsetWordsAreABitMap(t *testing.T) {
	t.Parallel()
	for _, n := range []int{1, 63, 64, 65, leafBits, leafBits + 1, 2*leafBits*fanOut + 5} {
		var set bitset
		for i := range n {
			if i%3 == 0 || i == n-1 {
				set = set.with(i)
			}
		}
		words := set.words(n)
		if len(words) != (n+63)/64 {
			t.Fatalf("%d words for %d bits", len(words), n)
		}
		back := bitsetOf(words)
		if back.count != set.count || !slices.Equal(back.words(n), words) {
			t.Fatalf("a set of %d bits does not survive the way to words and back", n)
		}
		for i := range n {
			if got := words[i/64]>>(i%64)&1 != 0; got != set.has(i) {
				t.Fatalf("bit %d is %v, want %v", i, got, set.has(i))
			}
		}
	}
}
