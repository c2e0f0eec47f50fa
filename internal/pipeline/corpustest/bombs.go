package corpustest

import (
	"archive/tar"
	"bytes"
	"compress/flate"
	"compress/zlib"
	"encoding/binary"
	"fmt"
	"hash/crc32"
	"image"
	"image/color"
	"image/gif"
	"io"
	"math/rand/v2"
	"slices"
	"strings"

	"github.com/quell-project/quell/internal/pipeline/media/mediatest"
)

// Bomb is a file made to overrun whoever opens it.
type Bomb struct {
	Name string
	Make func() []byte
}

// Bombs lists the bombs.
func Bombs() []Bomb {
	return []Bomb{
		{"pixel bomb", func() []byte { return pngOfSize(120_000, 100_000, Deflated(8<<20)) }},
		{"PNG of a million chunks", func() []byte {
			return pngWith(bytes.Repeat(mediatest.PNGChunk("tIME", 7, 234, 1, 1, 0, 0, 0), 1_000_000))
		}},
		{"PNG of a million frames", pngOfFrames},
		{"PNG with a huge text", func() []byte {
			return pngWith(mediatest.PNGChunk("zTXt", append([]byte("a\x00\x00"), Deflated(32<<20)...)...))
		}},
		{"PNG with a huge profile", func() []byte {
			return pngWith(mediatest.PNGChunk("iCCP", append([]byte("a\x00\x00"), Deflated(32<<20)...)...))
		}},
		{"GIF of 100,000 frames", gifOfFrames},
		{"TIFF of 100,000 directories", func() []byte { return tiffOfDirectories(100_000, false) }},
		{"TIFF whose directories form a ring", func() []byte { return tiffOfDirectories(1000, true) }},
		{"zip of zips of zips", zipOfZips},
		{"zip of one huge file", func() []byte { return Zip(File{"zeros", make([]byte, 32<<20)}) }},
		{"zip whose files are one", overlappingZip},
		{"zip whose files are quoted", quotingZip},
		{"zip of half a million files", zipOfFiles},
		{"gzip of gzips", gzipOfGzips},
		{"gzip of zeros", func() []byte { return Gzip("zeros", make([]byte, 32<<20)) }},
		{"Zstandard of zeros", zstdOfZeros},
		{"bzip2 of zeros", bzip2OfZeros},
		{"tar in tar in tar", tarInTar},
		{"sparse tar of a terabyte", sparseTar},
		{"gzip that holds itself", Quine},
		{"7z of one huge file", func() []byte { return SevenZip(SevenZipLZMA2, File{"zeros", make([]byte, 32<<20)}) }},
		{"7z of four billion files", func() []byte { return SevenZipFile(nil, append([]byte{1, 5}, SevenZipNumber(1<<32)...)) }},
		{"7z of half a million files", sevenZipOfFiles},
		{"7z with a dictionary of 4 GiB", sevenZipOfDictionary},
		{"7z with a packed directory of 3 GiB", sevenZipOfDirectory},
		{"7z of sixty thousand folders", sevenZipOfFolders},
		{"7z in 7z in 7z", sevenZipInSevenZip},
		{"SVG of a billion laughs", billionLaughs},
		{"SVG of endless depth", func() []byte { return []byte("<svg>" + strings.Repeat("<g>", 1_000_000) + "</svg>") }},
		{"SVG of a million pictures", func() []byte { return []byte("<svg>" + strings.Repeat(`<image href="data:,x"/>`, 500_000) + "</svg>") }},
	}
}

// Deflated packs so many zeros.
func Deflated(zeros int) []byte {
	return packed(make([]byte, zeros), func(w io.Writer) (io.WriteCloser, error) { return zlib.NewWriter(w), nil })
}

// pngOfSize is a PNG that says it has some size, with whatever for its pixels.
func pngOfSize(width, height uint32, pixels []byte) []byte {
	head := binary.BigEndian.AppendUint32(binary.BigEndian.AppendUint32(nil, width), height)
	out := append([]byte(mediatest.PNGSignature), mediatest.PNGChunk("IHDR", append(head, 8, 0, 0, 0, 0)...)...)
	return append(append(out, mediatest.PNGChunk("IDAT", pixels...)...), mediatest.PNGChunk("IEND")...)
}

// pngWith puts chunks behind the header of a small picture.
func pngWith(chunks []byte) []byte {
	file := PNG(drawing(rand.New(rand.NewPCG(1, 1)), 64, 64))
	const header = 8 + 25
	return bytes.Join([][]byte{file[:header], chunks, file[header:]}, nil)
}

