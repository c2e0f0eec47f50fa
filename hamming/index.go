package hamming

import (
	"cmp"
	"errors"
	"fmt"
	"runtime"
	"slices"
	"sync"
	"sync/atomic"
)

// MaxRadius is the largest search radius.
const MaxRadius = 63

// ErrClosed is returned by the methods of an index after Close.
var ErrClosed = errors.New("hamming: index is closed")

// Hit is one result of a search.
type Hit struct {
	ID       uint64
	Distance int // bits by which the code differs from the query
}

// Entry is one code under the caller's id.
type Entry struct {
	ID   uint64
	Code Code
}

// Options tune an index. The zero value is right for most uses; none of them
// changes what a search finds.
type Options struct {
	// HeadSize is the number of codes in the mutable head before it is sealed
	// into a segment. A search compares all of them. 0 or less means 4096.
	HeadSize int

	// MaxSegment is the largest number of codes of one segment. A search looks into
	// every segment, so fewer and larger ones are faster. 0 or less means the most
	// there can be, 16 Mi (16,777,216); less than HeadSize means HeadSize.
	MaxSegment int

	// Spare is the memory that dead codes and running merges may take beyond that
	// of the live codes, as a share of it. Where a larger segment could not be
	// merged within it, segments are made smaller, and searches so somewhat slower.
	// 0 or less means 2; at least 0.1. The smallest segments, up to 64 Ki codes
	// (8 MB), are merged in any case.
	Spare float64

	// Kernel chooses how codes are compared. One that the processor cannot run
	// means BestKernel.
	Kernel Kernel
}

func (o Options) withDefaults() Options {
	if o.HeadSize <= 0 {
		o.HeadSize = 4096
	}
	if o.MaxSegment <= 0 {
		o.MaxSegment = maxSegmentSize
	}
	if !(o.Spare > 0) { // not a number neither
		o.Spare = 2
	}
	o.HeadSize = min(o.HeadSize, maxSegmentSize)
	o.MaxSegment = min(max(o.MaxSegment, o.HeadSize), maxSegmentSize)
	o.Spare = max(o.Spare, 0.1)
	o.Kernel = o.Kernel.usable()
	return o
}

// Index is a set of codes under ids, searchable by distance. All methods may be
// called at the same time from any goroutine. Make one with New or Open.
type Index struct {
	opts      Options
	freeMerge int    // as the constant, but in tests
	position  uint64 // of the opened snapshot

	// view is the current state; nil once the index is closed. Searches load it,
	// writers replace it under mu.
	view atomic.Pointer[view]

	// readers are those who read segments outside mu and outside a merge. What they
	// may read is released when they have left.
	readers readers

	mu       sync.Mutex
	headAt   map[uint64]int    // position in the head of the ids alive there
	merging  map[*segment]bool // segments that a merge is reading
	extra    int               // bytes that merges are writing, and those replaced but not released yet
	uneven   bool              // the draft may call for a merge
	work     sync.WaitGroup    // running merges and verifications
	progress sync.Cond         // on mu: a merge ended, or the index was closed

	snapshot sync.Mutex // one WriteSnapshot at a time

	verified chan struct{} // closed when the opened snapshot has been verified
	damage   error         // what was wrong with it; read it after verified
}

// New returns an empty index.
func New(opts Options) *Index {
	x := newIndex(opts, &view{})
	close(x.verified)
	return x
}

func newIndex(opts Options, v *view) *Index {
	x := &Index{
		opts:      opts.withDefaults(),
		freeMerge: freeMerge,
		headAt:    make(map[uint64]int),
		merging:   make(map[*segment]bool),
		verified:  make(chan struct{}),
	}
	x.progress.L = &x.mu
	x.view.Store(v)
	return x
}

// Search appends to dst every live id whose code is within radius bits of q,
// sorted by distance, then id, and returns the extended slice. It sees all
// changes that returned before it was called. It does not allocate when the
// capacity of dst is enough. A radius below 0 or above MaxRadius is an error, as
// is a closed index; dst is then returned as it came.
//
// One search uses one processor. It costs a few microseconds per segment plus a
// share that grows with the number of codes, and never more than about twice the
// comparison of all codes; sorting what it returns comes on top.
func (x *Index) Search(dst []Hit, q Code, radius int) ([]Hit, error) {
	if radius < 0 || radius > MaxRadius {
		return dst, fmt.Errorf("hamming: radius %d is out of range; use 0 to %d", radius, MaxRadius)
	}
	defer x.readers.leave(x.readers.enter())
	v := x.view.Load()
	if v == nil {
		return dst, ErrClosed
	}
	p := newPlan(q, radius, x.opts.Kernel)
	found := len(dst)
	dst = v.search(dst, &p)
	if len(dst)-found > 1 {
		slices.SortFunc(dst[found:], byDistance)
	}
	return dst, nil
}

func byDistance(a, b Hit) int {
	if a.Distance != b.Distance {
		return a.Distance - b.Distance
	}
	return cmp.Compare(a.ID, b.ID)
}

// Insert stores c under id; searches that start afterwards find it. If id is
// alive its code is replaced: a search sees the old code or the new one, never
// both, never neither. If it has this code already nothing changes. Insert fails
// only on a closed index. It may wait for merges when inserts outrun them.
func (x *Index) Insert(id uint64, c Code) error {
	return x.insertEach([]Entry{{id, c}})
}

