package media

import (
	"bytes"
	"context"
	"encoding/binary"
	"errors"
	"fmt"
	"image"
	"io"
)

// gifScan is what is known of a GIF file while its blocks are read.
type gifScan struct {
	layout
	file    []byte
	pos     int
	palette []byte // the fields of the screen behind its size, and the colours that all frames share
	control []byte // of the frame that comes next: the block with its transparent colour
}

func scanGIF(data []byte) (*layout, error) {
	s := &gifScan{file: data}
	s.orientation, s.animated = upright, true
	if len(data) < 13 {
		return nil, cutOff(nil)
	}
	s.width, s.height = gifPair(data[6:])
	s.pos = 13 + gifColours(data[10])
	if s.pos > len(data) {
		return nil, cutOff(nil)
	}
	s.palette = data[10:s.pos]
	err := s.blocks()
	if len(s.frames) == 0 {
		return nil, err
	}
	// A still picture does not need its end mark, but an animation may go on where its end is missing.
	s.cut = err != nil && s.total > 1
	return &s.layout, nil
}

// blocks reads blocks up to the end mark. Its error says that there is none.
func (s *gifScan) blocks() error {
	for s.pos < len(s.file) {
		kind := s.file[s.pos]
		s.pos++
		switch kind {
		case 0x21:
			s.extension()
		case 0x2c:
			s.frame()
		case 0x3b:
			if len(s.frames) == 0 {
				return damaged(errors.New("no frame"))
			}
			return nil
		default:
			return damaged(fmt.Errorf("unknown block %#x", kind))
		}
	}
	return cutOff(nil)
}

// extension passes over a block that is no frame, and keeps what it says of the next frame.
func (s *gifScan) extension() {
	start := s.pos - 1
	s.pos++
	if s.skipData() && s.file[start+1] == 0xf9 && s.pos-start == 8 {
		s.control = s.file[start:s.pos]
	}
}

// skipData passes over data that comes in parts, each with its length in front, up to an empty one. It reports false if
// the file ends before.
func (s *gifScan) skipData() bool {
	for s.pos < len(s.file) {
		n := int(s.file[s.pos])
		s.pos += 1 + n
		if n == 0 {
			return true
		}
	}
	return false
}

// frame reads a frame. A first frame that is larger than the screen enlarges it, and a frame without a size has that of
// the screen, as viewers have it.
func (s *gifScan) frame() {
	start := s.pos
	if start+9 > len(s.file) {
		s.pos = len(s.file)
		s.total++
		return
	}
	left, top := gifPair(s.file[start:])
	width, height := gifPair(s.file[start+4:])
	flags := s.file[start+8]
	s.pos += 9 + gifColours(flags) + 1
	whole := s.skipData()
	if s.total == 0 {
		s.width, s.height = max(s.width, left+width), max(s.height, top+height)
	}
	if width == 0 || height == 0 {
		width, height = s.width, s.height
	}
	control := s.control
	s.control = nil
	if !whole && s.total > 0 {
		s.total++
		return
	}
	rest := s.file[start+9 : min(s.pos, len(s.file))]
	f := frame{
		bounds: image.Rect(left, top, left+width, top+height),
		over:   true,
		memory: 2 * pixels(width, height),
		open:   !whole,
		file:   func() io.Reader { return s.single(width, height, control, flags, rest) },
		rest: func(context.Context) (image.Image, error) {
			return s.part(width, height, control, flags, rest, !whole)
		},
	}
	if control != nil {
		switch control[3] >> 2 & 7 {
		case 2:
			f.dispose = wipe
		case 3:
			f.dispose = restore
		}
	}
	s.add(f)
}

// single returns the GIF file of one frame. rest is what follows its descriptor.
func (s *gifScan) single(width, height int, control []byte, flags byte, rest []byte) io.Reader {
	size := binary.LittleEndian.AppendUint16(nil, uint16(width))
	size = binary.LittleEndian.AppendUint16(size, uint16(height))
	head := append([]byte("GIF89a"), size...)
	head = append(head, s.palette...)
	head = append(head, control...)
	head = append(head, 0x2c, 0, 0, 0, 0)
	head = append(head, size...)
	head = append(head, flags)
	return io.MultiReader(bytes.NewReader(head), bytes.NewReader(rest))
}

// gifColours returns the bytes of the colours that the flags announce.
func gifColours(flags byte) int {
	if flags&0x80 == 0 {
		return 0
	}
	return 3 << (flags&7 + 1)
}

func gifPair(b []byte) (int, int) {
	return int(binary.LittleEndian.Uint16(b)), int(binary.LittleEndian.Uint16(b[2:]))
}
