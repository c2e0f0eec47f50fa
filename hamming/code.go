package hamming

import (
	"encoding/binary"
	"encoding/hex"
	"fmt"
	"math/bits"
)

// Code is a 256-bit fingerprint. Its printed form, 64 hexadecimal digits, is the
// code as one big-endian 256-bit number: Code[0] holds the most significant 64
// bits and the first 16 digits, Code[3] the least significant 64 bits.
type Code [4]uint64

// ParseCode reads a code from 64 hexadecimal digits of either case.
func ParseCode(hex64 string) (Code, error) {
	const digits = 64
	if len(hex64) != digits {
		return Code{}, fmt.Errorf("hamming: code has %d characters; write it as %d hexadecimal digits", len(hex64), digits)
	}
	var raw [digits / 2]byte
	if _, err := hex.Decode(raw[:], []byte(hex64)); err != nil {
		return Code{}, fmt.Errorf("hamming: code %q: %w; write it as %d hexadecimal digits", hex64, err, digits)
	}
	var c Code
	for i := range c {
		c[i] = binary.BigEndian.Uint64(raw[i*8:])
	}
	return c, nil
}

// String returns the code as 64 lower-case hexadecimal digits.
func (c Code) String() string {
	var raw [32]byte
	for i, word := range c {
		binary.BigEndian.PutUint64(raw[i*8:], word)
	}
	return hex.EncodeToString(raw[:])
}

// Distance returns the number of bits, 0 to 256, in which a and b differ.
func Distance(a, b Code) int {
	return a.xor(b).ones()
}

func (c Code) xor(d Code) Code {
	return Code{c[0] ^ d[0], c[1] ^ d[1], c[2] ^ d[2], c[3] ^ d[3]}
}

func (c Code) ones() int {
	return bits.OnesCount64(c[0]) + bits.OnesCount64(c[1]) + bits.OnesCount64(c[2]) + bits.OnesCount64(c[3])
}