// InsertBatch inserts many entries, much faster than one by one when there are
// more than Options.HeadSize of them; it then uses all processors. It has the
// effect of Insert for each entry in order, but searches see up to
// Options.MaxSegment entries appear at once. It does not keep the slice, and fails
// only on a closed index.
func (x *Index) InsertBatch(entries []Entry) error {
	for chunk := range slices.Chunk(entries, x.largestSegment(x.Len()+len(entries))) {
		var err error
		if len(chunk) <= x.opts.HeadSize {
			err = x.insertEach(chunk)
		} else {
			err = x.insertSegment(chunk)
		}
		if err != nil {
			return err
		}
	}
	return nil
}

// insertEach puts a few entries into the head.
func (x *Index) insertEach(entries []Entry) error {
	x.mu.Lock()
	defer x.mu.Unlock()
	draft, err := x.draft(len(entries))
	if err != nil {
		return err
	}
	for _, e := range entries {
		code := spread(e.Code)
		if at, ok := x.find(draft, e.ID); ok {
			if draft.code(at) == code {
				continue
			}
			x.kill(draft, e.ID, at)
		}
		if len(draft.headIDs) >= x.opts.HeadSize {
			x.seal(draft)
		}
		x.headAt[e.ID] = len(draft.headIDs)
		draft.headIDs = append(draft.headIDs, e.ID)
		draft.headCodes = append(draft.headCodes, code)
	}
	x.publish(draft)
	return nil
}

// insertSegment makes a segment of the entries. The work is done before the
// lock is taken.
func (x *Index) insertSegment(entries []Entry) error {
	seg := segmentOf(latest(entries), x.opts.Kernel, runtime.GOMAXPROCS(0))

	x.mu.Lock()
	defer x.mu.Unlock()
	draft, err := x.draft(len(entries))
	if err != nil {
		return errors.Join(err, seg.free())
	}
	for _, id := range seg.ids {
		if at, ok := x.find(draft, id); ok {
			x.kill(draft, id, at)
		}
	}
	x.addPart(draft, seg)
	x.publish(draft)
	return nil
}

// latest returns the entries in strictly ascending order of id; of those with
// the same id, the last.
func latest(entries []Entry) []Entry {
	ascending := true
	for i := 1; i < len(entries) && ascending; i++ {
		ascending = entries[i-1].ID < entries[i].ID
	}
	if ascending {
		return entries
	}
	sorted := slices.Clone(entries)
	slices.SortStableFunc(sorted, byID)
	kept := sorted[:0]
	for i, e := range sorted {
		if i+1 == len(sorted) || sorted[i+1].ID != e.ID {
			kept = append(kept, e)
		}
	}
	return kept
}

// Delete removes id and reports whether it was alive; searches that start
// afterwards do not find it. In a closed index nothing is alive.
func (x *Index) Delete(id uint64) bool {
	x.mu.Lock()
	defer x.mu.Unlock()
	draft, err := x.draft(0)
	if err != nil {
		return false
	}
	at, ok := x.find(draft, id)
	if !ok {
		return false
	}
	x.kill(draft, id, at)
	x.publish(draft)
	return true
}

// Len returns the number of live ids, 0 for a closed index.
func (x *Index) Len() int {
	v := x.view.Load()
	if v == nil {
		return 0
	}
	return v.live()
}

// Position returns the number that was given to WriteSnapshot when the opened
// snapshot was written, 0 for an index that was not opened from one.
func (x *Index) Position() uint64 { return x.position }

// Close waits for running searches, snapshots and merges and releases the memory
// of the index and the mapped file. Nothing reads them afterwards: the other
// methods return ErrClosed, or find nothing. Closing again does nothing.
func (x *Index) Close() error {
	x.mu.Lock()
	last := x.view.Swap(nil)
	x.progress.Broadcast()
	x.mu.Unlock()
	x.work.Wait()
	if last == nil {
		return nil
	}
	x.readers.wait()
	var errs []error
	for i := range last.parts {
		errs = append(errs, last.parts[i].free())
	}
	return errors.Join(errs...)
}

// draft returns a copy of the current view, to be changed by adding so many
// entries and published. It waits while merges are too far behind for that. The
// caller holds x.mu.
func (x *Index) draft(adding int) (*view, error) {
	for {
		now := x.view.Load()
		if now == nil {
			return nil, ErrClosed
		}
		if (len(now.headIDs)+adding <= x.opts.HeadSize || !x.crowded(now.parts)) && !x.strained(now.parts) {
			draft := *now
			return &draft, nil
		}
		x.progress.Wait()
	}
}

// publish makes a draft the current view and starts the merges that it calls for.
func (x *Index) publish(draft *view) {
	x.view.Store(draft)
	if x.uneven {
		x.uneven = false
		x.schedule(draft)
	}
}

// find returns where id is alive.
func (x *Index) find(v *view, id uint64) (place, bool) {
	if pos, ok := x.headAt[id]; ok {
		return place{inHead, pos}, true
	}
	for i := range v.parts {
		if pos, ok := v.parts[i].find(id); ok && !v.parts[i].dead.has(pos) {
			return place{i, pos}, true
		}
	}
	return place{}, false
}

// kill marks the entry of id, alive at the given place of the draft, dead.
func (x *Index) kill(draft *view, id uint64, at place) {
	draft.kill(at)
	if at.part == inHead {
		delete(x.headAt, id)
	} else if draft.parts[at.part].wasteful(x.waste()) {
		x.uneven = true
	}
}

// seal turns the head of the draft into a segment.
func (x *Index) seal(draft *view) {
	if seg := draft.sealedHead(x.opts.Kernel); seg != nil {
		x.addPart(draft, seg)
	}
	draft.headIDs, draft.headCodes, draft.headDead = nil, nil, bitset{}
	clear(x.headAt)
}

func (x *Index) addPart(draft *view, seg *segment) {
	draft.parts = append(slices.Clip(draft.parts), part{segment: seg})
	x.uneven = true
}
