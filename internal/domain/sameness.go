package domain

import (
	"crypto/sha256"
	"encoding/hex"
	"fmt"
)

// Sameness names what people have seen who judge an upload: equal names mean the same parts with the same bytes. It is the digest, as long as that tells
// the bytes. What a URL brings may be another thing tomorrow, so that what it has brought is in the name too, and of a URL that has brought nothing the
// upload itself.
func (u Upload) Sameness() string {
	h, links := sha256.New(), false
	fmt.Fprint(h, u.Digest)
	for _, p := range u.Parts {
		if p.URL == "" {
			continue
		}
		links = true
		if p.SHA256 == "" {
			fmt.Fprint(h, " upload ", u.ID)
		} else {
			fmt.Fprint(h, " brought ", p.SHA256)
		}
	}
	if !links {
		return u.Digest
	}
	return hex.EncodeToString(h.Sum(nil))
}
