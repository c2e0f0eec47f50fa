package media

import (
	"bytes"
	"context"
	"encoding/binary"
	"errors"
	"fmt"
	"image"
	"image/jpeg"
	"io"

	"github.com/quell-project/quell/internal/pipeline/media/jpegluma"
)

// Markers of a JPEG file, the byte after 0xff.
const (
	jpegSOF0 = 0xc0 // sequential
	jpegSOF1 = 0xc1 // sequential, extended
	jpegSOF2 = 0xc2 // progressive
	jpegRST0 = 0xd0 // to RST7: restarts within a scan, without a length
	jpegRST7 = 0xd7
	jpegEOI  = 0xd9 // the end
	jpegSOS  = 0xda // a scan
	jpegAPP1 = 0xe1 // EXIF
	jpegAPPE = 0xee // Adobe's mark of the colour model
)

// maxScans is the most passes over the picture that a JPEG may take. Encoders make ten or so; a file of many thousand,
// each a few bytes long, would keep the decoder busy for hours.
const maxScans = 100

// jpegHeader is what the segments of a JPEG say.
type jpegHeader struct {
	width, height int
	progressive   bool
	sampling      []byte // of each component: samples across << 4 | down
	rgb           bool   // the components may be red, green and blue
	precision     int    // bits a sample
	scans         int
	scanned       int // where the last scan that is whole ends; 0 if there is none
	orientation   int
	ended         bool // the end mark is there
}

func scanJPEG(data []byte) (*layout, error) {
	h, err := readJPEG(data)
	if err != nil {
		return nil, err
	}
	switch {
	case h.scans == 0 && h.ended:
		return nil, damaged(errors.New("no scan"))
	case h.scans == 0:
		return nil, cutOff(nil)
	case h.scans > maxScans:
		return nil, unknownVariant("JPEG", fmt.Errorf("it has %d scans, limit %d", h.scans, maxScans))
	case len(h.sampling) == 0:
		return nil, unknownVariant("JPEG", fmt.Errorf("no frame header of a known kind"))
	}
	var bad error
	if across, down := h.blocks(0); across*down > 8*int64(len(data)) { // a block takes at least one bit
		bad = cutOff(fmt.Errorf("%d bytes for %d by %d blocks", len(data), across, down))
	}
	// Where only the end mark is missing, all pixels of a sequential file are there: viewers do not mind. A progressive file
	// might lack its finer scans.
	file := func() io.Reader { return bytes.NewReader(data) }
	if !h.ended && !h.progressive {
		file = func() io.Reader {
			return io.MultiReader(bytes.NewReader(data), bytes.NewReader([]byte{0xff, jpegEOI}))
		}
	}
	p := &layout{width: h.width, height: h.height, orientation: h.orientation}
	f := frame{
		bounds: image.Rect(0, 0, h.width, h.height),
		memory: h.memory(),
		bad:    bad,
		open:   !h.ended,
		file:   file,
		luma: func(ctx context.Context, detail Detail) (image.Image, error) {
			return jpegLuma(ctx, data, file, h.scale(detail))
		},
		rest: func(ctx context.Context) (image.Image, error) { return h.rest(ctx, data) },
	}
	if h.precision == 12 {
		f.own = func(ctx context.Context) (image.Image, error) { return h.deep(ctx, data) }
	}
	p.add(f)
	return p, nil
}

// deep decodes a file of 12 bits a sample, which image/jpeg does not.
func (h *jpegHeader) deep(ctx context.Context, data []byte) (image.Image, error) {
	if h.progressive || len(h.sampling) > 3 {
		return nil, &Error{Status: Unsupported, Reason: "A JPEG of 12 bits a sample cannot be read if it is progressive or of four colours."}
	}
	gray, err := jpegluma.Decode(data, 1, func() error { return context.Cause(ctx) })
	if err != nil {
		return nil, err
	}
	return gray, nil
}

// rest decodes what there is of a file that is cut off or damaged: of a sequential one the first rows, of a progressive one the picture as
// the scans that are whole show it.
func (h *jpegHeader) rest(ctx context.Context, data []byte) (image.Image, error) {
	if !h.progressive {
		gray, rows, err := jpegluma.DecodePart(data, 1, func() error { return context.Cause(ctx) })
		if err != nil || gray == nil || !enough(rows, h.height) {
			return nil, err
		}
		return gray, fewerRows(rows, h.height, !h.ended, nil)
	}
	if h.ended || h.scanned == 0 {
		return nil, nil
	}
	whole := io.MultiReader(bytes.NewReader(data[:h.scanned]), bytes.NewReader([]byte{0xff, jpegEOI}))
	img, err := jpeg.Decode(until(ctx, whole))
	if err != nil {
		return nil, err
	}
	return brightnessOf(img), lessDetail()
}

