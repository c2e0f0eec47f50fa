package hamming

import (
	"encoding/binary"
	"errors"
	"fmt"
	"hash/crc32"
	"unsafe"
)

// The snapshot file, byte by byte, is described in docs/formats/hamming-snapshot.md.
const (
	magic         = "\x89QHAM\r\n\x1a"
	formatVersion = 2
	headerSize    = 64
	entrySize     = 40      // one segment in the directory
	blockSize     = 1 << 20 // bytes of payload under one checksum
	alignment     = 64      // of the payload and of each section in it
)

var castagnoli = crc32.MakeTable(crc32.Castagnoli)

// ErrSnapshot is wrapped by every error that says a file cannot be used as a
// snapshot, whatever is wrong with it. The mend is always the same: delete the
// file and build the index from its source. Other errors of Open are those of the
// file system, such as fs.ErrNotExist.
var ErrSnapshot = errors.New("unusable snapshot")

// The ways in which a file is not a snapshot that can be used.
var (
	ErrForeign   = fmt.Errorf("%w: not a snapshot of a hamming index", ErrSnapshot)
	ErrVersion   = fmt.Errorf("%w: written in another format version", ErrSnapshot)
	ErrTruncated = fmt.Errorf("%w: truncated", ErrSnapshot)
	ErrTorn      = fmt.Errorf("%w: torn or damaged", ErrSnapshot)
)

// header is the fixed first part of the file.
type header struct {
	fileSize uint64
	position uint64
	segments uint64
	tocSum   uint32 // of all bytes between the header and the payload
}

func (h *header) encode() []byte {
	b := make([]byte, 0, headerSize)
	b = append(b, magic...)
	b = binary.LittleEndian.AppendUint32(b, formatVersion)
	b = binary.LittleEndian.AppendUint32(b, blockSize)
	b = binary.LittleEndian.AppendUint64(b, h.fileSize)
	b = binary.LittleEndian.AppendUint64(b, h.position)
	b = binary.LittleEndian.AppendUint64(b, h.segments)
	b = binary.LittleEndian.AppendUint32(b, h.tocSum)
	b = append(b, make([]byte, headerSize-4-len(b))...)
	return binary.LittleEndian.AppendUint32(b, crc32.Checksum(b, castagnoli))
}

// decodeHeader reads the header of a file of which these are the first bytes.
func decodeHeader(b []byte) (header, error) {
	if n := min(len(b), len(magic)); string(b[:n]) != magic[:n] {
		return header{}, ErrForeign
	}
	if len(b) < headerSize {
		return header{}, fmt.Errorf("%w: %d bytes, less than a header", ErrTruncated, len(b))
	}
	if v := binary.LittleEndian.Uint32(b[8:]); v != formatVersion {
		return header{}, fmt.Errorf("%w: %d, this program reads %d", ErrVersion, v, formatVersion)
	}
	if crc32.Checksum(b[:headerSize-4], castagnoli) != binary.LittleEndian.Uint32(b[headerSize-4:]) {
		return header{}, fmt.Errorf("%w: the header does not match its checksum", ErrTorn)
	}
	if size := binary.LittleEndian.Uint32(b[12:]); size != blockSize {
		return header{}, fmt.Errorf("%w: checksum blocks of %d bytes", ErrTorn, size)
	}
	return header{
		fileSize: binary.LittleEndian.Uint64(b[16:]),
		position: binary.LittleEndian.Uint64(b[24:]),
		segments: binary.LittleEndian.Uint64(b[32:]),
		tocSum:   binary.LittleEndian.Uint32(b[40:]),
	}, nil
}

// shape is a segment's entry in the directory. It determines the size and the
// place of all the segment's sections.
type shape struct {
	codes   uint64
	dead    uint64
	width   uint64 // of the tables; 0 where there are none
	crowds  uint64
	members uint64 // of all crowds
}