func pngOfFrames() []byte {
	img := image.NewNRGBA(image.Rect(0, 0, 1, 1))
	img.Set(0, 0, color.NRGBA{1, 2, 3, 255})
	file := animatedPNG(img, img)
	at := bytes.LastIndex(file, []byte("fcTL")) - 4
	end := len(file) - 12
	return bytes.Join([][]byte{file[:at], bytes.Repeat(file[at:end], 300_000), file[end:]}, nil)
}

func gifOfFrames() []byte {
	img := image.NewPaletted(image.Rect(0, 0, 100, 100), color.Palette{color.Black, color.White})
	file := written(func(b *bytes.Buffer) error {
		return gif.EncodeAll(b, &gif.GIF{Image: []*image.Paletted{img}, Delay: []int{10}})
	})
	at := bytes.LastIndex(file, []byte{0x21, 0xf9}) // where the frame begins
	return append(append(file[:at:at], bytes.Repeat(file[at:len(file)-1], 100_000)...), 0x3b)
}

func tiffOfDirectories(n int, ring bool) []byte {
	const size = 2 + 8*12 + 4
	out := []byte("II*\x00\x08\x00\x00\x00")
	le := binary.LittleEndian
	for i := range n {
		out = append(out, 8, 0)
		for _, entry := range [][2]uint32{{256, 1}, {257, 1}, {258, 8}, {259, 1}, {262, 1}, {273, 0}, {278, 1}, {279, 1}} {
			out = le.AppendUint16(out, uint16(entry[0]))
			out = append(out, 4, 0, 1, 0, 0, 0)
			out = le.AppendUint32(out, entry[1])
		}
		switch {
		case i < n-1:
			out = le.AppendUint32(out, uint32(8+(i+1)*size))
		case ring:
			out = le.AppendUint32(out, 8)
		default:
			out = le.AppendUint32(out, 0)
		}
	}
	return out
}

// zipOfZips is like 42.zip: sixteen zips in a zip, five times over, and a file of zeros at the bottom of each.
func zipOfZips() []byte {
	inner := Zip(File{"0.dll", make([]byte, 4<<20)})
	for level := range 5 {
		var files []File
		for i := range 16 {
			files = append(files, File{fmt.Sprintf("level %d, %x.zip", level, i), inner})
		}
		inner = Zip(files...)
	}
	return inner
}

// rawEntry is a file of a zip that is written by hand.
type rawEntry struct {
	name             string
	at               int
	packed, unpacked uint32
	crc              uint32
	method           uint16
	flags            uint16
}

func (e rawEntry) local() []byte {
	le := binary.LittleEndian
	h := le.AppendUint16([]byte("PK\x03\x04\x14\x00"), e.flags)
	h = le.AppendUint16(h, e.method)
	h = append(h, 0, 0, 0, 0)
	h = le.AppendUint32(le.AppendUint32(le.AppendUint32(h, e.crc), e.packed), e.unpacked)
	h = le.AppendUint16(le.AppendUint16(h, uint16(len(e.name))), 0)
	return append(h, e.name...)
}

func (e rawEntry) central() []byte {
	le := binary.LittleEndian
	h := le.AppendUint16([]byte("PK\x01\x02\x14\x00\x14\x00"), e.flags)
	h = le.AppendUint16(h, e.method)
	h = append(h, 0, 0, 0, 0)
	h = le.AppendUint32(le.AppendUint32(le.AppendUint32(h, e.crc), e.packed), e.unpacked)
	h = le.AppendUint16(h, uint16(len(e.name)))
	h = append(h, make([]byte, 12)...)
	return append(le.AppendUint32(h, uint32(e.at)), e.name...)
}

// withDirectory puts the directory of entries behind what they lie in.
func withDirectory(body []byte, entries []rawEntry) []byte {
	le := binary.LittleEndian
	var dir []byte
	for _, e := range entries {
		dir = append(dir, e.central()...)
	}
	n := uint16(len(entries))
	end := le.AppendUint16(le.AppendUint16([]byte("PK\x05\x06\x00\x00\x00\x00"), n), n)
	end = le.AppendUint32(le.AppendUint32(end, uint32(len(dir))), uint32(len(body)))
	return append(append(body, dir...), append(end, 0, 0)...)
}

// overlappingZip has one packed file, and 250 entries in its directory that all mean it.
func overlappingZip() []byte {
	zeros := make([]byte, 16<<20)
	e := rawEntry{name: "zeros", unpacked: uint32(len(zeros)), crc: crc32.ChecksumIEEE(zeros), method: 8}
	packed := raw(zeros)
	e.packed = uint32(len(packed))
	body := append(e.local(), packed...)
	var entries []rawEntry
	for range 250 {
		entries = append(entries, e)
	}
	return withDirectory(body, entries)
}

func raw(data []byte) []byte {
	return packed(data, func(w io.Writer) (io.WriteCloser, error) { return flate.NewWriter(w, flate.BestCompression) })
}

