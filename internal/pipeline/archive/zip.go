package archive

import (
	"bytes"
	"cmp"
	"compress/flate"
	"context"
	"encoding/binary"
	"errors"
	"io"
	"math"
	"slices"
	"strings"

	"github.com/quell-project/quell/internal/domain"
)

// What APPNOTE.TXT, the description of the format, calls a local file header, a file in the central directory, and the records at its end.
const (
	zipLocal      = "PK\x03\x04"
	zipFile       = "PK\x01\x02"
	zipEnd        = "PK\x05\x06"
	zipEnd64      = "PK\x06\x06"
	zipEnd64Place = "PK\x06\x07"

	zipLocalSize, zipFileSize, zipEndSize, zipEnd64Size, zipEnd64PlaceSize = 30, 46, 22, 56, 20
)

// zipEntry is what the directory of a zip says of a file.
type zipEntry struct {
	name             string
	flags, method    uint16
	mode             uint16 // of Unix; 0: not said
	packed, unpacked uint64
	header           uint64 // where its local header is

	// The following are set by locate.
	at, end int    // from where to where in the file it lies, with its local header
	body    []byte // packed
	bad     *Error // why there is no body
}

// Flags and methods.
const (
	zipEncrypted = 1 << 0
	zipMasked    = 1 << 13 // what the directory says is encrypted too

	zipStored, zipDeflate, zipBzip2, zipZstd, zipAES = 0, 8, 12, 93, 99
)

// walkZip goes by the directory, as those do who unpack. It is read here, not by package archive/zip, which takes memory for every entry of it,
// of which there can be a million, and does not tell where the files lie.
func walkZip(w *walk) *Error {
	from, to, base, e := zipDirectory(w.data)
	if e != nil {
		return e
	}
	entries, more, e := readZipEntries(w.data[from:to], w.budget.Files)
	for i := range entries {
		entries[i].locate(w.data, base)
	}
	gaps, overlap := zipGaps(w.data[:from], entries)
	if overlap {
		return unsupported("Files in it lie over one another, as in archives that are made to overrun whoever opens them.")
	}
	for i := range entries {
		if entries[i].isFolder() {
			continue
		}
		if end := w.zipMember(&entries[i]); end != nil {
			return end
		}
	}
	switch {
	case e != nil:
		return e
	case more > 0:
		return tooManyFiles()
	case slices.ContainsFunc(gaps, func(gap []byte) bool { return bytes.Contains(gap, []byte(zipLocal)) }):
		return &Error{Outcome: outcome(domain.Partial, "It holds files that its directory does not name; they were not checked.")}
	}
	return nil
}

// zipMember hands one file over.
func (w *walk) zipMember(z *zipEntry) *Error {
	if z.isLink() {
		w.passed++
		return nil
	}
	if e := w.take(); e != nil {
		return e
	}
	if e := z.unreadable(); e != nil {
		return w.hand(z.name, nil, e)
	}
	packed := &counter{Reader: bytes.NewReader(z.body)}
	ctx, cancel := context.WithCancel(w.ctx) // gives the memory of the unpacker back
	defer cancel()
	unpacker, e := unzip(ctx, w.budget, z.method, packed)
	if e != nil {
		return w.hand(z.name, nil, e)
	}
	defer unpacker.Close()
	m := &meter{ctx: w.ctx, budget: w.budget, from: unpacker, packed: packed}
	data, e := w.buffer.fill(m, int64(min(z.unpacked, math.MaxInt32)))
	return w.hand(z.name, data, e)
}

// unreadable says why a file cannot be unpacked; nil if it can.
func (z *zipEntry) unreadable() *Error {
	switch {
	case z.flags&(zipEncrypted|zipMasked) != 0, z.method == zipAES:
		return unsupported("It is encrypted.")
	}
	return z.bad
}

func unzip(ctx context.Context, b *Budget, method uint16, r io.Reader) (io.ReadCloser, *Error) {
	switch method {
	case zipStored:
		return io.NopCloser(r), nil
	case zipDeflate:
		return flate.NewReader(r), nil
	case zipBzip2:
		return newBzip2(ctx, b, r)
	case zipZstd:
		return newZstd(ctx, b, r)
	}
	return nil, unsupported("It is packed by method %d, which cannot be unpacked.", method)
}

// zipDirectory returns from where to where the central directory stands, and how far all places lie behind where the file says they are: something
// may stand before it.
func zipDirectory(data []byte) (from, to int, base uint64, _ *Error) {
	le := binary.LittleEndian
	end := -1
	for at := len(data) - zipEndSize; at >= max(0, len(data)-zipEndSize-math.MaxUint16); at-- {
		if string(data[at:at+4]) == zipEnd && int(le.Uint16(data[at+20:])) <= len(data)-at-zipEndSize {
			end = at
			break
		}
	}
	if end < 0 {
		return 0, 0, 0, damaged(io.ErrUnexpectedEOF)
	}
	record := data[end:]
	size, offset, disks := uint64(le.Uint32(record[12:])), uint64(le.Uint32(record[16:])), uint64(le.Uint16(record[4:]))|uint64(le.Uint16(record[6:]))
	if size == math.MaxUint32 || offset == math.MaxUint32 || le.Uint16(record[10:]) == math.MaxUint16 {
		if at, found := zipEnd64At(data[:end]); found {
			record, end = data[at:], at
			size, offset, disks = le.Uint64(record[40:]), le.Uint64(record[48:]), uint64(le.Uint32(record[16:]))|uint64(le.Uint32(record[20:]))
		}
	}
	if disks != 0 && disks != math.MaxUint16 {
		return 0, 0, 0, unsupported("It is one piece of an archive in several.")
	}
	if size > uint64(end) || offset > uint64(end)-size {
		return 0, 0, 0, damaged(errors.New("the directory lies outside of the file"))
	}
	return end - int(size), end, uint64(end) - size - offset, nil
}

