package nearby

import (
	"math/bits"

	"github.com/quell-project/quell/keypoint"
)

const (
	tables  = 8
	keyBits = 32
)

// order is the bytes of a code from the middle of the region outwards, that of the neighbour to the right of each cell before that of the one below.
var order = func() (all [keyBits]int) {
	cells := [...]int{5, 10, 6, 9, 1, 14, 4, 7, 13, 2, 8, 11, 0, 15, 3, 12}
	for i, cell := range cells {
		all[2*i], all[2*i+1] = cell, len(cells)+cell
	}
	return all
}()

// direction is the bit of byte i in the order that is bit i of the key of a table.
func direction(i, table int) int { return (table + turn(i)) % 8 }

// turn is how many directions byte i in the order is ahead: after eight bytes, at steps of two, it would come back to the same ones.
func turn(i int) int { return (2*i + i/8) % 8 }

// keys has the key by which each table knows a code.
type keys [tables]uint32

func keysOf(c *keypoint.Code) (k keys) {
	for eight := 0; eight < keyBits; eight += 8 {
		var square uint64 // row i is a byte, its bits turned so that column t is for table t
		for i := range 8 {
			at := order[eight+i]
			b := bits.RotateLeft8(byte(c[at/8]>>(at%8*8)), -turn(eight+i))
			square |= uint64(b) << (8 * i)
		}
		square = transposed(square)
		for t := range k {
			k[t] |= uint32(byte(square>>(8*t))) << eight
		}
	}
	return k
}

// transposed exchanges rows and columns of a square of eight by eight bits (Warren: "Hacker's Delight", 2012, 7-3).
func transposed(s uint64) uint64 {
	for _, step := range [...]struct {
		shift uint
		mask  uint64
	}{{7, 0x00aa00aa00aa00aa}, {14, 0x0000cccc0000cccc}, {28, 0x00000000f0f0f0f0}} {
		swap := (s ^ s>>step.shift) & step.mask
		s ^= swap ^ swap<<step.shift
	}
	return s
}

// keyBit returns bit i of the key by which a table knows a code.
func keyBit(c *keypoint.Code, i, table int) uint64 {
	at := order[i]*8 + direction(i, table)
	return c[at/64] >> (at % 64) & 1
}
