package archive

import (
	"errors"
	"io"
)

// sevenZipMost is the most things of a kind that a directory may list: far more than an upload may hold, and few enough to be kept.
const sevenZipMost = 1 << 16

// cursor reads the directory of a 7z. What is wrong is kept until the end: from then on all bytes are zero, which ends every list.
type cursor struct {
	rest []byte
	bad  *Error // the first thing that was wrong; nil: nothing was
}

func (c *cursor) fail(e *Error) {
	if c.bad == nil {
		c.bad = e
	}
	c.rest = nil
}

func (c *cursor) disorder() { c.fail(damaged(errors.New("the directory is in disorder"))) }

func (c *cursor) byte() byte {
	if b := c.bytes(1); b != nil {
		return b[0]
	}
	return 0
}

func (c *cursor) expect(id byte) {
	if c.byte() != id {
		c.disorder()
	}
}

// bytes returns the next n; nil if there are not as many.
func (c *cursor) bytes(n uint64) []byte {
	if c.bad != nil || n > uint64(len(c.rest)) {
		c.fail(damaged(io.ErrUnexpectedEOF))
		return nil
	}
	b := c.rest[:n]
	c.rest = c.rest[n:]
	return b
}

// number reads a number of one to nine bytes: the ones at the top of the first byte say how many follow, lowest first, and what is left of it is the
// highest.
func (c *cursor) number() (n uint64) {
	first := c.byte()
	for i, mask := 0, byte(0x80); i < 8; i, mask = i+1, mask>>1 {
		if first&mask == 0 {
			return n | uint64(first&(mask-1))<<(8*i)
		}
		n |= uint64(c.byte()) << (8 * i)
	}
	return n
}

// count reads how many things of a kind follow, each of which takes a byte at least.
func (c *cursor) count() int {
	n := c.number()
	switch {
	case n > uint64(len(c.rest)):
		c.disorder()
		return 0
	case n > sevenZipMost:
		c.fail(tooManyFiles())
		return 0
	}
	return int(n)
}

// numbers reads so many of them, which were counted.
func (c *cursor) numbers(n int) []uint64 {
	list := make([]uint64, n)
	for i := range list {
		list[i] = c.number()
	}
	return list
}

// bits reads so many bits, highest first.
func (c *cursor) bits(n int) []bool {
	packed := c.bytes(uint64(n+7) / 8)
	if packed == nil {
		return nil
	}
	list := make([]bool, n)
	for i := range list {
		list[i] = packed[i/8]&(0x80>>(i%8)) != 0
	}
	return list
}

// sums passes checksums over, and tells of which of so many things there are any.
func (c *cursor) sums(n int) []bool {
	var there []bool
	if all := c.byte() != 0; all {
		there = make([]bool, n)
		for i := range there {
			there[i] = true
		}
	} else {
		there = c.bits(n)
	}
	for _, is := range there {
		if is {
			c.bytes(4)
		}
	}
	return there
}

// name reads a name in UTF-16, which a zero ends.
func (c *cursor) name() []byte {
	for at := 0; at+1 < len(c.rest); at += 2 {
		if c.rest[at] == 0 && c.rest[at+1] == 0 {
			name := c.rest[:at]
			c.rest = c.rest[at+2:]
			return name
		}
	}
	c.fail(damaged(io.ErrUnexpectedEOF))
	return nil
}

// elsewhere refuses parts of a directory that are kept in a stream of their own, which the description allows and nobody writes.
func (c *cursor) elsewhere(external byte) {
	if external != 0 {
		c.fail(unsupported("A part of its directory stands in another place, which is not read."))
	}
}
