package signal

import (
	"crypto/sha256"

	"github.com/quell-project/quell/internal/domain"
)

// sha256Type is SHA-256 (FIPS 180-4) over the bytes of a file.
var sha256Type = digest{
	name:        domain.SHA256,
	description: "exact copies of any file",
	size:        sha256.Size,
	sum:         func(data []byte) []byte { s := sha256.Sum256(data); return s[:] },
}
