//go:build heic && nodynamic

package media

import (
	"context"
	"encoding/binary"
	"errors"
	"fmt"
	"image"
	_ "unsafe" // for go:linkname

	"github.com/gen2brain/heic"
	"github.com/quell-project/quell/internal/pipeline/media/cage"
)

// The decoder is libheif with libde265, in WebAssembly. Both are under the LGPL, and HEVC is under patents: so it is in a build on request
// only, with the tag heic. As to the tag nodynamic and the linkname, see avif_codec.go.
//
//go:linkname heicModule github.com/gen2brain/heic.heifWasm
var heicModule []byte

var heicProgram = cage.New(heicModule)

var heicFormats = []format{{
	name: "HEIC", mediaType: "image/heic", is: hasBrand("heic", "heix", "heim", "heis", "hevc", "hevx"), scan: scanHEIC, prepare: heicProgram.Compile,
}}

// scanHEIC reads the boxes of a HEIC file. Its decoder turns and cuts the picture as the file says, so that it comes upright.
func scanHEIC(data []byte) (*layout, error) {
	cut := cutISO(data)
	meta, ok := find(data, "meta")
	item, err := readItem(meta)
	switch {
	case cut && (!ok || err != nil):
		return nil, cutOff(err)
	case err != nil:
		return nil, err
	}
	if item.orientation > 4 {
		item.width, item.height = item.height, item.width
	}
	p := &layout{width: item.width, height: item.height, orientation: upright}
	f := frame{bounds: item.bounds(), memory: heicMemory(item, len(data)), open: cut}
	f.own = func(ctx context.Context) (img image.Image, err error) {
		if heic.Dynamic() == nil { // cannot be with this tag, unless the package changes
			return nil, errors.New("the decoder of HEIC would be a library of the host")
		}
		err = heicProgram.Run(ctx, f.memory, func(i *cage.Instance) (err error) {
			img, err = heicCall(i, data, pixels(item.width, item.height))
			return err
		})
		return img, cageError(err)
	}
	p.add(f)
	if track, moving, _ := readTrack(data); moving {
		p.add(frame{bounds: item.bounds(), bad: &Error{Status: Unsupported, Reason: "Moving pictures of HEIC cannot be read."}})
		p.total += track.total - 1
	}
	return p, nil
}

// heicMemory returns the bytes that decoding takes: within the cage its code and tables, the file, and the planes of tiles, of the picture
// that is put together, and of what is handed out; outside the pixels once more.
func heicMemory(item heifItem, size int) int64 {
	const program, each = 16 << 20, 24
	return program + 2*int64(size) + each*min(pixels(item.width, item.height), 1<<40)
}

// Kinds of pixels that the decoder hands out, and the samples of colour there are for those of brightness.
const (
	heifYCbCr, heifRGB, heifGrey  = 0, 1, 2
	heif420, heif422, heif444     = 1, 2, 3
	heifFields, heifRowMultipleOf = 5, 16
)

// heicCall calls the decoder twice: for the size and the kind of its pixels, and for those. The picture must not have more than so many.
func heicCall(i *cage.Instance, file []byte, most int64) (image.Image, error) {
	in, err := i.Put(file)
	if err != nil {
		return nil, err
	}
	info, err := i.Alloc(4 * heifFields)
	if err != nil {
		return nil, err
	}
	decode := func(headersOnly, out uint64) error {
		ok, err := i.Call("decode", in, uint64(len(file)), headersOnly, info, info+4, info+8, info+12, info+16, out)
		if err == nil && ok == 0 {
			err = errors.New("libheif refuses it")
		}
		return err
	}
	if err := decode(1, 0); err != nil {
		return nil, err
	}
	b, err := i.Bytes(info, 4*heifFields)
	if err != nil {
		return nil, err
	}
	field := func(n int) int { return int(binary.LittleEndian.Uint32(b[4*n:])) }
	width, height, kind, sampling := field(0), field(1), field(2), field(3)
	if width < 1 || height < 1 || pixels(width, height) > most {
		return nil, fmt.Errorf("it is of %d by %d pixels, which is more than %d", width, height, most)
	}
	stride := func(n int) int { return (n + heifRowMultipleOf - 1) / heifRowMultipleOf * heifRowMultipleOf }
	luma, all := stride(width), 0
	switch {
	case kind == heifYCbCr && (sampling == heif420 || sampling == heif422):
		chromaRows := height
		if sampling == heif420 {
			chromaRows = (height + 1) / 2
		}
		all = luma*height + 2*stride((width+1)/2)*chromaRows
	case kind == heifYCbCr && sampling == heif444:
		all = 3 * luma * height
	case kind == heifGrey:
		all = luma * height
	case kind == heifRGB:
		luma = stride(4 * width)
		all = luma * height
	default:
		return nil, fmt.Errorf("pixels of kind %d, sampling %d", kind, sampling)
	}
	out, err := i.Alloc(int64(all))
	if err != nil {
		return nil, err
	}
	if err := decode(0, out); err != nil {
		return nil, err
	}
	return heicImage(i, out, image.Rect(0, 0, width, height), luma, kind == heifRGB)
}

// heicImage copies the brightness, which comes first, or the pixels of four bytes.
func heicImage(i *cage.Instance, out uint64, bounds image.Rectangle, stride int, colour bool) (image.Image, error) {
	pix, err := i.Bytes(out, int64(stride*bounds.Dy()))
	if err != nil {
		return nil, err
	}
	pix = append([]byte(nil), pix...)
	if colour {
		return &image.NRGBA{Pix: pix, Stride: stride, Rect: bounds}, nil
	}
	return &image.Gray{Pix: pix, Stride: stride, Rect: bounds}, nil
}
