package archive

import (
	"math"
	"math/bits"
)

// What 7zFormat.txt, the description of the format, calls the parts of a directory.
const (
	sevenZipEnd = iota
	sevenZipHeader
	sevenZipProperties
	sevenZipOtherStreams
	sevenZipStreams
	sevenZipFileList
	sevenZipPackedStreams
	sevenZipFolders
	sevenZipSubStreams
	sevenZipSizes
	sevenZipSums
	sevenZipFolderList
	sevenZipUnpacked
	sevenZipCounts
	sevenZipNoStream
	sevenZipNoFolder
	sevenZipAnti
	sevenZipNames
	sevenZipPacked = 0x17
)

// sevenZip is a directory.
type sevenZip struct {
	streams
	files []entry
}

// streams says where what is packed lies, and how it is packed.
type streams struct {
	place   uint64   // where the first one begins
	packed  []uint64 // their sizes
	folders []folder
}

// folder is what is unpacked as one: files one after another.
type folder struct {
	coders   []coder
	streams  int      // packed ones that it takes
	outs     int      // streams that its coders make
	last     int      // of them, which one is the files
	unpacked uint64   // bytes of all its files
	sizes    []uint64 // of each
	summed   bool     // there is a checksum of it as a whole
}

// entry is what a directory says of a file.
type entry struct {
	name []byte // in UTF-16
	kind entryKind
}

type entryKind int8

const (
	sevenZipFile   entryKind = iota
	sevenZipEmpty            // a file of nothing, which is not packed
	sevenZipFolder           // a folder of names, or what is to be deleted
)

// readSevenZip reads a directory. None is one without files.
func readSevenZip(raw []byte) (*sevenZip, *Error) {
	var dir sevenZip
	if len(raw) == 0 {
		return &dir, nil
	}
	c := &cursor{rest: raw}
	c.expect(sevenZipHeader)
	id := c.byte()
	if id == sevenZipProperties {
		for c.byte() != sevenZipEnd {
			c.bytes(c.number())
		}
		id = c.byte()
	}
	if id == sevenZipOtherStreams {
		c.elsewhere(1)
	}
	if id == sevenZipStreams {
		dir.streams = c.streams()
		id = c.byte()
	}
	if id == sevenZipFileList {
		dir.files = c.files()
		id = c.byte()
	}
	if id != sevenZipEnd {
		c.disorder()
	}
	files, packed := 0, 0
	for _, f := range dir.files {
		if f.kind == sevenZipFile {
			files++
		}
	}
	for _, f := range dir.folders {
		packed += len(f.sizes)
	}
	if files != packed {
		c.disorder()
	}
	return &dir, c.bad
}

// readPackedDirectory reads how a directory is packed.
func readPackedDirectory(raw []byte) (streams, *Error) {
	c := &cursor{rest: raw}
	c.expect(sevenZipPacked)
	s := c.streams()
	return s, c.bad
}

func (c *cursor) streams() (s streams) {
	for {
		switch c.byte() {
		case sevenZipEnd:
			c.settle(&s)
			return s
		case sevenZipPackedStreams:
			c.packedStreams(&s)
		case sevenZipFolders:
			s.folders = c.folders()
		case sevenZipSubStreams:
			c.subStreams(s.folders)
		default:
			c.disorder()
		}
	}
}

// settle sees to it that what is said of streams fits together.
func (c *cursor) settle(s *streams) {
	total, taken := s.place, 0
	for _, size := range s.packed {
		if total += size; total > math.MaxInt64 || size > math.MaxInt64 {
			c.disorder()
			return
		}
	}
	for i := range s.folders {
		f := &s.folders[i]
		if f.sizes == nil {
			f.sizes = []uint64{f.unpacked}
		}
		if taken += f.streams; taken > len(s.packed) {
			c.disorder()
			return
		}
	}
}

func (c *cursor) packedStreams(s *streams) {
	s.place = c.number()
	n := c.count()
	if s.place > math.MaxInt64 {
		c.disorder()
	}
	for {
		switch c.byte() {
		case sevenZipEnd:
			if len(s.packed) != n {
				c.disorder()
			}
			return
		case sevenZipSizes:
			s.packed = c.numbers(n)
		case sevenZipSums:
			c.sums(n)
		default:
			c.disorder()
		}
	}
}

func (c *cursor) folders() []folder {
	c.expect(sevenZipFolderList)
	folders := make([]folder, c.count())
	c.elsewhere(c.byte())
	for i := range folders {
		folders[i] = c.folder()
	}
	c.expect(sevenZipUnpacked)
	for i := range folders {
		f := &folders[i]
		for out := range f.outs {
			if size := c.number(); out == f.last {
				f.unpacked = size
			}
		}
		if f.unpacked > math.MaxInt64 {
			c.disorder()
		}
	}
	for {
		switch c.byte() {
		case sevenZipEnd:
			return folders
		case sevenZipSums:
			for i, summed := range c.sums(len(folders)) {
				folders[i].summed = summed
			}
		default:
			c.disorder()
			return nil
		}
	}
}

