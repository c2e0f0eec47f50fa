package pdq

// The tent filter and the sampling to 64×64.
//
// The reference filters the whole picture four times: along rows, down columns, and both again. Only 64×64 of the
// results are used. Here each row goes through all four passes as soon as it is read, every sum being built by the same
// additions in the same order, so that the samples are equal bit for bit; the last two passes write, and the last one
// sums, only where a sample is taken.

const side = 64 // samples along each axis

// samples is the picture that the hash is made from: 64 rows of 64 luma values, 0 to 255.
type samples [side][side]float32

// tent reduces a picture to samples. Its buffers are kept from one picture to the next.
type tent struct {
	window int       // columns in the box along rows
	luma   []float32 // the row as read
	boxed  []float32 // the row after its pass along the row
	first  columns   // the pass down the columns, for every column
	tented []float32 // a row that comes out of it
	second columns   // the second pass down the columns, for the columns that are sampled
	at     [side]int // the columns that are sampled
	picked []float32 // a row at those columns, before the last pass
	last   []float32 // a row at those columns, after it
}

// window returns the width of the box for an axis of n pixels: half of what one sample covers, rounded up.
func window(n int) int {
	return (n + 2*side - 1) / (2 * side)
}

// centre returns the pixel at which sample i of an axis of n pixels is taken.
func centre(i, n int) int {
	return (2*i + 1) * n / (2 * side)
}

// reduce fills out from a picture of the given size, whose row y is written by row. It asks for the rows once, in order.
func (t *tent) reduce(out *samples, width, height int, row func(dst []float32, y int)) {
	if width == side && height == side {
		for y := range out {
			row(out[y][:], y)
		}
		return
	}
	t.reset(width, height)
	next := 0 // the row of out that is to be filled
	sample := func(y int) {
		for ; next < side && centre(next, height) == y; next++ {
			copy(out[next][:], t.last)
		}
	}
	for y := range height {
		row(t.luma, y)
		boxRow(t.boxed, t.luma, t.window)
		if t.first.add(t.tented, t.boxed) {
			t.resample(sample)
		}
	}
	for t.first.drain(t.tented) {
		t.resample(sample)
	}
	for t.second.drain(t.last) {
		sample(t.second.row())
	}
}

// resample takes a row through the second pair of passes.
func (t *tent) resample(sample func(y int)) {
	boxRowAt(t.picked, t.tented, t.window, &t.at)
	if t.second.add(t.last, t.picked) {
		sample(t.second.row())
	}
}

func (t *tent) reset(width, height int) {
	t.window = window(width)
	t.luma = resize(t.luma, width)
	t.boxed = resize(t.boxed, width)
	t.tented = resize(t.tented, width)
	t.picked = resize(t.picked, side)
	t.last = resize(t.last, side)
	for i := range t.at {
		t.at[i] = centre(i, width)
	}
	t.first.reset(width, height)
	t.second.reset(side, height)
}

// held returns the number of values for which t holds memory.
func (t *tent) held() int {
	return cap(t.luma) + cap(t.boxed) + cap(t.tented) + t.first.held() + t.second.held()
}

// boxRow sets each out[i] to the mean of the values of in under a window around i. The window of w values is cut off at
// the ends; 1 ≤ w ≤ len(in).
func boxRow(out, in []float32, w int) {
	half := (w + 2) / 2 // from the middle to the right end, both included
	out = out[:len(in)]
	var sum float32
	for _, v := range in[:half-1] {
		sum += v
	}
	for i := half - 1; i < w; i++ {
		sum += in[i]
		out[i-half+1] = sum / float32(i+1)
	}
	n := float32(w)
	leaving, middle := in[:len(in)-w], out[w-half+1:]
	for i, v := range in[w:] {
		sum += v
		sum -= leaving[i]
		middle[i] = sum / n
	}
	for i := len(in) - half + 1; i < len(in); i++ {
		sum -= in[i+half-w-1]
		out[i] = sum / float32(len(in)-(i+half-w))
	}
}

// boxRowAt does what boxRow does, but only for the places named by at, in ascending order.
func boxRowAt(out, in []float32, w int, at *[side]int) {
	half := (w + 2) / 2
	var sum float32
	added, removed := 0, 0
	for k, i := range at {
		right, left := min(i+half, len(in)), max(i+half-w, 0) // the window is in[left:right]
		for ; added < min(right, w); added++ {
			sum += in[added]
		}
		if added < right {
			leaving := in[removed : removed+right-added]
			for j, v := range in[added:right] {
				sum += v
				sum -= leaving[j]
			}
			removed += right - added
			added = right
		}
		for ; removed < left; removed++ {
			sum -= in[removed]
		}
		out[k] = sum / float32(right-left)
	}
}

// columns is a box filter down the columns of a picture that comes row by row: one running sum a column.
type columns struct {
	window int
	height int
	added  int       // rows put in
	done   int       // rows given out
	sums   []float32 // of each column under the window
	ring   []float32 // the last rows put in, one window of them
}

func (c *columns) reset(width, height int) {
	c.window, c.height = window(height), height
	c.added, c.done = 0, 0
	c.sums = resize(c.sums, width)
	clear(c.sums)
	c.ring = resize(c.ring, width*c.window)
}

func (c *columns) held() int { return cap(c.sums) + cap(c.ring) }

// row returns the number of the row given out last.
func (c *columns) row() int { return c.done - 1 }

// slot returns the memory of row y, which is that of row y-window too.
func (c *columns) slot(y int) []float32 {
	w := len(c.sums)
	return c.ring[y%c.window*w:][:w]
}

// add puts in the next row. It reports whether a row came out, which it writes to out.
func (c *columns) add(out, row []float32) bool {
	slot := c.slot(c.added)
	out, row, slot = out[:len(c.sums)], row[:len(c.sums)], slot[:len(c.sums)]
	c.added++
	if c.added > c.window {
		n := float32(c.window)
		for x, sum := range c.sums {
			v := row[x]
			sum += v
			sum -= slot[x]
			slot[x] = v
			c.sums[x] = sum
			out[x] = sum / n
		}
		c.done++
		return true
	}
	n := float32(c.added)
	for x, v := range row {
		slot[x] = v
		c.sums[x] += v
		out[x] = c.sums[x] / n
	}
	if c.added < (c.window+2)/2 {
		return false
	}
	c.done++
	return true
}

// drain gives out one of the rows whose window reaches over the bottom edge, after the last row was put in. It reports
// false when there is none left.
func (c *columns) drain(out []float32) bool {
	if c.done == c.height {
		return false
	}
	leaving := c.done + (c.window+2)/2 - c.window - 1
	n := float32(c.height - leaving - 1)
	for x, v := range c.slot(leaving) {
		c.sums[x] -= v
		out[x] = c.sums[x] / n
	}
	c.done++
	return true
}

// resize returns a slice of n values, whose memory is that of s if it is large enough. The values are arbitrary.
func resize(s []float32, n int) []float32 {
	if cap(s) < n {
		return make([]float32, n)
	}
	return s[:n]
}
