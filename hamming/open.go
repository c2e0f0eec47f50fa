package hamming

import (
	"encoding/binary"
	"errors"
	"fmt"
	"hash/crc32"
	"math"
	"os"
	"runtime"
	"runtime/debug"
	"sync"
	"sync/atomic"
	"unsafe"
)

// Open returns an index with the content of a snapshot file, which is mapped into
// memory. Ids, codes and what is dead, a third of the file, are verified against
// their checksums before Open returns; the tables that searches use are verified
// in the background, which Verify waits for. Until then a segment is searched
// without tables, slowly and exactly, so no search ever answers from bytes that
// were not verified. Tables that turn out damaged are not used; they are built
// anew from the codes.
//
// A file that cannot be used is refused with an error that wraps ErrSnapshot and
// one of ErrForeign, ErrVersion, ErrTruncated and ErrTorn. The checksums find
// accidents; they are no protection against somebody who may write to the
// directory and computes them anew.
//
// The opened index can be searched and changed like any other; the file itself
// never changes. It must not be overwritten in place or shortened while the index
// is open (WriteSnapshot to the same path is safe, it makes a new file). Close
// the index to release the map.
func Open(path string, opts Options) (*Index, error) {
	f, err := os.Open(path)
	if err != nil {
		return nil, fmt.Errorf("hamming: open snapshot: %w", err)
	}
	defer f.Close()
	s, err := load(f)
	if errors.Is(err, ErrSnapshot) {
		return nil, fmt.Errorf("hamming: %s: %w; delete it and build the index again from its source", path, err)
	}
	if err != nil {
		return nil, fmt.Errorf("hamming: open snapshot %s: %w", path, err)
	}
	x := newIndex(opts, s.view)
	x.position = s.header.position
	x.work.Go(func() {
		closed := func() bool { return x.view.Load() == nil }
		err := s.verifyTables(max(runtime.GOMAXPROCS(0)-1, 1), closed)
		switch {
		case closed():
			x.damage = ErrClosed
		case err != nil:
			x.damage = fmt.Errorf("hamming: %s: %w; those tables are built anew", path, err)
		}
		_ = s.file.drop() // the segments hold it, or nobody needs it
		close(x.verified)
		x.mu.Lock()
		defer x.mu.Unlock()
		if now := x.view.Load(); now != nil {
			x.schedule(now)
		}
	})
	return x, nil
}

// Verify waits until the whole snapshot that the index was opened from has been
// verified. Its error, which wraps ErrTorn, says that tables were damaged; the
// index is right all the same, and builds them anew in the background. For an
// index that was not opened from a snapshot it returns nil at once, and for one
// that was closed meanwhile ErrClosed.
func (x *Index) Verify() error {
	<-x.verified
	return x.damage
}

// snapshot is a mapped file that is being verified.
type snapshot struct {
	file    *shared
	header  header
	shapes  []shape
	extent  extent
	sums    []byte // checksums of the blocks of the payload
	payload []byte
	view    *view // whose segments lie in the payload
}

// load maps the file and verifies everything but the tables.
func load(f *os.File) (*snapshot, error) {
	info, err := f.Stat()
	if err != nil {
		return nil, err
	}
	if !info.Mode().IsRegular() {
		return nil, fmt.Errorf("%w: not a regular file", ErrForeign)
	}
	if info.Size() > math.MaxInt {
		return nil, fmt.Errorf("%d bytes are more than this machine can address", info.Size())
	}
	if info.Size() == 0 {
		return nil, fmt.Errorf("%w: empty", ErrTruncated)
	}
	r, err := mapFile(f, int(info.Size()))
	if err != nil {
		return nil, err
	}
	s, err := readSnapshot(r)
	if err != nil {
		_ = r.free() // what is wrong with the file is the better error
		return nil, err
	}
	return s, nil
}

