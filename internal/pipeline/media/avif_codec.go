//go:build nodynamic && !wasm2go

package media

import (
	"context"
	"encoding/binary"
	"errors"
	"fmt"
	"image"
	"math"
	_ "unsafe" // for go:linkname

	"github.com/gen2brain/avif"
	"github.com/quell-project/quell/internal/pipeline/media/cage"
)

// The decoder is libavif with dav1d, in WebAssembly. Without the tag nodynamic the package that brings it would load a library of the
// host as soon as it is imported; so this file, and with it AVIF, is in a build only with the tag.
//
// The package is imported for its module alone, which it keeps to itself. Its own functions bound neither memory nor time, and take a
// picture of which nothing could be decoded for one that is empty.
//
//go:linkname avifModule github.com/gen2brain/avif.avifWasm
var avifModule []byte

var avifProgram = cage.New(avifModule)

var avifFormats = []format{{
	name: "AVIF", mediaType: "image/avif", is: hasBrand("avif", "avis"), scan: scanAVIF, prepare: avifProgram.Compile,
}}

// decodeAVIF decodes the first frames of a file, of which each must have a size. It may return fewer, with an error.
func decodeAVIF(ctx context.Context, file []byte, size image.Point, frames int, memory int64) (images []image.Image, err error) {
	if avif.Dynamic() == nil { // cannot be with this tag, unless the package changes
		return nil, errors.New("the decoder of AVIF would be a library of the host")
	}
	err = avifProgram.Run(ctx, memory, func(i *cage.Instance) (err error) {
		images, err = avifCall(i, file, size, frames)
		return err
	})
	return images, cageError(err)
}

// undecoded is in the place of the duration of a frame until the frame is decoded. The decoder reports no other failure of a frame.
const undecoded = math.MaxUint64

// avifCall calls the decoder twice: for the size of the picture, and for its pixels.
func avifCall(i *cage.Instance, file []byte, size image.Point, frames int) ([]image.Image, error) {
	in, err := i.Put(file)
	if err != nil {
		return nil, err
	}
	const fields = 16 // width, height, depth and count
	info, err := i.Alloc(fields)
	if err != nil {
		return nil, err
	}
	decode := func(headersOnly, all, durations, out uint64) error {
		ok, err := i.Call("decode", in, uint64(len(file)), headersOnly, all, info, info+4, info+8, info+12, durations, out)
		if err == nil && ok == 0 {
			err = errors.New("libavif refuses it")
		}
		return err
	}
	if err := decode(1, 0, 0, 0); err != nil {
		return nil, err
	}
	b, err := i.Bytes(info, fields)
	if err != nil {
		return nil, err
	}
	field := func(n int) int { return int(binary.LittleEndian.Uint32(b[4*n:])) }
	if got := image.Pt(field(0), field(1)); got != size {
		return nil, fmt.Errorf("it is of %v pixels, and of %v", size, got)
	}
	deep, count := field(2) > 8, field(3)
	if count < 1 || frames > 1 && count > frames {
		return nil, fmt.Errorf("it has %d frames, and %d", frames, count)
	}
	frames = min(frames, count)
	each := 4 * pixels(size.X, size.Y)
	if deep {
		each *= 2
	}
	out, err := i.Alloc(each * int64(frames))
	if err != nil {
		return nil, err
	}
	durations, err := i.Alloc(8 * int64(frames))
	if err != nil {
		return nil, err
	}
	marks, err := i.Bytes(durations, 8*int64(frames))
	if err != nil {
		return nil, err
	}
	for n := range frames {
		binary.LittleEndian.PutUint64(marks[8*n:], undecoded)
	}
	all := uint64(0)
	if frames > 1 {
		all = 1
	}
	if err := decode(0, all, durations, out); err != nil {
		return nil, err
	}
	return avifImages(i, size, deep, frames, durations, out)
}

// avifImages copies the frames that were decoded. Of more than 8 bits a sample only the higher 8 are kept: a fingerprint needs no more.
func avifImages(i *cage.Instance, size image.Point, deep bool, frames int, durations, out uint64) (images []image.Image, err error) {
	marks, err := i.Bytes(durations, 8*int64(frames))
	if err != nil {
		return nil, err
	}
	sample := int64(1)
	if deep {
		sample = 2
	}
	for n := range frames {
		if binary.LittleEndian.Uint64(marks[8*n:]) == undecoded {
			return images, fmt.Errorf("frame %d cannot be decoded", n)
		}
		img := image.NewRGBA(image.Rectangle{Max: size})
		each := int64(len(img.Pix)) * sample
		pix, err := i.Bytes(out+uint64(int64(n)*each), each)
		if err != nil {
			return images, err
		}
		for j := 0; deep && j < len(img.Pix); j++ {
			img.Pix[j] = pix[2*j+1]
		}
		if !deep {
			copy(img.Pix, pix)
		}
		images = append(images, img)
	}
	return images, nil
}