// brightnessOf returns the brightness of a picture whose colours are kept apart from it, and others as they are.
func brightnessOf(img image.Image) image.Image {
	if m, ok := img.(*image.YCbCr); ok {
		return &image.Gray{Pix: m.Y, Stride: m.YStride, Rect: m.Rect}
	}
	return img
}

// leastSide is the least side to which a JPEG is scaled down. PDQ filters pictures with a window whose side is a 128th of theirs,
// rounded up to whole pixels: the smaller the picture, the more the window differs from what it would be in full size.
var leastSide = map[Detail]int{Small: 512, Scaled: 1024}

// scale returns by how much the brightness is scaled down as it is decoded.
func (h *jpegHeader) scale(detail Detail) int {
	least, scale := leastSide[detail], 1
	for least > 0 && scale < 8 && min(h.width, h.height) >= 2*scale*least {
		scale *= 2
	}
	return scale
}

// jpegLuma returns the brightness of a JPEG file, scaled down if it is a plain one. Of all others, and of a damaged one,
// image/jpeg has the last word: file gives it the bytes.
func jpegLuma(ctx context.Context, data []byte, file func() io.Reader, scale int) (image.Image, error) {
	gray, err := jpegluma.Decode(data, scale, func() error { return context.Cause(ctx) })
	switch {
	case err == nil:
		return gray, nil
	case !errors.Is(err, jpegluma.ErrOther):
		return nil, err
	}
	img, err := jpeg.Decode(until(ctx, file()))
	return brightnessOf(img), err
}

// readJPEG walks over the segments. The data of a scan is passed over by looking for the next marker.
func readJPEG(data []byte) (jpegHeader, error) {
	h := jpegHeader{orientation: upright}
	for i := 2; ; {
		next := bytes.IndexByte(data[i:], 0xff)
		if next < 0 || i+next+1 >= len(data) {
			return h, nil
		}
		i += next + 1
		marker := data[i]
		switch {
		case marker == 0xff: // a fill byte; it may begin the marker
			continue
		case marker == jpegEOI:
			h.ended = true
			return h, nil
		case marker == 0, jpegRST0 <= marker && marker <= jpegRST7:
			i++
			continue
		}
		if h.scans > 0 {
			h.scanned = i - 1
		}
		i++
		if i+2 > len(data) {
			return h, nil
		}
		n := int(binary.BigEndian.Uint16(data[i:]))
		if n < 2 {
			return h, damaged(fmt.Errorf("segment %#x is %d bytes long", marker, n))
		}
		if i+n > len(data) {
			return h, nil
		}
		h.segment(marker, data[i+2:i+n])
		i += n
	}
}

func (h *jpegHeader) segment(marker byte, body []byte) {
	switch marker {
	case jpegSOF0, jpegSOF1, jpegSOF2:
		if len(h.sampling) > 0 || len(body) < 6 || len(body) < 6+3*int(body[5]) {
			return // the decoder will refuse it
		}
		h.height, h.width = int(binary.BigEndian.Uint16(body[1:])), int(binary.BigEndian.Uint16(body[3:]))
		h.precision, h.progressive = int(body[0]), marker == jpegSOF2
		for c := body[6 : 6+3*int(body[5])]; len(c) > 0; c = c[3:] {
			h.sampling = append(h.sampling, c[1])
			h.rgb = h.rgb || c[0] == 'R'
		}
	case jpegSOS:
		h.scans++
	case jpegAPP1:
		if bytes.HasPrefix(body, []byte("Exif\x00\x00")) && h.orientation == upright {
			h.orientation = exifOrientation(body)
		}
	case jpegAPPE:
		h.rgb = true
	}
}

// blocks returns the number of blocks of 8 by 8 samples of a component, which fill whole groups.
func (h *jpegHeader) blocks(component int) (across, down int64) {
	first, own := h.sampling[0], h.sampling[component]
	if len(h.sampling) == 1 {
		first, own = 0x11, 0x11 // of a single component the sampling does not count
	}
	groups := func(side int, sampling byte) int64 {
		n := 8 * max(int64(sampling), 1)
		return (int64(side) + n - 1) / n
	}
	return groups(h.width, first>>4) * int64(own>>4), groups(h.height, first&15) * int64(own&15)
}

// memory returns the bytes that decoding takes: one a sample; four more for the coefficients of a progressive file; and
// where the colours are not of the usual kind, four a pixel to convert them to.
func (h *jpegHeader) memory() int64 {
	var total int64
	for i := range h.sampling {
		across, down := h.blocks(i)
		total += 64 * across * down
	}
	if h.progressive {
		total *= 5
	}
	if h.rgb || len(h.sampling) > 3 {
		total += 4 * pixels(h.width, h.height)
	}
	return total
}