func (s shape) encode(b []byte) []byte {
	for _, field := range []uint64{s.codes, s.dead, s.width, s.crowds, s.members} {
		b = binary.LittleEndian.AppendUint64(b, field)
	}
	return b
}

func decodeShape(b []byte) (shape, error) {
	var s shape
	for i, field := range []*uint64{&s.codes, &s.dead, &s.width, &s.crowds, &s.members} {
		*field = binary.LittleEndian.Uint64(b[8*i:])
	}
	if s.codes == 0 || s.codes > maxSegmentSize || s.dead > s.codes || s.width > chunkBits {
		return shape{}, fmt.Errorf("%w: a segment of %d codes, %d dead, width %d", ErrTorn, s.codes, s.dead, s.width)
	}
	if s.members > s.codes || s.crowds > s.members || (s.width == 0 || s.crowds == 0) && s.members > 0 {
		return shape{}, fmt.Errorf("%w: %d crowds of %d codes in a segment of %d", ErrTorn, s.crowds, s.members, s.codes)
	}
	return s, nil
}

// coreSize returns the bytes of the sections that every segment has: ids, codes
// and which of them are dead.
func (s shape) coreSize() uint64 {
	return coreSize(int(s.codes)) + align(8*((s.codes+63)/64))
}

// tablesSize returns the bytes of the other sections.
func (s shape) tablesSize() uint64 {
	if s.width == 0 {
		return 0
	}
	return tablesSize(int(s.codes-s.members), int(s.width), int(s.crowds), int(s.members))
}

// size returns the bytes of all sections. The largest possible segment stays
// below 2^40, so nothing overflows.
func (s shape) size() uint64 { return s.coreSize() + s.tablesSize() }

func align(n uint64) uint64 { return (n + alignment - 1) &^ (alignment - 1) }

// extent is where things lie in a payload: first the cores of all segments, then
// their tables. Checksums go over blocks of one or the other.
type extent struct{ core, tables uint64 }

func extentOf(shapes []shape) (e extent) {
	for _, s := range shapes {
		e.core += s.coreSize()
		e.tables += s.tablesSize()
	}
	return e
}

func (e extent) coreBlocks() int { return int((e.core + blockSize - 1) / blockSize) }
func (e extent) blocks() int     { return e.coreBlocks() + int((e.tables+blockSize-1)/blockSize) }

// block returns the bytes of block number i.
func (e extent) block(payload []byte, i int) []byte {
	part := payload[:e.core]
	if n := e.coreBlocks(); i >= n {
		part, i = payload[e.core:], i-n
	}
	return part[i*blockSize : min((i+1)*blockSize, len(part))]
}

// tocSize returns the bytes between the header and the payload.
func tocSize(segments uint64, e extent) uint64 {
	return align(entrySize*segments + 4*uint64(e.blocks()))
}

// hostIsLittleEndian tells that numbers lie in memory as they lie in the file.
var hostIsLittleEndian = binary.NativeEndian.Uint16([]byte{1, 0}) == 1

func inPlace[T any](b []byte) []T {
	var t T
	return unsafe.Slice((*T)(unsafe.Pointer(unsafe.SliceData(b))), len(b)/int(unsafe.Sizeof(t)))
}

func decoded[T uint8 | uint16 | uint32 | uint64](b []byte) []T {
	var t T
	out := make([]T, len(b)/int(unsafe.Sizeof(t)))
	// It cannot fail: out has a fixed size and b is as long.
	_, _ = binary.Decode(b, binary.LittleEndian, out)
	return out
}

// wordsOf returns the codes as their words in order; it is how they lie in memory.
func wordsOf(codes []Code) []uint64 {
	return unsafe.Slice((*uint64)(unsafe.Pointer(unsafe.SliceData(codes))), 4*len(codes))
}

// codesOf is the inverse of wordsOf.
func codesOf(words []uint64) []Code {
	return unsafe.Slice((*Code)(unsafe.Pointer(unsafe.SliceData(words))), len(words)/4)
}
