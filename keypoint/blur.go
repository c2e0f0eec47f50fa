package keypoint

import "math"

// kernel is one half of a symmetric filter, its middle first.
type kernel []float32

// mostTaps is the length of the longest kernel, that of the last level.
const mostTaps = 9

// gaussian returns the filter that blurs with a standard deviation of sigma pixels.
func gaussian(sigma float64) kernel {
	k := make(kernel, int(math.Ceil(2.5*sigma))+1)
	sum := 0.0
	weight := func(i int) float64 { return math.Exp(-float64(i*i) / (2 * sigma * sigma)) }
	for i := range k {
		sum += weight(i)
		if i > 0 {
			sum += weight(i)
		}
	}
	for i := range k {
		k[i] = float32(weight(i) / sum)
	}
	return k
}

// lines are the rows of pixels that a filter adds up: the middle one, then pairs that lie to either side of it, as a kernel has its weights.
type lines [2*mostTaps - 1][]float32

// blur writes src to dst, blurred; beyond its edges, src is taken to go on as it is there. Each row is blurred downwards to the middle of
// line, which is longer by a margin at either end, and from there along to dst. If change is not nil, it is set to dst less src.
func (k kernel) blur(dst, src, change *plane, line []float32) {
	w, h := src.width, src.height
	dst.resize(w, h)
	if change != nil {
		change.resize(w, h)
	}
	margin := len(k) - 1
	line = line[:w+2*margin]
	middle := line[margin:][:w]
	var add lines
	for y := range h {
		add[0] = src.row(y)
		for i := 1; i <= margin; i++ {
			add[2*i-1], add[2*i] = src.row(max(y-i, 0)), src.row(min(y+i, h-1))
		}
		weigh(middle, &add, k)
		for i := range margin {
			line[i], line[margin+w+i] = middle[0], middle[w-1]
		}
		add[0] = middle
		for i := 1; i <= margin; i++ {
			add[2*i-1], add[2*i] = line[margin-i:][:w], line[margin+i:][:w]
		}
		weigh(dst.row(y), &add, k)
		if change != nil {
			subtract(change.row(y), dst.row(y), src.row(y))
		}
	}
}

// weighPlain sets dst to the sum of lines as long as itself, with the weights of a kernel. No product is fused with a sum, so that the
// vector instructions give the same.
func weighPlain(dst []float32, add *lines, k kernel) {
	middle := add[0][:len(dst)]
	for i := range dst {
		dst[i] = k[0] * middle[i]
	}
	for t, c := range k[1:] {
		a, b := add[2*t+1][:len(dst)], add[2*t+2][:len(dst)]
		for i := range dst {
			dst[i] += float32(c * (a[i] + b[i]))
		}
	}
}

// subtractPlain sets dst to a less b.
func subtractPlain(dst, a, b []float32) {
	a, b = a[:len(dst)], b[:len(dst)]
	for i := range dst {
		dst[i] = a[i] - b[i]
	}
}
