package corpus

import (
	"context"
	"errors"
	"fmt"
	"image"
	"runtime"
	"sync"
	"sync/atomic"

	"golang.org/x/sync/errgroup"

	"github.com/quell-project/quell/hamming"
	"github.com/quell-project/quell/internal/demo/art"
	"github.com/quell-project/quell/pdq"
)

// Pictures is a set of PDQ hashes of crops of pictures: different places, sizes and sides, mirrored or not. Crops of one picture often look
// alike, so the hashes crowd. Crops of too little quality to be matched, below 50, are left out, as they are in practice. The codes are held
// in memory, 32 bytes each.
type Pictures struct {
	seed          uint64
	codes         []hamming.Code
	scenes, other []*scene // of the codes; of misses alone
}

const (
	mostDrawn   = 500 // pictures that are drawn for a large set
	leastDrawn  = 10
	perDrawn    = 200 // codes of a smaller set for which a picture is drawn
	leastScenes = 5   // that are given
	leastQ      = 50
	attempts    = 200 // crops that are tried for one code
)

// NewPictures draws pictures, or takes those that are given, and hashes n crops on all processors. done is told after every few thousand.
func NewPictures(ctx context.Context, seed uint64, n int, given []image.Image, done func(int)) (*Pictures, error) {
	p := &Pictures{seed: seed, codes: make([]hamming.Code, n)}
	if err := p.makeScenes(ctx, given); err != nil {
		return nil, err
	}
	var hashed atomic.Int64
	err := each(ctx, n, func(c *cropper, from, to int) (err error) {
		for i := from; i < to && err == nil; i++ {
			_, _, p.codes[i], err = c.find(seed, forCrops, i, p.scenes)
		}
		done(int(hashed.Add(int64(to - from))))
		return err
	})
	if err != nil {
		return nil, err
	}
	return p, nil
}

// each has the items up to n worked on in shares, on all processors.
func each(ctx context.Context, n int, work func(c *cropper, from, to int) error) error {
	const share = 256
	g, gctx := errgroup.WithContext(ctx)
	g.SetLimit(runtime.GOMAXPROCS(0))
	croppers := sync.Pool{New: func() any { return new(cropper) }}
	for from := 0; from < n && gctx.Err() == nil; from += share {
		g.Go(func() error {
			c := croppers.Get().(*cropper)
			defer croppers.Put(c)
			return errors.Join(context.Cause(gctx), work(c, from, min(from+share, n)))
		})
	}
	if err := g.Wait(); err != nil {
		return err
	}
	return context.Cause(ctx)
}

func (p *Pictures) makeScenes(ctx context.Context, given []image.Image) error {
	draw := func(i int) image.Image {
		if i%2 == 0 {
			return art.Poster(p.seed+uint64(i), 384)
		}
		return art.Picture(p.seed+uint64(i), 384)
	}
	n := min(mostDrawn, leastDrawn+p.Len()/perDrawn)
	if len(given) > 0 {
		if len(given) < leastScenes {
			return fmt.Errorf("%d pictures are too few to cut crops from: at least %d", len(given), leastScenes)
		}
		n = len(given)
		draw = func(i int) image.Image { return given[i] }
	}
	scenes := make([]*scene, n)
	err := each(ctx, n, func(_ *cropper, from, to int) error {
		for i := from; i < to; i++ {
			scenes[i] = newScene(draw(i))
		}
		return nil
	})
	if err != nil {
		return err
	}
	p.scenes, p.other = scenes[:n*4/5], scenes[n*4/5:] // no code is made of the last fifth
	return nil
}

// Len returns how many codes there are.
func (p *Pictures) Len() int { return len(p.codes) }

// Code returns code i.
func (p *Pictures) Code(i int) hamming.Code { return p.codes[i] }

// Questions returns crops of pictures of which no code is stored, and edits of stored crops: moved a little, brighter or darker, of another
// size, grainy. Whether such a crop is near a code is up to the pictures: some misses find something, and some hits nothing.
func (p *Pictures) Questions(count, radius int) []Questions {
	misses, hits := make([]question, count), make([]question, count)
	_ = each(context.Background(), count, func(c *cropper, from, to int) error {
		for j := from; j < to; j++ {
			misses[j] = p.miss(c, j)
			hits[j] = p.hit(c, j, radius)
		}
		return nil
	})
	both := []Questions{{Kind: Miss}, {Kind: Hit}}
	for k, questions := range [][]question{misses, hits} {
		for _, q := range questions {
			if q.good {
				both[k].add(q.code, q.planted)
			}
		}
	}
	return both
}

// question is a crop to ask for, if it is good enough to be asked for.
type question struct {
	code    hamming.Code
	planted int
	good    bool
}

func (p *Pictures) miss(c *cropper, j int) question {
	_, _, code, err := c.find(p.seed, forMisses, j, p.other)
	return question{code, -1, err == nil}
}

func (p *Pictures) hit(c *cropper, j, radius int) question {
	d := throw(p.seed, forHits, j)
	i := d.intN(p.Len())
	scene, cut, _, err := c.find(p.seed, forCrops, i, p.scenes)
	if err != nil {
		return question{}
	}
	code, quality := c.hash(scene, edited(&d, cut), &d)
	if hamming.Distance(code, p.codes[i]) > radius {
		i = -1
	}
	return question{code, i, quality >= leastQ}
}

// edited changes a cut as an uploader changes a picture.
func edited(d *dice, c cut) cut {
	move, size := 0.004, 0.01
	c.left += d.float(-move, move)
	c.top += d.float(-move, move)
	c.width *= 1 + d.float(-size, size)
	c.height *= 1 + d.float(-size, size)
	c.columns, c.rows = 64+d.intN(64), 64+d.intN(64)
	c.gain, c.lift, c.grain = float32(d.float(0.9, 1.1)), float32(d.float(-10, 10)), d.float(0, 8)
	return c
}

// cropper finds crops that are good enough to be hashed.
type cropper struct {
	hasher pdq.Hasher
	taker
}

// find returns the first crop for an item that has quality enough, and its hash.
func (c *cropper) find(seed uint64, purpose, item int, scenes []*scene) (*scene, cut, hamming.Code, error) {
	d := throw(seed, purpose, item)
	for range attempts {
		s := scenes[d.intN(len(scenes))]
		size := d.float(0.3, 0.95)
		k := cut{width: size, height: min(size*d.float(0.75, 1.33), 1), columns: 64, rows: 64, mirrored: d.intN(2) == 1, gain: 1}
		k.left, k.top = d.float(0, 1-k.width), d.float(0, 1-k.height)
		if code, quality := c.hash(s, k, &d); quality >= leastQ {
			return s, k, code, nil
		}
	}
	return nil, cut{}, hamming.Code{}, fmt.Errorf("the pictures have too little detail: %d crops in a row have a quality below %d", attempts, leastQ)
}

func (c *cropper) hash(s *scene, k cut, d *dice) (hamming.Code, int) {
	r, err := c.hasher.FromLuma(c.take(s, k, d), k.columns, k.rows, k.columns)
	if err != nil {
		return hamming.Code{}, 0 // of no side that take makes
	}
	return hamming.Code(r.Hash), r.Quality
}
