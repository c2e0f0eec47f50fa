package corpustest

import (
	"bytes"
	"encoding/binary"
	"hash/crc32"
	"io"
	"unicode/utf16"

	"github.com/ulikunitz/xz/lzma"
)

// SevenZipMethod packs a folder of a 7z: it names the method, its properties, and packs.
type SevenZipMethod struct {
	ID, Properties []byte
	Pack           func(data []byte) []byte
}

// The methods of 7z that can be written.
var (
	SevenZipStored  = SevenZipMethod{ID: []byte{0}, Pack: func(data []byte) []byte { return data }}
	SevenZipLZMA    = SevenZipMethod{ID: []byte{3, 1, 1}, Properties: []byte{0x5d, 0, 0, 1, 0}, Pack: packLZMA} // a dictionary of 64 KiB
	SevenZipLZMA2   = SevenZipMethod{ID: []byte{0x21}, Properties: []byte{8}, Pack: packLZMA2}                  // the same
	SevenZipDeflate = SevenZipMethod{ID: []byte{4, 1, 8}, Pack: raw}
	SevenZipBzip2   = SevenZipMethod{ID: []byte{4, 2, 2}, Pack: Bzip2}
	SevenZipZstd    = SevenZipMethod{ID: []byte{4, 0xf7, 0x11, 1}, Properties: []byte{1, 5, 3, 0, 0}, Pack: Zstd}
)

const sevenZipDictionary = 64 << 10

func packLZMA(data []byte) []byte {
	config := lzma.WriterConfig{DictCap: sevenZipDictionary, Size: int64(len(data)), SizeInHeader: true}
	file := packed(data, func(w io.Writer) (io.WriteCloser, error) { return config.NewWriter(w) })
	return file[lzma.HeaderLen:] // which a 7z has in its directory
}

func packLZMA2(data []byte) []byte {
	config := lzma.Writer2Config{DictCap: sevenZipDictionary}
	return packed(data, func(w io.Writer) (io.WriteCloser, error) { return config.NewWriter2(w) })
}

// SevenZip is a 7z in which all files lie in one folder, with a packed directory, as packers write it.
func SevenZip(m SevenZipMethod, files ...File) []byte { return sevenZipOf(m, files, true, true) }

// PlainSevenZip is a 7z in which each file is a folder of its own, with a directory that is not packed.
func PlainSevenZip(m SevenZipMethod, files ...File) []byte { return sevenZipOf(m, files, false, false) }

func sevenZipOf(m SevenZipMethod, files []File, solid, packed bool) []byte {
	var folders []SevenZipFolder
	for _, f := range files {
		switch {
		case len(f.Data) == 0: // it is only named
		case solid && len(folders) > 0:
			folders[0].Files = append(folders[0].Files, f.Data)
		default:
			folders = append(folders, SevenZipFolder{m, [][]byte{f.Data}})
		}
	}
	body, streams := SevenZipStreams(0, folders...)
	directory := append([]byte{1}, streams...)
	directory = append(append(directory, SevenZipFiles(files...)...), 0)
	if packed {
		stream, how := SevenZipStreams(len(body), SevenZipFolder{SevenZipLZMA, [][]byte{directory}})
		body, directory = append(body, stream...), append([]byte{0x17}, how[1:]...)
	}
	return SevenZipFile(body, directory)
}

// SevenZipFolder is what is packed as one: files one after another.
type SevenZipFolder struct {
	Method SevenZipMethod
	Files  [][]byte
}

// SevenZipStreams packs folders, and says in the way of a directory how they are packed and that they begin at some place.
func SevenZipStreams(place int, folders ...SevenZipFolder) (body, said []byte) {
	if len(folders) == 0 {
		return nil, nil
	}
	n := func(v int) []byte { return SevenZipNumber(uint64(v)) }
	count := n(len(folders))
	var packedSizes, coders, sizes, counts, fileSizes, sums []byte
	for _, f := range folders {
		data := bytes.Join(f.Files, nil)
		stream := f.Method.Pack(data)
		body = append(body, stream...)
		packedSizes = append(packedSizes, n(len(stream))...)
		sizes = append(sizes, n(len(data))...)
		coders = append(coders, SevenZipCoder(f.Method)...)
		counts = append(counts, n(len(f.Files))...)
		for i, file := range f.Files {
			if i < len(f.Files)-1 {
				fileSizes = append(fileSizes, n(len(file))...)
			}
			sums = binary.LittleEndian.AppendUint32(sums, crc32.ChecksumIEEE(file))
		}
	}
	said = bytes.Join([][]byte{
		{4, 6}, n(place), count, {9}, packedSizes, {0}, // what is packed
		{7, 11}, count, {0}, coders, {12}, sizes, {0}, // folders
		{8, 13}, counts, {9}, fileSizes, {10, 1}, sums, {0, 0}, // what lies in them
	}, nil)
	return body, said
}

// SevenZipCoder is a folder of one step.
func SevenZipCoder(m SevenZipMethod) []byte {
	flags := byte(len(m.ID))
	if m.Properties == nil {
		return append([]byte{1, flags}, m.ID...)
	}
	out := append([]byte{1, flags | 0x20}, m.ID...)
	return append(append(out, SevenZipNumber(uint64(len(m.Properties)))...), m.Properties...)
}

// SevenZipFiles lists files in the way of a directory. A name that ends in a slash is a folder.
func SevenZipFiles(files ...File) []byte {
	var streamless, empty []bool
	names := []byte{0}
	for _, f := range files {
		isFolder := len(f.Name) > 0 && f.Name[len(f.Name)-1] == '/'
		if streamless = append(streamless, len(f.Data) == 0); len(f.Data) == 0 {
			empty = append(empty, !isFolder)
		}
		for _, u := range utf16.Encode([]rune(f.Name)) {
			names = binary.LittleEndian.AppendUint16(names, u)
		}
		names = append(names, 0, 0)
	}
	out := append([]byte{5}, SevenZipNumber(uint64(len(files)))...)
	property := func(id byte, body []byte) {
		out = append(append(append(out, id), SevenZipNumber(uint64(len(body)))...), body...)
	}
	if len(empty) > 0 {
		property(14, bitsOf(streamless))
		property(15, bitsOf(empty))
	}
	property(17, names)
	return append(out, 0)
}

// bitsOf packs bits, highest first.
func bitsOf(list []bool) []byte {
	out := make([]byte, (len(list)+7)/8)
	for i, is := range list {
		if is {
			out[i/8] |= 0x80 >> (i % 8)
		}
	}
	return out
}

// SevenZipNumber is a number as it stands in a directory: the ones at the top of its first byte say how many more there are.
func SevenZipNumber(v uint64) []byte {
	for more := range 8 {
		if v>>(7*(more+1)) == 0 {
			first := ^byte(0xff>>more) | byte(v>>(8*more))
			return append([]byte{first}, binary.LittleEndian.AppendUint64(nil, v)[:more]...)
		}
	}
	return append([]byte{0xff}, binary.LittleEndian.AppendUint64(nil, v)...)
}

// SevenZipFile puts a directory behind what is packed.
func SevenZipFile(body, directory []byte) []byte {
	le := binary.LittleEndian
	where := le.AppendUint64(le.AppendUint64(nil, uint64(len(body))), uint64(len(directory)))
	where = le.AppendUint32(where, crc32.ChecksumIEEE(directory))
	out := le.AppendUint32([]byte("7z\xbc\xaf\x27\x1c\x00\x04"), crc32.ChecksumIEEE(where))
	return bytes.Join([][]byte{out, where, body, directory}, nil)
}
