package media

import (
	"bytes"
	"errors"
	"image"
	"io"
	"math"
)

// maxEntries is the most entries of directories that are read of a file. Directories may overlap, so that the size of the
// file is no bound to them.
const maxEntries = 1 << 18

// scanTIFF reads the directories of a TIFF file, one for each page. They name one another; a ring of them ends where it
// comes back to a page it has named.
func scanTIFF(data []byte) (*layout, error) {
	order, offset, ok := tiffHeader(data)
	if !ok {
		return nil, cutOff(nil)
	}
	p := &layout{orientation: upright}
	entries := 0
	for seen := map[uint32]bool{}; offset != 0 && !seen[offset]; {
		seen[offset] = true
		dir, ok := readDirectory(data, order, offset)
		if entries += 1 + len(dir.entries)/12; !ok || entries > maxEntries {
			p.cut = true
			break
		}
		page := tiffPage(dir, offset)
		if p.total == 0 {
			p.width, p.height, p.orientation = page.bounds.Dx(), page.bounds.Dy(), page.orientation
		}
		p.add(page)
		offset = dir.next
	}
	if p.total == 0 {
		return nil, cutOff(errors.New("no directory"))
	}
	if p.cut {
		p.total++ // the page that was named and is not there
	}
	return p, nil
}

// tiffPage returns the page that a directory describes.
//
// The decoder reads a page block by block, strips or tiles. From each it takes up to eight bytes a pixel, whatever the
// pixels need, in a buffer that grows to twice its content, and is copied as it grows.
func tiffPage(dir directory, offset uint32) frame {
	side := func(tag uint16) int64 { return int64(min(dir.value(tag, 0), math.MaxInt32)) }
	width, height := side(tagWidth), side(tagHeight)
	blockWidth, blockHeight := width, height
	if rows := side(tagRowsPerStrip); rows > 0 {
		blockHeight = min(rows, height)
	}
	if side(tagTileWidth) > 0 {
		blockWidth, blockHeight = side(tagTileWidth), side(tagTileHeight)
	}
	bytesPerPixel := int64(1)
	if samples := dir.values(tagBitsPerSample); len(samples) > 0 {
		if len(samples) > 1 {
			bytesPerPixel = 4
		}
		if samples[0] > 8 {
			bytesPerPixel *= 2
		}
	}
	memory := int64(1) << 60 // more than there is, where the product would overflow
	if width*height < 1<<40 && blockWidth*blockHeight < 1<<40 {
		const uncompressed = 1
		block := 24 * blockWidth * blockHeight
		if dir.value(tagCompression, uncompressed) == uncompressed {
			block = min(block, 3*int64(len(dir.data)))
		}
		memory = width*height*bytesPerPixel + block
	}
	return frame{
		bounds:      image.Rect(0, 0, int(width), int(height)),
		orientation: dir.orientation(),
		memory:      memory,
		file: func() io.Reader {
			return io.NewSectionReader(tiffFrom{dir, offset}, 0, int64(len(dir.data)))
		},
	}
}

// tiffFrom is a TIFF file whose first page is that of the directory at offset.
type tiffFrom struct {
	dir    directory
	offset uint32
}

func (t tiffFrom) ReadAt(p []byte, at int64) (int, error) {
	n, err := bytes.NewReader(t.dir.data).ReadAt(p, at)
	var head [8]byte
	copy(head[:], t.dir.data[:4])
	t.dir.order.PutUint32(head[4:], t.offset)
	if at < int64(len(head)) {
		copy(p[:n], head[at:])
	}
	return n, err
}
