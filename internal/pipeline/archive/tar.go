package archive

import (
	"archive/tar"
	"bytes"
	"errors"
	"io"
	"strconv"
	"strings"

	"github.com/quell-project/quell/internal/domain"
)

const tarBlock = 512

// isTar knows a tar by the checksum of its first header, which those from before POSIX have too.
func isTar(data []byte) bool {
	if len(data) < tarBlock {
		return false
	}
	const from, to = 148, 156 // the checksum, which counts as spaces
	text, _, _ := strings.Cut(strings.Trim(string(data[from:to]), " \x00"), "\x00")
	want, err := strconv.ParseInt(strings.TrimSpace(text), 8, 32)
	if err != nil {
		return false
	}
	var sum, signed int64
	for i, b := range data[:tarBlock] {
		if from <= i && i < to {
			b = ' '
		}
		sum, signed = sum+int64(b), signed+int64(int8(b))
	}
	return want == sum || want == signed
}

func walkTar(w *walk) *Error { return w.tar(bytes.NewReader(w.data), false) }

// tar hands over the files of a tar; counted says whether its bytes were unpacked, and charged, themselves.
func (w *walk) tar(r io.Reader, counted bool) *Error {
	from := &counter{Reader: r}
	t := tar.NewReader(from)
	for {
		if w.ctx.Err() != nil {
			return stopped(w.ctx)
		}
		h, err := t.Next()
		switch {
		case errors.Is(err, io.EOF):
			return w.tarRest(from)
		case err != nil && !errors.Is(err, tar.ErrInsecurePath): // names lead nowhere here
			return asError(err)
		}
		switch h.Typeflag {
		case tar.TypeReg, tar.TypeGNUSparse, tar.TypeCont:
			if e := w.take(); e != nil {
				return e
			}
			// The holes of a sparse file, which are not there, count as what it unpacks to.
			m := &meter{ctx: w.ctx, budget: w.budget, from: t, packed: from, start: from.n, charged: counted}
			data, e := w.buffer.fill(m, h.Size)
			if e := w.hand(h.Name, data, e); e != nil {
				return e
			}
		case tar.TypeDir, tar.TypeXGlobalHeader:
		default:
			w.passed++
		}
	}
}

// tarRest looks behind the end of a tar, where some unpackers go on.
func (w *walk) tarRest(r io.Reader) *Error {
	block := make([]byte, 32<<10)
	for {
		if w.ctx.Err() != nil {
			return stopped(w.ctx)
		}
		n, err := r.Read(block)
		if len(bytes.Trim(block[:n], "\x00")) > 0 {
			return &Error{Outcome: outcome(domain.Partial, "Something stands behind its end; it was not checked.")}
		}
		if errors.Is(err, io.EOF) {
			return nil
		}
		if err != nil {
			return asError(err)
		}
	}
}
