package view

import (
	"image"
	"os"
	"sync"

	"github.com/quell-project/quell/pdq"
)

// A View is a part of a picture, seen straight and turned or mirrored in one of eight ways.
type View struct {
	Name    string
	Hash    pdq.Hash
	Quality int
	Turn    pdq.Transform
	Area    float64 // share of the picture
}

const minQuality = 50

var finders = sync.Pool{New: func() any { return new(finder) }}

type finder struct {
	full, half, quarter, eighth plane
	turned                      plane
	rows, columns               liner
	frames                      framer
	density                     density
	samples                     [cells * cells]byte
	hasher                      pdq.Hasher
	taken, cut                  []quad
}

// Find returns the views.
func Find(small *image.Gray, most int) []View {
	f := finders.Get().(*finder)
	defer finders.Put(f)
	return f.find(small, most)
}

func (f *finder) find(small *image.Gray, most int) []View {
	if small.Rect.Dx() < 64 || small.Rect.Dy() < 64 {
		return nil
	}
	f.full.load(small)
	f.half.halve(&f.full)
	f.quarter.halve(&f.half)
	f.turned.transpose(&f.half)
	f.rows.read(&f.half)
	f.columns.read(&f.turned)
	f.density.build(&f.rows, &f.columns, f.half.w, f.half.h)
	f.taken = f.taken[:0]
	var views []View
	views = f.add(views, f.bars(), 2)
	views = f.add(views, f.tilted(), 1)
	views = f.add(views, f.quarters(), 4)
	boxes := f.frames.find(f.rows.find(false, mostLines), f.columns.find(false, mostLines), false, &f.density)
	views = f.add(views, boxes, most-2)
	if os.Getenv("ALL") != "" {
		views = f.add(views, boxes, 24)
	}
	quads := f.frames.find(f.rows.find(true, 10), f.columns.find(true, 10), true, &f.density)
	if os.Getenv("ALL") != "" {
		views = f.add(views, quads, 24)
	}
	views = f.add(views, quads, mostSlanted)
	return views
}

const mostSlanted = 3

func (f *finder) add(views []View, quads []quad, most int) []View {
	whole := float32(f.half.w * f.half.h)
next:
	for i := range quads {
		q := &quads[i]
		if most == 0 {
			break
		}
		for j := range f.taken {
			if near(q, &f.taken[j]) {
				continue next
			}
		}
		o := *q
		for i, v := range o.corners {
			o.corners[i] = point{v.x * 2, v.y * 2}
		}
		if o.kind != "quarter" {
			f.full.settle(&o)
		}
		for i, v := range o.corners {
			o.corners[i] = point{v.x / 2, v.y / 2}
		}
		d := f.hash(&o)
		if d.Quality < minQuality {
			continue
		}
		most--
		f.taken = append(f.taken, o)
		for t, h := range d.Hashes {
			views = append(views, View{q.kind, h, d.Quality, pdq.Transform(t), float64(q.area() / whole)})
		}
	}
	return views
}

// near tells whether two quadrangles are the same but for a pixel or two.
func near(a, b *quad) bool {
	const apart = 2
	for i, c := range a.corners {
		d := b.corners[i]
		if x, y := c.x-d.x, c.y-d.y; x*x > apart*apart || y*y > apart*apart {
			return false
		}
	}
	return true
}

// hash hashes a quadrangle of the half picture, from the copy whose pixels are about as large as the samples.
func (f *finder) hash(q *quad) pdq.Dihedral {
	p, scale := &f.half, float32(1)
	switch side := min(q.corners[1].x-q.corners[0].x, q.corners[3].y-q.corners[0].y); {
	case side > 3*cells:
		p, scale = &f.quarter, 0.5
	case side < 3*cells/2:
		p, scale = &f.full, 2
	}
	var c [4]point
	for i, v := range q.corners {
		c[i] = point{v.x * scale, v.y * scale}
	}
	p.take(&f.samples, &c)
	d, err := f.hasher.DihedralFromLuma(f.samples[:], cells, cells, cells)
	if err != nil {
		panic(err) // the size is right
	}
	return d
}
