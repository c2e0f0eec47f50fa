package media

import (
	"context"
	"fmt"
	"image"
	"image/gif"
	"image/jpeg"
	"image/png"
	"io"
	"net/http"
	"strings"

	"golang.org/x/image/bmp"
	"golang.org/x/image/tiff"
	"golang.org/x/image/webp"
)

// format is a kind of picture file that can be read.
type format struct {
	name      string
	mediaType string
	magic     []string // what its files begin with; a ? stands for any byte
	scan      func(data []byte) (*layout, error)
	config    func(io.Reader) (image.Config, error)
	decode    func(io.Reader) (image.Image, error)
}

var formats = []format{
	{"JPEG", "image/jpeg", []string{"\xff\xd8\xff"}, scanJPEG, jpeg.DecodeConfig, jpeg.Decode},
	{"PNG", "image/png", []string{pngSignature}, scanPNG, png.DecodeConfig, png.Decode},
	{"GIF", "image/gif", []string{"GIF87a", "GIF89a"}, scanGIF, gif.DecodeConfig, gif.Decode},
	{"WebP", "image/webp", []string{"RIFF????WEBP"}, scanWebP, webp.DecodeConfig, webp.Decode},
	{"BMP", "image/bmp", []string{"BM????\x00\x00\x00\x00"}, scanBMP, bmp.DecodeConfig, bmp.Decode},
	{"TIFF", "image/tiff", []string{"II*\x00", "MM\x00*"}, scanTIFF, tiff.DecodeConfig, tiff.Decode},
}

// layout reads the headers of a file. Its error is an *Error.
func (f *format) layout(data []byte) (*layout, error) {
	return guard(func() (*layout, error) { return f.scan(data) })
}

// frame decodes a frame. The decoder finds no more data to read once ctx is done.
//
// It looks at the size first, so that what a decoder makes of a file is what was counted on before it takes memory.
func (f *format) frame(ctx context.Context, fr frame, detail Detail) (image.Image, error) {
	size := fr.bounds.Size()
	config, err := f.config(fr.file())
	if err != nil {
		return nil, err
	}
	if got := image.Pt(config.Width, config.Height); got != size {
		return nil, damaged(fmt.Errorf("it is of %v pixels, and of %v", size, got))
	}
	if fr.luma != nil && detail != Full {
		return fr.luma(ctx, detail)
	}
	img, err := f.decode(until(ctx, fr.file()))
	if err != nil {
		return nil, err
	}
	if got := img.Bounds().Size(); got != size {
		return nil, damaged(fmt.Errorf("of %v pixels %v were decoded", size, got))
	}
	return img, nil
}

// guard calls f, which reads what may be hostile, and turns its panic into an error.
func guard[T any](f func() (T, error)) (v T, err error) {
	defer func() {
		if r := recover(); r != nil {
			err = damaged(fmt.Errorf("panic: %v", r))
		}
	}()
	return f()
}

// unread lists kinds of pictures that are known by sight and cannot be read.
var unread = []struct {
	name      string
	mediaType string
	magic     []string
}{
	{"HEIC", "image/heic", []string{"????ftypheic", "????ftypheix", "????ftyphevc", "????ftyphevx", "????ftypheim", "????ftypheis"}},
	{"HEIF", "image/heif", []string{"????ftypmif1", "????ftypmsf1"}},
	{"AVIF", "image/avif", []string{"????ftypavif", "????ftypavis"}},
	{"JPEG XL", "image/jxl", []string{"\xff\x0a", "\x00\x00\x00\x0cJXL \x0d\x0a\x87\x0a"}},
	{"JPEG 2000", "image/jp2", []string{"\x00\x00\x00\x0cjP  \x0d\x0a\x87\x0a", "\xff\x4f\xff\x51"}},
	{"BigTIFF", "image/tiff", []string{"II+\x00", "MM\x00+"}},
	{"Photoshop", "image/vnd.adobe.photoshop", []string{"8BPS"}},
	{"Icon", "image/x-icon", []string{"\x00\x00\x01\x00", "\x00\x00\x02\x00"}},
}

const unknownType = "application/octet-stream"

// identify returns the format of a file and its media type, by its first bytes alone. The format is nil, and the error
// says why, if it cannot be read.
func identify(data []byte) (*format, string, error) {
	if len(data) == 0 {
		return nil, unknownType, empty()
	}
	for i := range formats {
		if f := &formats[i]; begins(data, f.magic) {
			return f, f.mediaType, nil
		}
	}
	for _, u := range unread {
		if begins(data, u.magic) {
			return nil, u.mediaType, notReadable(u.name)
		}
	}
	mediaType, _, _ := strings.Cut(http.DetectContentType(data), ";")
	return nil, mediaType, notAPicture(mediaType)
}

func begins(data []byte, magics []string) bool {
	for _, magic := range magics {
		if len(data) < len(magic) {
			continue
		}
		equal := true
		for i := range len(magic) {
			equal = equal && (magic[i] == '?' || magic[i] == data[i])
		}
		if equal {
			return true
		}
	}
	return false
}
