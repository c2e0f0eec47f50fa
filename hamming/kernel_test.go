package hamming

import (
	"encoding/binary"
	"fmt"
	"maps"
	"math/bits"
	"math/rand/v2"
	"slices"
	"testing"
)

func TestKernelsHaveNames(t *testing.T) {
	t.Parallel()
	for _, k := range append(Kernels(), BestKernel) {
		if got, err := ParseKernel(k.String()); err != nil || got != k {
			t.Errorf("ParseKernel(%q) = %v, %v", k.String(), got, err)
		}
	}
	if _, err := ParseKernel("mmx"); err == nil {
		t.Error("an unknown name is taken")
	}
	if all := Kernels(); all[len(all)-1] != Portable {
		t.Errorf("%v do not end with the portable one", all)
	}
	if got := Kernel(200).usable(); got != Kernels()[0] {
		t.Errorf("an unknown kernel means %v", got)
	}
}

func TestLanesWithinCountsEachLane(t *testing.T) {
	t.Parallel()
	rng := newRand(1)
	for n := range uint64(17) {
		for range 2000 {
			x := rng.Uint64() & rng.Uint64()
			mask := lanesWithin(x, lanes*(0x8000+n))
			for lane := range 4 {
				count := bits.OnesCount16(uint16(x >> (16 * lane)))
				if got := mask>>(16*lane+15)&1 != 0; got != (count <= int(n)) {
					t.Fatalf("lane %d of %x, at most %d bits: %v", lane, x, n, got)
				}
			}
			if mask&^0x8000800080008000 != 0 {
				t.Fatalf("%x has other bits than the top ones", mask)
			}
		}
	}
}

// Every kernel must report the entries of every span, in order, however little
// room there is for them, wherever spans begin and however long they are.
func TestKernelsFindNearSketches(t *testing.T) {
	t.Parallel()
	for _, k := range Kernels() {
		t.Run(k.String(), func(t *testing.T) {
			t.Parallel()
			rng := newRand(3)
			for round := range 300 {
				checkNear(t, k, rng, 1+rng.IntN(2000), rng.IntN(12), round%7 == 0)
			}
		})
	}
}

func checkNear(t *testing.T, k Kernel, rng *rand.Rand, n, spans int, crowded bool) {
	t.Helper()
	entries := make([]byte, entrySizeInTable*n+entriesPad)
	for i := range entries {
		entries[i] = byte(rng.Uint32())
		if crowded && i%11 != 0 {
			entries[i] = 7
		}
	}
	list := make([]span, spans, spans+lookAhead)
	var want []candidate
	for i := range list {
		first := rng.IntN(n + 1)
		count := rng.IntN(min(n-first, 400) + 1)
		list[i] = span{uint32(first), uint32(count), uint16(rng.Uint32()), uint16(rng.IntN(9)), uint32(i)}
		if crowded {
			list[i].want = 0x0707
		}
		start := entrySizeInTable * first
		for e := range count {
			sketch := binary.LittleEndian.Uint16(entries[start+2*e:])
			if bits.OnesCount16(sketch^list[i].want) <= int(list[i].limit) {
				want = append(want, candidate{uint32(start + 2*count + 3*e), uint32(i)})
			}
		}
	}
	var got []candidate
	room := 1 + rng.IntN(20)
	out := make([]group, room+1)
	table := &tables{entries: entries}
	skip := 0
	for rest := list; len(rest) > 0; {
		canary := group{1 << 31, 1 << 31, 1}
		out[room] = canary
		done, skipped, found := k.near(table, rest, skip, out[:room])
		if out[room] != canary {
			t.Fatal("wrote beyond its room")
		}
		if done < len(rest) && found < room {
			t.Fatalf("stopped after %d of %d spans with %d of %d places left", done, len(rest), room-found, room)
		}
		got = append(got, expandAll(t, k, table, out[:found], sketchGroup+rng.IntN(100))...)
		rest, skip = rest[done:], skipped
	}
	if !slices.Equal(got, want) {
		t.Fatalf("%d sketches, %d spans, room for %d: got %d candidates, want %d\n%v\n%v", n, spans, room, len(got), len(want), got, want)
	}
}

func expandAll(t *testing.T, k Kernel, table *tables, groups []group, room int) (all []candidate) {
	t.Helper()
	out := make([]candidate, room+1)
	for len(groups) > 0 {
		canary := candidate{1 << 31, 1 << 31}
		out[room] = canary
		done, found := k.expand(table, groups, out[:room])
		if out[room] != canary {
			t.Fatal("wrote beyond its room")
		}
		if done == 0 {
			t.Fatalf("no group of %d has room in %d places", len(groups), room)
		}
		all = append(all, out[:found]...)
		groups = groups[done:]
	}
	return all
}