// zipEnd64At finds the record that takes the place of the end of the directory where 32 bits do not do.
func zipEnd64At(data []byte) (at int, found bool) {
	place := len(data) - zipEnd64PlaceSize
	last := place - zipEnd64Size
	if last < 0 || string(data[place:place+4]) != zipEnd64Place {
		return 0, false
	}
	offset := binary.LittleEndian.Uint64(data[place+8:])
	for _, at := range []uint64{offset, uint64(last)} { // the second is where it is if something stands before the file
		if at <= uint64(last) && string(data[at:at+4]) == zipEnd64 {
			return int(at), true
		}
	}
	return 0, false
}

// readZipEntries reads as many files of a directory, and counts the rest. Folders do not count.
func readZipEntries(dir []byte, most int) (entries []zipEntry, more int, _ *Error) {
	le := binary.LittleEndian
	folders := 0
	for len(dir) > 0 {
		if len(dir) < zipFileSize || string(dir[:4]) != zipFile {
			return entries, more, damaged(errors.New("the directory is in disorder"))
		}
		name, extra, comment := int(le.Uint16(dir[28:])), int(le.Uint16(dir[30:])), int(le.Uint16(dir[32:]))
		size := zipFileSize + name + extra + comment
		if size > len(dir) {
			return entries, more, damaged(io.ErrUnexpectedEOF)
		}
		if len(entries)-folders >= most || folders > math.MaxUint16 {
			more++
			dir = dir[size:]
			continue
		}
		z := zipEntry{
			name: string(dir[zipFileSize:][:name]), flags: le.Uint16(dir[8:]), method: le.Uint16(dir[10:]),
			packed: uint64(le.Uint32(dir[20:])), unpacked: uint64(le.Uint32(dir[24:])), header: uint64(le.Uint32(dir[42:])),
		}
		if maker := dir[5]; maker == 3 || maker == 19 { // Unix, macOS
			z.mode = le.Uint16(dir[40:])
		}
		z.extend(dir[zipFileSize+name:][:extra])
		if z.isFolder() {
			folders++
		}
		entries, dir = append(entries, z), dir[size:]
	}
	return entries, more, nil
}

// extend reads the 64-bit values of an entry, which stand in the place of those that are all ones.
func (z *zipEntry) extend(extra []byte) {
	le := binary.LittleEndian
	for len(extra) >= 4 {
		id, size := le.Uint16(extra), int(le.Uint16(extra[2:]))
		if extra = extra[4:]; size > len(extra) {
			return
		}
		if body := extra[:size]; id == 1 {
			for _, v := range []*uint64{&z.unpacked, &z.packed, &z.header} {
				if *v == math.MaxUint32 && len(body) >= 8 {
					*v, body = le.Uint64(body), body[8:]
				}
			}
			return
		}
		extra = extra[size:]
	}
}

// isFolder reports whether an entry is a folder, and nothing but that.
func (z *zipEntry) isFolder() bool { return strings.HasSuffix(z.name, "/") && z.packed == 0 }

// isLink reports whether an entry is a link, a device or the like: anything of Unix that is neither a file nor a folder.
func (z *zipEntry) isLink() bool {
	const kindOf, file, folder = 0xf000, 0x8000, 0x4000
	kind := z.mode & kindOf
	return kind != 0 && kind != file && kind != folder
}

// locate finds the packed bytes of an entry behind its local header. Where that contradicts the directory, whoever unpacks it otherwise may find
// something else, so that it is taken for damaged.
func (z *zipEntry) locate(data []byte, base uint64) {
	le := binary.LittleEndian
	at := z.header + base
	if at < base || at > uint64(len(data)) || uint64(len(data))-at < zipLocalSize || string(data[at:at+4]) != zipLocal {
		z.bad = damaged(errors.New("no header where the directory says"))
		return
	}
	local := data[at:]
	begin := zipLocalSize + uint64(le.Uint16(local[26:])) + uint64(le.Uint16(local[28:]))
	switch {
	case begin > uint64(len(local)), z.packed > uint64(len(local))-begin:
		z.bad = damaged(io.ErrUnexpectedEOF)
		return
	case le.Uint16(local[8:]) != z.method:
		z.bad = damaged(errors.New("header and directory contradict each other"))
	}
	z.body = local[begin : begin+z.packed]
	z.at, z.end = int(at), int(at+begin+z.packed)
}

// zipGaps returns what of a file before its directory belongs to none of the entries that were located, and whether any two of those overlap.
func zipGaps(data []byte, entries []zipEntry) (gaps [][]byte, overlap bool) {
	located := slices.DeleteFunc(slices.Clone(entries), func(z zipEntry) bool { return z.body == nil })
	slices.SortFunc(located, func(a, b zipEntry) int { return cmp.Or(cmp.Compare(a.at, b.at), cmp.Compare(a.end, b.end)) })
	at := 0
	for _, z := range located {
		if z.at < at || z.end > len(data) {
			return nil, true
		}
		gaps = append(gaps, data[at:z.at])
		at = z.end
	}
	return append(gaps, data[at:]), false
}
