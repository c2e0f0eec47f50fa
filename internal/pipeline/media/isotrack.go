package media

import (
	"encoding/binary"
	"errors"
	"image"
)

// isoTrack is a sequence of pictures in an ISO base media file: its samples, and what the decoder needs to know of them.
type isoTrack struct {
	width, height int
	description   []byte // the box stsd, which has the parameters of the decoder
	samples       []isoSample
	total         int // of samples, of which no more than maxFrames are kept
}

// isoSample is a picture of a track.
type isoSample struct {
	data []byte // nil if it lies outside the file
	sync bool   // it can be decoded without those before it
}

// readTrack returns the first track of pictures, and false if there is none. Tracks of alpha and of depth are of another kind; the
// decoder is not told of them.
func readTrack(file []byte) (*isoTrack, bool, error) {
	movie, ok := find(file, "moov")
	if !ok {
		return nil, false, nil
	}
	for b := range boxes(movie.body) {
		if b.kind != "trak" {
			continue
		}
		handler, _ := find(b.body, "mdia", "hdlr")
		if _, body := handler.full(); len(body) < 8 || string(body[4:8]) != "pict" {
			continue
		}
		table, ok := find(b.body, "mdia", "minf", "stbl")
		if !ok {
			return nil, false, damaged(errors.New("a track without a table of its samples"))
		}
		t, err := readSamples(file, table.body)
		return t, err == nil, err
	}
	return nil, false, nil
}

// entries returns the entries of a table in a full box: how many it says there are, and those that are there, each of a size.
func (b box) entries(size int) (count int, all []byte) {
	_, body := b.full()
	if len(body) < 4 {
		return 0, nil
	}
	count, all = int(binary.BigEndian.Uint32(body)), body[4:]
	if count < len(all)/size {
		all = all[:count*size]
	}
	return count, all[:len(all)/size*size]
}

// readSamples reads where the samples of a track lie (ISO/IEC 14496-12, 8.7): they lie in chunks, whose offsets one table has (stco),
// another how many samples each has (stsc), a third the size of each sample (stsz).
func readSamples(file, table []byte) (*isoTrack, error) {
	description, ok := find(table, "stsd")
	t := &isoTrack{description: description.all}
	_, entry := description.full()
	const sides = 4 + 8 + 24 // of the first entry: the number of entries, the head of its box, and what comes before the sides
	if !ok || len(entry) < sides+4 {
		return nil, damaged(errors.New("a track without a description"))
	}
	t.width, t.height = int(binary.BigEndian.Uint16(entry[sides:])), int(binary.BigEndian.Uint16(entry[sides+2:]))
	sizes, _ := find(table, "stsz")
	_, sizeBody := sizes.full()
	if len(sizeBody) < 8 {
		return nil, damaged(errors.New("a track without sizes of its samples"))
	}
	fixed := int64(binary.BigEndian.Uint32(sizeBody))
	t.total = int(min(binary.BigEndian.Uint32(sizeBody[4:]), 1<<30))
	each := sizeBody[8:]
	sync := syncSamples(table)
	next := chunks(table)
	offset, left := int64(0), 0
	for i := range min(t.total, maxFrames) {
		if left == 0 {
			var ok bool
			if offset, left, ok = next(); !ok {
				break
			}
		}
		size := fixed
		if fixed == 0 {
			if len(each) < 4 {
				break
			}
			size, each = int64(binary.BigEndian.Uint32(each)), each[4:]
		}
		s := isoSample{sync: sync(i)}
		if offset >= 0 && size > 0 && offset <= int64(len(file))-size {
			s.data = file[offset : offset+size]
		}
		t.samples = append(t.samples, s)
		offset, left = offset+size, left-1
	}
	if len(t.samples) == 0 {
		return nil, damaged(errors.New("a track without samples"))
	}
	return t, nil
}

