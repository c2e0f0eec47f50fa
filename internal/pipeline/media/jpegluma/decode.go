package jpegluma

import (
	"encoding/binary"
	"errors"
	"image"
	"slices"
)

// ErrOther means that a file is none that this package reads, or that something is wrong with it: image/jpeg can tell.
var ErrOther = errors.New("jpegluma: not a plain sequential JPEG file, or a damaged one")

// Markers, the byte after 0xff. T.81, table B.1.
const (
	jpegSOF0  = 0xc0 // sequential
	jpegSOF1  = 0xc1 // sequential, extended
	jpegDHT   = 0xc4 // Huffman codes
	jpegRST0  = 0xd0 // restart
	jpegSOI   = 0xd8 // start
	jpegEOI   = 0xd9 // end
	jpegSOS   = 0xda // scan
	jpegDQT   = 0xdb // quantizers
	jpegDRI   = 0xdd // restart interval
	jpegAPP0  = 0xe0
	jpegAPP14 = 0xee
	jpegAPP15 = 0xef
	jpegCOM   = 0xfe // comment
)

// decoder is what is known of a file while it is read.
type decoder struct {
	width, height int
	precision     int // bits a sample: 8 or 12
	components    []component
	interval      int // groups of blocks between restarts; 0 if there are none
	jfif          bool
	adobeRGB      bool // Adobe's mark says that the components are no YCbCr
	quantizers    [4]*quantizer
	dc, ac        [2]*codes
	reader        bitReader
}

// component is one of those of the picture: its brightness, or one of two of its colour.
type component struct {
	id             byte
	across, down   int // blocks in a group
	quantizer      *quantizer
	quantizerIndex byte
	dc, ac         *codes
}

// Decode returns the brightness of the picture in a whole JPEG file, scaled down by a scale of 1, 2, 4 or 8: where a side is no
// multiple of it, the last row or column stands for fewer pixels. It calls proceed before every row of blocks, and ends with
// its error if there is one; any other error is ErrOther.
//
// It takes a byte for each sample of the scaled picture, in whole groups of blocks, and some 100 kB.
func Decode(data []byte, scale int, proceed func() error) (*image.Gray, error) {
	img, _, err := decode(data, scale, proceed)
	if err != nil {
		return nil, err
	}
	return img, nil
}

// DecodePart is Decode for a file that is cut off, or in which something is wrong from some place on. It returns what was decoded before,
// in a picture of the whole size whose other samples are of middling brightness, as viewers show it; and of how many rows of the file
// there is something. There are none, and no picture, if not even the headers can be read.
func DecodePart(data []byte, scale int, proceed func() error) (img *image.Gray, rows int, err error) {
	img, rows, err = decode(data, scale, proceed)
	if errors.Is(err, ErrOther) {
		err = nil
	}
	return img, rows, err
}

func decode(data []byte, scale int, proceed func() error) (img *image.Gray, rows int, err error) {
	d := &decoder{}
	scan, err := d.header(data)
	if err != nil {
		return nil, 0, err
	}
	return d.scan(scan, 8/scale, proceed)
}

// header reads the segments up to the scan, and returns what follows them.
func (d *decoder) header(data []byte) (scan []byte, err error) {
	if len(data) < 2 || data[0] != 0xff || data[1] != jpegSOI {
		return nil, ErrOther
	}
	data = data[2:]
	for {
		if len(data) < 4 || data[0] != 0xff {
			return nil, ErrOther
		}
		marker, n := data[1], int(binary.BigEndian.Uint16(data[2:]))
		if n < 2 || 2+n > len(data) {
			return nil, ErrOther
		}
		body := data[4 : 2+n]
		data = data[2+n:]
		if !d.segment(marker, body) {
			return nil, ErrOther
		}
		if marker == jpegSOS {
			return data, nil
		}
	}
}

// segment reads a segment, and reports false if it is an unusual one.
func (d *decoder) segment(marker byte, body []byte) bool {
	switch marker {
	case jpegSOF0, jpegSOF1:
		return d.frame(marker, body)
	case jpegDHT:
		return d.huffman(body)
	case jpegDQT:
		return d.quantization(body)
	case jpegDRI:
		if len(body) != 2 {
			return false
		}
		d.interval = int(binary.BigEndian.Uint16(body))
		return true
	case jpegSOS:
		return d.scanHeader(body)
	case jpegAPP0:
		if len(body) >= 5 {
			d.jfif = string(body[:5]) == "JFIF\x00"
		}
		return true
	case jpegAPP14:
		if len(body) >= 12 && string(body[:5]) == "Adobe" {
			d.adobeRGB = body[11] == 0
		}
		return true
	}
	return jpegAPP0 < marker && marker <= jpegAPP15 || marker == jpegCOM
}

