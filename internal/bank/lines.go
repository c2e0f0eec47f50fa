package bank

import (
	"bufio"
	"bytes"
	"errors"
	"fmt"
	"io"
)

// MaxLine is the longest line of a list, in bytes without its end.
const MaxLine = 1 << 20

var errLongLine = errors.New("longer than 1 MiB")

// lines cuts a stream into lines and never holds more than one.
type lines struct {
	src *bufio.Reader
	buf []byte // for a line that does not fit into the buffer of src
	n   int    // number of the last line, from 1
}

func newLines(src io.Reader) lines { return lines{src: bufio.NewReaderSize(src, 64<<10)} }

var byteOrderMark = []byte("\xef\xbb\xbf")

// next returns the next line without its end, valid until the next call; errLongLine for one that was skipped, after which reading can go
// on; io.EOF behind the last.
func (l *lines) next() ([]byte, error) {
	line, err := l.src.ReadSlice('\n')
	if errors.Is(err, bufio.ErrBufferFull) {
		line, err = l.long(line)
	}
	if err == io.EOF && len(line) > 0 {
		err = nil // the last line has no end
	}
	if err == io.EOF { // itself: a source that wraps it has failed
		return nil, err
	}
	if err != nil {
		return nil, fmt.Errorf("read behind line %d: %w", l.n, err)
	}
	l.n++
	if line = withoutEnd(line); len(line) > MaxLine {
		return nil, errLongLine
	}
	if l.n == 1 {
		line = bytes.TrimPrefix(line, byteOrderMark)
	}
	return line, nil
}

// long reads the rest of a line that begins with head. Of a line that is too long it returns no more than tells that it is.
func (l *lines) long(head []byte) ([]byte, error) {
	l.buf = append(l.buf[:0], head...)
	for {
		part, err := l.src.ReadSlice('\n')
		if len(l.buf) <= MaxLine+len("\r\n") {
			l.buf = append(l.buf, part...)
		}
		if !errors.Is(err, bufio.ErrBufferFull) {
			return l.buf, err
		}
	}
}

func withoutEnd(line []byte) []byte {
	return bytes.TrimSuffix(bytes.TrimSuffix(line, []byte("\n")), []byte("\r"))
}