// quotingZip is a bomb after David Fifield (A better zip bomb, 2019): each file begins with a stored block of deflate that quotes the header of the
// next, and then goes on as that one does, down to one kernel of zeros. So every file is a stream of its own, and all of them are the same bytes.
func quotingZip() []byte {
	kernel := make([]byte, 4<<20)
	packed := raw(kernel)
	const files = 200
	entries := make([]rawEntry, files)
	body := packed
	plain := uint32(len(kernel))
	for i := files - 1; i >= 0; i-- {
		e := rawEntry{name: fmt.Sprintf("%03d", i), packed: uint32(len(body)), unpacked: plain, method: 8}
		header := e.local()
		entries[i] = e
		if i > 0 {
			quote := binary.LittleEndian.AppendUint16([]byte{0}, uint16(len(header)))
			quote = binary.LittleEndian.AppendUint16(quote, ^uint16(len(header)))
			body = bytes.Join([][]byte{quote, header, body}, nil)
			plain += uint32(len(header))
		} else {
			body = append(header, body...)
		}
	}
	at := 0
	for i := range entries {
		entries[i].at = at
		at += len(entries[i].local()) + 5
	}
	return withDirectory(body, entries)
}

// zipOfFiles has half a million empty files.
func zipOfFiles() []byte {
	const files = 500_000
	e := rawEntry{name: "x"}
	local, central := e.local(), e.central()
	body := bytes.Repeat(local, files)
	dir := bytes.Repeat(central, files)
	le := binary.LittleEndian
	for i := range files {
		le.PutUint32(dir[i*len(central)+42:], uint32(i*len(local)))
	}
	n := uint16(files & 0xffff) // all that fits
	end := le.AppendUint16(le.AppendUint16([]byte("PK\x05\x06\x00\x00\x00\x00"), n), n)
	end = le.AppendUint32(le.AppendUint32(end, uint32(len(dir))), uint32(len(body)))
	return slices.Concat(body, dir, end, []byte{0, 0})
}

func gzipOfGzips() []byte {
	data := []byte("Herons nest in March.")
	for range 200 {
		data = Gzip("", data)
	}
	return data
}

// zstdOfZeros says, in four bytes for every 128 KiB, that one byte is repeated.
func zstdOfZeros() []byte {
	out := []byte{0x28, 0xb5, 0x2f, 0xfd, 0x00, 0x58} // a window of 2 MiB
	const blocks = 8000
	for i := range blocks {
		header := uint32(128<<10)<<3 | 1<<1 // repeated
		if i == blocks-1 {
			header |= 1
		}
		out = append(out, byte(header), byte(header>>8), byte(header>>16), 0)
	}
	return out
}

// bzip2OfZeros holds one block a hundred thousand times: 900 zeros of any number pack into some twenty bytes after the runs are written as runs.
func bzip2OfZeros() []byte {
	one := Bzip2(make([]byte, 259*300))
	return bytes.Repeat(one, 2000) // streams may follow one another
}

func tarInTar() []byte {
	data := []byte("Herons nest in March.")
	for i := range 300 {
		data = Tar(File{fmt.Sprintf("%d.tar", i), data})
	}
	return data
}

// sparseTar says that a file of a few bytes has holes of a terabyte, in the old way of GNU.
func sparseTar() []byte {
	file := TarOf([]tar.Header{{Typeflag: tar.TypeReg, Name: "holes", Size: 512, Mode: 0o644, Format: tar.FormatGNU}}, []File{{Data: make([]byte, 512)}})
	h := file[:512]
	h[156] = 'S'
	put := func(at int, value uint64) { // a binary number, since octal digits do not do
		copy(h[at:], []byte{0x80, 0, 0, 0})
		binary.BigEndian.PutUint64(h[at+4:], value)
	}
	put(386, 1<<40) // where the only piece lies
	put(398, 512)
	put(483, 1<<40+512)
	copy(h[148:], "        ")
	sum := 0
	for _, b := range h {
		sum += int(b)
	}
	copy(h[148:], fmt.Sprintf("%06o\x00 ", sum))
	return file
}

func billionLaughs() []byte {
	var b strings.Builder
	b.WriteString("<?xml version=\"1.0\"?>\n<!DOCTYPE svg [\n<!ENTITY a \"ha\">\n")
	for c := 'b'; c <= 'k'; c++ {
		fmt.Fprintf(&b, "<!ENTITY %c \"%s\">\n", c, strings.Repeat(fmt.Sprintf("&%c;", c-1), 10))
	}
	b.WriteString("]>\n<svg xmlns=\"http://www.w3.org/2000/svg\"><text>&k;</text></svg>\n")
	return []byte(b.String())
}