// frame reads the header of the frame. Samples of 12 bits are for extended files alone.
func (d *decoder) frame(marker byte, body []byte) bool {
	if len(d.components) > 0 || len(body) < 6 || body[0] != 8 && (body[0] != 12 || marker != jpegSOF1) {
		return false
	}
	d.precision = int(body[0])
	d.height, d.width = int(binary.BigEndian.Uint16(body[1:])), int(binary.BigEndian.Uint16(body[3:]))
	n := int(body[5])
	if d.width == 0 || d.height == 0 || n != 1 && n != 3 || len(body) != 6+3*n {
		return false
	}
	const sides = 1<<1 | 1<<2 | 1<<4 // how many blocks there may be
	for i := range n {
		f := body[6+3*i:][:3]
		c := component{id: f[0], across: int(f[1] >> 4), down: int(f[1] & 15), quantizerIndex: f[2]}
		if 1<<c.across&sides == 0 || 1<<c.down&sides == 0 {
			return false
		}
		if n == 1 {
			c.across, c.down = 1, 1 // T.81, A.2.2: whatever is noted
		}
		if c.quantizerIndex > 3 || i > 0 && (c.across != 1 || c.down != 1) {
			return false
		}
		for _, other := range d.components {
			if c.id == other.id {
				return false
			}
		}
		d.components = append(d.components, c)
	}
	return d.components[0].down < 4
}

// huffman reads Huffman codes.
func (d *decoder) huffman(body []byte) bool {
	for len(body) > 0 {
		if len(body) < 17 {
			return false
		}
		class, place, counts := body[0]>>4, body[0]&15, body[1:17]
		n := 0
		for _, c := range counts {
			n += int(c)
		}
		if class > 1 || place > 1 || n > 256 || len(body) < 17+n {
			return false
		}
		tables := &d.dc
		if class == 1 {
			tables = &d.ac
		}
		var ok bool
		if tables[place], ok = newCodes(counts, body[17:17+n], class == 1); !ok {
			return false
		}
		body = body[17+n:]
	}
	return true
}

// mostStep is the largest step of a quantizer by the bits of a sample: there are no larger coefficients.
var mostStep = map[int]int32{8: 1 << 11, 12: 1 << 15}

// quantization reads quantizers.
func (d *decoder) quantization(body []byte) bool {
	for len(body) > 0 {
		wide, place := body[0]>>4, body[0]&15
		n := 64 * (1 + int(wide))
		if wide > 1 || place > 3 || len(body) < 1+n {
			return false
		}
		q := new(quantizer)
		for i := range q.step {
			if wide == 1 {
				q.step[i] = int32(binary.BigEndian.Uint16(body[1+2*i:]))
			} else {
				q.step[i] = int32(body[1+i])
			}
		}
		d.quantizers[place] = q
		body = body[1+n:]
	}
	return true
}

// scanHeader reads the header of a scan, which must be of all components. Everything it needs must have been there.
func (d *decoder) scanHeader(body []byte) bool {
	n := len(d.components)
	if n == 0 || len(body) != 4+2*n || int(body[0]) != n || string(body[1+2*n:]) != "\x00\x3f\x00" {
		return false
	}
	for i := range d.components {
		c, f := &d.components[i], body[1+2*i:][:2]
		dc, ac := f[1]>>4, f[1]&15
		if c.id != f[0] || dc > 1 || ac > 1 {
			return false
		}
		c.dc, c.ac, c.quantizer = d.dc[dc], d.ac[ac], d.quantizers[c.quantizerIndex]
		if c.dc == nil || c.ac == nil || c.quantizer == nil || slices.Max(c.quantizer.step[:]) > mostStep[d.precision] {
			return false
		}
	}
	return n == 1 || !d.rgb()
}

// rgb reports whether the components are red, green and blue.
func (d *decoder) rgb() bool {
	c := d.components
	return !d.jfif && (d.adobeRGB || c[0].id == 'R' && c[1].id == 'G' && c[2].id == 'B')
}
