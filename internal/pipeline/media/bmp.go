package media

import (
	"bytes"
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
		return nil, unknownVariant("BMP", err)
	case err != nil:
		return nil, cutOff(err)
	}
	offset, depth := int64(binary.LittleEndian.Uint32(data[10:])), int64(binary.LittleEndian.Uint16(data[28:]))
	row := (int64(c.Width)*depth + 31) / 32 * 4
	if row > 0 && int64(c.Height) > (int64(len(data))-offset)/row { // the rows are not compressed
		return nil, cutOff(fmt.Errorf("%d bytes for %d rows of %d", len(data), c.Height, row))
	}
	p := &layout{width: c.Width, height: c.Height, orientation: upright}
	p.add(frame{
		bounds: image.Rect(0, 0, c.Width, c.Height),
		memory: 4 * pixels(c.Width, c.Height),
		file:   func() io.Reader { return bytes.NewReader(data) },
	})
	return p, nil
}
