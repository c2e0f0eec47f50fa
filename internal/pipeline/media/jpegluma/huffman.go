package jpegluma

// Bits that are looked up at once. Longer codes are rare, and searched by their length.
const (
	lookBits = 10 // of the tables that give a value
	skipBits = 12 // of the tables that pass over values
)

// entry is what the next bits of a scan mean. From the lowest bit:
//
//	5 bits   how many bits the code and its value take
//	4 bits   how many of them, the last ones, are the value; 0 if there is none, or value has it already
//	8 bits   how far to advance in the block: zeros passed over and the value itself, or endOfBlock
//	15 bits  value, signed
//
// An entry of 0 means that the code is longer than the table knows, or that there is no such code.
type entry uint32

// endOfBlock leads beyond any place in a block, and beyond any place that a wrong code can lead to.
const endOfBlock = 128

func newEntry(bits, size, advance, value int) entry {
	return entry(bits | size<<5 | advance<<9 | value<<17)
}

func (e entry) bits() uint   { return uint(e & 31) }
func (e entry) size() uint   { return uint(e >> 5 & 15) }
func (e entry) advance() int { return int(e >> 9 & 0xff) }
func (e entry) value() int32 { return int32(e) >> 17 }

// stride is how far some codes, which follow one another and fit into skipBits, lead: 5 bits for the bits that they take, the
// others for the sum of what they advance. The last may be longer with its value. A stride of 0 is as an entry of 0.
type stride uint16

func (s stride) bits() uint   { return uint(s & 31) }
func (s stride) advance() int { return int(s >> 5) }

// strides is a table of strides by the next bits.
type strides [1 << skipBits]stride

// unknown is the table of who knows none.
var unknown strides

// codes is a Huffman code (ITU-T T.81, annex C).
type codes struct {
	ac      bool
	look    [1 << lookBits]entry
	skip    *strides   // of AC codes
	limit   [17]uint32 // of each length, what comes behind its last code, as the first of 16 bits
	first   [17]int32  // of each length, what to add to a code to get its place in symbols
	symbols [256]byte
}

// newCodes returns the code of as many codes of each length as counts says, and their symbols. It reports false for what is
// none.
func newCodes(counts, symbols []byte, ac bool) (*codes, bool) {
	c := &codes{ac: ac, skip: &unknown}
	copy(c.symbols[:], symbols)
	code, place := 0, 0
	for length := 1; length <= 16; length++ {
		c.first[length] = int32(place - code)
		code, place = code+int(counts[length-1]), place+int(counts[length-1])
		if code > 1<<length {
			return nil, false
		}
		c.limit[length] = uint32(code) << (16 - length)
		code <<= 1
	}
	c.each(func(first, length int, e entry) {
		size, rest := int(e.size()), lookBits-length
		for tail := range 1 << rest {
			c.look[first+tail] = e
			if size > 0 && size <= rest {
				v := extend(int32(tail>>(rest-size)), uint(size))
				c.look[first+tail] = newEntry(length+size, 0, e.advance(), int(v))
			}
		}
	})
	return c, place > 0
}

// each calls take for each code that the tables hold: with the first of lookBits that begins with it, its length, and its entry
// without a value.
func (c *codes) each(take func(first, length int, e entry)) {
	first := 0
	for length := 1; length <= lookBits; length++ {
		for ; first < int(c.limit[length]>>(16-lookBits)); first += 1 << (lookBits - length) {
			take(first, length, c.entryOf(c.symbol(first>>(lookBits-length), length), length))
		}
	}
}

// symbol returns the symbol of a code.
func (c *codes) symbol(code, length int) byte { return c.symbols[byte(code+int(c.first[length]))] }

// makeStrides fills the table of strides, which pays for large pictures.
func (c *codes) makeStrides() {
	if c.skip != &unknown {
		return
	}
	var plain [1 << lookBits]entry // as look, with all values left out
	c.each(func(first, length int, e entry) {
		for tail := range 1 << (lookBits - length) {
			plain[first+tail] = e
		}
	})
	c.skip = new(strides)
	for i := range c.skip {
		bits, advance := 0, 0
		for advance < endOfBlock {
			e := plain[uint64(i)<<(64-skipBits)<<bits>>(64-lookBits)]
			if code := int(e.bits() - e.size()); e == 0 || bits+code > skipBits || bits+int(e.bits()) > 31 {
				break
			}
			bits, advance = bits+int(e.bits()), advance+e.advance()
		}
		c.skip[i] = stride(bits | advance<<5)
	}
}

// entryOf returns the entry of a symbol, whose code has a length, without its value.
func (c *codes) entryOf(symbol byte, length int) entry {
	size := int(symbol & 15)
	switch {
	case !c.ac && symbol > 15:
		return 0
	case !c.ac:
		return newEntry(length+size, size, 1, 0)
	case size > 0:
		return newEntry(length+size, size, int(symbol>>4)+1, 0)
	case symbol == 0xf0: // 16 zeros: 15 before a value of zero
		return newEntry(length, 0, 16, 0)
	case symbol == 0:
		return newEntry(length, 0, endOfBlock, 0)
	}
	return 0 // means something in a progressive scan only
}

// long returns the entry of a code that is not in the table, which the first bits of acc begin with; 0 if there is none.
func (c *codes) long(acc uint64) entry {
	next := uint32(acc >> 48)
	if next < c.limit[lookBits] { // a shorter code, which means nothing
		return 0
	}
	for length := lookBits + 1; length <= 16; length++ {
		if next < c.limit[length] {
			return c.entryOf(c.symbol(int(next>>(16-length)), length), length)
		}
	}
	return 0
}

// extend returns the value that size bits mean (T.81, F.2.2.1): those with a leading 0 are negative.
func extend(bits int32, size uint) int32 {
	if bits < 1<<(size-1) {
		bits -= 1<<size - 1
	}
	return bits
}
