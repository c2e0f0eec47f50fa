package hamming

import (
	"encoding/binary"
	"fmt"
	"math/bits"
	"slices"
)

// Kernel names an implementation of the two loops in which a search spends its
// time. All kernels find the same; they differ in the instructions they need.
type Kernel uint8

// The kernels.
const (
	BestKernel Kernel = iota // the fastest that the processor can run
	Portable                 // Go without assembly
	AVX2                     // x86-64 with AVX2 and BMI2
	AVX512                   // x86-64 with AVX-512 F, BW, BITALG and VPOPCNTDQ
)

var kernelNames = [...]string{"best", "portable", "avx2", "avx512"}

// String returns the name of the kernel, such as "avx2".
func (k Kernel) String() string {
	if int(k) < len(kernelNames) {
		return kernelNames[k]
	}
	return fmt.Sprintf("kernel %d", uint8(k))
}

// ParseKernel is the inverse of String.
func ParseKernel(name string) (Kernel, error) {
	if i := slices.Index(kernelNames[:], name); i >= 0 {
		return Kernel(i), nil
	}
	return 0, fmt.Errorf("hamming: unknown kernel %q; use one of %v", name, kernelNames)
}

// Kernels returns the kernels that this processor can run, the fastest first.
func Kernels() []Kernel {
	return append(slices.Clone(vectorKernels()), Portable)
}

// usable returns the kernel itself if the processor can run it, the best one
// otherwise.
func (k Kernel) usable() Kernel {
	all := Kernels()
	if slices.Contains(all, k) {
		return k
	}
	return all[0]
}

// span is a bucket to read: the entries from first on whose sketch differs from
// want in at most limit bits are near.
type span struct {
	first, count uint32
	want, limit  uint16
	query        uint32 // handed through to the candidates
}

// group is up to 64 entries that follow each other, of which some are near: bit i
// of near stands for the one whose position is at place+3i.
type group struct {
	place, query uint32
	near         uint64
}

// candidate is an entry with a near sketch, by the place of its position.
type candidate struct{ place, query uint32 }

const (
	// The kernels read ahead of what they compare: so many spans behind the last
	// one must be there to be read. What they say does not matter.
	lookAhead = 10

	// Sketches are compared in groups of at most this many. A group may reach
	// beyond its bucket, so as many bytes as it can be long follow the entries.
	sketchGroup = 64
	entriesPad  = 2 * sketchGroup
)

// prefetch lets the processor fetch the starts of the buckets whose number
// differs from the query's in at most a bit.
func (k Kernel) prefetch(t *tables, query *Code) {
	if k >= AVX2 {
		prefetchBuckets(&t.starts[0], t.width, query)
	}
}

// flipSpans is the most spans that flips may write.
const flipSpans = chunkBits + 1

// flips writes the spans of table c for the home bucket, with the given limit, and
// for those whose number differs from it in one bit, with one less. Some may be
// empty. It returns how many they are.
func (k Kernel) flips(t *tables, c int, home uint32, want, limit uint16, query uint32, out []span) int {
	if k == AVX512 {
		_ = out[flipSpans-1]
		flipsAVX512(&t.starts[c<<t.width], home, uint32(t.width), uint32(limit)<<16|uint32(want), query, &out[0])
		return flipSpans
	}
	first, end := t.bucket(c, home)
	out[0] = span{first, end - first, want, limit, query}
	out = out[1 : 1+t.width]
	for i := range out {
		first, end := t.bucket(c, home^1<<i)
		out[i] = span{first, end - first, want, limit - 1, query}
	}
	return 1 + len(out)
}

// From so many entries a bucket on, which take three cache lines, it pays to ask for
// the first line of every span before any is compared: so the addresses of the pages
// are looked up for many spans at once.
const farBucket = 96

// near writes the groups of the spans' entries of which some are near to out. Of
// the first span it leaves out so many entries. It works until maxSpans or all spans
// are done, or until the last place is taken; then it returns how many of the first
// span not done it did. The capacity of spans must be lookAhead more than their number.
func (k Kernel) near(t *tables, spans []span, skip int, out []group) (done, skipped, found int) {
	if len(spans) == 0 {
		return 0, 0, 0
	}
	_, _ = spans[:len(spans)+lookAhead], out[0]
	if k >= AVX2 && len(spans) <= maxSpans && int(t.length)>>t.width >= farBucket {
		prefetchSpans(&spans[0], len(spans), &t.entries[0])
	}
	switch k {
	case AVX512:
		return nearAVX512(&spans[0], len(spans), skip, &t.entries[0], &out[0], len(out))
	case AVX2:
		return nearAVX2(&spans[0], len(spans), skip, &t.entries[0], &out[0], len(out))
	default:
		spans = spans[:min(len(spans), maxSpans)] // what is touched must not be lost again before it is read
		touch(spans, t.entries)
		return nearPortable(spans, skip, t.entries, out)
	}
}

// expand writes the near entries of groups to out, as far as there is room for the
// 64 of a group, and lets the processor fetch their positions.
func (k Kernel) expand(t *tables, groups []group, out []candidate) (done, found int) {
	_ = out[sketchGroup-1]
	if k >= AVX2 && len(groups) > 0 {
		return expandAMD64(&groups[0], len(groups), &t.entries[0], &out[0], len(out))
	}
	for ; done < len(groups) && found+sketchGroup <= len(out); done++ {
		g := &groups[done]
		for near := g.near; near != 0; near &= near - 1 {
			out[found] = candidate{g.place + 3*uint32(bits.TrailingZeros64(near)), g.query}
			found++
		}
	}
	return done, found
}

