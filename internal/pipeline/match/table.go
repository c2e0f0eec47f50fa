package match

import (
	"cmp"
	"encoding/hex"
	"fmt"
	"slices"
	"sync"

	"github.com/quell-project/quell/hamming"
)

// Signals are known to tables by one number made of the numbers of their bank and their own, so that a hit tells its bank without another
// look-up. SQL gives both out from 1 upwards.
const (
	signalBits = 40
	maxBank    = 1<<(64-signalBits) - 1
	maxSignal  = 1<<signalBits - 1
)

func tableID(bank, signal int64) (uint64, error) {
	if bank < 1 || bank > maxBank || signal < 1 || signal > maxSignal {
		return 0, fmt.Errorf("bank number %d or signal number %d is outside of what the index can hold", bank, signal)
	}
	return uint64(bank)<<signalBits | uint64(signal), nil
}

func numbers(id uint64) (bank, signal int64) { return int64(id >> signalBits), int64(id & maxSignal) }

// row is one signal as a table takes it.
type row struct {
	id    uint64
	value string
}

// table holds the live signals of one type. Searching is safe during changes, which are made one at a time.
type table interface {
	// put adds a signal or, if it is there, leaves it; a value that is none of the type is an error and changes nothing. Searches find the signal after
	// the next settle at the latest.
	put(row) error
	// drop removes a signal; removing what is not there does nothing.
	drop(row)
	// settle has searches find all that was put.
	settle() error
	// search appends all signals within a distance, nearest first, and of those as near in the order of their numbers.
	search(dst []hamming.Hit, value string, radius int) ([]hamming.Hit, error)
	size() int
	// count returns how many signals of one bank there are.
	count(bank int64) int
	close() error
}

// nearTable finds codes within a distance. Codes are put into the index many at a time: one that was built of many small parts, as they come when
// a whole list is loaded code by code, is searched five times as slowly as one of few large parts.
type nearTable struct {
	index   *hamming.Index
	waiting []hamming.Entry
}

// maxWaiting bounds codes that wait: 40 MB.
const maxWaiting = 1 << 20

func (t *nearTable) put(r row) error {
	c, err := hamming.ParseCode(r.value)
	if err != nil {
		return err
	}
	t.waiting = append(t.waiting, hamming.Entry{ID: r.id, Code: c})
	if len(t.waiting) < maxWaiting {
		return nil
	}
	return t.settle()
}

func (t *nearTable) drop(r row) {
	_ = t.settle() // fails only when the index is closed
	t.index.Delete(r.id)
}

func (t *nearTable) settle() error {
	if len(t.waiting) == 0 {
		return nil
	}
	err := t.index.InsertBatch(t.waiting)
	if len(t.waiting) > catchUpBatch {
		t.waiting = nil // lists that long are rare, their memory is not kept
	}
	t.waiting = t.waiting[:0]
	return err
}

func (t *nearTable) search(dst []hamming.Hit, value string, radius int) ([]hamming.Hit, error) {
	c, err := hamming.ParseCode(value)
	if err != nil {
		return dst, err
	}
	return t.index.Search(dst, c, radius)
}

func (t *nearTable) size() int    { return t.index.Len() }
func (t *nearTable) close() error { return t.index.Close() }

// count asks for the numbers that tableID makes for the bank.
func (t *nearTable) count(bank int64) int {
	first := uint64(bank) << signalBits
	return t.index.Count(first, first|maxSignal)
}

// exactTable finds equal digests of up to 32 bytes.
type exactTable struct {
	mu    sync.RWMutex
	first map[digest]uint64   // most digests are listed once
	more  map[digest][]uint64 // the others of a digest
	live  map[int64]int       // signals by number of their bank
}

// digest is a digest with its length, so that a short one is not taken for one that ends in zeros.
type digest struct {
	size  uint8
	bytes [32]byte
}

func newExactTable() *exactTable {
	return &exactTable{first: map[digest]uint64{}, more: map[digest][]uint64{}, live: map[int64]int{}}
}

func parseDigest(value string) (d digest, err error) {
	if value == "" || len(value) > 2*len(d.bytes) {
		return d, fmt.Errorf("digest of %d characters: 2 to %d fit", len(value), 2*len(d.bytes))
	}
	n, err := hex.Decode(d.bytes[:], []byte(value))
	d.size = uint8(n)
	return d, err
}

func (t *exactTable) put(r row) error {
	d, err := parseDigest(r.value)
	if err != nil {
		return err
	}
	t.mu.Lock()
	defer t.mu.Unlock()
	first, taken := t.first[d]
	switch {
	case !taken:
		t.first[d] = r.id
	case first == r.id || slices.Contains(t.more[d], r.id):
		return nil
	default:
		t.more[d] = append(t.more[d], r.id)
	}
	bank, _ := numbers(r.id)
	t.live[bank]++
	return nil
}

func (t *exactTable) drop(r row) {
	d, err := parseDigest(r.value)
	if err != nil {
		return
	}
	t.mu.Lock()
	defer t.mu.Unlock()
	rest := t.more[d]
	switch i := slices.Index(rest, r.id); {
	case i >= 0:
		rest = slices.Delete(rest, i, i+1)
	case t.first[d] != r.id:
		return
	case len(rest) == 0:
		delete(t.first, d)
	default:
		t.first[d], rest = rest[0], rest[1:]
	}
	bank, _ := numbers(r.id)
	t.live[bank]--
	if len(rest) == 0 {
		delete(t.more, d)
	} else {
		t.more[d] = rest
	}
}

func (t *exactTable) search(dst []hamming.Hit, value string, _ int) ([]hamming.Hit, error) {
	d, err := parseDigest(value)
	if err != nil {
		return dst, err
	}
	t.mu.RLock()
	defer t.mu.RUnlock()
	id, found := t.first[d]
	if !found {
		return dst, nil
	}
	from := len(dst)
	dst = append(dst, hamming.Hit{ID: id})
	for _, id := range t.more[d] {
		dst = append(dst, hamming.Hit{ID: id})
	}
	slices.SortFunc(dst[from:], func(a, b hamming.Hit) int { return cmp.Compare(a.ID, b.ID) })
	return dst, nil
}

func (t *exactTable) size() int {
	t.mu.RLock()
	defer t.mu.RUnlock()
	n := 0
	for _, live := range t.live {
		n += live
	}
	return n
}

func (t *exactTable) count(bank int64) int {
	t.mu.RLock()
	defer t.mu.RUnlock()
	return t.live[bank]
}

func (t *exactTable) settle() error { return nil } // what is put is found at once

func (t *exactTable) close() error { return nil }
