package edits

import (
	"image"
	"strings"

	"github.com/quell-project/quell/internal/demo/art"
)

// Sheet draws every edit of a picture with its name, to be looked at: seven in a row, each within 320 × 320 pixels.
func Sheet(img image.Image, seed uint64, others []image.Image) (*image.RGBA, error) {
	const columns, side, foot, gap = 7, 320, 28, 12
	all := All()
	rows := (len(all) + columns) / columns // the picture itself comes first
	sheet := blank(columns*(side+gap)+gap, rows*(side+foot+gap)+gap, grey(110))
	put := func(i int, img *image.RGBA, name string) {
		x, y := gap+i%columns*(side+gap), gap+i/columns*(side+foot+gap)
		small := fitted(img, side, side)
		lay(sheet, small, x+(side-small.Rect.Dx())/2, y+(side-small.Rect.Dy())/2)
		art.Write(sheet, strings.ToUpper(name), float64(x), float64(y+side+6), 14, white)
	}
	put(0, plain(img), "as it was")
	for i, e := range all {
		edited, err := e.Apply(img, seed, others)
		if err != nil {
			return nil, err
		}
		put(i+1, plain(edited), e.Name)
	}
	return sheet, nil
}
