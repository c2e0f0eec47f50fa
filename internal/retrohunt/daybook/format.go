package daybook

import (
	"encoding/binary"
	"errors"
	"fmt"
	"hash/crc32"

	"github.com/quell-project/quell/internal/domain"
)

// The file, byte by byte, is described in docs/formats/daybook.md.
const (
	magic         = "\x89QDAY\r\n\x1a"
	formatVersion = 1
	headerSize    = 96
	blockRows     = 1 << 15 // rows of a section under one checksum
	partRows      = 1 << 18 // from so many rows in a column on, a part takes no further upload
	mostRows      = 1 << 20 // in a column: the last upload of a part may bring many
)

var castagnoli = crc32.MakeTable(crc32.Castagnoli)

// ErrPart is wrapped by every error that says a file cannot be used as a part, whatever is wrong with it. The mend is always the same: delete
// the folder, and it is filled again from SQL.
var ErrPart = errors.New("unusable file of fingerprints")

// Day is a day as a number: days since 1970-01-01 UTC.
type Day int32

const dayLength = 24 * 60 * 60 * 1_000_000 // in microseconds

// DayOf returns the day of a moment.
func DayOf(t domain.Time) Day { return Day(t / dayLength) }

// Start returns the moment at which the day begins.
func (d Day) Start() domain.Time { return domain.Time(d) * dayLength }

// String writes the day as 2026-03-01.
func (d Day) String() string { return d.Start().Std().Format("2006-01-02") }

// Place says how far a shelf is complete.
type Place struct {
	Position int64  // event of the outbox; 0: not known, decisions are read by their ids up to Decision
	Decision string // id of the newest decision that was seen
}

// header is the fixed first part of the file.
type header struct {
	day      Day
	number   uint64
	position int64
	decision [16]byte
	shelf    [8]byte // made at random with the folder: numbers of parts mean something there only
	rows     [sections]uint32
	tocSum   uint32
}

// The sections of a file, in their order.
const (
	owners = iota
	pdqCodes
	pdqOwners
	sha256Digests
	sha256Owners
	md5Digests
	md5Owners
	sections
)

// width is the bytes of a row of each section.
var width = [sections]int{24, 32, 4, 16, 4, 16, 4}

// layout is where the sections of a file lie.
type layout struct {
	start  [sections]int64
	blocks [sections]int // number of the first checksum
	size   int64         // of the file
	sums   int
}

func layoutOf(rows [sections]uint32) (l layout) {
	for s, n := range rows {
		l.blocks[s] = l.sums
		l.sums += (int(n) + blockRows - 1) / blockRows
	}
	at := int64(headerSize + 4*l.sums)
	for s, n := range rows {
		l.start[s] = at
		at += int64(n) * int64(width[s])
	}
	l.size = at
	return l
}

func (h *header) encode() []byte {
	b := make([]byte, 0, headerSize)
	b = append(b, magic...)
	b = binary.LittleEndian.AppendUint32(b, formatVersion)
	b = binary.LittleEndian.AppendUint32(b, uint32(h.day))
	b = binary.LittleEndian.AppendUint64(b, h.number)
	b = binary.LittleEndian.AppendUint64(b, uint64(h.position))
	b = append(b, h.decision[:]...)
	for _, n := range h.rows {
		b = binary.LittleEndian.AppendUint32(b, n)
	}
	b = binary.LittleEndian.AppendUint32(b, h.tocSum)
	b = append(b, h.shelf[:]...)
	b = append(b, make([]byte, headerSize-4-len(b))...)
	return binary.LittleEndian.AppendUint32(b, crc32.Checksum(b, castagnoli))
}

// decodeHeader reads the header of a file of which these are the first bytes.
func decodeHeader(b []byte) (h header, err error) {
	if len(b) < headerSize || string(b[:len(magic)]) != magic {
		return h, fmt.Errorf("%w: it is none", ErrPart)
	}
	if v := binary.LittleEndian.Uint32(b[8:]); v != formatVersion {
		return h, fmt.Errorf("%w: it has version %d, this program reads %d", ErrPart, v, formatVersion)
	}
	if crc32.Checksum(b[:headerSize-4], castagnoli) != binary.LittleEndian.Uint32(b[headerSize-4:]) {
		return h, fmt.Errorf("%w: the header does not match its checksum", ErrPart)
	}
	h.day = Day(binary.LittleEndian.Uint32(b[12:]))
	h.number = binary.LittleEndian.Uint64(b[16:])
	h.position = int64(binary.LittleEndian.Uint64(b[24:]))
	copy(h.decision[:], b[32:])
	copy(h.shelf[:], b[80:])
	for s := range h.rows {
		if h.rows[s] = binary.LittleEndian.Uint32(b[48+4*s:]); h.rows[s] > mostRows {
			return h, fmt.Errorf("%w: %d rows, at most %d are possible", ErrPart, h.rows[s], mostRows)
		}
	}
	for s := pdqCodes; s < sections; s += 2 {
		if h.rows[s] != h.rows[s+1] {
			return h, fmt.Errorf("%w: %d rows with %d owners", ErrPart, h.rows[s], h.rows[s+1])
		}
	}
	if h.position < 0 {
		return h, fmt.Errorf("%w: it is complete up to event %d", ErrPart, h.position)
	}
	h.tocSum = binary.LittleEndian.Uint32(b[76:])
	return h, nil
}
