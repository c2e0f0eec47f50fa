package media

import (
	"bytes"
	"encoding/binary"
)

// Tags of a TIFF directory, which EXIF shares.
const (
	tagWidth         = 256
	tagHeight        = 257
	tagBitsPerSample = 258
	tagCompression   = 259
	tagOrientation   = 274
	tagRowsPerStrip  = 278
	tagTileWidth     = 322
	tagTileHeight    = 323
)

const upright = 1

// exifOrientation returns the orientation that EXIF data notes, 1 to 8, and upright if it notes none. The data is a TIFF
// file of its own; JPEG puts a mark before it, and some WebP writers do too.
func exifOrientation(data []byte) int {
	data = bytes.TrimPrefix(data, []byte("Exif\x00\x00"))
	order, offset, ok := tiffHeader(data)
	if !ok {
		return upright
	}
	dir, ok := readDirectory(data, order, offset)
	if !ok {
		return upright
	}
	return dir.orientation()
}

// tiffHeader returns the byte order of a TIFF file and the offset of its first directory.
func tiffHeader(data []byte) (binary.ByteOrder, uint32, bool) {
	if len(data) < 8 {
		return nil, 0, false
	}
	switch string(data[:4]) {
	case "II*\x00":
		return binary.LittleEndian, binary.LittleEndian.Uint32(data[4:]), true
	case "MM\x00*":
		return binary.BigEndian, binary.BigEndian.Uint32(data[4:]), true
	}
	return nil, 0, false
}

// directory is a TIFF directory: entries of 12 bytes, and the offset of the next directory.
type directory struct {
	data    []byte // the whole file
	order   binary.ByteOrder
	entries []byte
	next    uint32 // 0 if this is the last
}

// readDirectory reports false if the file does not hold a whole directory at offset.
func readDirectory(data []byte, order binary.ByteOrder, offset uint32) (directory, bool) {
	if int64(offset)+2 > int64(len(data)) {
		return directory{}, false
	}
	rest := data[offset:]
	n := 12 * int(order.Uint16(rest))
	rest = rest[2:]
	if len(rest) < n+4 {
		return directory{}, false
	}
	return directory{data, order, rest[:n], order.Uint32(rest[n:])}, true
}

// values returns the numbers of an entry, at most eight of them, and none if there is no such entry.
func (d directory) values(tag uint16) []uint32 {
	for e := d.entries; len(e) >= 12; e = e[12:] {
		if d.order.Uint16(e) != tag {
			continue
		}
		size := map[uint16]int{1: 1, 3: 2, 4: 4}[d.order.Uint16(e[2:])] // of a byte, a short, a long
		count := int(min(d.order.Uint32(e[4:]), 8))
		value := e[8:12]
		if count*size > len(value) {
			offset := int64(d.order.Uint32(value))
			if size == 0 || offset+int64(count*size) > int64(len(d.data)) {
				return nil
			}
			value = d.data[offset:]
		}
		var all []uint32
		for ; count > 0 && size > 0; count-- {
			switch size {
			case 1:
				all = append(all, uint32(value[0]))
			case 2:
				all = append(all, uint32(d.order.Uint16(value)))
			case 4:
				all = append(all, d.order.Uint32(value))
			}
			value = value[size:]
		}
		return all
	}
	return nil
}

// value returns the first number of an entry, or otherwise if there is none.
func (d directory) value(tag uint16, otherwise uint32) uint32 {
	if all := d.values(tag); len(all) > 0 {
		return all[0]
	}
	return otherwise
}

func (d directory) orientation() int {
	if o := d.value(tagOrientation, upright); 1 <= o && o <= 8 {
		return int(o)
	}
	return upright
}
