package hamming

const (
	chunks    = 16 // parts a code is cut into
	chunkBits = 16 // bits of a part
)

// spread moves the bits of a code to fixed other places. Neighbouring bits of a
// perceptual hash resemble each other, so chunks of neighbours would crowd into
// few buckets; chunks of bits from all over the code fill the buckets evenly.
// Every code is spread alike, so distances stay what they are, and
// spread(a).xor(spread(b)) == spread(a.xor(b)). Inside an index all codes are
// spread, from Insert on and in snapshots; nothing ever has to spread them back.
//
// The permutation is the first four layers of a butterfly network: each layer
// swaps the bits that its random masks select with those 128, 64, 32 and 16
// places away. The masks are part of the snapshot format.
func spread(c Code) Code {
	c[0], c[2] = swapBetween(c[0], c[2], 0x9e2a4c71d05b38e6)
	c[1], c[3] = swapBetween(c[1], c[3], 0x53c6b1e80f97a42d)
	c[0], c[1] = swapBetween(c[0], c[1], 0x6ad51f0e93b82c47)
	c[2], c[3] = swapBetween(c[2], c[3], 0xc8139f65e27a40bd)
	c[0] = swapWithin(c[0], 32, 0x00000000b47c06d9)
	c[1] = swapWithin(c[1], 32, 0x000000001de9a653)
	c[2] = swapWithin(c[2], 32, 0x00000000e2359a1c)
	c[3] = swapWithin(c[3], 32, 0x0000000078c3d62a)
	c[0] = swapWithin(c[0], 16, 0x000035c90000e26a)
	c[1] = swapWithin(c[1], 16, 0x0000d81e00006b35)
	c[2] = swapWithin(c[2], 16, 0x0000a9670000127d)
	c[3] = swapWithin(c[3], 16, 0x00004eb200009cd4)
	return c
}

// swapBetween exchanges the bits of a and b that mask selects.
func swapBetween(a, b, mask uint64) (uint64, uint64) {
	t := (a ^ b) & mask
	return a ^ t, b ^ t
}

// swapWithin exchanges the bits of a that mask selects with those shift places above.
func swapWithin(a uint64, shift uint, mask uint64) uint64 {
	t := (a ^ a>>shift) & mask
	return a ^ t ^ t<<shift
}

// chunk returns chunk c of a spread code: 16 of its bits, the least significant
// first. In memory of little-endian order it is the code's 16-bit number c.
func (c *Code) chunk(i int) uint16 { return uint16(c[i/4] >> (16 * (i % 4))) }
