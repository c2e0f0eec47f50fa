package daybook

import (
	"encoding/binary"
	"errors"
	"fmt"
	"hash/crc32"
	"io"
	"os"
	"slices"

	"github.com/google/uuid"

	"github.com/quell-project/quell/hamming"
)

// Part is a file of fingerprints that is open for reading. It may be used from several goroutines at a time.
type Part struct {
	file *os.File
	path string
	head header
	lay  layout
	sums []uint32
}

// OpenPart opens a file and verifies its header and its table of checksums. Rows are verified as they are read.
func OpenPart(path string) (*Part, error) {
	f, err := os.Open(path)
	if err != nil {
		return nil, fmt.Errorf("open fingerprints: %w", err)
	}
	p := &Part{file: f, path: path}
	if err := p.readHead(); err != nil {
		f.Close()
		return nil, fmt.Errorf("%s: %w", path, err)
	}
	return p, nil
}

func (p *Part) readHead() error {
	info, err := p.file.Stat()
	if err != nil {
		return err
	}
	if !info.Mode().IsRegular() {
		return fmt.Errorf("%w: not a regular file", ErrPart)
	}
	b := make([]byte, headerSize)
	if n, err := p.file.ReadAt(b, 0); err != nil && !errors.Is(err, io.EOF) {
		return err
	} else if p.head, err = decodeHeader(b[:n]); err != nil {
		return err
	}
	p.lay = layoutOf(p.head.rows)
	if info.Size() != p.lay.size {
		return fmt.Errorf("%w: %d bytes, want %d", ErrPart, info.Size(), p.lay.size)
	}
	toc := make([]byte, 4*p.lay.sums)
	if _, err := p.file.ReadAt(toc, headerSize); err != nil && len(toc) > 0 {
		return err
	}
	if crc32.Checksum(toc, castagnoli) != p.head.tocSum {
		return fmt.Errorf("%w: the checksums do not match their own", ErrPart)
	}
	for ; len(toc) > 0; toc = toc[4:] {
		p.sums = append(p.sums, binary.LittleEndian.Uint32(toc))
	}
	return nil
}

// Close gives the file back.
func (p *Part) Close() error { return p.file.Close() }

// Fingerprints returns how many rows there are in all columns.
func (p *Part) Fingerprints() int {
	return int(p.head.rows[pdqCodes]) + int(p.head.rows[sha256Digests]) + int(p.head.rows[md5Digests])
}

// Day returns the day of the part.
func (p *Part) Day() Day { return p.head.day }

// Place says how far the shelf is complete with this part.
func (p *Part) Place() Place {
	place := Place{Position: p.head.position}
	if p.head.decision != [16]byte{} {
		place.Decision = uuid.UUID(p.head.decision).String()
	}
	return place
}

// block reads a block of a section into buf, as far as that has room, and verifies it.
func (p *Part) block(section, number int, buf []byte) ([]byte, error) {
	first := number * blockRows
	size := min(blockRows, int(p.head.rows[section])-first) * width[section]
	buf = slices.Grow(buf[:0], size)[:size]
	if _, err := p.file.ReadAt(buf, p.lay.start[section]+int64(first*width[section])); err != nil {
		return nil, fmt.Errorf("read fingerprints: %s: %w", p.path, err)
	}
	if crc32.Checksum(buf, castagnoli) != p.sums[p.lay.blocks[section]+number] {
		return nil, fmt.Errorf("%s: %w: block %d of section %d does not match its checksum", p.path, ErrPart, number, section)
	}
	return buf, nil
}

// each calls f for the blocks of a section, in order, with the number of their first row. It returns the memory for the next time.
func (p *Part) each(section int, buf []byte, f func(first int, block []byte) error) ([]byte, error) {
	for first := 0; first < int(p.head.rows[section]); first += blockRows {
		var err error
		if buf, err = p.block(section, first/blockRows, buf); err == nil {
			err = f(first, buf)
		}
		if err != nil {
			return buf, err
		}
	}
	return buf, nil
}

// Columns reads and verifies the whole part.
func (p *Part) Columns() (*Columns, error) {
	c := &Columns{}
	var raw [sections][]byte
	for s := range raw {
		_, err := p.each(s, nil, func(_ int, b []byte) error {
			raw[s] = append(raw[s], b...)
			return nil
		})
		if err != nil {
			return nil, err
		}
	}
	for b := raw[owners]; len(b) > 0; b = b[width[owners]:] {
		c.Owners = append(c.Owners, decodeOwner(b))
	}
	c.PDQ, c.SHA256, c.MD5 = decodeCodes(nil, raw[pdqCodes]), decodeDigests(nil, raw[sha256Digests]), decodeDigests(nil, raw[md5Digests])
	for s, numbers := range map[int]*[]uint32{pdqOwners: &c.PDQOf, sha256Owners: &c.SHA256Of, md5Owners: &c.MD5Of} {
		for b := raw[s]; len(b) > 0; b = b[4:] {
			n := binary.LittleEndian.Uint32(b)
			if n >= p.head.rows[owners] {
				return nil, fmt.Errorf("%s: %w: a row of owner %d of %d", p.path, ErrPart, n, p.head.rows[owners])
			}
			*numbers = append(*numbers, n)
		}
	}
	return c, nil
}

// Buffers is the memory of a search, kept from part to part.
type Buffers struct {
	raw     []byte
	codes   []hamming.Code
	digests []Digest
}
