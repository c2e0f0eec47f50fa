package daybook

import (
	"encoding/hex"
	"fmt"

	"github.com/google/uuid"

	"github.com/quell-project/quell/hamming"
	"github.com/quell-project/quell/internal/domain"
)

// Digest is the first half of a SHA-256, or a whole MD5. Half is enough to find by: of 10¹² pairs of different files that are compared, one in
// 10²⁶ is taken for the same, and whoever acts on it looks at the whole digest.
type Digest [16]byte

// ParseDigest reads a digest in hexadecimal digits, of which the first 32 count.
func ParseDigest(value string) (d Digest, err error) {
	if len(value) < 2*len(d) {
		return d, fmt.Errorf("digest of %d characters, at least %d are needed", len(value), 2*len(d))
	}
	_, err = hex.Decode(d[:], []byte(value[:2*len(d)]))
	return d, err
}

// Owner is what is kept of the upload that rows belong to: enough to find it in SQL, and to find all of an account without naming it.
type Owner struct {
	Upload  [16]byte // its id, a UUID
	Account [8]byte  // keyed hash of the account; zero where the service did not name one
}

// ParseUpload returns the id of an upload as an Owner has it.
func ParseUpload(id domain.UploadID) ([16]byte, error) { return uuid.Parse(string(id)) }

// UploadID returns the id as SQL has it.
func (o Owner) UploadID() domain.UploadID { return domain.UploadID(uuid.UUID(o.Upload).String()) }

// Columns are rows in memory, column by column. Row i of a column belongs to the owner whose number stands at i of the column beside it.
type Columns struct {
	Owners   []Owner
	PDQ      []hamming.Code
	PDQOf    []uint32
	SHA256   []Digest
	SHA256Of []uint32
	MD5      []Digest
	MD5Of    []uint32
}

// Add appends an upload with its fingerprints. One that cannot be read is left out and returned as an error beside the others.
func (c *Columns) Add(o Owner, prints []domain.Fingerprint) (bad error) {
	of := uint32(len(c.Owners))
	c.Owners = append(c.Owners, o)
	for _, f := range prints {
		var err error
		switch f.Type {
		case domain.PDQ:
			var code hamming.Code
			if code, err = hamming.ParseCode(f.Value); err == nil {
				c.PDQ, c.PDQOf = append(c.PDQ, code), append(c.PDQOf, of)
			}
		case domain.SHA256:
			c.SHA256, c.SHA256Of, err = addDigest(c.SHA256, c.SHA256Of, f.Value, of)
		case domain.MD5:
			c.MD5, c.MD5Of, err = addDigest(c.MD5, c.MD5Of, f.Value, of)
		}
		if err != nil {
			bad = fmt.Errorf("a %s fingerprint: %w", f.Type, err)
		}
	}
	return bad
}

func addDigest(to []Digest, owners []uint32, value string, of uint32) ([]Digest, []uint32, error) {
	d, err := ParseDigest(value)
	if err != nil {
		return to, owners, err
	}
	return append(to, d), append(owners, of), nil
}

// Fingerprints returns how many rows there are in all columns.
func (c *Columns) Fingerprints() int { return len(c.PDQ) + len(c.SHA256) + len(c.MD5) }

// full reports whether no further upload should be added: parts stay small, so that a search has many places to pause at, and so that what is
// open stays cheap to write anew.
func (c *Columns) full() bool {
	return len(c.Owners) >= partRows || len(c.PDQ) >= partRows || len(c.SHA256) >= partRows || len(c.MD5) >= partRows
}

// seen returns the rows that are there now. Rows that are added later do not show in it, so it may be read beside that.
func (c *Columns) seen() *Columns {
	s := *c
	return &s
}

// without returns a copy of the rows that do not belong to owners who are to go, and how many owners went.
func (c *Columns) without(goes func(Owner) bool) (*Columns, int) {
	kept := &Columns{}
	number := make([]uint32, len(c.Owners))
	const gone = ^uint32(0)
	for i, o := range c.Owners {
		number[i] = gone
		if !goes(o) {
			number[i] = uint32(len(kept.Owners))
			kept.Owners = append(kept.Owners, o)
		}
	}
	for i, of := range c.PDQOf {
		if n := number[of]; n != gone {
			kept.PDQ, kept.PDQOf = append(kept.PDQ, c.PDQ[i]), append(kept.PDQOf, n)
		}
	}
	for i, of := range c.SHA256Of {
		if n := number[of]; n != gone {
			kept.SHA256, kept.SHA256Of = append(kept.SHA256, c.SHA256[i]), append(kept.SHA256Of, n)
		}
	}
	for i, of := range c.MD5Of {
		if n := number[of]; n != gone {
			kept.MD5, kept.MD5Of = append(kept.MD5, c.MD5[i]), append(kept.MD5Of, n)
		}
	}
	return kept, len(c.Owners) - len(kept.Owners)
}
