package luma

import (
	"encoding/binary"
	"image"
	"sync"
)

// dense is about the number of pixels along each axis that are read for one of the copy; the others are passed over.
const dense = 2

// Small returns a grey copy of img whose longer side is at most side, and which begins at (0, 0). A picture that is no larger
// is not enlarged. The copy shares no pixels with img. A picture without pixels, and a side below 1, give an empty copy.
//
// It is safe for concurrent use. A copy of a grey picture of 1 megapixel takes about half a millisecond.
func Small(img image.Image, side int) *image.Gray {
	size := img.Bounds().Size()
	if size.X < 1 || size.Y < 1 || side < 1 {
		return image.NewGray(image.Rectangle{})
	}
	out := size
	if longest := max(size.X, size.Y); longest > side {
		out.X, out.Y = max((size.X*side+longest/2)/longest, 1), max((size.Y*side+longest/2)/longest, 1)
	}
	small := image.NewGray(image.Rectangle{Max: out})
	s := shrinkers.Get().(*shrinker)
	defer shrinkers.Put(s)
	s.shrink(small, img)
	s.reader.img = nil // which may be large, and would stay as long as the buffers
	return small
}

var shrinkers = sync.Pool{New: func() any { return new(shrinker) }}

// A shrinker holds the buffers for one copy.
//
// The mean of rows is taken first, of eight pixels at a time: each word of eight bytes is two words of four lanes of 16 bits,
// which are multiplied by the weight of the row. The weights of the rows of one mean add up to 256, so that no lane overflows.
type shrinker struct {
	reader reader
	row    []byte   // brightness of a row of the original, with some bytes behind it
	even   []uint64 // means of the pixels 0, 2, 4 and 6 of eight, times 256
	odd    []uint64 // and of the others
	sums   []uint64 // of the means, from the left
}

func (s *shrinker) shrink(small *image.Gray, img image.Image) {
	from, to := img.Bounds().Size(), small.Rect.Size()
	step := (max(from.X, from.Y)/max(to.X, to.Y) + dense/2) / dense
	read := s.reader.open(img, max(step, 1))
	words := (read.X + 7) / 8
	s.row, s.sums = sized(s.row, 8*words), sized(s.sums, 8*words+1)
	s.even, s.odd = sized(s.even, words), sized(s.odd, words)
	have := -1 // the row that s.row holds
	for y := range to.Y {
		clear(s.even)
		clear(s.odd)
		// The row covers from top to bottom, in units of 1/to.Y of a row that is read.
		top, bottom := y*read.Y, (y+1)*read.Y
		given := 0
		for r := top / to.Y; r*to.Y < bottom; r++ {
			if r != have {
				s.reader.read(s.row[:read.X], r)
				have = r
			}
			// Rounding the running total, not each weight, makes them add up.
			total := (min((r+1)*to.Y, bottom) - top) * 256 / read.Y
			s.add(uint64(total - given))
			given = total
		}
		s.finish(small.Pix[y*small.Stride:][:to.X], read.X)
	}
}

// add adds the row to the means.
func (s *shrinker) add(weight uint64) {
	const lanes = 0x00ff00ff00ff00ff
	row := s.row
	even := s.even
	odd := s.odd[:len(even)]
	for i := range even {
		v := binary.LittleEndian.Uint64(row[8*i:])
		even[i] += v & lanes * weight
		odd[i] += v >> 8 & lanes * weight
	}
}

// finish writes the means along the row, of n pixels, to dst.
func (s *shrinker) finish(dst []byte, n int) {
	sum := uint64(0)
	sums := s.sums
	for i, e := range s.even {
		o := s.odd[i]
		to := sums[8*i+1:][:8]
		for lane := 0; lane < 8; lane += 2 {
			sum += e & 0xffff
			to[lane] = sum
			sum += o & 0xffff
			to[lane+1] = sum
			e, o = e>>16, o>>16
		}
	}
	// The sum up to a place within a pixel lies on the straight line between those before and behind the pixel.
	w := len(dst)
	whole, rest := n/w, n%w
	scale := 1 / (256 * float64(n))
	before, at, part := uint64(0), 0, 0
	for x := range dst {
		at, part = at+whole, part+rest
		if part >= w {
			at, part = at+1, part-w
		}
		sum := sums[at] * uint64(w)
		if part > 0 {
			sum += (sums[at+1] - sums[at]) * uint64(part)
		}
		dst[x] = byte(float64(sum-before)*scale + 0.5)
		before = sum
	}
}

func sized[T any](s []T, n int) []T {
	if cap(s) < n {
		return make([]T, n)
	}
	return s[:n]
}
