package corpustest

import (
	"bytes"
	"encoding/binary"
	"hash/crc32"
	"math/rand/v2"
	"slices"

	"github.com/quell-project/quell/internal/pipeline/media/mediatest"
)

// Mutate returns a file made of a sound one, and for some of the ways also of another: bits and bytes changed, ends cut off, numbers that may be
// lengths or sizes replaced by extreme ones, pieces removed, doubled, exchanged, and taken from the other.
func Mutate(r *rand.Rand, file, other []byte) []byte {
	file = slices.Clone(file)
	for again := true; again && len(file) > 0; again = r.IntN(3) == 0 {
		file = ways[r.IntN(len(ways))](r, file, other)
	}
	if r.IntN(4) > 0 {
		repair(file)
	}
	return file
}

// repair makes the checksums of a PNG right again, without which no reader goes on.
func repair(file []byte) {
	if !bytes.HasPrefix(file, []byte(mediatest.PNGSignature)) {
		return
	}
	for file = file[len(mediatest.PNGSignature):]; len(file) >= 12; {
		n := uint64(binary.BigEndian.Uint32(file))
		if n > uint64(len(file)-12) {
			return
		}
		binary.BigEndian.PutUint32(file[8+n:], crc32.ChecksumIEEE(file[4:8+n]))
		file = file[12+n:]
	}
}

var ways = []func(r *rand.Rand, file, other []byte) []byte{
	flipBits, changeBytes, cutOff, changeNumber, changeNumber, changeHead, removePiece, doublePiece, exchangePieces, splice, insertOther, changeRecord, append0,
}

func flipBits(r *rand.Rand, file, _ []byte) []byte {
	for range 1 + r.IntN(8) {
		file[r.IntN(len(file))] ^= 1 << r.IntN(8)
	}
	return file
}

func changeBytes(r *rand.Rand, file, _ []byte) []byte {
	at := r.IntN(len(file))
	for i := range file[at:min(len(file), at+1+r.IntN(8))] {
		file[at+i] = byte(r.IntN(256))
	}
	return file
}

func cutOff(r *rand.Rand, file, _ []byte) []byte { return file[:r.IntN(len(file))] }

// extremes are numbers at which readers go wrong.
var extremes = []uint64{0, 1, 2, 7, 0x7f, 0x80, 0xff, 0x100, 0x7fff, 0x8000, 0xffff, 0x10000, 0xffffff, 0x7fffffff, 0x80000000, 0xfffffffe, 0xffffffff, 1 << 40, 1<<63 - 1, 1<<64 - 1}

// changeNumber puts an extreme number, or one near to what is there, in one of the ways in which formats write numbers.
func changeNumber(r *rand.Rand, file, _ []byte) []byte { return numberIn(r, file, len(file)) }

// changeHead does so near the beginning, where sizes are.
func changeHead(r *rand.Rand, file, _ []byte) []byte { return numberIn(r, file, min(len(file), 64)) }

func numberIn(r *rand.Rand, file []byte, within int) []byte {
	var orders = []binary.ByteOrder{binary.LittleEndian, binary.BigEndian}
	order, size := orders[r.IntN(2)], 1<<r.IntN(4)
	if within < size {
		return file
	}
	at := file[r.IntN(within-size+1):][:size]
	value := extremes[r.IntN(len(extremes))]
	if r.IntN(3) == 0 {
		near := uint64(r.IntN(9)) - 4
		switch size {
		case 1:
			value = uint64(at[0]) + near
		case 2:
			value = uint64(order.Uint16(at)) + near
		case 4:
			value = uint64(order.Uint32(at)) + near
		case 8:
			value = order.Uint64(at) + near
		}
	}
	switch size {
	case 1:
		at[0] = byte(value)
	case 2:
		order.PutUint16(at, uint16(value))
	case 4:
		order.PutUint32(at, uint32(value))
	case 8:
		order.PutUint64(at, value)
	}
	return file
}

// piece is a random piece of a file.
func piece(r *rand.Rand, file []byte) (from, to int) {
	from = r.IntN(len(file))
	return from, from + r.IntN(min(len(file)-from, 1<<r.IntN(14))+1)
}

func removePiece(r *rand.Rand, file, _ []byte) []byte {
	from, to := piece(r, file)
	return slices.Delete(file, from, to)
}

func doublePiece(r *rand.Rand, file, _ []byte) []byte {
	from, to := piece(r, file)
	copies := bytes.Repeat(file[from:to], 1+r.IntN(4))
	return slices.Insert(file, to, copies...)
}

func exchangePieces(r *rand.Rand, file, _ []byte) []byte {
	a, b := piece(r, file)
	c := min(len(file), b+r.IntN(len(file)))
	return slices.Concat(file[:a], file[b:c], file[a:b], file[c:])
}

// splice goes on with the other file somewhere.
func splice(r *rand.Rand, file, other []byte) []byte {
	if len(other) == 0 {
		return file
	}
	return slices.Concat(file[:r.IntN(len(file)+1)], other[r.IntN(len(other)):])
}

func insertOther(r *rand.Rand, file, other []byte) []byte {
	if len(other) == 0 {
		return file
	}
	from, to := piece(r, other)
	return slices.Insert(file, r.IntN(len(file)+1), other[from:to]...)
}

// marks are what records of the formats begin with.
var marks = []string{"IHDR", "IDAT", "acTL", "fcTL", "fdAT", "IEND", "\xff\xda", "\xff\xc0", "\xff\xc4", "\xff\xdb", "VP8L", "VP8X", "ANMF", "\x21\xf9", "\x2c\x00",
	"PK\x01\x02", "PK\x03\x04", "PK\x05\x06", "ustar", "\x01\x04\x06", "\x17\x06", "\x07\x0b", "<image", "data:", "base64,", "\x31\x41\x59\x26\x53\x59", "II*\x00", "iloc", "ispe", "ipma", "av1C"}

// changeRecord changes a number right before or behind the mark of a record, where its length is, or the mark itself.
func changeRecord(r *rand.Rand, file, other []byte) []byte {
	first := r.IntN(len(marks))
	for i := range marks {
		mark := marks[(first+i)%len(marks)]
		if at := bytes.Index(file, []byte(mark)); at >= 0 {
			from, to := max(0, at-8), min(len(file), at+len(mark)+32)
			numberIn(r, file[from:to], to-from)
			return file
		}
	}
	return changeNumber(r, file, other)
}

func append0(r *rand.Rand, file, _ []byte) []byte { return append(file, make([]byte, r.IntN(2000))...) }
