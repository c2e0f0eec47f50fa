package corpustest

import (
	"bytes"
	"slices"
	"sort"
)

// Bzip2 packs a file of at most some ten thousand bytes into one block, as simply as the format lets it: the libraries read it and do not write it.
// All symbols have codes of eight bits but the last four, which have nine, so that little becomes smaller but runs.
func Bzip2(data []byte) []byte {
	var w msbWriter
	w.write('B', 8)
	w.write('Z', 8)
	w.write('h', 8)
	w.write('9', 8)
	sum := bzip2CRC(data)
	if len(data) > 0 {
		w.block(data, sum)
	}
	w.write(0x177245385090, 48)
	w.write(uint64(sum), 32) // of one block, that of all is the same
	w.write(0, 7)            // the last byte
	return w.out
}

// block writes one block.
func (w *msbWriter) block(data []byte, sum uint32) {
	last, origin := burrowsWheeler(runs(data))
	w.write(0x314159265359, 48)
	w.write(uint64(sum), 32)
	w.write(0, 1) // not randomised
	w.write(uint64(origin), 24)
	w.write(0xffff, 16) // all 256 bytes are in use
	for range 16 {
		w.write(0xffff, 16)
	}
	symbols := moveToFront(last)
	const inUse, short, group = 258, 254, 50
	groups := (len(symbols) + group - 1) / group
	w.write(2, 3) // tables, of which only the first is used
	w.write(uint64(groups), 15)
	for range groups {
		w.write(0, 1)
	}
	for range 2 {
		w.write(8, 5)
		for s := range inUse {
			if s == short {
				w.write(0b10, 2) // one bit longer
			}
			w.write(0, 1) // as long as the one before
		}
	}
	for _, s := range symbols { // canonical codes of one length count up
		if s < short {
			w.write(uint64(s), 8)
		} else {
			w.write(uint64(2*short+s-short), 9)
		}
	}
}

// runs writes four equal bytes as four and how many more there are.
func runs(data []byte) (out []byte) {
	for len(data) > 0 {
		n := 1
		for n < len(data) && n < 259 && data[n] == data[0] {
			n++
		}
		out = append(out, data[:min(n, 4)]...)
		if n >= 4 {
			out = append(out, byte(n-4))
		}
		data = data[n:]
	}
	return out
}

// burrowsWheeler returns the last column of the sorted rotations of a text, and the row in which the text itself is.
func burrowsWheeler(text []byte) (last []byte, origin int) {
	double := append(slices.Clone(text), text...)
	rows := make([]int, len(text))
	for i := range rows {
		rows[i] = i
	}
	sort.SliceStable(rows, func(a, b int) bool {
		return bytes.Compare(double[rows[a]:rows[a]+len(text)], double[rows[b]:rows[b]+len(text)]) < 0
	})
	for i, from := range rows {
		last = append(last, double[from+len(text)-1])
		if from == 0 {
			origin = i
		}
	}
	return last, origin
}

// moveToFront writes how far each byte is from where it was last seen, runs of zeros in a number system of the digits 1 and 2, and the end.
func moveToFront(text []byte) (symbols []int) {
	order := make([]byte, 256)
	for i := range order {
		order[i] = byte(i)
	}
	zeros := 0
	flush := func() {
		for ; zeros > 0; zeros = (zeros - 1) / 2 {
			symbols = append(symbols, (zeros-1)%2)
		}
	}
	for _, b := range text {
		at := bytes.IndexByte(order, b)
		if at == 0 {
			zeros++
			continue
		}
		flush()
		symbols = append(symbols, at+1)
		copy(order[1:at+1], order[:at])
		order[0] = b
	}
	flush()
	return append(symbols, 257)
}

// bzip2CRC is a CRC-32 whose bits run the other way.
func bzip2CRC(data []byte) uint32 {
	crc := ^uint32(0)
	for _, b := range data {
		crc ^= uint32(b) << 24
		for range 8 {
			if crc&(1<<31) != 0 {
				crc = crc<<1 ^ 0x04c11db7
			} else {
				crc <<= 1
			}
		}
	}
	return ^crc
}

// msbWriter writes bits, the highest first.
type msbWriter struct {
	out  []byte
	last uint64
	n    int
}

func (w *msbWriter) write(value uint64, n int) {
	for i := n - 1; i >= 0; i-- {
		w.last = w.last<<1 | value>>i&1
		if w.n++; w.n == 8 {
			w.out, w.last, w.n = append(w.out, byte(w.last)), 0, 0
		}
	}
}
