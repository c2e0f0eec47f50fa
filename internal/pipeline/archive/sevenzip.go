package archive

import (
	"bytes"
	"context"
	"encoding/binary"
	"errors"
	"hash/crc32"
	"io"
	"math"
	"unicode/utf16"

	"github.com/quell-project/quell/internal/domain"
)

const (
	sevenZipType  = "application/x-7z-compressed"
	sevenZipMagic = "7z\xbc\xaf\x27\x1c"
	sevenZipStart = 32 // bytes of the header at the beginning, which says where the directory is

	// sevenZipDirectory is the most bytes that a directory may have: enough for the names of some fifty thousand files.
	sevenZipDirectory = 4 << 20
)

// sevenZipWithin returns where in a file of another kind a 7z begins; -1: nowhere. Its first bytes have a checksum, so that few others look like it.
func sevenZipWithin(data []byte) int {
	for from := 0; ; {
		at := bytes.Index(data[from:], []byte(sevenZipMagic))
		if at < 0 || len(data)-from-at < sevenZipStart {
			return -1
		}
		from += at
		if head := data[from:][:sevenZipStart]; binary.LittleEndian.Uint32(head[8:]) == crc32.ChecksumIEEE(head[12:]) {
			return from
		}
		from += len(sevenZipMagic)
	}
}

// walkSevenZip goes by the directory, which stands at the end and is mostly packed itself. It is read here, not by a library, since every number in
// it may be a lie that asks for memory. Checksums are not looked at: what a damaged archive unpacks to is worth a look, too.
func walkSevenZip(w *walk) *Error {
	packed, raw, rest, e := splitSevenZip(w.data)
	if e != nil {
		return e
	}
	raw, e = w.sevenZipDirectory(packed, raw)
	if e != nil {
		return e
	}
	const perByte = 32 // what a byte of a directory may grow to when it is read
	if e := w.budget.reserve(w.ctx, perByte*int64(len(raw))); e != nil {
		return e
	}
	dir, e := readSevenZip(raw)
	if e != nil {
		return e
	}
	if e := w.sevenZipFiles(packed, dir); e != nil {
		return e
	}
	if len(bytes.Trim(rest, "\x00")) > 0 {
		return &Error{Outcome: outcome(domain.Partial, "Something stands behind its end; it was not checked.")}
	}
	return nil
}

// splitSevenZip returns what is packed, from which all places in the file are counted; the directory; and what stands behind it.
func splitSevenZip(data []byte) (packed, directory, rest []byte, _ *Error) {
	if len(data) < sevenZipStart {
		return nil, nil, nil, damaged(io.ErrUnexpectedEOF)
	}
	at, size := binary.LittleEndian.Uint64(data[12:]), binary.LittleEndian.Uint64(data[20:])
	data = data[sevenZipStart:]
	if at > uint64(len(data)) || size > uint64(len(data))-at {
		return nil, nil, nil, damaged(io.ErrUnexpectedEOF)
	}
	return data[:at], data[at:][:size], data[at+size:], nil
}

// sevenZipDirectory unpacks the directory, if it is packed.
func (w *walk) sevenZipDirectory(packed, raw []byte) ([]byte, *Error) {
	if len(raw) > sevenZipDirectory {
		return nil, directoryTooLarge(uint64(len(raw)))
	}
	if len(raw) == 0 || raw[0] != sevenZipPacked {
		return raw, nil
	}
	streams, e := readPackedDirectory(raw)
	if e != nil {
		return nil, e
	}
	if len(streams.folders) != 1 {
		return nil, damaged(errors.New("the directory is not packed into one"))
	}
	f := streams.folders[0]
	if f.unpacked > sevenZipDirectory {
		return nil, directoryTooLarge(f.unpacked)
	}
	f.sizes = []uint64{f.unpacked}
	s := w.openSolid(packed, streams.place, streams.packed, f)
	defer s.close()
	raw, e = s.next(&buffer{ctx: w.ctx, budget: w.budget})
	if e != nil && e.Status == domain.Unsupported {
		e = unsupported("Its directory cannot be read. %s", e.Reason)
	}
	return raw, e
}

func directoryTooLarge(size uint64) *Error {
	return unsupported("Its directory has %s bytes, limit %s.", grouped(int64(min(size, math.MaxInt64))), grouped(sevenZipDirectory))
}

