package edits

import (
	"bytes"
	"fmt"
	"hash/fnv"
	"image"
	"image/draw"
	"image/jpeg"
	"math/rand/v2"

	"github.com/quell-project/quell/internal/demo/art"
)

// Edit is something that people do to a picture before they post it again.
type Edit struct {
	Name  string // lower case, digits and hyphens
	Group string // what edits of its kind have in common
	Says  string // what is done, for people

	change  func(*image.RGBA, Dice) *image.RGBA
	quality int // of the JPEG that the result is saved as; 0: it is not saved as one
}

// Groups of edits.
const (
	Crop     = "crop"
	Turn     = "turn"
	Frame    = "frame"
	Cover    = "cover"
	Quality  = "quality"
	Shape    = "shape"
	Colour   = "colour"
	Rephoto  = "screen"
	Collage  = "collage"
	Together = "together"
)

// All returns the edits, in the order in which tables list them.
func All() []Edit {
	var all []Edit
	for _, group := range [][]Edit{crops, turns, frames, covers, spoils, shapes, colours, screens, collages, together} {
		all = append(all, group...)
	}
	return all
}

// Named returns the edit of a name.
func Named(name string) (Edit, error) {
	for _, e := range All() {
		if e.Name == name {
			return e, nil
		}
	}
	return Edit{}, fmt.Errorf("there is no edit %q; package edits lists them", name)
}

// MinSide is the least width and height of a picture that is edited: of a smaller one, some edits would leave nothing.
const MinSide = 64

// Apply returns the edited picture; the picture itself is not changed. The same picture, seed and others give the same result. Collages take
// their other pictures from others, which should not be akin to this one; where there are none they are drawn.
func (e Edit) Apply(img image.Image, seed uint64, others []image.Image) (image.Image, error) {
	if size := img.Bounds().Size(); size.X < MinSide || size.Y < MinSide {
		return nil, fmt.Errorf("edit %s: the picture has %d × %d pixels; the least is %d each way", e.Name, size.X, size.Y, MinSide)
	}
	edited := e.change(plain(img), throw(seed, e.Name, others))
	if e.quality == 0 {
		return edited, nil
	}
	saved, err := resaved(edited, e.quality)
	if err != nil {
		return nil, fmt.Errorf("edit %s: %w", e.Name, err)
	}
	return saved, nil
}

func resaved(img image.Image, quality int) (image.Image, error) {
	var file bytes.Buffer
	if err := jpeg.Encode(&file, img, &jpeg.Options{Quality: quality}); err != nil {
		return nil, fmt.Errorf("save as JPEG: %w", err)
	}
	return jpeg.Decode(&file)
}

// plain returns a copy of the picture with its corner at the origin, laid over white where it is transparent.
func plain(img image.Image) *image.RGBA {
	own := blank(img.Bounds().Dx(), img.Bounds().Dy(), white)
	draw.Draw(own, own.Rect, img, img.Bounds().Min, draw.Over)
	return own
}

// Dice makes the choices of one edit of one picture, and deals the other pictures that it needs.
type Dice struct {
	*rand.Rand
	others []image.Image
}

// throw seeds the dice; the name keeps the edits of one picture apart.
func throw(seed uint64, name string, others []image.Image) Dice {
	h := fnv.New64a()
	h.Write([]byte(name))
	return Dice{rand.New(rand.NewPCG(seed, h.Sum64())), others}
}

func (d Dice) between(low, high float64) float64 { return low + (high-low)*d.Float64() }

func (d Dice) coin() bool { return d.IntN(2) == 0 }

// deal returns n other pictures, different ones if there are enough.
func (d Dice) deal(n int) []*image.RGBA {
	var dealt []*image.RGBA
	order := d.Perm(max(len(d.others), 1))
	for i := range n {
		if len(d.others) == 0 {
			dealt = append(dealt, art.Picture(d.Uint64N(1<<32), 512))
			continue
		}
		dealt = append(dealt, plain(d.others[order[i%len(order)]]))
	}
	return dealt
}

func pick[T any](d Dice, from ...T) T { return from[d.IntN(len(from))] }
