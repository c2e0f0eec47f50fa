package recall

import (
	"fmt"
	"image"
	"iter"
	"sync"

	"github.com/quell-project/quell/pdq"
)

// Method finds the pictures of a list in others.
type Method interface {
	// Name is a word for tables.
	Name() string
	// Know makes a new list of numbered pictures, in place of the one before. A picture may be kept only as long as the loop is at it.
	Know(known iter.Seq2[int, image.Image]) error
	// Find returns the pictures of the list that it takes img for an edit of, the view that it looks at first coming first; one picture may be hit
	// by several views. It is safe for concurrent use.
	Find(img image.Image) ([]Hit, error)
	// Bytes is the memory that the list takes.
	Bytes() int64
}

// Hit is a picture of the list that was found.
type Hit struct {
	Picture int    // its number
	View    string // how it was looked at, a word for tables
}

// Ranger is a Method that also tells how far off what it does not take for a match is.
type Ranger interface {
	Method
	// Nearest returns the least distance in bits between any view of img and any picture of the list but those that are left out, or 256 if none was
	// compared. It is safe for concurrent use.
	Nearest(img image.Image, leftOut func(picture int) bool) (int, error)
	// Radius is the greatest distance that is a match.
	Radius() int
}

// Plain is what most services do: one PDQ hash of each picture, a match at a distance of at most 31, and none of a quality below 50.
type Plain struct {
	hashes  []pdq.Hash
	numbers []int
	hashers sync.Pool
}

// What PDQ's authors advise and other services do.
const (
	usualRadius  = 31
	leastQuality = 50
)

// Name is "plain PDQ".
func (p *Plain) Name() string { return "plain PDQ" }

// Radius is 31.
func (p *Plain) Radius() int { return usualRadius }

// Bytes is 32 for each picture.
func (p *Plain) Bytes() int64 { return int64(len(p.hashes)) * 32 }

// Know keeps the hashes of good enough quality.
func (p *Plain) Know(known iter.Seq2[int, image.Image]) error {
	p.hashes, p.numbers = nil, nil
	for i, img := range known {
		r, err := p.hash(img)
		if err != nil {
			return fmt.Errorf("hash picture %d: %w", i, err)
		}
		if r.Quality >= leastQuality {
			p.hashes, p.numbers = append(p.hashes, r.Hash), append(p.numbers, i)
		}
	}
	return nil
}

// Find compares with every hash.
func (p *Plain) Find(img image.Image) (hits []Hit, err error) {
	r, err := p.hash(img)
	if err != nil || r.Quality < leastQuality {
		return nil, err
	}
	for i, h := range p.hashes {
		if r.Hash.Distance(h) <= usualRadius {
			hits = append(hits, Hit{p.numbers[i], "whole"})
		}
	}
	return hits, nil
}

// Nearest compares with every hash.
func (p *Plain) Nearest(img image.Image, leftOut func(int) bool) (int, error) {
	nearest := pdq.Bits
	r, err := p.hash(img)
	if err != nil || r.Quality < leastQuality {
		return nearest, err
	}
	for i, h := range p.hashes {
		if d := r.Hash.Distance(h); d < nearest && !leftOut(p.numbers[i]) {
			nearest = d
		}
	}
	return nearest, nil
}

func (p *Plain) hash(img image.Image) (pdq.Result, error) {
	h, ok := p.hashers.Get().(*pdq.Hasher)
	if !ok {
		h = new(pdq.Hasher)
	}
	defer p.hashers.Put(h)
	return h.FromImage(img)
}
