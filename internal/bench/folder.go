package bench

import (
	"context"
	"fmt"
	"image"
	"image/draw"
	"os"
	"path/filepath"
	"slices"
	"strings"

	xdraw "golang.org/x/image/draw"

	"github.com/quell-project/quell/internal/pipeline/media"
)

var extensions = []string{".jpg", ".jpeg", ".png", ".gif", ".webp", ".bmp", ".tif", ".tiff"}

// Files lists the pictures of a folder, told by the ends of their names, in order.
func Files(folder string) ([]string, error) {
	all, err := os.ReadDir(folder)
	if err != nil {
		return nil, fmt.Errorf("list the pictures: %w", err)
	}
	var files []string
	for _, f := range all {
		if !f.IsDir() && slices.Contains(extensions, strings.ToLower(filepath.Ext(f.Name()))) {
			files = append(files, filepath.Join(folder, f.Name()))
		}
	}
	if len(files) == 0 {
		return nil, fmt.Errorf("there is no picture in %s; their names end in %s", folder, strings.Join(extensions, ", "))
	}
	return files, nil
}

// side is how large pictures are kept from which crops are cut.
const side = 640

// Read reads the first frame of pictures and shrinks what is large. Files that cannot be read are left out.
func Read(ctx context.Context, files []string, tell Progress) (pictures []image.Image, err error) {
	d := media.NewDecoder(media.Limits{Frames: 1})
	for i, name := range files {
		tell("read pictures", i, len(files))
		data, err := os.ReadFile(name)
		if err != nil {
			return nil, fmt.Errorf("read a picture: %w", err)
		}
		_, err = d.Decode(ctx, data, func(f media.Frame) error {
			size := f.Image.Bounds().Size()
			scale := min(1, side/float64(max(size.X, size.Y)))
			small := image.NewRGBA(image.Rect(0, 0, max(1, int(float64(size.X)*scale)), max(1, int(float64(size.Y)*scale))))
			xdraw.ApproxBiLinear.Scale(small, small.Rect, f.Image, f.Image.Bounds(), draw.Src, nil)
			pictures = append(pictures, small)
			return nil
		})
		if ctx.Err() != nil {
			return nil, context.Cause(ctx)
		}
		_ = err // a file that is no picture gives none
	}
	tell("read pictures", len(files), len(files))
	if len(pictures) == 0 {
		return nil, fmt.Errorf("none of %d files could be read as a picture", len(files))
	}
	return pictures, nil
}
