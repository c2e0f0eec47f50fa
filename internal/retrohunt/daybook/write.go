package daybook

import (
	"bufio"
	"encoding/binary"
	"errors"
	"fmt"
	"hash/crc32"
	"os"
	"path/filepath"
	"slices"

	"github.com/google/uuid"

	"github.com/quell-project/quell/hamming"
	"github.com/quell-project/quell/internal/platform/durable"
)

// write makes the file of a part, whole or not at all: it is written under another name, synced and renamed.
func write(path string, h header, c *Columns) (err error) {
	raw := c.encode()
	h.rows = c.rows()
	toc := make([]byte, 0, 4*layoutOf(h.rows).sums)
	for s, section := range raw {
		for block := range slices.Chunk(section, blockRows*width[s]) {
			toc = binary.LittleEndian.AppendUint32(toc, crc32.Checksum(block, castagnoli))
		}
	}
	h.tocSum = crc32.Checksum(toc, castagnoli)
	temporary := path + ".tmp"
	f, err := os.OpenFile(temporary, os.O_CREATE|os.O_TRUNC|os.O_WRONLY, 0o600)
	if err != nil {
		return fmt.Errorf("write fingerprints: %w", err)
	}
	defer os.Remove(temporary) // is gone once it is renamed
	w := bufio.NewWriterSize(f, 1<<20)
	for _, piece := range append([][]byte{h.encode(), toc}, raw[:]...) {
		_, _ = w.Write(piece) // Flush tells
	}
	if err = errors.Join(w.Flush(), f.Sync(), f.Close()); err == nil {
		err = os.Rename(temporary, path)
	}
	if err == nil {
		err = durable.SyncDir(filepath.Dir(path))
	}
	if err != nil {
		return fmt.Errorf("write fingerprints: %w", err)
	}
	return nil
}

func (c *Columns) rows() (rows [sections]uint32) {
	for s, n := range []int{len(c.Owners), len(c.PDQ), len(c.PDQOf), len(c.SHA256), len(c.SHA256Of), len(c.MD5), len(c.MD5Of)} {
		rows[s] = uint32(n)
	}
	return rows
}

// encode returns the bytes of all sections.
func (c *Columns) encode() (raw [sections][]byte) {
	for s, n := range c.rows() {
		raw[s] = make([]byte, 0, int(n)*width[s])
	}
	for _, o := range c.Owners {
		raw[owners] = append(append(raw[owners], o.Upload[:]...), o.Account[:]...)
	}
	for _, code := range c.PDQ {
		for _, word := range code {
			raw[pdqCodes] = binary.LittleEndian.AppendUint64(raw[pdqCodes], word)
		}
	}
	for s, numbers := range map[int][]uint32{pdqOwners: c.PDQOf, sha256Owners: c.SHA256Of, md5Owners: c.MD5Of} {
		for _, n := range numbers {
			raw[s] = binary.LittleEndian.AppendUint32(raw[s], n)
		}
	}
	for s, digests := range map[int][]Digest{sha256Digests: c.SHA256, md5Digests: c.MD5} {
		for _, d := range digests {
			raw[s] = append(raw[s], d[:]...)
		}
	}
	return raw
}

// decodeCodes appends the codes of a section.
func decodeCodes(dst []hamming.Code, raw []byte) []hamming.Code {
	for ; len(raw) >= 32; raw = raw[32:] {
		dst = append(dst, hamming.Code{
			binary.LittleEndian.Uint64(raw), binary.LittleEndian.Uint64(raw[8:]), binary.LittleEndian.Uint64(raw[16:]), binary.LittleEndian.Uint64(raw[24:]),
		})
	}
	return dst
}

func decodeDigests(dst []Digest, raw []byte) []Digest {
	for ; len(raw) >= 16; raw = raw[16:] {
		dst = append(dst, Digest(raw[:16]))
	}
	return dst
}

func decodeOwner(raw []byte) Owner {
	return Owner{Upload: [16]byte(raw[:16]), Account: [8]byte(raw[16:24])}
}

// decisionID is the id of a decision as the header has it; one that is none is all zero.
func decisionID(id string) (raw [16]byte) {
	if u, err := uuid.Parse(id); err == nil {
		raw = u
	}
	return raw
}
