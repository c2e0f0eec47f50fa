package view

import (
	"image"
	"sync"

	"github.com/quell-project/quell/pdq"
)

// Side is the longer side of the small copy that views are best looked for in, in pixels: see luma.Small.
const Side = 320

// Views are looked for in copies whose sides are in this range.
const leastSide, mostSide = 64, 4096

// A View is a picture within a picture, turned or mirrored.
type View struct {
	Name    string // how it was found: bars, tilt, quarter, box, quad
	Hash    pdq.Hash
	Quality int           // of the picture within, as package pdq has it
	Turn    pdq.Transform // what was done to the picture within
	Area    float64       // the share of the whole that the picture within takes
}

// How many pictures within are looked at, of each kind.
const (
	mostTilts = 1
	mostBoxes = 6
	mostQuads = 3
)

// Find returns the views of the picture of which small is a grey copy: eight for each picture within, unturned first, those most
// likely to be right before the others, and at most most pictures within. The picture as a whole is none of them. The same copy
// gives the same views. A copy with a side below 64 pixels has none, nor has one with a side above 4096. It is safe for concurrent use.
func Find(small *image.Gray, most int) []View {
	f := finders.Get().(*finder)
	defer finders.Put(f)
	f.look(small, most)
	views := make([]View, 0, len(f.seen)*len(pdq.Dihedral{}.Hashes))
	whole := float64(f.full.w * f.full.h)
	for i, q := range f.seen {
		for turn, hash := range f.hashes[i].Hashes {
			views = append(views, View{q.kind, hash, f.hashes[i].Quality, pdq.Transform(turn), min(float64(q.area())/whole, 1)})
		}
	}
	return views
}

var finders = sync.Pool{New: func() any { return new(finder) }}

// A finder holds what is needed to look at one picture after another.
type finder struct {
	full, half, quarter plane
	turned              plane // the half copy, transposed
	rows, columns       liner
	steps               density
	frames              framer
	cut                 []quad
	samples             [cells * cells]byte
	hasher              pdq.Hasher
	most                int

	// What was found: places in the full copy, and their hashes.
	seen   []quad
	hashes []pdq.Dihedral
}

// look finds what there is. A picture that would say nothing itself holds none that does.
func (f *finder) look(small *image.Gray, most int) {
	f.seen, f.hashes, f.most = f.seen[:0], f.hashes[:0], most
	if w, h := small.Rect.Dx(), small.Rect.Dy(); min(w, h) < leastSide || max(w, h) > mostSide || most < 1 {
		return
	}
	f.full.load(small)
	f.half.halve(&f.full)
	f.quarter.halve(&f.half)
	whole := quad{corners: rectangle(0, 0, float32(f.full.w), float32(f.full.h))}
	if f.sample(&whole); idle(&f.samples) {
		return
	}
	f.turned.transpose(&f.half)
	f.rows.read(&f.half)
	f.columns.read(&f.turned)
	f.steps.build(&f.rows, &f.columns)

	f.take(f.bars(), mostBars)
	f.take(f.tilted(), mostTilts)
	f.take(f.quarters(), 4)
	f.take(f.frames.find(f.rows.find(false), f.columns.find(false), false, &f.steps), mostBoxes)
	f.take(f.frames.find(f.rows.find(true), f.columns.find(true), true, &f.steps), mostQuads)
}

// take hashes quadrangles of the half copy, as many as there may be, but none that would say nothing. It tries no more than twice
// as many.
func (f *finder) take(quads []quad, most int) {
	for _, q := range quads[:min(len(quads), 2*most)] {
		if most == 0 || len(f.seen) == f.most {
			return
		}
		q.scale(2)
		if settled := q; f.full.settle(&settled) {
			q = settled
		}
		if f.known(&q) {
			continue
		}
		f.sample(&q)
		if idle(&f.samples) {
			continue
		}
		d, err := f.hasher.DihedralFromLuma(f.samples[:], cells, cells, cells)
		if err != nil || d.Quality < minQuality { // the size cannot be wrong
			continue
		}
		f.seen, f.hashes = append(f.seen, q), append(f.hashes, d)
		most--
	}
}

func (f *finder) known(q *quad) bool {
	for i := range f.seen {
		if q.near(&f.seen[i], 2) {
			return true
		}
	}
	return false
}

// sample samples a quadrangle of the full copy in the copy whose pixels are as large as the samples or somewhat smaller.
func (f *finder) sample(q *quad) {
	p, scaled := &f.full, *q
	switch side := min(q.corners[1].x-q.corners[0].x, q.corners[3].y-q.corners[0].y); {
	case side > 6*cells:
		p = &f.quarter
		scaled.scale(0.25)
	case side > 3*cells:
		p = &f.half
		scaled.scale(0.5)
	}
	c := &scaled.corners
	if scaled.upright() {
		p.rectangle(&f.samples, c[0], c[2])
	} else {
		p.quadrangle(&f.samples, c)
	}
}
