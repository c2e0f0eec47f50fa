package pdq

import "math"

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
	var down [order][side]float32 // each frequency of each column
	for i := 0; i < order; i += 8 {
		for j := range side {
			var f0, f1, f2, f3, f4, f5, f6, f7 float32
			for k := range side {
				v, b := s[k][j], (*[8]float32)(basisByPlace[k][i:])
				f0 += float32(b[0] * v)
				f1 += float32(b[1] * v)
				f2 += float32(b[2] * v)
				f3 += float32(b[3] * v)
				f4 += float32(b[4] * v)
				f5 += float32(b[5] * v)
				f6 += float32(b[6] * v)
				f7 += float32(b[7] * v)
			}
			down[i][j], down[i+1][j], down[i+2][j], down[i+3][j] = f0, f1, f2, f3
			down[i+4][j], down[i+5][j], down[i+6][j], down[i+7][j] = f4, f5, f6, f7
		}
	}
	for i := range out {
		var across [order]float32
		for k, v := range down[i] {
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

// median returns the lower of the two middle values. It parts the values at one of them, as quicksort does, and goes on
// with the part that the middle lies in.
func (f *spectrum) median() float32 {
	var all [order * order]float32
	for i, row := range f {
		copy(all[i*order:], row[:])
	}
	const middle = len(all)/2 - 1
	first, last := 0, len(all)-1
	for first < last {
		pivot := all[middle]
		i, j := first, last
		for i <= j {
			for all[i] < pivot {
				i++
			}
			for all[j] > pivot {
				j--
			}
			if i <= j {
				all[i], all[j] = all[j], all[i]
				i++
				j--
			}
		}
		if j < middle {
			first = i
		}
		if i > middle {
			last = j
		}
	}
	return all[middle]
}

// gradient returns the sum of the differences between neighbours, each in whole percent of the range.
func (s *samples) gradient() int {
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
	return sum
}

func percent(u, v float32) int {
	d := int((u - v) * 100 / 255)
	return max(d, -d)
}
