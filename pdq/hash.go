package pdq

import (
	"encoding/hex"
	"fmt"
	"math/bits"
)

// Bits is the number of bits of a hash, and so the greatest distance between two.
const Bits = 256

// Hash is a PDQ hash. Word 0 holds the most significant 64 bits of the form that String prints. Hashes are equal if
// they are == to each other.
type Hash [4]uint64

// Parse reads the 64 hexadecimal digits that String prints; capital letters are accepted.
func Parse(s string) (Hash, error) {
	var h Hash
	if len(s) != Bits/4 {
		return h, fmt.Errorf("pdq: a hash is %d hexadecimal digits, not %d characters", Bits/4, len(s))
	}
	for i := range len(s) {
		d, ok := digit(s[i])
		if !ok {
			return Hash{}, fmt.Errorf("pdq: character %d of a hash is %q, not a hexadecimal digit", i+1, s[i])
		}
		h[i/16] = h[i/16]<<4 | d
	}
	return h, nil
}

func digit(c byte) (uint64, bool) {
	switch {
	case '0' <= c && c <= '9':
		return uint64(c - '0'), true
	case 'a' <= c && c <= 'f':
		return uint64(c-'a') + 10, true
	case 'A' <= c && c <= 'F':
		return uint64(c-'A') + 10, true
	}
	return 0, false
}

// String returns the hash as 64 lower-case hexadecimal digits, the form that hash lists are exchanged in.
func (h Hash) String() string {
	text, _ := h.MarshalText()
	return string(text)
}

// MarshalText returns what String returns; it never fails.
func (h Hash) MarshalText() ([]byte, error) {
	var b [Bits / 8]byte
	for i := range b {
		b[i] = byte(h[i/8] >> (56 - i%8*8))
	}
	return hex.AppendEncode(nil, b[:]), nil
}

// UnmarshalText reads what Parse reads.
func (h *Hash) UnmarshalText(text []byte) error {
	parsed, err := Parse(string(text))
	if err != nil {
		return err
	}
	*h = parsed
	return nil
}

// Distance returns the number of bits in which h and o differ, 0 to Bits.
func (h Hash) Distance(o Hash) int {
	n := 0
	for i, w := range h {
		n += bits.OnesCount64(w ^ o[i])
	}
	return n
}

// bit returns bit i, where bit 0 is the least significant of the printed form.
func (h Hash) bit(i int) bool { return h[len(h)-1-i/64]>>(i%64)&1 == 1 }

// setBit sets bit i, where bit 0 is the least significant of the printed form.
func (h *Hash) setBit(i int) {
	h[len(h)-1-i/64] |= 1 << (i % 64)
}
