package hamming

import (
	"encoding/binary"
	"fmt"
	"hash/crc32"
	"io"
	"os"
	"path/filepath"
	"slices"
)

// WriteSnapshot writes a file from which Open restores the index. The file holds
// every change that returned before the call, possibly later ones too. position
// is the caller's number for where the index stands in its source, such as the
// last change applied; Open gives it back, so that the caller can apply what came
// later. (Changes applied twice do no harm.)
//
// The file appears under path complete or not at all, also when the power fails:
// it is written beside it as path.tmp, synced and renamed, and the directory is
// synced. An existing file is replaced; an index that was opened from it keeps
// working. Inserts, deletes and searches go on meanwhile.
//
// Distinct indexes must not write to the same path at the same time.
func (x *Index) WriteSnapshot(path string, position uint64) error {
	x.snapshot.Lock()
	defer x.snapshot.Unlock()
	defer x.readers.leave(x.readers.enter())
	v := x.view.Load()
	if v == nil {
		return ErrClosed
	}
	parts := v.parts
	if head := v.sealedHead(x.opts.Kernel); head != nil {
		defer head.free()
		parts = append(slices.Clip(parts), part{segment: head})
	}
	if err := replaceFile(path, func(f *os.File) error { return writeParts(f, parts, position) }); err != nil {
		return fmt.Errorf("hamming: write snapshot %s: %w", path, err)
	}
	return nil
}

// replaceFile writes a file so that path is the old file or the complete new one.
func replaceFile(path string, write func(*os.File) error) error {
	f, err := os.OpenFile(path+".tmp", os.O_WRONLY|os.O_CREATE|os.O_TRUNC, 0o600)
	if err != nil {
		return err
	}
	err = write(f)
	if err == nil {
		err = f.Sync()
	}
	if closed := f.Close(); err == nil {
		err = closed
	}
	if err == nil {
		err = os.Rename(f.Name(), path)
	}
	if err != nil {
		_ = os.Remove(f.Name()) // what failed is the better error
		return err
	}
	return syncDir(filepath.Dir(path))
}

// writeParts writes the payload first, behind room for what describes it.
func writeParts(f io.WriteSeeker, parts []part, position uint64) error {
	var payload uint64
	var toc []byte
	for i := range parts {
		s := parts[i].shape()
		toc = s.encode(toc)
		payload += s.size()
	}
	start := headerSize + tocSize(uint64(len(parts)), payload)
	if _, err := f.Seek(int64(start), io.SeekStart); err != nil {
		return err
	}
	w := payloadWriter{to: f, block: make([]byte, 0, blockSize)}
	for i := range parts {
		w.core(&parts[i])
	}
	for i := range parts {
		w.tables(&parts[i])
	}
	w.flush()
	if w.err != nil {
		return w.err
	}

	for _, sum := range w.sums {
		toc = binary.LittleEndian.AppendUint32(toc, sum)
	}
	toc = append(toc, make([]byte, start-headerSize-uint64(len(toc)))...)
	h := header{
		fileSize: start + payload,
		position: position,
		segments: uint64(len(parts)),
		tocSum:   crc32.Checksum(toc, castagnoli),
	}
	if _, err := f.Seek(0, io.SeekStart); err != nil {
		return err
	}
	_, err := f.Write(append(h.encode(), toc...))
	return err
}

func (p *part) shape() shape {
	s := p.segment.shape()
	s.dead = uint64(p.dead.count)
	return s
}

// shape returns the shape of the segment with nothing dead.
func (s *segment) shape() shape {
	return shape{
		codes:   uint64(len(s.ids)),
		width:   uint64(s.width),
		crowds:  uint64(len(s.crowds.pivots)),
		members: uint64(len(s.crowds.codes)),
	}
}

// payloadWriter writes numbers in blocks and keeps the checksum of each. After an
// error it does nothing more.
type payloadWriter struct {
	to    io.Writer
	block []byte // not yet written; its capacity is the size of a block
	sums  []uint32
	err   error
}

func (w *payloadWriter) core(p *part) {
	section(w, p.ids)
	section(w, wordsOf(p.codes))
	section(w, p.dead.words(len(p.ids)))
}

func (w *payloadWriter) tables(p *part) {
	if p.width == 0 {
		return
	}
	section(w, p.starts)
	section(w, p.entries)
	if len(p.crowds.pivots) > 0 {
		section(w, wordsOf(p.crowds.pivots))
		section(w, p.crowds.bounds)
		section(w, p.crowds.positions)
		section(w, wordsOf(p.crowds.codes))
	}
}

// section writes the numbers in little-endian order and zeros up to the alignment.
func section[T uint8 | uint16 | uint32 | uint64](w *payloadWriter, numbers []T) {
	size := binary.Size(T(0))
	for len(numbers) > 0 && w.err == nil {
		n := min(len(numbers), (cap(w.block)-len(w.block))/size)
		// It cannot fail: these numbers have a fixed size.
		w.block, _ = binary.Append(w.block, binary.LittleEndian, numbers[:n])
		numbers = numbers[n:]
		w.flushFull()
	}
	for len(w.block)%alignment != 0 {
		w.block = append(w.block, 0)
	}
	w.flushFull()
}

func (w *payloadWriter) flushFull() {
	if len(w.block) == cap(w.block) {
		w.flush()
	}
}

func (w *payloadWriter) flush() {
	if len(w.block) == 0 || w.err != nil {
		w.block = w.block[:0]
		return
	}
	w.sums = append(w.sums, crc32.Checksum(w.block, castagnoli))
	_, w.err = w.to.Write(w.block)
	w.block = w.block[:0]
}
