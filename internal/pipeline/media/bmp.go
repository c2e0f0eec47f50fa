package media

import (
	"bytes"
	"context"
	"encoding/binary"
	"errors"
	"fmt"
	"image"
	"io"

	"golang.org/x/image/bmp"
)

func scanBMP(data []byte) (*layout, error) {
	c, err := bmp.DecodeConfig(bytes.NewReader(data))
	switch {
	case errors.Is(err, bmp.ErrUnsupported):
		return nil, &Error{Status: Unsupported, Reason: "BMP pictures " + bmpVariant(data) + " cannot be read.", Err: err}
	case err != nil:
		return nil, cutOff(err)
	}
	offset, depth := int64(binary.LittleEndian.Uint32(data[10:])), int64(binary.LittleEndian.Uint16(data[28:]))
	row := (int64(c.Width)*depth + 31) / 32 * 4
	there := int64(c.Height) // of the rows, which are not compressed
	if row > 0 {
		there = max(0, min(there, (int64(len(data))-offset)/row))
	}
	if !enough(int(there), c.Height) {
		return nil, cutOff(fmt.Errorf("%d bytes for %d rows of %d", len(data), c.Height, row))
	}
	p := &layout{width: c.Width, height: c.Height, orientation: upright}
	p.add(frame{
		bounds: image.Rect(0, 0, c.Width, c.Height),
		memory: 4 * pixels(c.Width, c.Height),
		open:   there < int64(c.Height),
		file:   func() io.Reader { return bytes.NewReader(data) },
		rest: func(ctx context.Context) (image.Image, error) {
			if there == int64(c.Height) {
				return nil, nil
			}
			img, err := bmp.Decode(until(ctx, io.MultiReader(bytes.NewReader(data), zeros{})))
			if err != nil {
				return nil, err
			}
			return img, fewerRows(int(there), c.Height, true, nil)
		},
	})
	return p, nil
}

// bmpVariant says what is unusual about a file that golang.org/x/image does not read.
func bmpVariant(data []byte) string {
	const infoHeader = 40
	if len(data) < 14+infoHeader || binary.LittleEndian.Uint32(data[14:]) < infoHeader {
		return "of OS/2"
	}
	if binary.LittleEndian.Uint16(data[28:]) == 16 {
		return "of 16 bits a pixel"
	}
	switch binary.LittleEndian.Uint32(data[30:]) {
	case 1, 2:
		return "that are run-length encoded"
	case 3, 6:
		return "with masks of their colours"
	case 4, 5:
		return "with a JPEG or PNG inside"
	}
	return "of this kind"
}
