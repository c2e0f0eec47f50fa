package hamming

import (
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
	if all := Kernels(); slices.Contains(all, k) {
		return k
	} else {
		return all[0]
	}
}

// span is a bucket to read: the entries from first on whose sketch differs from
// want in at most limit bits are near.
type span struct {
	first, count uint32
	want, limit  uint16
	query        uint32 // handed through to the candidates
}

// group is up to 64 entries that follow each other, of which some are near.
type group struct {
	first, query uint32
	near         uint64 // bit i stands for entry first+i
}

// candidate is an entry with a near sketch.
type candidate struct{ entry, query uint32 }

const (
	// The kernels read ahead of what they compare: so many spans behind the last
	// one must be there to be read. What they say does not matter.
	lookAhead = 10

	// Sketches are compared in groups of at most this many; so many follow the
	// last one, to be read and not to be found.
	sketchGroup = 64
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

// near writes the groups of the spans' entries of which some are near to out. It
// works until all spans are done, or until the last place is taken; of the span
// where it stopped, the first one not done, it leaves what is not read yet. The
// capacity of spans must be lookAhead more than their number.
func (k Kernel) near(t *tables, spans []span, out []group) (done, found int) {
	if len(spans) == 0 {
		return 0, 0
	}
	_, _ = spans[:len(spans)+lookAhead], out[0]
	switch k {
	case AVX512:
		return nearAVX512(&spans[0], len(spans), &t.sketches[0], &out[0], len(out))
	case AVX2:
		return nearAVX2(&spans[0], len(spans), &t.sketches[0], &out[0], len(out))
	default:
		touch(spans, t.sketches)
		return nearPortable(spans, t.sketches, out)
	}
}

// expand writes the near entries of groups to out, as far as there is room for the
// 64 of a group, and lets the processor fetch their positions.
func (k Kernel) expand(t *tables, groups []group, out []candidate) (done, found int) {
	_ = out[sketchGroup-1]
	if k >= AVX2 && len(groups) > 0 {
		return expandAMD64(&groups[0], len(groups), &t.positions[0], &out[0], len(out))
	}
	for ; done < len(groups) && found+sketchGroup <= len(out); done++ {
		g := &groups[done]
		for near := g.near; near != 0; near &= near - 1 {
			out[found] = candidate{g.first + uint32(bits.TrailingZeros64(near)), g.query}
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
		locateAMD64(&near[0], len(near), &t.positions[0], &codes[0], &out[0])
		return
	}
	for i, c := range near {
		out[i] = t.position(c.entry)
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
func touch(spans []span, sketches []uint16) (read uint16) {
	for i := range spans {
		if sp := &spans[i]; sp.count > 0 {
			read ^= sketches[sp.first] ^ sketches[sp.first+sp.count-1]
		}
	}
	return read
}

func nearPortable(spans []span, sketches []uint16, out []group) (done, found int) {
	for i := range spans {
		sp := &spans[i]
		want, limit := lanes*uint64(sp.want), lanes*(0x8000+uint64(sp.limit))
		for sp.count > 0 {
			at, mask := nextNear(sketches[sp.first:][:sp.count+sketchPad], want, limit)
			skip := min(uint32(at), sp.count)
			sp.first, sp.count = sp.first+skip, sp.count-skip
			if sp.count == 0 {
				break
			}
			step := min(4, sp.count)
			near := (mask>>15&1 | mask>>30&2 | mask>>45&4 | mask>>60&8) & (1<<step - 1)
			if near != 0 {
				if found == len(out) {
					return i, found
				}
				out[found] = group{sp.first, sp.query, near}
				found++
			}
			sp.first, sp.count = sp.first+step, sp.count-step
		}
	}
	return len(spans), found
}

// sketchPad is what nearPortable reads behind a span.
const sketchPad = 3

// nextNear returns the place of the first group of four sketches of which some
// are within the limit of the wanted one, and a mask as of lanesWithin. The mask
// is 0 if there is none. The last sketchPad sketches belong to no group.
func nextNear(sketches []uint16, want, limit uint64) (int, uint64) {
	at := 0
	for ; at+sketchPad < len(sketches); at += 4 {
		s := sketches[at : at+4 : at+4]
		group := uint64(s[0]) | uint64(s[1])<<16 | uint64(s[2])<<32 | uint64(s[3])<<48
		if mask := lanesWithin(group^want, limit); mask != 0 {
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
