package media

import (
	"bytes"
	"encoding/binary"
	"errors"
	"image"
	"io"
)

// webpChunk is a part of a WebP file.
type webpChunk struct {
	kind string
	body []byte
	all  []byte // with kind, length and padding
}

// webpChunks calls take for each whole chunk, and reports false if the last one is cut off.
func webpChunks(data []byte, take func(webpChunk)) bool {
	for len(data) > 0 {
		if len(data) < 8 {
			return false
		}
		n := int64(binary.LittleEndian.Uint32(data[4:]))
		if n > int64(len(data)-8) {
			return false
		}
		c := webpChunk{kind: string(data[:4]), body: data[8 : 8+n]}
		end := min(8+n+n%2, int64(len(data))) // the padding may be missing at the end of the file
		c.all, data = data[:end], data[end:]
		take(c)
	}
	return true
}

// webpBits are the chunks of one picture.
type webpBits struct {
	alpha, pixels webpChunk
	width, height int
}

func (b *webpBits) take(c webpChunk) {
	switch {
	case c.kind == "ALPH" && b.alpha.all == nil:
		b.alpha = c
	case b.pixels.all != nil:
	case c.kind == "VP8 " && len(c.body) >= 10:
		b.pixels = c
		b.width = int(binary.LittleEndian.Uint16(c.body[6:]) & 0x3fff)
		b.height = int(binary.LittleEndian.Uint16(c.body[8:]) & 0x3fff)
	case c.kind == "VP8L" && len(c.body) >= 5:
		b.pixels = c
		bits := binary.LittleEndian.Uint32(c.body[1:])
		b.width, b.height = int(bits&0x3fff)+1, int(bits>>14&0x3fff)+1
	}
}

// frame returns the picture as a frame with its corner at left, top.
func (b *webpBits) frame(left, top int) frame {
	f := frame{bounds: image.Rect(left, top, left+b.width, top+b.height)}
	size, area := int64(len(b.alpha.all)+len(b.pixels.all)), pixels(b.width, b.height)
	if b.pixels.kind == "VP8 " && b.alpha.all == nil {
		f.memory = 2*area + 2*size
	} else { // lossless, or with alpha, which is lossless: the pixels before and after a transform, and tables of codes
		f.memory = 12*area + min(300*size, 160<<20)
	}
	f.file = b.file
	return f
}

// file returns the picture as a WebP file of its own.
func (b *webpBits) file() io.Reader {
	var head []byte
	if b.pixels.kind == "VP8 " && b.alpha.all != nil {
		const alphaFlag = 1 << 4
		head = append(head, "VP8X\x0a\x00\x00\x00"...)
		head = append(head, alphaFlag, 0, 0, 0)
		head = append(head, byte(b.width-1), byte((b.width-1)>>8), 0)
		head = append(head, byte(b.height-1), byte((b.height-1)>>8), 0)
		head = append(head, b.alpha.all...)
	}
	all := append([]byte("RIFF"), 0, 0, 0, 0)
	binary.LittleEndian.PutUint32(all[4:], uint32(4+len(head)+len(b.pixels.all)))
	all = append(append(all, "WEBP"...), head...)
	return io.MultiReader(bytes.NewReader(all), bytes.NewReader(b.pixels.all))
}

func scanWebP(data []byte) (*layout, error) {
	p := &layout{orientation: upright}
	end := int64(binary.LittleEndian.Uint32(data[4:])) + 8
	whole := end <= int64(len(data))
	body := data[12:max(12, min(end, int64(len(data))))]
	var still webpBits
	whole = webpChunks(body, func(c webpChunk) {
		switch c.kind {
		case "VP8X":
			if len(c.body) == 10 {
				p.animated = c.body[0]&2 != 0
				p.width, p.height = webpInt24(c.body[4:])+1, webpInt24(c.body[7:])+1
			}
		case "ANMF":
			if p.animated {
				p.add(webpFrame(c.body))
			}
		case "EXIF":
			p.orientation = exifOrientation(c.body)
		default:
			still.take(c)
		}
	}) && whole
	switch {
	case p.animated && p.total > 0:
		p.cut = !whole
	case still.pixels.all != nil:
		p.animated, p.width, p.height = false, still.width, still.height
		p.add(still.frame(0, 0))
	case !whole:
		return nil, cutOff(nil)
	default:
		return nil, damaged(errors.New("no picture"))
	}
	return p, nil
}

// webpFrame returns a frame of an animation.
func webpFrame(body []byte) frame {
	const head = 16
	var bits webpBits
	if len(body) < head || !webpChunks(body[head:], bits.take) || bits.pixels.all == nil {
		return frame{bad: damaged(errors.New("a frame without a picture"))}
	}
	f := bits.frame(2*webpInt24(body), 2*webpInt24(body[3:]))
	f.over = body[15]&2 == 0
	if body[15]&1 != 0 {
		f.dispose = wipe
	}
	return f
}

func webpInt24(b []byte) int {
	return int(b[0]) | int(b[1])<<8 | int(b[2])<<16
}
