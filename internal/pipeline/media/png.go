package media

import (
	"bytes"
	"context"
	"encoding/binary"
	"errors"
	"fmt"
	"hash/crc32"
	"image"
	"io"
	"math"
)

const pngSignature = "\x89PNG\r\n\x1a\n"

// pngHeader is the body of the chunk IHDR.
type pngHeader [13]byte

func (h pngHeader) width() int       { return int(binary.BigEndian.Uint32(h[0:]) & math.MaxInt32) }
func (h pngHeader) height() int      { return int(binary.BigEndian.Uint32(h[4:]) & math.MaxInt32) }
func (h pngHeader) depth() int       { return int(h[8]) }
func (h pngHeader) interlaced() bool { return h[12] != 0 }

// sized returns the header for a frame of another size.
func (h pngHeader) sized(width, height int) pngHeader {
	binary.BigEndian.PutUint32(h[0:], uint32(width))
	binary.BigEndian.PutUint32(h[4:], uint32(height))
	return h
}

// channels returns the samples of a pixel.
func (h pngHeader) channels() int {
	switch h[9] {
	case 2: // colour
		return 3
	case 4: // grey and alpha
		return 2
	case 6: // colour and alpha
		return 4
	}
	return 1 // grey or paletted
}

// within returns an error if n bytes cannot hold the pixels: deflate shrinks nothing below a thousandth.
func (h pngHeader) within(n int) error {
	row := (int64(h.width())*int64(h.channels()*h.depth()) + 7) / 8
	if row > 1040*int64(n)/max(int64(h.height()), 1) {
		return cutOff(fmt.Errorf("%d bytes for %d rows of %d", n, h.height(), row))
	}
	return nil
}

// memory returns the bytes of the decoded picture. Where some colours are transparent, grey becomes colour with alpha. An
// interlaced picture is put together from others.
func (h pngHeader) memory(transparent bool) int64 {
	n := pixels(h.width(), h.height())
	if h.channels() > 1 || transparent {
		n *= 4
	}
	if h.depth() > 8 {
		n *= 2
	}
	if h.interlaced() {
		n *= 2
	}
	return n
}

// pngChunk is a part of a PNG file, from byte start to byte end.
type pngChunk struct {
	kind       string
	body       []byte
	start, end int
	whole      bool // otherwise the file ends before the chunk does
}

func pngChunkAt(file []byte, start int) pngChunk {
	c := pngChunk{start: start, end: len(file)}
	if len(file)-start < 12 {
		return c
	}
	c.kind = string(file[start+4 : start+8])
	n := int64(binary.BigEndian.Uint32(file[start:]))
	if n > int64(len(file)-start-12) {
		return c
	}
	c.end = start + 12 + int(n)
	c.body, c.whole = file[start+8:c.end-4], true
	return c
}

// appendPNGChunk appends a chunk as it stands in a file.
func appendPNGChunk(out []byte, kind string, body ...[]byte) []byte {
	start := len(out)
	out = append(out, 0, 0, 0, 0)
	out = append(out, kind...)
	for _, b := range body {
		out = append(out, b...)
	}
	binary.BigEndian.PutUint32(out[start:], uint32(len(out)-start-8))
	return binary.BigEndian.AppendUint32(out, crc32.ChecksumIEEE(out[start+4:]))
}

// pngScan is what is known of a PNG file while its chunks are read.
type pngScan struct {
	layout
	file        []byte
	header      pngHeader
	colours     []byte // the chunks PLTE and tRNS, which all frames share
	transparent bool
	control     []byte // the body of the chunk fcTL of the frame that is being read, or comes next
	start, end  int    // of the pixels of the frame that is being read: its chunks IDAT or fdAT
}

func scanPNG(data []byte) (*layout, error) {
	s := &pngScan{file: data}
	s.orientation = upright
	c := pngChunkAt(data, len(pngSignature))
	if !c.whole {
		return nil, cutOff(nil)
	}
	if c.kind != "IHDR" || len(c.body) != len(s.header) {
		return nil, damaged(fmt.Errorf("it begins with a chunk %q of %d bytes", c.kind, len(c.body)))
	}
	copy(s.header[:], c.body)
	s.width, s.height = s.header.width(), s.header.height()
	for c.whole && c.kind != "IEND" {
		c = pngChunkAt(data, c.end)
		s.take(c)
	}
	s.endFrame(c.whole)
	s.cut = s.animated && !c.whole
	if len(s.frames) == 0 {
		return nil, cutOff(nil)
	}
	return &s.layout, nil
}

