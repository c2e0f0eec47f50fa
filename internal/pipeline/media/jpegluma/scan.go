package jpegluma

import (
	"bytes"
	"encoding/binary"
)

const (
	windowSize = 32 << 10
	// mostGroup is more than the bytes that any group of blocks takes: 10 blocks of 64 codes and values of 31 bits each.
	mostGroup = 2560
	// windowTail is what may be read behind the last byte: a group, and a word.
	windowTail = mostGroup + 8
)

// bitReader gives the bits of a scan, up to the next marker. It reads them from a window into the scan, in which the bytes
// that are stuffed behind every 0xff are left out. Behind the last byte come zeros: who reads so far has to notice, by left.
type bitReader struct {
	acc    uint64 // bits to come, the next one highest
	n      uint   // how many of them are in acc; what is below is not more than zero or what comes next
	next   int    // the byte in window from which acc goes on
	end    int    // behind the last byte in window
	window [windowSize + windowTail]byte
	rest   []byte // of the scan: what is not yet in window
	marker bool   // rest begins with a marker, or with nothing

	mostEnergy int64 // of a block that is read
}

// start sets the reader to the beginning of a scan.
func (r *bitReader) start(scan []byte) {
	r.rest, r.marker, r.next, r.end, r.acc, r.n = scan, false, 0, 0, 0, 0
	r.fill()
}

// low reports whether the window may hold less than a group, and could be filled.
func (r *bitReader) low() bool { return r.next > r.end-windowTail && !r.marker }

// fill moves what is left of the window to its beginning and adds as much as there is room for.
func (r *bitReader) fill() {
	left := copy(r.window[:], r.window[min(r.next, r.end):r.end])
	r.next, r.end = 0, left
	for !r.marker && r.end < windowSize {
		room := min(windowSize-r.end, len(r.rest))
		plain := bytes.IndexByte(r.rest[:room], 0xff)
		if plain < 0 {
			plain = room
		}
		r.end += copy(r.window[r.end:], r.rest[:plain])
		r.rest = r.rest[plain:]
		switch {
		case plain == room && len(r.rest) > 0: // the window is full
			clear(r.window[r.end:][:windowTail])
			return
		case len(r.rest) < 2 || r.rest[1] != 0:
			r.marker = true
		default:
			r.window[r.end] = 0xff
			r.end, r.rest = r.end+1, r.rest[2:]
		}
	}
	clear(r.window[r.end:][:windowTail])
}

// refill returns acc with at least 56 bits: it adds whole bytes, as many as fit, of the eight that come next.
func refill(acc uint64, n uint, next int, window *[windowSize + windowTail]byte) (uint64, uint, int) {
	acc |= binary.BigEndian.Uint64(window[next:]) >> (n & 63)
	return acc, n | 56, next + int(63-n)>>3
}

// left returns how many bits of the window are left: fewer than 0 if more were read than there are.
func (r *bitReader) left() int { return 8*(r.end-r.next) + int(r.n) }

// ended reports whether the bits were read up to a marker, but for those that fill the last byte.
func (r *bitReader) ended() bool {
	for r.low() {
		r.fill()
	}
	return r.marker && 0 <= r.left() && r.left() < 8
}

// restart passes over a restart marker of a number, 0 to 7, and reports false if the bits do not end in it.
func (r *bitReader) restart(number int) bool {
	if !r.ended() || len(r.rest) < 2 || r.rest[1] != jpegRST0+byte(number) {
		return false
	}
	r.start(r.rest[2:])
	return true
}
