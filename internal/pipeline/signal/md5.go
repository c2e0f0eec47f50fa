package signal

import (
	"crypto/md5"

	"github.com/quell-project/quell/internal/domain"
)

// md5Type is MD5 (RFC 1321) over the bytes of a file. Two different files with one MD5 are easily made, so it is here only because some
// lists hold nothing better.
var md5Type = digest{
	name:        domain.MD5,
	description: "exact copies of any file, for lists that have nothing better",
	size:        md5.Size,
	sum:         func(data []byte) []byte { s := md5.Sum(data); return s[:] },
}
