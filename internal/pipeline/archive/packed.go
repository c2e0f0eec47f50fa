package archive

import (
	"bufio"
	"bytes"
	"compress/bzip2"
	"compress/gzip"
	"context"
	"io"

	"github.com/klauspost/compress/zstd"
)

// A packed file holds one file, or a tar: then it counts as one container, not as one inside another.

func walkGzip(w *walk) *Error {
	packed := &counter{Reader: bytes.NewReader(w.data)}
	r, err := gzip.NewReader(packed)
	if err != nil {
		return damaged(err)
	}
	return w.packed(r.Name, packed, r)
}

func isBzip2(data []byte) bool {
	return len(data) >= 10 && string(data[:3]) == "BZh" && '1' <= data[3] && data[3] <= '9' &&
		(string(data[4:10]) == "1AY&SY" || string(data[4:10]) == "\x17rE8P\x90") // a first block, or the end
}

// bzip2Memory is for blocks of 900 kB, and what it takes to sort them.
const bzip2Memory = 8 << 20

func walkBzip2(w *walk) *Error {
	packed := &counter{Reader: bytes.NewReader(w.data)}
	r, e := newBzip2(w.ctx, w.budget, packed)
	if e != nil {
		return e
	}
	return w.packed("", packed, r)
}

// newBzip2 returns an unpacker whose memory is given back when ctx ends.
func newBzip2(ctx context.Context, b *Budget, r io.Reader) (io.ReadCloser, *Error) {
	if e := b.reserve(ctx, bzip2Memory); e != nil {
		return nil, e
	}
	return io.NopCloser(bzip2.NewReader(r)), nil
}

// isZstd knows a frame, and one that is to be skipped, which may come first.
func isZstd(data []byte) bool {
	return len(data) >= 4 && (string(data[:4]) == "\x28\xb5\x2f\xfd" || data[0]&0xf0 == 0x50 && string(data[1:4]) == "\x2a\x4d\x18")
}

func walkZstd(w *walk) *Error {
	packed := &counter{Reader: bytes.NewReader(w.data)}
	r, e := newZstd(w.ctx, w.budget, packed)
	if e != nil {
		return e
	}
	defer r.Close()
	return w.packed("", packed, r)
}

// zstdWindow is how far back Zstandard may refer: 8 MiB, as its description recommends that readers allow.
const zstdWindow = 8 << 20

// newZstd returns an unpacker whose memory is given back when ctx ends.
func newZstd(ctx context.Context, b *Budget, r io.Reader) (io.ReadCloser, *Error) {
	if e := b.reserve(ctx, 3*zstdWindow); e != nil {
		return nil, e
	}
	d, err := zstd.NewReader(r, zstd.WithDecoderConcurrency(1), zstd.WithDecoderLowmem(true), zstd.WithDecoderMaxWindow(zstdWindow))
	if err != nil {
		return nil, damaged(err)
	}
	return d.IOReadCloser(), nil
}

// packed hands over what comes out of an unpacker.
func (w *walk) packed(name string, packed *counter, unpacker io.Reader) *Error {
	m := &meter{ctx: w.ctx, budget: w.budget, from: unpacker, packed: packed}
	r := bufio.NewReaderSize(m, 32<<10)
	head, _ := r.Peek(tarBlock) // an error comes again when it is read
	if isTar(head) {
		return w.tar(r, true)
	}
	if e := w.take(); e != nil {
		return e
	}
	if name == "" {
		name = "content"
	}
	data, e := w.buffer.fill(r, 0)
	return w.hand(name, data, e)
}
