package archive

import (
	"context"
	"errors"
	"fmt"
	"io"
)

// Budget is what the members of one upload may still take. A walk uses it up. It is not safe for concurrent use.
type Budget struct {
	Files   int   // members that may still be read
	Bytes   int64 // that may still be unpacked, in all
	Largest int64 // bytes of one member
	Ratio   int64 // the most that a member, or all of them together, may be larger than what was packed; beyond a first mebibyte
	Packed  int64 // bytes of the upload itself, to which Ratio of all together refers

	// Room reserves memory until ctx ends, and reports whether there was any; nil: there always is.
	Room func(ctx context.Context, bytes int64) bool

	out int64 // bytes unpacked so far
}

// small is how many bytes may come out of however few: nobody is overrun by them, and a blank picture packs very well.
const small = 1 << 20

// charge takes bytes that were unpacked from the budget.
func (b *Budget) charge(n int64) *Error {
	b.Bytes -= n
	b.out += n
	switch {
	case b.Bytes < 0:
		b.Bytes = 0
		return spent()
	case b.out > b.Ratio*b.Packed+small:
		return allOutOfProportion(b.Ratio)
	}
	return nil
}

// reserve takes memory until ctx ends.
func (b *Budget) reserve(ctx context.Context, bytes int64) *Error {
	if b.Room != nil && bytes > 0 && !b.Room(ctx, bytes) {
		if ctx.Err() != nil {
			return stopped(ctx)
		}
		return noRoom()
	}
	return nil
}

// counter counts what is read through it.
type counter struct {
	io.Reader
	n int64
}

// Read counts.
func (c *counter) Read(p []byte) (int, error) {
	n, err := c.Reader.Read(p)
	c.n += int64(n)
	return n, err
}

// meter is the one place where unpacked bytes are counted: it hands on what an unpacker makes of what it was given, until that is too much.
type meter struct {
	ctx    context.Context
	budget *Budget
	from   io.Reader // the unpacker
	packed *counter  // what it was given
	start  int64     // of packed, where what is unpacked begins
	out    int64

	// charged is set if the bytes in packed were themselves unpacked, and counted: then only what grows beyond them counts.
	charged bool
	extra   int64
}

// Read hands on.
func (m *meter) Read(p []byte) (int, error) {
	if m.ctx.Err() != nil {
		return 0, stopped(m.ctx)
	}
	n, err := m.from.Read(p)
	m.out += int64(n)
	grown := int64(n)
	if m.charged {
		grown = max(0, m.out-(m.packed.n-m.start)-m.extra)
		m.extra += grown
	}
	if e := m.budget.charge(grown); e != nil {
		return 0, e
	}
	if m.out > m.budget.Ratio*(m.packed.n-m.start)+small {
		return 0, outOfProportion(m.budget.Ratio)
	}
	return n, err
}

// buffer holds one member at a time. Its memory is reserved until the context of the walk ends.
type buffer struct {
	ctx    context.Context
	budget *Budget
	data   []byte
}

// fill reads a member that is expected to have so many bytes, which may be a lie. What it returns is valid until the next call.
func (b *buffer) fill(r io.Reader, expected int64) ([]byte, *Error) {
	if e := b.grow(min(max(expected, 0)+1, small)); e != nil {
		return nil, e
	}
	n := 0
	for {
		if n == len(b.data) {
			if int64(n) > b.budget.Largest {
				return nil, tooLarge(b.budget.Largest)
			}
			if e := b.grow(2 * int64(n)); e != nil {
				return nil, e
			}
		}
		got, err := guard(func() (int, error) { return r.Read(b.data[n:]) })
		n += got
		switch e, known := errors.AsType[*Error](err); {
		case err == nil:
		case known:
			return nil, e
		case errors.Is(err, io.EOF):
			return b.data[:n:n], nil
		default:
			return nil, damaged(err)
		}
	}
}

// grow makes the buffer that large, and no larger than the largest member and a byte.
func (b *buffer) grow(size int64) *Error {
	size = min(max(size, 4096), b.budget.Largest+1)
	more := size - int64(len(b.data))
	if more <= 0 {
		return nil
	}
	if e := b.budget.reserve(b.ctx, more); e != nil {
		return e
	}
	grown := make([]byte, size)
	copy(grown, b.data)
	b.data = grown
	return nil
}

// guard calls f, which reads what may be hostile, and turns its panic into an error.
func guard[T any](f func() (T, error)) (v T, err error) {
	defer func() {
		if r := recover(); r != nil {
			err = fmt.Errorf("panic: %v", r)
		}
	}()
	return f()
}
