package media

import (
	"context"
	"io"
)

// until returns a reader of the same bytes that fails once ctx is done: the one way to stop a decoder. It is an
// io.ReaderAt if r is, since the decoder of TIFF would read the whole file into memory otherwise.
func until(ctx context.Context, r io.Reader) io.Reader {
	u := untilReader{ctx, r}
	if at, ok := r.(io.ReaderAt); ok {
		return untilReaderAt{u, at}
	}
	return u
}

type untilReader struct {
	ctx context.Context
	r   io.Reader
}

func (u untilReader) Read(p []byte) (int, error) {
	if err := context.Cause(u.ctx); err != nil {
		return 0, err
	}
	return u.r.Read(p)
}

type untilReaderAt struct {
	untilReader
	at io.ReaderAt
}

func (u untilReaderAt) ReadAt(p []byte, off int64) (int, error) {
	if err := context.Cause(u.ctx); err != nil {
		return 0, err
	}
	return u.at.ReadAt(p, off)
}
