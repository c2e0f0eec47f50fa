package media

import (
	"encoding/binary"
	"errors"
	"image"
	"iter"
	"math"
	"slices"
)

// box is a part of an ISO base media file (ISO/IEC 14496-12), to which HEIF and AVIF belong.
type box struct {
	kind string
	body []byte
	all  []byte // with length and kind
	cut  bool   // the file ends before the box does; body is what there is
}

// maxBoxes is the most boxes within one that are read. Real files have some dozens, one of many tiles a thousand or two.
const maxBoxes = 1 << 14

// boxes returns the boxes in data, one behind the other.
func boxes(data []byte) iter.Seq[box] {
	return func(yield func(box) bool) {
		for range maxBoxes {
			if len(data) < 8 {
				return
			}
			size, head := uint64(binary.BigEndian.Uint32(data)), 8
			switch {
			case size == 0: // up to the end
				size = uint64(len(data))
			case size == 1 && len(data) >= 16:
				size, head = binary.BigEndian.Uint64(data[8:]), 16
			}
			if size < uint64(head) {
				return
			}
			end := min(size, uint64(len(data)))
			if !yield(box{string(data[4:8]), data[head:end], data[:end], size > uint64(len(data))}) {
				return
			}
			data = data[end:]
		}
	}
}

// find returns the first box of a kind in data, and what is in it; further kinds lead further inside. A full box has its version
// and flags in front.
func find(data []byte, kinds ...string) (box, bool) {
	for b := range boxes(data) {
		if b.kind != kinds[0] {
			continue
		}
		if len(kinds) == 1 {
			return b, true
		}
		return find(b.body, kinds[1:]...)
	}
	return box{}, false
}

// full returns the version of a full box, and what follows its flags.
func (b box) full() (version byte, body []byte) {
	if len(b.body) < 4 {
		return 0, nil
	}
	return b.body[0], b.body[4:]
}

// hasBrand returns a test for ISO base media files which say that they are of one of the brands, first or among others.
func hasBrand(brands ...string) func([]byte) bool {
	return func(data []byte) bool {
		const most = 1 << 10
		data = data[:min(len(data), most)]
		if len(data) < 12 || string(data[4:8]) != "ftyp" {
			return false
		}
		for b := range boxes(data) {
			for i := 0; i+4 <= len(b.body); i += 4 {
				if i != 4 && slices.Contains(brands, string(b.body[i:i+4])) { // behind the first comes its version
					return true
				}
			}
			break
		}
		return false
	}
}

// heifItem is the picture that a HEIF file is about, its primary item, as far as it matters before decoding it.
type heifItem struct {
	width, height int
	orientation   int  // as viewers have it: of the properties irot and imir. An orientation in EXIF data does not count (MIAF, 7.3.9)
	deep          bool // more than 8 bits a sample
}

// readItem reads the properties of the primary item out of the box meta.
func readItem(meta box) (heifItem, error) {
	item := heifItem{orientation: upright}
	_, body := meta.full()
	primary, ok := primaryItem(body)
	if !ok {
		return item, damaged(errors.New("no primary item"))
	}
	container, _ := find(body, "iprp", "ipco")
	properties := slices.Collect(boxes(container.body))
	turns, mirror := 0, -1
	for _, place := range associations(body, primary) {
		if place < 1 || place > len(properties) {
			continue
		}
		switch p := properties[place-1]; p.kind {
		case "ispe":
			if _, b := p.full(); len(b) >= 8 {
				item.width, item.height = heifSide(b), heifSide(b[4:])
			}
		case "pixi":
			if _, b := p.full(); len(b) > 1 {
				item.deep = item.deep || slices.Max(b[1:]) > 8
			}
		case "av1C":
			item.deep = item.deep || deepAV1(p.body)
		case "irot":
			if len(p.body) > 0 {
				turns = int(p.body[0] & 3)
			}
		case "imir":
			if len(p.body) > 0 {
				mirror = int(p.body[0] & 1)
			}
		}
	}
	if item.width == 0 || item.height == 0 {
		return item, damaged(errors.New("the primary item has no size"))
	}
	item.orientation = heifOrientation(turns, mirror)
	return item, nil
}

func heifSide(b []byte) int { return int(min(binary.BigEndian.Uint32(b), math.MaxInt32)) }

// heifOrientation returns the orientation as EXIF counts of a picture that is turned anticlockwise by a number of right angles and then
// mirrored: not (-1), top to bottom (0), or left to right (1).
func heifOrientation(turns, mirror int) int {
	switch mirror {
	case 0:
		return [4]int{4, 5, 2, 7}[turns]
	case 1:
		return [4]int{2, 7, 4, 5}[turns]
	}
	return [4]int{1, 8, 3, 6}[turns]
}

// primaryItem returns the number of the primary item.
func primaryItem(meta []byte) (uint32, bool) {
	b, _ := find(meta, "pitm")
	switch version, body := b.full(); {
	case version == 0 && len(body) >= 2:
		return uint32(binary.BigEndian.Uint16(body)), true
	case version > 0 && len(body) >= 4:
		return binary.BigEndian.Uint32(body), true
	}
	return 0, false
}

// associations returns the places, from 1, of the properties of an item.
func associations(meta []byte, item uint32) (places []int) {
	const wideFlag, essential = 1, 0x80
	table, ok := find(meta, "iprp", "ipma")
	version, rest := table.full()
	if !ok || len(rest) < 4 {
		return nil
	}
	idSize, placeSize := 2, 1
	if version > 0 {
		idSize = 4
	}
	if table.body[3]&wideFlag != 0 {
		placeSize = 2
	}
	for rest = rest[4:]; len(rest) > idSize; {
		id := uint32(bigEndian(rest[:idSize]))
		n := int(rest[idSize])
		rest = rest[idSize+1:]
		if len(rest) < n*placeSize {
			return nil
		}
		if id == item {
			for ; n > 0; n, rest = n-1, rest[placeSize:] {
				place := int(rest[0] &^ essential)
				if placeSize == 2 {
					place = place<<8 | int(rest[1])
				}
				places = append(places, place)
			}
			return places
		}
		rest = rest[n*placeSize:]
	}
	return nil
}

// bigEndian returns the number in at most eight bytes.
func bigEndian(b []byte) (n uint64) {
	for _, v := range b {
		n = n<<8 | uint64(v)
	}
	return n
}

// cutISO reports whether the last box of a file lacks its end.
func cutISO(data []byte) (cut bool) {
	for b := range boxes(data) {
		cut = b.cut
	}
	return cut
}

func (i heifItem) bounds() image.Rectangle { return image.Rect(0, 0, i.width, i.height) }