// chunks returns a function that returns the offset of the next chunk and how many samples it has, and false behind the last.
func chunks(table []byte) func() (offset int64, samples int, ok bool) {
	places, width := box{}, 4
	if b, ok := find(table, "stco"); ok {
		places = b
	} else {
		places, _ = find(table, "co64")
		width = 8
	}
	_, offsets := places.entries(width)
	toChunk, _ := find(table, "stsc")
	_, counts := toChunk.entries(12) // the first chunk to which it applies, samples in each, description
	chunk, samples := 0, 0
	return func() (int64, int, bool) {
		chunk++
		if len(counts) >= 12 && int(binary.BigEndian.Uint32(counts)) <= chunk {
			samples, counts = int(min(binary.BigEndian.Uint32(counts[4:]), 1<<30)), counts[12:]
		}
		if len(offsets) < width || samples == 0 {
			return 0, 0, false
		}
		offset := int64(min(bigEndian(offsets[:width]), 1<<62))
		offsets = offsets[width:]
		return offset, samples, true
	}
}

// syncSamples returns whether a sample, counted from 0, can be decoded by itself. Without a table all can.
func syncSamples(table []byte) func(sample int) bool {
	b, ok := find(table, "stss")
	if !ok {
		return func(int) bool { return true }
	}
	_, numbers := b.entries(4)
	return func(sample int) bool {
		for len(numbers) >= 4 && int(binary.BigEndian.Uint32(numbers)) < sample+1 {
			numbers = numbers[4:]
		}
		return len(numbers) >= 4 && int(binary.BigEndian.Uint32(numbers)) == sample+1
	}
}

// appendBox appends a box.
func appendBox(out []byte, kind string, body ...[]byte) []byte {
	start := len(out)
	out = append(append(out, 0, 0, 0, 0), kind...)
	for _, b := range body {
		out = append(out, b...)
	}
	binary.BigEndian.PutUint32(out[start:], uint32(len(out)-start))
	return out
}

// part returns samples first up to last as a file of their own, of a brand.
func (t *isoTrack) part(brand string, first, last int) []byte {
	u32 := func(values ...uint32) (b []byte) {
		for _, v := range values {
			b = binary.BigEndian.AppendUint32(b, v)
		}
		return b
	}
	n := uint32(last - first)
	sizes, data := u32(0, 0, n), []byte(nil)
	for _, s := range t.samples[first:last] {
		sizes = append(sizes, u32(uint32(len(s.data)))...)
		data = append(data, s.data...)
	}
	head := appendBox(nil, "ftyp", []byte(brand), u32(0), []byte(brand), []byte("msf1miaf"))
	movie := func(offset uint32) []byte {
		identity := u32(1<<16, 0, 0, 0, 1<<16, 0, 0, 0, 1<<30)
		table := appendBox(nil, "stbl", t.description,
			appendBox(nil, "stts", u32(0, 1, n, 1)),
			appendBox(nil, "stsc", u32(0, 1, 1, n, 1)),
			appendBox(nil, "stsz", sizes),
			appendBox(nil, "stco", u32(0, 1, offset)))
		track := appendBox(nil, "trak",
			appendBox(nil, "tkhd", u32(1, 0, 0, 1, 0, n, 0, 0, 0, 0), identity, u32(uint32(t.width)<<16, uint32(t.height)<<16)),
			appendBox(nil, "mdia",
				appendBox(nil, "mdhd", u32(0, 0, 0, 1, n, 0)),
				appendBox(nil, "hdlr", u32(0, 0), []byte("pict"), u32(0, 0, 0), []byte{0}),
				appendBox(nil, "minf", appendBox(nil, "vmhd", u32(1, 0, 0)), table)))
		header := appendBox(nil, "mvhd", u32(0, 0, 0, 1, n, 1<<16, 1<<24, 0, 0), identity, u32(0, 0, 0, 0, 0, 0, 2))
		return appendBox(nil, "moov", header, track)
	}
	const boxHead = 8
	before := len(head) + len(movie(0)) + boxHead
	out := append(head, movie(uint32(before))...)
	return appendBox(out, "mdat", data)
}

// runs divides the samples into runs of at most so many, each of which can be decoded by itself, and returns where each begins, and the
// end of the last. That is before the last sample if there are more between two sync samples: what lies behind cannot be reached.
func (t *isoTrack) runs(most int) (starts []int, end int) {
	start, last := 0, 0 // of the run that is being made, and of the next one if it must end
	for i, s := range t.samples {
		if s.sync {
			last = i
		}
		if i-start < most {
			continue
		}
		starts = append(starts, start)
		if last == start {
			return starts, i
		}
		start = last
	}
	return append(starts, start), len(t.samples)
}

func (t *isoTrack) bounds() image.Rectangle { return image.Rect(0, 0, t.width, t.height) }
