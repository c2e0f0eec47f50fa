package pdq

import (
	"math"
	"slices"
)

const order = 16 // frequencies along each axis

// spectrum holds the frequencies 1 to 16 of samples: element [i][j] has frequency i+1 down and j+1 across.
type spectrum [order][order]float32

// basis holds, for each frequency, the cosine at each sample; basisByPlace is its transpose.
var basis, basisByPlace = func() (b [order][side]float32, t [side][order]float32) {
	scale := float64(float32(math.Sqrt(2.0 / side)))
	for i := range b {
		for j := range b[i] {
			b[i][j] = float32(scale * math.Cos(math.Pi/2/side*float64(i+1)*float64(2*j+1)))
			t[j][i] = b[i][j]
		}
	}
	return b, t
}()

// transform computes the cosine transform of s. Each sum runs over its 64 products in ascending order and each product
// is rounded before it is added, as in the reference; the conversions keep the compiler from fusing the two.
func (out *spectrum) transform(s *samples) {
	for i := range out {
		var down [side]float32 // frequency i+1 of each column
		for k, row := range s {
			b := basis[i][k]
			for j, v := range row {
				down[j] += float32(b * v)
			}
		}
		var across [order]float32
		for k, v := range down {
			for j, b := range basisByPlace[k] {
				across[j] += float32(v * b)
			}
		}
		out[i] = across
	}
}

// hash returns a bit for each frequency: whether it is above the median.
func (f *spectrum) hash() Hash {
	m := f.median()
	var h Hash
	for i, row := range f {
		for j, v := range row {
			if v > m {
				h.setBit(i*order + j)
			}
		}
	}
	return h
}

// median returns the lower of the two middle values.
func (f *spectrum) median() float32 {
	var all [order * order]float32
	for i, row := range f {
		copy(all[i*order:], row[:])
	}
	slices.Sort(all[:])
	return all[len(all)/2-1]
}

// quality returns how much structure s has, 0 to 100: the sum of the differences between neighbours, each in whole
// percent of the range.
func (s *samples) quality() int {
	sum := 0
	for i := range s {
		for j, u := range s[i] {
			if i+1 < side {
				sum += percent(u, s[i+1][j])
			}
			if j+1 < side {
				sum += percent(u, s[i][j+1])
			}
		}
	}
	return min(sum/90, 100)
}

func percent(u, v float32) int {
	d := int((u - v) * 100 / 255)
	return max(d, -d)
}
