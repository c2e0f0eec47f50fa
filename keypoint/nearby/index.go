package nearby

import (
	"cmp"
	"fmt"
	"slices"

	"github.com/quell-project/quell/keypoint"
)

// MaxNumber is the greatest number that a code can have.
const MaxNumber = 1<<32 - 1 - first

// Index holds codes by their numbers, which had better be small ones: memory is taken up to the greatest. The zero Index is empty. Searches may run
// beside each other, but not beside a change.
type Index struct {
	lines   [][]line // by number, in pages
	rows    [][]row  // by bucket, in pages
	buckets uint64   // of every table
	level   uint     // bits by which the first buckets are told apart, those that were not parted in this round
	live    uint64
}

// line is a code with the code behind it in its bucket of each table.
type line struct {
	code keypoint.Code
	next [tables]link
}

// row is the first code of a bucket in each table.
type row [tables]link

// link is first and the number of a code, or one that says that there is none.
type link = uint32

const (
	absent link = iota // of a line: the code of this number is not there
	none               // in a list: no more codes
	first
)

const (
	pageBits = 12
	page     = 1 << pageBits

	// roomy is how many buckets of a table there are for each code: codes crowd, and with one for each, a search would look at half as many again.
	roomy = 2
)

func (x *Index) line(l link) *line {
	n := l - first
	return &x.lines[n>>pageBits][n%page]
}

func (x *Index) row(bucket uint64) *row { return &x.rows[bucket>>pageBits][bucket%page] }

// bucket is the number of the bucket of a key: by as many of its bits as the buckets have been parted by.
func (x *Index) bucket(key uint32) uint64 {
	b := uint64(key) & (2<<x.level - 1)
	if b >= x.buckets {
		b &= 1<<x.level - 1
	}
	return b
}

// Put adds a code under a number, in place of the one that had it. A number above MaxNumber is an error and changes nothing.
func (x *Index) Put(number uint32, code keypoint.Code) error {
	if number > MaxNumber {
		return fmt.Errorf("code number %d: the greatest is %d", number, uint32(MaxNumber))
	}
	x.Drop(number)
	for uint64(number)>>pageBits >= uint64(len(x.lines)) {
		x.lines = append(x.lines, make([]line, page))
	}
	x.live++
	for x.buckets < roomy*x.live {
		x.part()
	}
	l := number + first
	at := x.line(l)
	at.code = code
	for t, key := range keysOf(&code) {
		head := &x.row(x.bucket(key))[t]
		at.next[t] = max(*head, none)
		*head = l
	}
	return nil
}

// Drop removes the code of a number, if it is there.
func (x *Index) Drop(number uint32) {
	l := number + first
	if number > MaxNumber || uint64(number)>>pageBits >= uint64(len(x.lines)) || x.line(l).next[0] == absent {
		return
	}
	at := x.line(l)
	for t, key := range keysOf(&at.code) {
		from := &x.row(x.bucket(key))[t]
		for *from != l {
			from = &x.line(*from).next[t]
		}
		*from = at.next[t]
	}
	*at = line{}
	x.live--
}

// part adds a bucket to every table: that which parts the next one in turn by one more bit.
func (x *Index) part() {
	if x.buckets == 0 {
		x.rows, x.buckets = append(x.rows, make([]row, page)), 1
		return
	}
	old := x.buckets - 1<<x.level
	if x.buckets%page == 0 {
		x.rows = append(x.rows, make([]row, page))
	}
	from, to := x.row(old), x.row(x.buckets)
	for t, l := range from {
		ends := [2]*link{&from[t], &to[t]}
		for l >= first {
			at := x.line(l)
			side := keyBit(&at.code, int(x.level), t)
			*ends[side], ends[side] = l, &at.next[t]
			l = at.next[t]
		}
		*ends[0], *ends[1] = none, none
	}
	x.buckets++
	if x.buckets == 2<<x.level {
		x.level++
	}
}

// Hit is a code that was found.
type Hit struct {
	Number   uint32
	Distance int
}

// longest is how many codes of a bucket are looked at, the newest. Codes that so many have in common are of what most pictures show, or copies of
// one picture.
const longest = 64

// Near appends the codes that differ in at most within bits and share a bucket with the one given, the nearest first, and of those as near in the
// order of their numbers. Of an index with 2ⁿ buckets in a table, two for each code, a code that differs in d bits shares one with a chance of about 1 − (1 − (1 − d/256)ⁿ)⁸. Of a
// bucket the 64 newest codes are looked at. It does not allocate but for dst.
func (x *Index) Near(dst []Hit, code keypoint.Code, within int) []Hit {
	if x.live == 0 {
		return dst
	}
	var at row
	for t, key := range keysOf(&code) {
		at[t] = x.row(x.bucket(key))[t]
	}
	from := len(dst)
	for range longest {
		more := false
		for t, l := range at { // side by side, so that memory is read for all tables at once
			if l < first {
				continue
			}
			more = true
			seen := x.line(l)
			at[t] = seen.next[t]
			if d := seen.code.Distance(code); d <= within {
				dst = append(dst, Hit{l - first, d})
			}
		}
		if !more {
			break
		}
	}
	found := dst[from:]
	slices.SortFunc(found, func(a, b Hit) int {
		return cmp.Or(cmp.Compare(a.Distance, b.Distance), cmp.Compare(a.Number, b.Number))
	})
	return dst[:from+len(slices.Compact(found))] // several tables may have found one
}

// Len returns how many codes there are.
func (x *Index) Len() int { return int(x.live) }

// Bytes returns how much memory the index takes.
func (x *Index) Bytes() int64 { return int64(len(x.lines))*page*64 + int64(len(x.rows))*page*tables*4 }
