package jpegluma

import (
	"encoding/binary"
	mathbits "math/bits"
	"math/rand/v2"
)

// specimen is a JPEG file of noise that is to be written: its coefficients are drawn by lot.
type specimen struct {
	width, height int
	luma          byte // sampling of the brightness: across << 4 | down; that of colours is 0x11
	grey          bool
	interval      int  // groups between restarts
	dense         int  // of 64 coefficients, how many are not zero
	long          bool // most codes are of 16 bits
	seed          uint64
	steps         int  // the largest step of the quantizers
	wide          bool // the steps are of 16 bits
	extended      bool // SOF1
	twelve        bool // samples of 12 bits: the steps are 16 times as large
}

// bits writes the bits of a scan.
type bits struct {
	out []byte
	acc uint64
	n   int
}

func (b *bits) write(value, n int) {
	b.acc, b.n = b.acc<<n|uint64(value)&(1<<n-1), b.n+n
	for ; b.n >= 8; b.n -= 8 {
		v := byte(b.acc >> (b.n - 8))
		if b.out = append(b.out, v); v == 0xff {
			b.out = append(b.out, 0)
		}
	}
}

func (b *bits) align() {
	for b.n > 0 {
		b.write(1, 1)
	}
}

// code is a Huffman code as it is noted in a file.
type code struct {
	counts  [16]byte
	symbols []byte
}

// of returns the code of a symbol and its length.
func (c code) of(symbol byte) (value, length int) {
	place := 0
	for i, n := range c.counts {
		for range n {
			if c.symbols[place] == symbol {
				return value, i + 1
			}
			value, place = value+1, place+1
		}
		value <<= 1
	}
	panic("no code")
}

// codeFor returns a code of some symbols: all of 8 bits, or the first ones short and all others of 16.
func codeFor(symbols []byte, long bool) code {
	c := code{symbols: symbols}
	if !long {
		c.counts[7] = byte(len(symbols))
		return c
	}
	left := len(symbols)
	for i := 0; i < 8 && left > 1; i++ {
		c.counts[i], left = 1, left-1
	}
	c.counts[15] = byte(left)
	return c
}

func segment(marker byte, body ...byte) []byte {
	return append(binary.BigEndian.AppendUint16([]byte{0xff, marker}, uint16(len(body)+2)), body...)
}

// file returns the bytes of the file.
func (s specimen) file() []byte {
	r := rand.New(rand.NewPCG(s.seed, 7))
	components := 3
	if s.grey {
		components = 1
	}
	out := []byte{0xff, 0xd8}
	out = append(out, segment(jpegAPP0, []byte("JFIF\x00\x01\x01\x00\x00\x01\x00\x01\x00\x00")...)...)
	var steps []int // of the DC coefficients
	for place := range 2 {
		body := []byte{byte(place)}
		if s.wide {
			body[0] |= 0x10
		}
		for i := range 64 {
			step := 1 + r.IntN(max(s.steps, 1))
			if i == 0 {
				steps = append(steps, step)
			}
			if s.twelve {
				step *= 16
			}
			if s.wide {
				body = append(body, byte(step>>8))
			}
			body = append(body, byte(step))
		}
		out = append(out, segment(jpegDQT, body...)...)
	}
	frame := []byte{8, byte(s.height >> 8), byte(s.height), byte(s.width >> 8), byte(s.width), byte(components)}
	scan := []byte{byte(components)}
	for i := range components {
		sampling := s.luma
		if i > 0 {
			sampling = 0x11
		}
		frame = append(frame, byte(i+1), sampling, byte(min(i, 1)))
		scan = append(scan, byte(i+1), byte(min(i, 1)*0x11))
	}
	sof := byte(jpegSOF0)
	if s.extended {
		sof = jpegSOF1
	}
	if s.twelve {
		frame[0] = 12
	}
	out = append(out, segment(sof, frame...)...)
	var dcSymbols, acSymbols []byte
	for size := range byte(12) {
		dcSymbols = append(dcSymbols, size)
	}
	acSymbols = append(acSymbols, 0, 0xf0)
	for run := range byte(16) {
		for size := byte(1); size <= 10; size++ {
			acSymbols = append(acSymbols, run<<4|size)
		}
	}
	dc, ac := codeFor(dcSymbols, s.long), codeFor(acSymbols, s.long)
	for i := range byte(2) {
		out = append(out, segment(jpegDHT, append(append([]byte{i}, dc.counts[:]...), dc.symbols...)...)...)
		out = append(out, segment(jpegDHT, append(append([]byte{0x10 | i}, ac.counts[:]...), ac.symbols...)...)...)
	}
	if s.interval > 0 {
		out = append(out, segment(jpegDRI, byte(s.interval>>8), byte(s.interval))...)
	}
	out = append(out, segment(jpegSOS, append(scan, 0, 63, 0)...)...)
	blocks := []int{int(s.luma>>4) * int(s.luma&15), 1, 1}
	across, down := (s.width+8*int(s.luma>>4)-1)/(8*int(s.luma>>4)), (s.height+8*int(s.luma&15)-1)/(8*int(s.luma&15))
	if s.grey {
		blocks, across, down = []int{1}, (s.width+7)/8, (s.height+7)/8
	}
	b := &bits{}
	predictions := make([]int, 3)
	for group := range across * down {
		if s.interval > 0 && group > 0 && group%s.interval == 0 {
			b.align()
			b.out = append(b.out, 0xff, byte(jpegRST0+(group/s.interval-1)%8))
			clear(predictions)
		}
		for i, n := range blocks {
			for range n {
				s.block(b, r, dc, ac, &predictions[i], steps[min(i, 1)])
			}
		}
	}
	b.align()
	return append(append(out, b.out...), 0xff, jpegEOI)
}

