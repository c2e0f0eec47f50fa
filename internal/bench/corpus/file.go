package corpus

import (
	"bufio"
	"encoding/binary"
	"io"

	"github.com/quell-project/quell/hamming"
)

// Code is a stored code or a question.
type Code = hamming.Code

// WriteCodes writes n codes one after the other, 32 bytes each in the order of their printed form: what other search engines read.
func WriteCodes(w io.Writer, n int, code func(i int) Code) error {
	b := bufio.NewWriterSize(w, 1<<20)
	var raw [32]byte
	for i := range n {
		for k, word := range code(i) {
			binary.BigEndian.PutUint64(raw[8*k:], word)
		}
		if _, err := b.Write(raw[:]); err != nil {
			return err
		}
	}
	return b.Flush()
}
