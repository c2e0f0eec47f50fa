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
	"slices"
	"strings"

	"golang.org/x/image/bmp"
	"golang.org/x/image/tiff"
	"golang.org/x/image/webp"
)

// format is a kind of picture file that can be read.
type format struct {
	name      string
	mediaType string
	is        func(data []byte) bool
	scan      func(data []byte) (*layout, error)

	// prepare is called before the first file, since it may take longer than a file should; nil if there is nothing to do.
	prepare func(context.Context) error

	// config and decode read a file, and are nil if every frame brings its own decoder.
	config func(io.Reader) (image.Config, error)
	decode func(io.Reader) (image.Image, error)
}

var formats = slices.Concat([]format{
	{"JPEG", "image/jpeg", startsWith("\xff\xd8\xff"), scanJPEG, nil, jpeg.DecodeConfig, jpeg.Decode},
	{"PNG", "image/png", startsWith(pngSignature), scanPNG, nil, png.DecodeConfig, png.Decode},
	{"GIF", "image/gif", startsWith("GIF87a", "GIF89a"), scanGIF, nil, gif.DecodeConfig, gif.Decode},
	{"WebP", "image/webp", startsWith("RIFF????WEBP"), scanWebP, nil, webp.DecodeConfig, webp.Decode},
	{"BMP", "image/bmp", startsWith("BM????\x00\x00\x00\x00"), scanBMP, nil, bmp.DecodeConfig, bmp.Decode},
	{"TIFF", "image/tiff", startsWith("II*\x00", "MM\x00*"), scanTIFF, nil, tiff.DecodeConfig, tiff.Decode},
}, avifFormats, heicFormats)

// layout reads the headers of a file. Its error is an *Error.
func (f *format) layout(data []byte) (*layout, error) {
	return guard(func() (*layout, error) { return f.scan(data) })
}

// frame decodes a frame. The decoder finds no more data to read once ctx is done. Of a frame that is cut off or damaged, the picture comes
// with an *Error of status Partial if there is enough of it.
func (f *format) frame(ctx context.Context, fr frame, detail Detail) (image.Image, error) {
	img, err := f.whole(ctx, fr, detail)
	if err == nil || fr.rest == nil || ctx.Err() != nil || isUnsupported(err) {
		return img, err
	}
	if part, lack := fr.rest(ctx); part != nil {
		return part, lack
	}
	return nil, err
}

// whole decodes a whole frame.
//
// It looks at the size first, so that what a decoder makes of a file is what was counted on before it takes memory.
func (f *format) whole(ctx context.Context, fr frame, detail Detail) (image.Image, error) {
	size := fr.bounds.Size()
	if fr.own != nil {
		return fr.own(ctx)
	}
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

// unread lists kinds of pictures that are known by sight and cannot be read. Those that a build can read are among formats, which come
// first.
var unread = []struct {
	name      string
	mediaType string
	is        func(data []byte) bool
	optional  bool // some builds can read it
}{
	{"AVIF", "image/avif", hasBrand("avif", "avis"), true},
	{"HEIC", "image/heic", hasBrand("heic", "heix", "hevc", "hevx", "heim", "heis"), true},
	{"HEIF", "image/heif", hasBrand("mif1", "msf1"), false},
	{"JPEG XL", "image/jxl", startsWith("\xff\x0a", "\x00\x00\x00\x0cJXL \x0d\x0a\x87\x0a"), false},
	{"JPEG 2000", "image/jp2", startsWith("\x00\x00\x00\x0cjP  \x0d\x0a\x87\x0a", "\xff\x4f\xff\x51"), false},
	{"BigTIFF", "image/tiff", startsWith("II+\x00", "MM\x00+"), false},
	{"Photoshop", "image/vnd.adobe.photoshop", startsWith("8BPS"), false},
	{"Icon", "image/x-icon", startsWith("\x00\x00\x01\x00", "\x00\x00\x02\x00"), false},
}

const unknownType = "application/octet-stream"

// identify returns the format of a file and its media type, by its first bytes alone. The format is nil, and the error
// says why, if it cannot be read.
func identify(data []byte) (*format, string, error) {
	if len(data) == 0 {
		return nil, unknownType, empty()
	}
	for i := range formats {
		if f := &formats[i]; f.is(data) {
			return f, f.mediaType, nil
		}
	}
	for _, u := range unread {
		switch {
		case !u.is(data):
		case u.optional:
			return nil, u.mediaType, notInThisBuild(u.name)
		default:
			return nil, u.mediaType, notReadable(u.name)
		}
	}
	mediaType, _, _ := strings.Cut(http.DetectContentType(data), ";")
	return nil, mediaType, notAPicture(mediaType)
}

// startsWith returns a test for files that begin with one of the texts. A ? stands for any byte.
func startsWith(magics ...string) func([]byte) bool {
	return func(data []byte) bool {
		return slices.ContainsFunc(magics, func(magic string) bool {
			if len(data) < len(magic) {
				return false
			}
			for i := range len(magic) {
				if magic[i] != '?' && magic[i] != data[i] {
					return false
				}
			}
			return true
		})
	}
}
