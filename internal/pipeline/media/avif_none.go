//go:build !nodynamic || wasm2go

package media

import (
	"context"
	"errors"
	"image"
)

// Without the tag nodynamic there is no AVIF: see avif_codec.go.
var avifFormats []format

func decodeAVIF(context.Context, []byte, image.Point, int, int64) ([]image.Image, error) {
	return nil, errors.New("this build has no decoder of AVIF")
}