// sevenZipFiles hands the files over. Those that are packed lie in folders, one after another; a folder is what is unpacked as one.
func (w *walk) sevenZipFiles(packed []byte, dir *sevenZip) *Error {
	place, sizes, folders := dir.place, dir.packed, dir.folders
	var open *solid
	defer func() {
		if open != nil {
			open.close()
		}
	}()
	for _, f := range dir.files {
		if f.kind == sevenZipFolder {
			continue
		}
		if e := w.take(); e != nil {
			return e
		}
		data, e := []byte{}, (*Error)(nil)
		if f.kind == sevenZipFile {
			for open == nil || len(open.sizes) == 0 { // there are as many sizes as files, which was seen to as they were read
				if open != nil {
					open.close()
				}
				open = w.openSolid(packed, place, sizes, folders[0])
				place, sizes, folders = place+sum(sizes[:folders[0].streams]), sizes[folders[0].streams:], folders[1:]
			}
			data, e = open.next(&w.buffer)
		}
		if e := w.hand(nameOf(f.name), data, e); e != nil {
			return e
		}
	}
	return nil
}

func sum(sizes []uint64) (n uint64) {
	for _, size := range sizes {
		n += size
	}
	return n
}

// nameOf decodes a name, of which only the end is ever shown.
func nameOf(raw []byte) string {
	const lookedAt = 2048
	raw = raw[max(0, len(raw)-lookedAt):]
	units := make([]uint16, len(raw)/2)
	for i := range units {
		units[i] = binary.LittleEndian.Uint16(raw[2*i:])
	}
	return string(utf16.Decode(units))
}

// solid is a folder that is being unpacked: files one after another, none of which can be had without those before it.
type solid struct {
	sizes []uint64 // of the files that are still to come
	meter *meter
	bad   *Error // why no more of it can be read; nil: it can
	close func()
}

// openSolid begins to unpack a folder, whose packed streams begin at a place and have these sizes.
func (w *walk) openSolid(packed []byte, place uint64, sizes []uint64, f folder) *solid {
	ctx, cancel := context.WithCancel(w.ctx) // gives the memory of its unpacker back
	s := &solid{sizes: f.sizes, close: cancel}
	if s.bad = f.unreadable(); s.bad != nil {
		return s
	}
	size := sizes[0]
	if place > uint64(len(packed)) || size > uint64(len(packed))-place {
		s.bad = damaged(io.ErrUnexpectedEOF)
		return s
	}
	from := &counter{Reader: &watched{ctx: w.ctx, Reader: bytes.NewReader(packed[place:][:size])}}
	p := packing{ctx: ctx, budget: w.budget, packed: int64(size), unpacked: int64(f.unpacked)}
	unpacker, err := guard(func() (io.ReadCloser, error) {
		r, e := methods[f.coders[0].id].unpack(p, f.coders[0].properties, from)
		if e != nil {
			return nil, e
		}
		return r, nil
	})
	if s.bad = asError(err); s.bad != nil {
		return s
	}
	s.close = func() { _ = unpacker.Close(); cancel() } // it has been read, or never will be
	s.meter = &meter{ctx: w.ctx, budget: w.budget, from: unpacker, packed: from}
	return s
}

// next unpacks the next file.
func (s *solid) next(b *buffer) ([]byte, *Error) {
	size := s.sizes[0]
	s.sizes = s.sizes[1:]
	if s.bad != nil {
		return nil, s.bad
	}
	r := &io.LimitedReader{R: s.meter, N: int64(size)}
	data, e := b.fill(r, int64(min(size, math.MaxInt32)))
	switch {
	case e == nil && r.N > 0:
		s.bad = damaged(io.ErrUnexpectedEOF)
		return nil, s.bad
	case e != nil && e.tooLarge:
		if len(s.sizes) > 0 {
			s.bad = pass(r)
		}
	case e != nil:
		s.bad = e
	}
	return data, e
}

// pass reads what is left of a file that is too large, since others lie behind it.
func pass(r *io.LimitedReader) *Error {
	_, err := guard(func() (int64, error) { return io.Copy(io.Discard, r) })
	if err == nil && r.N > 0 {
		err = io.ErrUnexpectedEOF
	}
	return asError(err)
}

// watched ends with its context. An unpacker of LZMA fills its dictionary before it hands anything on, and a few bytes may become a mebibyte.
type watched struct {
	ctx context.Context
	io.Reader
}

// Read reads a little.
func (w *watched) Read(p []byte) (int, error) {
	if w.ctx.Err() != nil {
		return 0, stopped(w.ctx)
	}
	return w.Reader.Read(p[:min(len(p), 512)])
}
