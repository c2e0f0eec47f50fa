package recall

import (
	"cmp"
	"context"
	"crypto/sha256"
	"errors"
	"fmt"
	"image"
	"image/draw"
	_ "image/jpeg" // formats that are read
	_ "image/png"
	"io/fs"
	"os"
	"path/filepath"
	"slices"
	"strings"

	xdraw "golang.org/x/image/draw"
	_ "golang.org/x/image/webp"

	"github.com/quell-project/quell/internal/bench"
	"github.com/quell-project/quell/internal/demo/art"
	"github.com/quell-project/quell/pdq"
)

// Picture is one of those that are measured with.
type Picture struct {
	Group string // what its versions have in common, such as a wallpaper in several sizes
	File  string
	Image *image.RGBA
}

// Half is the part of the pictures that a figure was taken on.
type Half string

// The halves.
const (
	Train Half = "train" // views and limits may be chosen on these
	Test  Half = "test"  // and are judged on these
)

// HalfOf tells in which half a group lies: by one bit of the SHA-256 of its name.
func HalfOf(group string) Half {
	if sha256.Sum256([]byte(group))[0]&1 == 0 {
		return Train
	}
	return Test
}

// What is read, and how large pictures are made before they are edited: about what services show.
const (
	largestSide    = 1024
	drawnSide      = 720
	leastSide      = 300
	mostPixels     = 100_000_000
	mostBytes      = 64 << 20
	mostSeeThrough = 0.05 // share of transparent pixels
)

// Found is what Load found in the folders.
type Found struct {
	Pictures []Picture // one of each group, in the order of their groups
	Counts
}

// Counts say how many files became pictures, and how many did not.
type Counts struct {
	Files    int `json:"files"`    // that have the name of a picture
	Refused  int `json:"refused"`  // of those: unreadable, too small or large, see-through, or of a quality below 50, which no list holds
	Versions int `json:"versions"` // of those: left out because another of the group is used
	Groups   int `json:"groups"`   // the rest
}

// Load reads the JPEG, PNG and WebP files below folders. The largest of a group is used; what is larger than 1024 pixels is made smaller. A name is
// that of a file below its folder, so folders can lie anywhere.
func Load(ctx context.Context, folders []string, tell bench.Progress) (Found, error) {
	var found Found
	var files []candidate
	for _, folder := range folders {
		more, err := walk(folder)
		if err != nil {
			return found, err
		}
		files = append(files, more...)
	}
	found.Files = len(files)
	var read []candidate
	for i, c := range files {
		tell("read the pictures", i, len(files))
		if ctx.Err() != nil {
			return found, context.Cause(ctx)
		}
		if err := c.open(); err != nil {
			found.Refused++
			continue
		}
		read = append(read, c)
	}
	tell("read the pictures", len(files), len(files))
	for _, group := range grouped(read) {
		best := slices.MaxFunc(group, func(a, b candidate) int {
			return cmp.Or(cmp.Compare(a.area, b.area), strings.Compare(b.name, a.name))
		})
		found.Pictures = append(found.Pictures, Picture{best.group, best.name, best.img})
		found.Versions += len(group) - 1
	}
	found.Groups = len(found.Pictures)
	slices.SortFunc(found.Pictures, func(a, b Picture) int { return strings.Compare(a.Group, b.Group) })
	return found, nil
}

// drawnGroup begins the groups of drawn pictures.
const drawnGroup = "drawn/"

// Drawn returns n pictures that are drawn: posters and ordinary pictures in turn, a group each.
func Drawn(n int, seed uint64) (pictures []Picture) {
	for i := range n {
		name, draw := fmt.Sprintf(drawnGroup+"poster-%d", i), art.Poster
		if i%2 == 1 {
			name, draw = fmt.Sprintf(drawnGroup+"picture-%d", i), art.Picture
		}
		pictures = append(pictures, Picture{name, name, draw(seed+uint64(i), drawnSide)})
	}
	return pictures
}

// Of returns the pictures of a half; "" is both.
func Of(pictures []Picture, half Half) (some []Picture) {
	for _, p := range pictures {
		if half == "" || HalfOf(p.Group) == half {
			some = append(some, p)
		}
	}
	return some
}

// candidate is a file that may become a picture.
type candidate struct {
	path, name string // name: below the folder, with slashes
	group      string
	area       int // as it was stored
	img        *image.RGBA
	looks      pdq.Dihedral
}

func walk(folder string) (files []candidate, err error) {
	err = filepath.WalkDir(folder, func(path string, d fs.DirEntry, err error) error {
		if err != nil || !d.Type().IsRegular() {
			return err
		}
		if !slices.Contains([]string{".jpg", ".jpeg", ".png", ".webp"}, strings.ToLower(filepath.Ext(path))) {
			return nil
		}
		name, err := filepath.Rel(folder, path)
		name = filepath.ToSlash(name)
		files = append(files, candidate{path: path, name: name, group: groupName(name)})
		return err
	})
	if err != nil {
		return nil, fmt.Errorf("list the pictures: %w", err)
	}
	return files, nil
}

// open reads the file and says why it is not used.
func (c *candidate) open() error {
	info, err := os.Stat(c.path)
	if err != nil {
		return err
	}
	if info.Size() > mostBytes {
		return errors.New("the file is too large")
	}
	f, err := os.Open(c.path)
	if err != nil {
		return err
	}
	defer f.Close()
	header, _, err := image.DecodeConfig(f)
	if err != nil {
		return err
	}
	if header.Width*header.Height > mostPixels || min(header.Width, header.Height) < leastSide {
		return fmt.Errorf("%d × %d pixels", header.Width, header.Height)
	}
	if _, err := f.Seek(0, 0); err != nil {
		return err
	}
	img, _, err := image.Decode(f)
	if err != nil {
		return err
	}
	c.area = header.Width * header.Height
	if seeThrough(img) > mostSeeThrough {
		return errors.New("it is transparent in part")
	}
	c.img = shrunk(img)
	c.looks, err = pdq.DihedralFromImage(c.img)
	if err == nil && c.looks.Quality < leastQuality {
		err = fmt.Errorf("quality %d", c.looks.Quality)
	}
	return err
}

// seeThrough is the share of pixels that are not opaque, of a sample.
func seeThrough(img image.Image) float64 {
	b, seen, through := img.Bounds(), 0, 0
	for y := b.Min.Y; y < b.Max.Y; y += 7 {
		for x := b.Min.X; x < b.Max.X; x += 7 {
			seen++
			if _, _, _, a := img.At(x, y).RGBA(); a < 0xf000 {
				through++
			}
		}
	}
	return float64(through) / float64(seen)
}

// shrunk makes a picture no larger than it is measured with, and lays it over white.
func shrunk(img image.Image) *image.RGBA {
	size := img.Bounds().Size()
	scale := min(1, largestSide/float64(max(size.X, size.Y)))
	out := image.NewRGBA(image.Rect(0, 0, int(float64(size.X)*scale+0.5), int(float64(size.Y)*scale+0.5)))
	draw.Draw(out, out.Rect, image.White, image.Point{}, draw.Src)
	xdraw.BiLinear.Scale(out, out.Rect, img, img.Bounds(), draw.Over, nil)
	return out
}