// readSnapshot verifies everything but the tables of a snapshot that lies in the
// region. The region then belongs to the segments and to the snapshot.
func readSnapshot(r region) (*snapshot, error) {
	s := &snapshot{file: &shared{region: r}, view: new(view)}
	if err := guardFaults(r.data, func() error { return s.readDirectory(r.data) }); err != nil {
		return nil, err
	}
	if bad, err := s.verifyBlocks(0, s.extent.coreBlocks(), runtime.GOMAXPROCS(0), func() bool { return false }); err != nil {
		return nil, err
	} else if len(bad) > 0 {
		return nil, fmt.Errorf("%w: block %d does not match its checksum", ErrTorn, bad[0])
	}
	if err := guardFaults(r.data, s.readParts); err != nil {
		return nil, err
	}
	s.file.owners.Store(int32(len(s.shapes)) + 1)
	return s, nil
}

// guardFaults calls read, which reads mapped bytes. If the file is shortened
// meanwhile that is an error, not the end of the program.
func guardFaults(data []byte, read func() error) (err error) {
	defer debug.SetPanicOnFault(debug.SetPanicOnFault(true))
	defer func() {
		switch fault := recover().(type) {
		case nil:
		case interface{ Addr() uintptr }:
			base := uintptr(unsafe.Pointer(unsafe.SliceData(data)))
			err = fmt.Errorf("%w: cannot be read at byte %d", ErrTruncated, fault.Addr()-base)
		default:
			panic(fault)
		}
	}()
	return read()
}

// readDirectory verifies the header and what describes the payload.
func (s *snapshot) readDirectory(data []byte) error {
	h, err := decodeHeader(data[:min(len(data), headerSize)])
	if err != nil {
		return err
	}
	s.header = h
	if size := uint64(len(data)); size < h.fileSize {
		return fmt.Errorf("%w: %d of %d bytes", ErrTruncated, size, h.fileSize)
	} else if size > h.fileSize {
		return fmt.Errorf("%w: %d bytes follow the end", ErrTorn, size-h.fileSize)
	}
	inconsistent := fmt.Errorf("%w: %d segments do not make %d bytes", ErrTorn, h.segments, h.fileSize)
	if h.segments > uint64(len(data)-headerSize)/entrySize {
		return inconsistent
	}
	var total uint64
	for i := range int(h.segments) {
		shape, err := decodeShape(data[headerSize+i*entrySize:])
		if err != nil {
			return err
		}
		s.shapes = append(s.shapes, shape)
		if total += shape.size(); total > h.fileSize {
			return inconsistent
		}
	}
	s.extent = extentOf(s.shapes)
	toc := tocSize(h.segments, s.extent)
	if headerSize+toc+total != h.fileSize {
		return inconsistent
	}
	contents := data[headerSize : headerSize+toc]
	if crc32.Checksum(contents, castagnoli) != h.tocSum {
		return fmt.Errorf("%w: the directory does not match its checksum", ErrTorn)
	}
	s.sums, s.payload = contents[entrySize*h.segments:], data[headerSize+toc:]
	return nil
}

// verifyBlocks compares the blocks of the payload from first up to end with their
// checksums, on so many processors, and returns those that differ. It stops where
// stop says so.
func (s *snapshot) verifyBlocks(first, end, workers int, stop func() bool) (bad []int, err error) {
	var mu sync.Mutex
	var group sync.WaitGroup
	var next atomic.Int64
	next.Store(int64(first))
	for range workers {
		group.Go(func() {
			failed := guardFaults(s.file.data, func() error {
				for b := int(next.Add(1)) - 1; b < end && !stop(); b = int(next.Add(1)) - 1 {
					if crc32.Checksum(s.extent.block(s.payload, b), castagnoli) != binary.LittleEndian.Uint32(s.sums[4*b:]) {
						mu.Lock()
						bad = append(bad, b)
						mu.Unlock()
					}
				}
				return nil
			})
			mu.Lock()
			defer mu.Unlock()
			if err == nil {
				err = failed
			}
		})
	}
	group.Wait()
	return bad, err
}