// folder reads by which coders a folder is packed, and which of them makes its files: the one whose stream no other one takes.
func (c *cursor) folder() (f folder) {
	const most = 8 // coders; a program that is packed and encrypted has as many
	n := c.number()
	if n == 0 || n > most {
		c.disorder()
		return f
	}
	ins := 0
	f.coders = make([]coder, 0, n)
	for range n {
		k := c.coder()
		f.coders, ins, f.outs = append(f.coders, k), ins+k.in, f.outs+k.out
	}
	if f.outs == 0 || ins < f.outs-1 {
		c.disorder()
		return f
	}
	var taken uint64
	for range f.outs - 1 {
		c.number() // where it goes to
		taken |= 1 << (c.number() % 64)
	}
	f.last = min(bits.TrailingZeros64(^taken), f.outs-1)
	if f.streams = ins - (f.outs - 1); f.streams == 0 {
		c.disorder()
	}
	if f.streams > 1 {
		c.numbers(f.streams) // where they go to
	}
	return f
}

func (c *cursor) coder() coder {
	const (
		sizeOfID, branched, withProperties, reserved = 0x0f, 0x10, 0x20, 0xc0
		most                                         = 4 // streams into one
	)
	flags := c.byte()
	k := coder{id: string(c.bytes(uint64(flags & sizeOfID))), in: 1, out: 1}
	if flags&branched != 0 {
		in, out := c.number(), c.number()
		if in > most || out > most {
			c.disorder()
			return k
		}
		k.in, k.out = int(in), int(out)
	}
	if flags&withProperties != 0 {
		k.properties = c.bytes(c.number())
	}
	if flags&reserved != 0 || k.id == "" {
		c.disorder()
	}
	return k
}

// subStreams reads how many files lie in each folder, and how large they are; of the last one in each that is what is left.
func (c *cursor) subStreams(folders []folder) {
	counts := make([]int, len(folders))
	for i := range counts {
		counts[i] = 1
	}
	id := c.byte()
	if id == sevenZipCounts {
		for i := range counts {
			counts[i] = c.count()
		}
		id = c.byte()
	}
	sized := id == sevenZipSizes
	total, summed := 0, 0
	for i := range folders {
		f := &folders[i]
		if f.sizes = c.sizesIn(f.unpacked, counts[i], sized); f.sizes == nil {
			return
		}
		if total += counts[i]; total > sevenZipMost {
			c.fail(tooManyFiles())
			return
		}
		if counts[i] != 1 || !f.summed {
			summed += counts[i]
		}
	}
	if sized {
		id = c.byte()
	}
	if id == sevenZipSums {
		c.sums(summed)
		id = c.byte()
	}
	if id != sevenZipEnd {
		c.disorder()
	}
}

// sizesIn reads the sizes of so many files that lie in as many bytes; nil if there are none such.
func (c *cursor) sizesIn(left uint64, n int, sized bool) []uint64 {
	if n == 0 {
		return []uint64{}
	}
	if n > 1 && !sized {
		c.disorder()
		return nil
	}
	sizes := c.numbers(n - 1)
	for _, size := range sizes {
		if size > left {
			c.disorder()
			return nil
		}
		left -= size
	}
	if c.bad != nil {
		return nil
	}
	return append(sizes, left)
}

// files reads the list of files: property after property, each of all files.
func (c *cursor) files() []entry {
	files := make([]entry, c.count())
	var streamless []*entry
	for {
		id := c.byte()
		if id == sevenZipEnd {
			return files
		}
		p := &cursor{rest: c.bytes(c.number()), bad: c.bad}
		switch id {
		case sevenZipNoStream:
			if streamless != nil {
				p.disorder()
			}
			for i, is := range p.bits(len(files)) {
				if is {
					files[i].kind = sevenZipFolder
					streamless = append(streamless, &files[i])
				}
			}
		case sevenZipNoFolder, sevenZipAnti:
			kind := sevenZipEmpty
			if id == sevenZipAnti {
				kind = sevenZipFolder
			}
			for i, is := range p.bits(len(streamless)) {
				if is {
					streamless[i].kind = kind
				}
			}
		case sevenZipNames:
			p.elsewhere(p.byte())
			for i := range files {
				files[i].name = p.name()
			}
		}
		if p.bad != nil {
			c.fail(p.bad)
			return nil
		}
	}
}
