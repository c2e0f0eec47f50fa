package archive

import (
	"bufio"
	"bytes"
	"cmp"
	"compress/flate"
	"context"
	"encoding/binary"
	"errors"
	"fmt"
	"io"
	"math"
	"strings"

	"github.com/ulikunitz/xz/lzma"
)

// coder is a step in which a folder of a 7z is packed.
type coder struct {
	id         string // as bytes
	properties []byte
	in, out    int // streams
}

// coderAES begins the ids of all that is encrypted.
const coderAES = "\x06\xf1\x07"

// method is what is known of a way to pack.
type method struct {
	name   string
	unpack func(p packing, properties []byte, r io.Reader) (io.ReadCloser, *Error) // nil: it is known by name and cannot be unpacked
}

// methods are the ways to pack by their ids.
var methods = map[string]method{
	"\x00": {"storing", func(_ packing, _ []byte, r io.Reader) (io.ReadCloser, *Error) { return io.NopCloser(r), nil }},

	"\x03\x01\x01": {"LZMA", packing.lzma},
	"\x21":         {"LZMA2", packing.lzma2},

	"\x04\x01\x08":     {"deflate", func(_ packing, _ []byte, r io.Reader) (io.ReadCloser, *Error) { return flate.NewReader(r), nil }},
	"\x04\x02\x02":     {"bzip2", func(p packing, _ []byte, r io.Reader) (io.ReadCloser, *Error) { return newBzip2(p.ctx, p.budget, r) }},
	"\x04\xf7\x11\x01": {"Zstandard", func(p packing, _ []byte, r io.Reader) (io.ReadCloser, *Error) { return newZstd(p.ctx, p.budget, r) }},

	"\x03": {name: "Delta"}, "\x04": {name: "BCJ"}, "\x03\x03\x01\x03": {name: "BCJ"}, "\x03\x03\x01\x1b": {name: "BCJ2"}, "\x05": {name: "PPC"},
	"\x06": {name: "IA64"}, "\x07": {name: "ARM"}, "\x08": {name: "ARMT"}, "\x09": {name: "SPARC"}, "\x0a": {name: "ARM64"}, "\x0b": {name: "RISCV"},
	"\x03\x04\x01": {name: "PPMd"}, "\x04\x01\x09": {name: "Deflate64"}, "\x04\xf7\x11\x02": {name: "Brotli"}, "\x04\xf7\x11\x04": {name: "LZ4"},
}

// unreadable says why a folder cannot be unpacked; nil if it can. What takes more than one step, as programs do, is not unpacked: each step could
// undo what the limits of the next one are worth.
func (f *folder) unreadable() *Error {
	var names []string
	for _, c := range f.coders {
		if strings.HasPrefix(c.id, coderAES) {
			return unsupported("It is encrypted.")
		}
		names = append(names, cmp.Or(methods[c.id].name, fmt.Sprintf("method %x", c.id)))
	}
	switch {
	case len(names) > 1:
		return unsupported("It is packed by %s one over another, which cannot be unpacked.", strings.Join(names, ", "))
	case f.coders[0].in != 1, f.coders[0].out != 1, f.streams != 1:
		return damaged(errors.New("a method with other than one stream"))
	case methods[f.coders[0].id].unpack == nil:
		return unsupported("It is packed by %s, which cannot be unpacked.", names[0])
	}
	return nil
}

// packing is what is known of a stream before it is unpacked, some of which may be a lie.
type packing struct {
	ctx              context.Context // at whose end the memory of the unpacker is given back
	budget           *Budget
	packed, unpacked int64 // bytes
}

// lzmaDictionary is how far back LZMA may refer, in bytes, which its unpacker has to have at hand: as far as the strongest setting that packers had
// for twenty years. Newer ones go further, in files that are larger.
const lzmaDictionary = 64 << 20

// lzma reads LZMA, whose properties are one byte for how literals are predicted, and the size of the dictionary.
func (p packing) lzma(properties []byte, r io.Reader) (io.ReadCloser, *Error) {
	const most = 9 * 5 * 5
	if len(properties) != 5 || properties[0] >= most {
		return nil, damaged(errors.New("properties of LZMA that there are not"))
	}
	literal := properties[0] % 9 // bits of context
	position := properties[0] / 9 % 5
	dictionary, e := p.dictionary(int64(binary.LittleEndian.Uint32(properties[1:])), 0x300*2<<(literal+position))
	if e != nil {
		return nil, e
	}
	// The library reads files of this kind, which begin with what stands in the directory here.
	header := binary.LittleEndian.AppendUint32([]byte{properties[0]}, uint32(dictionary))
	header = binary.LittleEndian.AppendUint64(header, uint64(p.unpacked))
	u, err := lzma.ReaderConfig{DictCap: int(dictionary)}.NewReader(bufio.NewReader(io.MultiReader(bytes.NewReader(header), r)))
	if err != nil {
		return nil, asError(err)
	}
	return io.NopCloser(&inPieces{u}), nil
}

// lzma2 reads LZMA2, which has one byte for the size of the dictionary: two bits of it, and how often they are doubled.
func (p packing) lzma2(properties []byte, r io.Reader) (io.ReadCloser, *Error) {
	const all = 40
	if len(properties) != 1 || properties[0] > all {
		return nil, damaged(errors.New("properties of LZMA2 that there are not"))
	}
	size := int64(math.MaxUint32)
	if b := properties[0]; b < all {
		size = int64(2|b&1) << (b/2 + 11)
	}
	dictionary, e := p.dictionary(size, 0x300*2<<4)
	if e != nil {
		return nil, e
	}
	u, err := lzma.Reader2Config{DictCap: int(dictionary)}.NewReader2(bufio.NewReader(r))
	if err != nil {
		return nil, asError(err)
	}
	return io.NopCloser(&inPieces{u}), nil
}

// dictionary returns how large a dictionary has to be, and reserves memory for it and for the probabilities of literals. It need not be larger than
// what can come out at all, by what is said of it or within the budget, so that a small file cannot ask for a large one.
func (p packing) dictionary(asked, literals int64) (int64, *Error) {
	const ahead = 1 << 20 // what is unpacked beyond a limit before it is noticed
	size := max(min(asked, p.unpacked, p.budget.Bytes+ahead, p.budget.Ratio*p.packed+small+ahead), lzma.MinDictCap)
	if size > lzmaDictionary {
		return 0, unsupported("It needs a dictionary of %s bytes, limit %s.", grouped(size), grouped(lzmaDictionary))
	}
	return size, p.budget.reserve(p.ctx, size+literals)
}

// inPieces unpacks a little at a time, so that limits are looked at in between.
type inPieces struct{ io.Reader }

// Read reads a little.
func (r *inPieces) Read(p []byte) (int, error) { return r.Reader.Read(p[:min(len(p), 64<<10)]) }
