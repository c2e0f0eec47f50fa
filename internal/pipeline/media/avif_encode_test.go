//go:build nodynamic && !wasm2go

package media

import (
	"context"
	"encoding/binary"
	"image"
	"slices"

	"github.com/quell-project/quell/internal/pipeline/media/cage"
)

// EncodeAVIF returns a picture as a file. The module of the decoder has an encoder too.
func EncodeAVIF(img *image.RGBA) (file []byte, err error) {
	const quality, fastest, quartered, lossy = 90, 10, 3, 0
	err = avifProgram.Run(context.Background(), 1<<30, func(i *cage.Instance) error {
		in, err := i.Put(img.Pix)
		if err != nil {
			return err
		}
		size, err := i.Alloc(8)
		if err != nil {
			return err
		}
		out, err := i.Call("encode", in, uint64(img.Rect.Dx()), uint64(img.Rect.Dy()), size, quality, quality, fastest, quartered, lossy)
		if err != nil {
			return err
		}
		length, err := i.Bytes(size, 8)
		if err != nil {
			return err
		}
		b, err := i.Bytes(out, int64(binary.LittleEndian.Uint32(length)))
		file = slices.Clone(b)
		return err
	})
	return file, err
}