// readParts reads the segments, without their tables, and checks whatever a
// search relies on to stay within bounds and in order.
func (s *snapshot) readParts() error {
	c := carver{rest: s.payload, file: true}
	for i, shape := range s.shapes {
		p, err := readPart(&c, shape)
		if err != nil {
			return fmt.Errorf("%w: segment %d: %w", ErrTorn, i, err)
		}
		p.file = s.file
		s.view.parts = append(s.view.parts, p)
	}
	for i, shape := range s.shapes {
		if shape.width > 0 {
			n, width := int(shape.codes-shape.members), int(shape.width)
			s.view.parts[i].tables = carveTables(&c, n, width, int(shape.crowds), int(shape.members))
		} else {
			s.view.parts[i].ready.Store(true)
		}
	}
	return nil
}

func readPart(c *carver, shape shape) (part, error) {
	seg := &segment{
		ids:   carve[uint64](c, shape.codes),
		codes: carveCodes(c, shape.codes),
	}
	for i := 1; i < len(seg.ids); i++ {
		if seg.ids[i-1] >= seg.ids[i] {
			return part{}, fmt.Errorf("id %d is out of order", seg.ids[i])
		}
	}
	deadWords := carve[uint64](c, (shape.codes+63)/64)
	if deadWords[len(deadWords)-1]>>((shape.codes-1)%64+1) != 0 {
		return part{}, errors.New("entries beyond the last are dead")
	}
	dead := bitsetOf(deadWords)
	if uint64(dead.count) != shape.dead {
		return part{}, fmt.Errorf("%d entries are dead, %d announced", dead.count, shape.dead)
	}
	seg.setFence()
	return part{segment: seg, dead: dead}, nil
}

// verifyTables verifies what readSnapshot left, and lets each segment use its
// tables as soon as they are known to be right. It ends early where stop says so.
func (s *snapshot) verifyTables(workers int, stop func() bool) error {
	at := uint64(0) // among the tables
	var damage error
	for i, shape := range s.shapes {
		if shape.width == 0 {
			continue
		}
		end := at + shape.tablesSize()
		base := s.extent.coreBlocks()
		bad, err := s.verifyBlocks(base+int(at/blockSize), base+int((end+blockSize-1)/blockSize), workers, stop)
		seg := s.view.parts[i].segment
		if err == nil && len(bad) > 0 {
			err = fmt.Errorf("%w: block %d does not match its checksum", ErrTorn, bad[0])
		}
		if err == nil && !stop() {
			err = guardFaults(s.file.data, func() error { return seg.checkTables(i) })
		}
		switch {
		case stop():
			return damage
		case err == nil:
			seg.ready.Store(true)
		default:
			seg.damaged.Store(true)
			damage = errors.Join(damage, err)
		}
		at = end
	}
	return damage
}

// checkTables checks what a search relies on to stay within bounds.
func (s *segment) checkTables(number int) error {
	inBounds := s.starts[0] == 0 && s.starts[chunks<<s.width] == chunks*s.length
	var last uint32
	for _, start := range s.starts {
		inBounds = inBounds && start >= last
		last = start
	}
	for c := range uint32(chunks) {
		inBounds = inBounds && s.starts[c<<s.width] == c*s.length
	}
	if !inBounds {
		return fmt.Errorf("%w: segment %d: the buckets do not follow each other", ErrTorn, number)
	}
	n := uint32(len(s.codes))
	for i := range s.starts[1:] {
		first, count := s.starts[i], s.starts[i+1]-s.starts[i]
		place := entrySizeInTable*first + 2*count
		for range count {
			inBounds = inBounds && s.position(place) < n
			place += 3
		}
	}
	last = 0
	for _, bound := range s.crowds.bounds {
		inBounds = inBounds && bound >= last
		last = bound
	}
	for _, position := range s.crowds.positions {
		inBounds = inBounds && position < n
	}
	if k := len(s.crowds.pivots); k > 0 {
		inBounds = inBounds && s.crowds.bounds[0] == 0 && s.crowds.bounds[k] == uint32(len(s.crowds.codes))
	}
	if !inBounds {
		return fmt.Errorf("%w: segment %d: its tables point outside", ErrTorn, number)
	}
	return nil
}