// block writes a block of lots, as far as they are such as pictures have.
func (s specimen) block(b *bits, r *rand.Rand, dc, ac code, prediction *int, step int) {
	value := func(c code, run, size, v int) {
		symbol, n := c.of(byte(run<<4 | size))
		b.write(symbol, n)
		b.write(v, size)
	}
	for {
		size := r.IntN(5)
		v := r.IntN(1 << size)
		difference := 0
		if size > 0 {
			difference = int(extend(int32(v), uint(size)))
		}
		if n := (*prediction + difference) * step; -1000 < n && n < 1000 {
			value(dc, 0, size, v)
			*prediction += difference
			break
		}
	}
	mostSize := max(1, min(4, mathbits.Len(uint(64/s.steps))))
	run := 0
	for place := 1; place < 64; place++ {
		if r.IntN(64) >= s.dense {
			run++
			continue
		}
		for ; run > 15; run -= 16 {
			v, n := ac.of(0xf0)
			b.write(v, n)
		}
		size := 1 + r.IntN(mostSize)
		value(ac, run, size, r.IntN(1<<size))
		run = 0
	}
	if run > 0 {
		v, n := ac.of(0)
		b.write(v, n)
	}
}

// specimens are files of all kinds that are read.
func specimens() map[string]specimen {
	return map[string]specimen{
		"grey":                      {width: 40, height: 33, luma: 0x11, grey: true, dense: 9, steps: 9},
		"grey, odd sampling":        {width: 40, height: 33, luma: 0x22, grey: true, dense: 9, steps: 9},
		"4:4:4":                     {width: 33, height: 24, luma: 0x11, dense: 20, steps: 5},
		"4:2:2":                     {width: 47, height: 16, luma: 0x21, dense: 5, steps: 20},
		"4:4:0":                     {width: 16, height: 50, luma: 0x12, dense: 5, steps: 20},
		"4:2:0":                     {width: 100, height: 70, luma: 0x22, dense: 4, steps: 20},
		"4:1:1":                     {width: 70, height: 20, luma: 0x41, dense: 4, steps: 20},
		"4:1:0":                     {width: 70, height: 33, luma: 0x42, dense: 4, steps: 20},
		"one pixel":                 {width: 1, height: 1, luma: 0x22, dense: 30, steps: 3},
		"restarts":                  {width: 100, height: 70, luma: 0x22, dense: 4, steps: 20, interval: 3},
		"a restart at every group":  {width: 200, height: 70, luma: 0x11, dense: 4, steps: 20, interval: 1},
		"long codes":                {width: 100, height: 70, luma: 0x22, dense: 8, steps: 8, long: true},
		"all coefficients":          {width: 60, height: 60, luma: 0x22, dense: 64, steps: 2, long: true},
		"the first coefficients":    {width: 60, height: 60, luma: 0x22, dense: 0, steps: 30},
		"larger than the window":    {width: 1000, height: 300, luma: 0x22, dense: 30, steps: 3},
		"steps of 16 bits":          {width: 30, height: 30, luma: 0x11, dense: 1, steps: 300, wide: true},
		"extended":                  {width: 30, height: 30, luma: 0x22, dense: 6, steps: 9, extended: true},
		"as large, with long codes": {width: 800, height: 300, luma: 0x42, dense: 40, steps: 2, long: true, interval: 77},
	}
}