// locate writes the positions of the codes of near entries to out, and lets the
// processor fetch the codes.
func (k Kernel) locate(t *tables, codes []Code, near []candidate, out []uint32) {
	out = out[:len(near)]
	if k >= AVX2 && len(near) > 0 {
		locateAMD64(&near[0], len(near), &t.entries[0], &codes[0], &out[0])
		return
	}
	for i, c := range near {
		out[i] = t.position(c.place)
	}
}

// pair is a code and a query that are within the radius, by their positions.
type pair struct{ code, query uint32 }

// codeGroup is the number of codes that pairs compares at once.
const codeGroup = 8

// pairs compares each code with each query and writes the pairs within the radius
// to out. It works until all codes are done, or until fewer places are left than
// a group of codes may need, and returns the number of codes done. out needs room
// for codeGroup times the number of queries.
func (k Kernel) pairs(codes, queries []Code, radius int, out []pair) (done, found int) {
	if len(queries) == 0 {
		return len(codes), 0
	}
	_ = out[codeGroup*len(queries)-1]
	if whole := len(codes) &^ (codeGroup - 1); whole > 0 && k >= AVX2 {
		if k == AVX512 {
			done, found = pairsAVX512(&codes[0], whole, &queries[0], len(queries), radius, &out[0], len(out))
		} else {
			done, found = pairsAVX2(&codes[0], whole, &queries[0], len(queries), radius, &out[0], len(out))
		}
		if done < whole || len(out)-found < codeGroup*len(queries) {
			return done, found
		}
	}
	more, also := pairsPortable(codes[done:], queries, radius, out[found:])
	for i := range out[found:][:also] {
		out[found+i].code += uint32(done)
	}
	return done + more, found + also
}

// touch reads the ends of every span, in a loop so short that the processor has
// many of its loads from memory under way at once. It is not inlined, so that it
// is not left out either.
//
//go:noinline
func touch(spans []span, entries []byte) (read byte) {
	for i := range spans {
		first := int(spans[i].first) * entrySizeInTable
		read ^= entries[first] ^ entries[first+2*int(spans[i].count)]
	}
	return read
}

func nearPortable(spans []span, skip int, entries []byte, out []group) (done, skipped, found int) {
	for i := range spans {
		sp := &spans[i]
		first, count := int(sp.first)*entrySizeInTable, int(sp.count)
		sketches, place := entries[first:][:2*count+sketchPad], first+2*count
		want, limit := lanes*uint64(sp.want), lanes*(0x8000+uint64(sp.limit))
		for at := skip; at < count; at += 4 {
			var mask uint64
			if at, mask = nextNear(sketches, at, want, limit); at >= count {
				break
			}
			near := (mask>>15&1 | mask>>30&2 | mask>>45&4 | mask>>60&8) & (1<<min(4, count-at) - 1)
			if near == 0 {
				continue // it was one beyond the span
			}
			if found == len(out) {
				return i, at, found
			}
			out[found] = group{uint32(place + 3*at), sp.query, near}
			found++
		}
		skip = 0
	}
	return len(spans), 0, found
}

// sketchPad is the number of bytes that nearPortable reads behind a span.
const sketchPad = 6

// nextNear returns the first group of four sketches, from the one at on, of which
// some are within the limit of the wanted one, and a mask as of lanesWithin; or the
// number of sketches or more if there is none. The last sketchPad bytes belong to
// no group.
func nextNear(sketches []byte, at int, want, limit uint64) (int, uint64) {
	for ; 2*at+8 <= len(sketches); at += 4 {
		if mask := lanesWithin(binary.LittleEndian.Uint64(sketches[2*at:])^want, limit); mask != 0 {
			return at, mask
		}
	}
	return at, 0
}

// lanes times a 16-bit number is that number in each of four lanes.
const lanes = 0x0001000100010001

// lanesWithin counts the bits set in each 16-bit lane of x and returns a word
// with the top bit set of each lane whose count is at most n, where limit is
// 0x8000+n in each lane.
func lanesWithin(x, limit uint64) uint64 {
	x -= x >> 1 & 0x5555555555555555
	x = x&0x3333333333333333 + x>>2&0x3333333333333333
	x = (x + x>>4) & 0x0f0f0f0f0f0f0f0f
	x = (x + x>>8) & 0x00ff00ff00ff00ff
	return (limit - x) & 0x8000800080008000
}

func pairsPortable(codes, queries []Code, radius int, out []pair) (done, found int) {
	for i := range codes {
		c := &codes[i]
		if len(out)-found < len(queries) {
			return i, found
		}
		for k := range queries {
			q := &queries[k]
			d := bits.OnesCount64(c[0]^q[0]) + bits.OnesCount64(c[1]^q[1]) + bits.OnesCount64(c[2]^q[2])
			if d > radius {
				continue // nearly always: unrelated codes differ in 96 of these 192 bits
			}
			if d+bits.OnesCount64(c[3]^q[3]) <= radius {
				out[found] = pair{uint32(i), uint32(k)}
				found++
			}
		}
	}
	return len(codes), found
}
