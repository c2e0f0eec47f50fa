package media

import (
	"bufio"
	"bytes"
	"compress/lzw"
	"compress/zlib"
	"context"
	"image"
	"image/color"
	"image/png"
	"io"
)

// zeros are bytes without an end.
type zeros struct{}

func (zeros) Read(p []byte) (int, error) {
	clear(p)
	return len(p), nil
}

// rest decodes the rows that can be had of the picture whose chunks of pixels lie between start and end. Its checksums are not looked at.
//
// The rows are unpacked, and packed anew as a file that goes on with zeros, for the decoder of PNG. It is made while it is read, so that
// it takes no memory.
func (s *pngScan) rest(ctx context.Context, start, end int, open bool) (image.Image, error) {
	var bodies []io.Reader
	for c := pngChunkAt(s.file, start); c.start < end; c = pngChunkAt(s.file, c.end) {
		switch {
		case c.whole:
			bodies = append(bodies, bytes.NewReader(c.body))
		case c.end-c.start > 8:
			bodies = append(bodies, bytes.NewReader(s.file[c.start+8:c.end]))
		}
	}
	row := 1 + (int64(s.header.width())*int64(s.header.channels()*s.header.depth())+7)/8
	out, in := io.Pipe()
	unpacked := make(chan int64, 1)
	go func() {
		n, err := s.mend(in, io.MultiReader(bodies...), row*int64(s.header.height()))
		unpacked <- n
		in.CloseWithError(err)
	}()
	img, err := png.Decode(until(ctx, out))
	out.Close()
	rows := int(<-unpacked / row)
	if err != nil || !enough(rows, s.header.height()) {
		return nil, err
	}
	return img, fewerRows(rows, s.header.height(), open, nil)
}

// mend writes a PNG file of so many bytes of pixels: those in packed as far as they can be unpacked, which it returns, and zeros.
func (s *pngScan) mend(w io.Writer, packed io.Reader, size int64) (unpacked int64, err error) {
	if _, err := w.Write(s.head(s.header)); err != nil {
		return 0, err
	}
	chunks := bufio.NewWriterSize(pngData{w}, 1<<16)
	pack, err := zlib.NewWriterLevel(chunks, zlib.NoCompression)
	if err != nil {
		return 0, err
	}
	if from, err := zlib.NewReader(packed); err == nil {
		unpacked, _ = io.Copy(pack, io.LimitReader(from, size)) // where it fails, the file does
	}
	if _, err := io.CopyN(pack, zeros{}, size-unpacked); err != nil {
		return unpacked, err
	}
	if err := pack.Close(); err != nil {
		return unpacked, err
	}
	if err := chunks.Flush(); err != nil {
		return unpacked, err
	}
	_, err = w.Write(appendPNGChunk(nil, "IEND"))
	return unpacked, err
}

// pngData writes each piece as a chunk of pixels.
type pngData struct{ w io.Writer }

func (d pngData) Write(p []byte) (int, error) {
	if _, err := d.w.Write(appendPNGChunk(nil, "IDAT", p)); err != nil {
		return 0, err
	}
	return len(p), nil
}

// part decodes the rows that can be had of a frame. rest is what follows its descriptor: colours, and the codes of its pixels.
func (s *gifScan) part(width, height int, control []byte, flags byte, rest []byte, open bool) (image.Image, error) {
	colours := s.palette[3:]
	if n := gifColours(flags); n > 0 {
		if n > len(rest) {
			return nil, nil
		}
		colours, rest = rest[:n], rest[n:]
	}
	if len(rest) == 0 || rest[0] < 2 || rest[0] > 8 {
		return nil, nil
	}
	var palette color.Palette
	for ; len(colours) >= 3; colours = colours[3:] {
		palette = append(palette, color.RGBA{colours[0], colours[1], colours[2], 255})
	}
	for len(palette) < 256 { // whatever the codes are
		palette = append(palette, color.RGBA{A: 255})
	}
	if control != nil && control[3]&1 != 0 {
		palette[control[6]] = color.RGBA{}
	}
	img := image.NewPaletted(image.Rect(0, 0, width, height), palette)
	codes := lzw.NewReader(&gifParts{rest: rest[1:]}, lzw.LSB, int(rest[0]))
	defer codes.Close()
	n, err := io.ReadFull(codes, img.Pix)
	rows := n / width
	if !enough(rows, height) {
		return nil, err
	}
	const interlaced = 0x40
	if flags&interlaced != 0 {
		img.Pix = gifInterlaced(img.Pix, width, height, rows)
	}
	return img, fewerRows(rows, height, open, err)
}

// gifInterlaced returns the rows, of which some are missing, in the order in which they are shown: every eighth comes first, then those in
// between. One that is missing is the one above it, as viewers have it.
func gifInterlaced(pix []uint8, width, height, rows int) []uint8 {
	out := make([]uint8, len(pix))
	there := make([]bool, height)
	next := 0
	for _, pass := range [4]struct{ first, step int }{{0, 8}, {4, 8}, {2, 4}, {1, 2}} {
		for y := pass.first; y < height; y += pass.step {
			if next < rows {
				copy(out[y*width:][:width], pix[next*width:])
				there[y] = true
			}
			next++
		}
	}
	for y := 1; y < height; y++ {
		if !there[y] {
			copy(out[y*width:][:width], out[(y-1)*width:])
		}
	}
	return out
}

// gifParts reads data that comes in parts, each with its length in front.
type gifParts struct {
	rest []byte
	left int // bytes of the part that is being read
}

func (g *gifParts) ReadByte() (byte, error) {
	for g.left == 0 {
		if len(g.rest) == 0 || g.rest[0] == 0 {
			return 0, io.EOF
		}
		g.left, g.rest = int(g.rest[0]), g.rest[1:]
	}
	if len(g.rest) == 0 {
		return 0, io.EOF
	}
	b := g.rest[0]
	g.rest, g.left = g.rest[1:], g.left-1
	return b, nil
}

// Read is there for lzw.NewReader, which reads bytes.
func (g *gifParts) Read(p []byte) (n int, err error) {
	for n < len(p) {
		if p[n], err = g.ReadByte(); err != nil {
			return n, err
		}
		n++
	}
	return n, nil
}