// Every kernel must ask for the same buckets.
func TestKernelsListTheSameFlips(t *testing.T) {
	t.Parallel()
	rng := newRand(6)
	for width := 1; width <= chunkBits; width++ {
		table := &tables{width: width, starts: make([]uint32, chunks<<width+1)}
		for i := range table.starts[1:] {
			table.starts[i+1] = table.starts[i] + rng.Uint32N(5)
		}
		c, home := rng.IntN(chunks), rng.Uint32N(1<<width)
		var want map[span]int
		for _, k := range append([]Kernel{Portable}, Kernels()...) {
			out := make([]span, flipSpans+1)
			n := k.flips(table, c, home, 77, 3, 9, out[:flipSpans])
			got := map[span]int{}
			for _, sp := range out[:n] {
				if sp.count > 0 {
					got[sp]++
				}
			}
			if out[flipSpans] != (span{}) {
				t.Fatalf("%v wrote beyond its room", k)
			}
			if want == nil {
				want = got
			} else if !maps.Equal(got, want) {
				t.Errorf("width %d: %v lists %v, want %v", width, k, got, want)
			}
		}
	}
}

// Every kernel must report every pair within the radius, and no other.
func TestKernelsFindPairs(t *testing.T) {
	t.Parallel()
	for _, k := range Kernels() {
		t.Run(k.String(), func(t *testing.T) {
			t.Parallel()
			rng := newRand(4)
			for range 200 {
				checkPairs(t, k, rng, rng.IntN(100), rng.IntN(10), rng.IntN(MaxRadius+1))
			}
			checkPairs(t, k, rng, 50, 9, 256)
		})
	}
}

func checkPairs(t *testing.T, k Kernel, rng *rand.Rand, n, nq, radius int) {
	t.Helper()
	queries, codes := make([]Code, nq), make([]Code, n)
	for i := range queries {
		queries[i] = randomCode(rng)
	}
	for i := range codes {
		codes[i] = randomCode(rng)
		if nq > 0 && i%3 != 0 { // many lie at the rim
			codes[i] = codeNear(rng, queries[rng.IntN(nq)], min(max(radius-1+rng.IntN(3), 0), 256))
		}
	}
	want := map[pair]bool{}
	for i, c := range codes {
		for j, q := range queries {
			if Distance(c, q) <= radius {
				want[pair{uint32(i), uint32(j)}] = true
			}
		}
	}
	room := codeGroup*max(nq, 1) + rng.IntN(50)
	out := make([]pair, room+1)
	got := map[pair]bool{}
	for first := 0; first < n; {
		canary := pair{1 << 31, 1 << 31}
		out[room] = canary
		done, found := k.pairs(codes[first:], queries, radius, out[:room])
		if out[room] != canary {
			t.Fatal("wrote beyond its room")
		}
		for _, p := range out[:found] {
			p.code += uint32(first)
			if got[p] || !want[p] {
				t.Fatalf("radius %d: pair %v, found before: %v, within: %v", radius, p, got[p], want[p])
			}
			got[p] = true
		}
		if done == 0 {
			t.Fatalf("no progress with room for %d of %d queries", room, nq)
		}
		first += done
	}
	if len(got) != len(want) {
		t.Fatalf("radius %d, %d codes, %d queries: %d pairs of %d", radius, n, nq, len(got), len(want))
	}
}

// FuzzKernels looks for an input on which kernels differ from the plain loops.
func FuzzKernels(f *testing.F) {
	f.Add(uint64(1), 100, 5, 31, false)
	f.Add(uint64(2), 2000, 11, 63, true)
	f.Fuzz(func(t *testing.T, seed uint64, n, spans, radius int, crowded bool) {
		if n < 1 || n > 5000 || spans < 0 || spans > 300 || radius < 0 || radius > 256 {
			t.Skip("Out of the range that a caller may ask for.")
		}
		for _, k := range Kernels() {
			checkNear(t, k, newRand(seed), n, spans, crowded)
			checkPairs(t, k, newRand(seed), n/10, min(spans, 20), radius)
		}
	})
}

func BenchmarkPairs(b *testing.B) {
	rng := newRand(5)
	codes := codesOfEntries(randomEntries(rng, 16_384))
	for _, nq := range []int{1, 8, 64} {
		queries := codesOfEntries(randomEntries(rng, nq))
		out := make([]pair, codeGroup*nq+64)
		for _, k := range Kernels() {
			b.Run(fmt.Sprintf("queries=%d/%v", nq, k), func(b *testing.B) {
				for b.Loop() {
					if done, _ := k.pairs(codes, queries, 31, out); done != len(codes) {
						b.Fatal("not done")
					}
				}
				b.ReportMetric(float64(b.N)*float64(len(codes)*nq)/b.Elapsed().Seconds()/1e9, "Gpairs/s")
			})
		}
	}
}