func (s *pngScan) take(c pngChunk) {
	switch c.kind {
	case "IDAT", "fdAT":
		if s.start == 0 {
			s.start = c.start
		}
		s.end = c.end
	case "acTL":
		s.animated = s.animated || s.total == 0 && s.start == 0
	case "fcTL":
		s.endFrame(true)
		s.control = c.body
	case "PLTE", "tRNS":
		if s.total == 0 && s.start == 0 { // behind the first pixels, viewers ignore them
			s.colours = append(s.colours, s.file[c.start:c.end]...)
			s.transparent = s.transparent || c.kind == "tRNS"
		}
	case "eXIf":
		s.orientation = exifOrientation(c.body)
	}
}

// endFrame adds the frame whose pixels were read, if there is one. The first pixels are what those see who know nothing of
// animations. They are a frame of the animation only if a control came before; otherwise they are wiped away before it.
func (s *pngScan) endFrame(whole bool) {
	start, end, control := s.start, s.end, s.control
	s.start, s.end, s.control = 0, 0, nil
	switch {
	case start == 0: // no pixels
	case s.total == 0:
		f := frame{
			bounds:  image.Rect(0, 0, s.width, s.height),
			dispose: wipe,
			memory:  s.header.memory(s.transparent),
			bad:     s.header.within(end - start),
			open:    !whole,
			file:    func() io.Reader { return s.still(start, end) },
		}
		if !s.header.interlaced() {
			f.rest = func(ctx context.Context) (image.Image, error) { return s.rest(ctx, start, end, !whole) }
		}
		if len(control) == apngControlSize {
			f.dispose = apngDisposal(control)
		}
		s.add(f)
	case !s.animated: // chunks of an animation that was not announced
	case whole:
		s.endMoving(start, end, control)
	default:
		s.total++
	}
}

// endMoving adds a frame of the animation.
func (s *pngScan) endMoving(start, end int, control []byte) {
	f := frame{bad: damaged(errors.New("a frame without a place on the canvas"))}
	if len(control) == apngControlSize {
		field := func(i int) int { return int(binary.BigEndian.Uint32(control[i:]) & math.MaxInt32) }
		width, height, left, top := field(4), field(8), field(12), field(16)
		if left <= s.width-width && top <= s.height-height {
			header := s.header.sized(width, height)
			f = frame{
				bounds:  image.Rect(left, top, left+width, top+height),
				over:    control[25] == 1,
				dispose: apngDisposal(control),
				memory:  header.memory(s.transparent) + int64(end-start),
				bad:     header.within(end - start),
				file:    func() io.Reader { return s.moving(header, start, end) },
			}
		}
	}
	s.add(f)
}

const apngControlSize = 26

func apngDisposal(control []byte) disposal {
	switch control[24] {
	case 1:
		return wipe
	case 2:
		return restore
	}
	return leave
}

// still returns the PNG file of the picture whose chunks of pixels lie between start and end.
func (s *pngScan) still(start, end int) io.Reader {
	return io.MultiReader(
		bytes.NewReader(s.head(s.header)),
		bytes.NewReader(s.file[start:end]),
		bytes.NewReader(appendPNGChunk(nil, "IEND")),
	)
}

// moving returns the PNG file of a frame of the animation. Its chunks of pixels have four more bytes in front.
func (s *pngScan) moving(header pngHeader, start, end int) io.Reader {
	var bodies [][]byte
	for c := pngChunkAt(s.file, start); c.start < end; c = pngChunkAt(s.file, c.end) {
		if c.kind == "fdAT" && len(c.body) >= 4 {
			bodies = append(bodies, c.body[4:])
		}
	}
	out := appendPNGChunk(s.head(header), "IDAT", bodies...)
	return bytes.NewReader(appendPNGChunk(out, "IEND"))
}

func (s *pngScan) head(header pngHeader) []byte {
	out := appendPNGChunk([]byte(pngSignature), "IHDR", header[:])
	return append(out, s.colours...)
}
