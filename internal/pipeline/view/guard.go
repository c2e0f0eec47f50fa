package view

import "math"

// minQuality is the least PDQ quality of a view, as that of any hash that is to be looked up.
const minQuality = 50

const (
	leastContrast = 32   // between the darkest and the brightest sample, of 255
	wovenAlike    = 0.9  // the correlation from which on two rows are alike, or one is the negative of the other
	leastThreads  = 4    // how often a row of it goes from bright to dark and back, at least
	wovenShare    = 0.85 // of the rows, from which on a picture is woven
)

// idle tells whether the samples would say nothing: they hardly differ, or they are woven.
//
// Woven are boards, grids and stripes: all rows have the same pattern, or its negative, or none. Hashes of such pictures differ in how many
// threads there are and in little else, and one lies in many a picture.
func idle(samples *[cells * cells]byte) bool {
	const every = 2 // second row and column is enough
	const n = cells / every
	low, high := byte(255), byte(0)
	var mean, spread [n]float32 // of each row; spread is the square root of the sum of squares
	reference := 0
	for j := range n {
		sum, squares := 0, 0
		row := samples[j*every*cells:][:cells]
		for i := 0; i < cells; i += every {
			v := row[i]
			low, high = min(low, v), max(high, v)
			sum += int(v)
			squares += int(v) * int(v)
		}
		mean[j] = float32(sum) / n
		spread[j] = float32(math.Sqrt(float64(squares) - float64(sum)*float64(sum)/n))
		if spread[j] > spread[reference] {
			reference = j
		}
	}
	if high-low < leastContrast {
		return true
	}
	alike := 0
	pattern := samples[reference*every*cells:][:cells]
	threads := 0
	for i := every; i < cells; i += every {
		if (float32(pattern[i]) > mean[reference]) != (float32(pattern[i-every]) > mean[reference]) {
			threads++
		}
	}
	for j := range n {
		if spread[j] < 0.1*spread[reference] {
			alike++
			continue
		}
		sum := 0
		row := samples[j*every*cells:][:cells]
		for i := 0; i < cells; i += every {
			sum += int(row[i]) * int(pattern[i])
		}
		common := float32(sum) - n*mean[j]*mean[reference]
		if magnitude(common) >= wovenAlike*spread[j]*spread[reference] {
			alike++
		}
	}
	return float32(alike) >= wovenShare*n && threads >= leastThreads
}
