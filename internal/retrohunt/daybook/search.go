package daybook

import (
	"encoding/binary"
	"fmt"
	"maps"
	"slices"

	"github.com/quell-project/quell/hamming"
	"github.com/quell-project/quell/internal/domain"
)

// Wanted is what is looked for. It is made once and may be used from several goroutines.
type Wanted struct {
	Codes  []hamming.Code
	Radius int // the largest of any code
	// Near says whether code i counts at a distance; nil: all within the radius do.
	Near func(i, distance int) bool
	// Gently says whether to work in short slices, which takes longer in all; it is asked for every part. nil: never.
	Gently func() bool
	SHA256 *DigestSet
	MD5    *DigestSet
}

// DigestSet are digests, with a sieve before them that most of what is not among them does not pass.
type DigestSet struct {
	sieve [1 << 14]uint64 // a bit for each value of the first 20 bits
	all   map[Digest]struct{}
}

// NewDigestSet returns a set of digests, or nil if there is none.
func NewDigestSet(digests []Digest) *DigestSet {
	if len(digests) == 0 {
		return nil
	}
	s := &DigestSet{all: make(map[Digest]struct{}, len(digests))}
	for _, d := range digests {
		s.all[d] = struct{}{}
		word, bit := sieveOf(&d)
		s.sieve[word] |= bit
	}
	return s
}

func sieveOf(d *Digest) (word uint32, bit uint64) {
	v := binary.BigEndian.Uint32(d[:4]) >> 12
	return v >> 6, 1 << (v & 63)
}

func (s *DigestSet) has(d *Digest) bool {
	word, bit := sieveOf(d)
	if s.sieve[word]&bit == 0 {
		return false
	}
	_, is := s.all[*d]
	return is
}

// wholePart is from how many codes on a part is searched in one piece: hamming.Scan makes an index of it then, which pays the better the larger
// the piece is.
const wholePart = 4096

// gentleCodes is how many codes a block is compared with in a slice where that is to be short: 30 M comparisons, a few milliseconds.
const gentleCodes = 1024

// pause is called between slices of a search, each a few milliseconds of work where few codes are looked for. An error of it ends the search.
type pause = func() error

// Search finds the owners of all rows of a part that are wanted, each once. Between slices it calls rest, which may wait.
func (p *Part) Search(w *Wanted, b *Buffers, rest pause) (found []Owner, err error) {
	hit := map[uint32]bool{}
	err = p.searchCodes(w, b, rest, hit)
	for _, c := range []struct {
		section int
		set     *DigestSet
	}{{sha256Digests, w.SHA256}, {md5Digests, w.MD5}} {
		if err == nil && c.set != nil {
			err = p.searchDigests(c.section, c.set, b, rest, hit)
		}
	}
	if err != nil {
		return nil, err
	}
	return p.ownersOf(hit, b)
}

func (p *Part) searchCodes(w *Wanted, b *Buffers, rest pause, hit map[uint32]bool) (err error) {
	if len(w.Codes) == 0 {
		return nil
	}
	var rows []int
	first := 0
	whole, slice := len(w.Codes) >= wholePart, len(w.Codes)
	if whole && w.Gently != nil && w.Gently() {
		whole, slice = false, gentleCodes
	}
	compare := func() error {
		for from := 0; from < len(w.Codes); from += slice {
			err := scan(b.codes, w, from, min(from+slice, len(w.Codes)), func(at int) { rows = append(rows, first+at) })
			if err == nil {
				err = rest()
			}
			if err != nil {
				return err
			}
		}
		first += len(b.codes)
		b.codes = b.codes[:0]
		return nil
	}
	b.codes = b.codes[:0]
	b.raw, err = p.each(pdqCodes, b.raw, func(_ int, raw []byte) error {
		b.codes = decodeCodes(b.codes, raw)
		if whole {
			return nil
		}
		return compare()
	})
	if err == nil && len(b.codes) > 0 {
		err = compare()
	}
	if err != nil {
		return err
	}
	return p.noteOwners(pdqOwners, rows, b, hit)
}

// scan calls found for every code of a log that is wanted by some of the codes, more than once where several want it.
func scan(log []hamming.Code, w *Wanted, from, to int, found func(at int)) error {
	return hamming.Scan(log, w.Codes[from:to], w.Radius, func(pair hamming.Pair) bool {
		if w.Near == nil || w.Near(from+pair.Query, pair.Distance) {
			found(pair.Code)
		}
		return true
	})
}

func (p *Part) searchDigests(section int, set *DigestSet, b *Buffers, rest pause, hit map[uint32]bool) (err error) {
	var rows []int
	b.raw, err = p.each(section, b.raw, func(first int, raw []byte) error {
		b.digests = decodeDigests(b.digests[:0], raw)
		for i := range b.digests {
			if set.has(&b.digests[i]) {
				rows = append(rows, first+i)
			}
		}
		return rest()
	})
	if err != nil {
		return err
	}
	return p.noteOwners(section+1, rows, b, hit)
}

// noteOwners adds the numbers of the owners of rows.
func (p *Part) noteOwners(section int, rows []int, b *Buffers, hit map[uint32]bool) (err error) {
	slices.Sort(rows)
	rows = slices.Compact(rows)
	for len(rows) > 0 && err == nil {
		block := rows[0] / blockRows
		if b.raw, err = p.block(section, block, b.raw); err != nil {
			return err
		}
		for ; len(rows) > 0 && rows[0]/blockRows == block; rows = rows[1:] {
			n := binary.LittleEndian.Uint32(b.raw[rows[0]%blockRows*width[section]:])
			if n >= p.head.rows[owners] {
				return fmt.Errorf("%s: %w: a row of owner %d of %d", p.path, ErrPart, n, p.head.rows[owners])
			}
			hit[n] = true
		}
	}
	return nil
}

func (p *Part) ownersOf(hit map[uint32]bool, b *Buffers) (found []Owner, err error) {
	numbers := slices.Sorted(maps.Keys(hit))
	for len(numbers) > 0 {
		block := int(numbers[0]) / blockRows
		if b.raw, err = p.block(owners, block, b.raw); err != nil {
			return nil, err
		}
		for ; len(numbers) > 0 && int(numbers[0])/blockRows == block; numbers = numbers[1:] {
			found = append(found, decodeOwner(b.raw[int(numbers[0])%blockRows*width[owners]:]))
		}
	}
	return found, nil
}

// Search finds the owners of all rows in memory that are wanted, each once.
func (c *Columns) Search(w *Wanted, rest pause) (found []Owner, err error) {
	hit := map[uint32]bool{}
	if len(w.Codes) > 0 {
		if err := scan(c.PDQ, w, 0, len(w.Codes), func(at int) { hit[c.PDQOf[at]] = true }); err != nil {
			return nil, err
		}
	}
	for _, column := range []struct {
		set     *DigestSet
		digests []Digest
		of      []uint32
	}{{w.SHA256, c.SHA256, c.SHA256Of}, {w.MD5, c.MD5, c.MD5Of}} {
		for i := range column.digests {
			if column.set != nil && column.set.has(&column.digests[i]) {
				hit[column.of[i]] = true
			}
		}
	}
	for _, n := range slices.Sorted(maps.Keys(hit)) {
		found = append(found, c.Owners[n])
	}
	return found, rest()
}

// Kept are the signal types of which fingerprints are kept.
func Kept() []domain.SignalType { return []domain.SignalType{domain.PDQ, domain.SHA256, domain.MD5} }
