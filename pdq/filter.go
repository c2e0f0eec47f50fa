package pdq

import "math"

// The tent filter and the sampling to 64×64.
//
// The reference filters the whole picture four times: along rows, down columns, and both again. Only 64×64 of the
// results are used. Here one sweep from the top takes eight rows at a time through all four passes, in tiles of some
// hundred columns whose buffers stay in the nearest cache. Every sum is built by the same additions and subtractions in
// the same order and every mean is the same division, so that the samples are equal bit for bit; only what no sample
// depends on is left out.
//
// A box filter is a running sum that the next value enters and the value of one window before leaves. To need no special
// case at the ends, each line of a picture is taken as a stream with zeros before and behind, which change no sum: steps
// are places in that stream. The mean around pixel i is known lag steps after pixel i came. A mean around a place outside
// the picture must not count in the next pass; it becomes zero because its divisor is infinite. So every step of every
// pass does the same, for eight values at once: the eight rows along a row, eight columns down the columns.

const side = 64 // samples along each axis

// samples is the picture that the hash is made from: 64 rows of 64 luma values, 0 to 255.
type samples [side][side]float32

// lanes is the number of values that a vector holds: of rows filtered together, and of columns in a block.
const lanes = 8

// tileColumns is about the number of columns in a tile, whose buffers take 48 KB.
const tileColumns = 512

// axis is how the box filter lies along the rows, or down the columns.
type axis struct {
	size   int // pixels
	window int // pixels under the box: half of what one sample covers, rounded up
	lag    int // pixels under the box that come after the middle one
}

func newAxis(size int) axis {
	window := (size + 2*side - 1) / (2 * side)
	return axis{size: size, window: window, lag: window / 2}
}

// centre returns the pixel at which sample i is taken.
func (a axis) centre(i int) int {
	return (2*i + 1) * a.size / (2 * side)
}

// divisor returns the number of pixels under the box around pixel i, which is cut off at the ends, and infinity if there
// is no pixel i.
func (a axis) divisor(i int) float32 {
	if i < 0 || i >= a.size {
		return float32(math.Inf(1))
	}
	end := i + a.lag + 1
	return float32(min(end, a.size) - max(end-a.window, 0))
}

// reach returns the number of steps after which two passes have given sample i.
func (a axis) reach(i int) int {
	return a.centre(i) + 2*a.lag + 1
}

// tent reduces a picture to samples. Its buffers are kept from one picture to the next.
type tent struct {
	vector bool // whether to use vector instructions; the results are the same

	across, down axis
	delay        int // steps between a pass and the next: vector instructions work on a block of each at the same time
	steps        int // along a row
	tile         int // columns in a tile, a multiple of lanes

	// The passes along the rows. Vector instructions hold what enters as columns of eight values, one of each row, the
	// portable functions as rows; in front of it is what entered before and has yet to leave.
	luma     []float32              // a tile as read, row after row
	entered  []float32              // what enters the first pass, behind a window of it
	boxed    [lanes * lanes]float32 // a block that comes out of it, if the second pass is delayed
	tented   []float32              // what enters the third pass, behind a window of it and the delay
	divisors []float32              // of the first pass, at each step
	sum      [lanes]float32         // the running sums of the first pass
	sum2     [lanes]float32         // and of the third
	place    []uint8                // at each step, the column of picked that the sums of the third pass go to
	pick     [side]uint8            // the column of picked for each sample
	divisor2 [side]float32          // and its divisor

	// The sums of the third pass at the sampled columns, then those of the steps after the last sample. Each step
	// overwrites one column until the sample is reached. There is one for whatever a uint8 may name.
	picked [1 << 8][lanes]float32

	// The passes down the columns. A ring holds the last rows that entered, one window of them.
	sums      []float32      // of the second pass, for each column
	ring      []float32      // rows of steps values
	slot      [lanes]int     // where in ring each of the eight rows goes
	downwards [lanes]float32 // the divisor of the second pass for each of the eight rows
	sums2     [side]float32  // of the last pass, which runs for the sampled columns only
	ring2     []float32      // rows of side values
	slot2     [lanes]int
	last      [lanes][side]float32 // what comes out of it for each of the eight rows, sums that are not yet divided
}

// reduce fills out from a picture of the given size. Pixels of row y from column x on are written by read, which is asked
// for each once, top to bottom.
func (t *tent) reduce(out *samples, width, height int, read func(dst []float32, x, y int)) {
	if width == side && height == side {
		for y := range out {
			read(out[y][:], 0, y)
		}
		return
	}
	t.reset(width, height)
	next := 0 // the row of out that is to be filled
	for top := 0; next < side; top += lanes {
		t.startRows(top)
		for left := 0; left < t.steps; left += t.tile {
			if left > 0 {
				t.keepWindows()
			}
			columns := min(t.tile, t.steps-left)
			t.fill(left, top, columns, read)
			t.filterTile(left, columns)
		}
		t.finishRows()
		for r := range t.last {
			for y := top + r - 2*t.down.lag; next < side && t.down.centre(next) == y; next++ {
				t.divide(&out[next], &t.last[r], t.down.divisor(y))
			}
		}
	}
}

// fullBlocks rounds a number of columns up to full blocks.
func fullBlocks(columns int) int {
	return (columns + lanes - 1) / lanes * lanes
}

func (t *tent) reset(width, height int) {
	t.across, t.down = newAxis(width), newAxis(height)
	t.delay = 0
	if t.vector {
		t.delay = lanes
	}
	t.steps = fullBlocks(t.across.reach(side-1) + 2*t.delay)
	tiles := max(1, (t.steps+tileColumns/2)/tileColumns)
	front := t.across.window + t.delay // a tile gives the next one all that must be in front of it
	t.tile = fullBlocks(max((t.steps+tiles-1)/tiles, front))

	t.luma = resize(t.luma, t.tile*lanes)
	t.entered = resize(t.entered, (t.across.window+t.tile)*lanes)
	t.tented = resize(t.tented, (front+t.tile)*lanes)
	t.divisors = resize(t.divisors, t.steps)
	for i := range t.divisors {
		t.divisors[i] = t.across.divisor(i - t.across.lag)
	}
	t.place = resize(t.place, t.steps)
	t.placeSamples()

	t.sums = resize(t.sums, t.steps)
	t.ring = resize(t.ring, t.steps*t.down.window)
	t.ring2 = resize(t.ring2, side*t.down.window)
	clear(t.sums)
	clear(t.ring)
	clear(t.sums2[:])
	clear(t.ring2)
}

// placeSamples sets what names the columns of picked. Several samples share one if the picture is narrower than they are
// many.
func (t *tent) placeSamples() {
	places, step := 0, 0
	for i := range t.pick {
		if end := t.across.reach(i) + 2*t.delay; end > step {
			for ; step < end; step++ {
				t.place[step] = uint8(places)
			}
			places++
		}
		t.pick[i] = uint8(places - 1)
		t.divisor2[i] = t.across.divisor(t.across.centre(i))
	}
	for ; step < len(t.place); step++ {
		t.place[step] = uint8(places)
	}
}

// held returns the number of values for which t holds memory.
func (t *tent) held() int {
	return cap(t.luma) + cap(t.entered) + cap(t.tented) + cap(t.divisors) + cap(t.place)/4 + cap(t.sums) +
		cap(t.ring) + cap(t.ring2)
}

// startRows makes ready for the eight rows from row top on.
func (t *tent) startRows(top int) {
	for r := range lanes {
		slot := (top + r) % t.down.window
		t.slot[r], t.slot2[r] = slot*t.steps, slot*side
		t.downwards[r] = t.down.divisor(top + r - t.down.lag)
	}
	t.sum, t.sum2 = [lanes]float32{}, [lanes]float32{}
	clear(t.boxed[:])
	t.clearWindows()
}

// fill reads a tile into luma.
func (t *tent) fill(left, top, columns int, read func(dst []float32, x, y int)) {
	inside := max(0, min(columns, t.across.size-left))
	for r := range lanes {
		row := t.luma[r*t.tile:][:columns]
		if top+r >= t.down.size || inside == 0 {
			clear(row)
			continue
		}
		read(row[:inside], left, top+r)
		clear(row[inside:])
	}
}

// clearWindows puts zeros where the window before the first tile is.
func (t *tent) clearWindows() {
	if t.vector {
		clear(t.entered[:t.across.window*lanes])
		clear(t.tented[:(t.across.window+t.delay)*lanes])
	} else {
		t.clearWindowsPortable()
	}
}

// keepWindows moves the last window of a tile before the next tile.
func (t *tent) keepWindows() {
	if t.vector {
		copy(t.entered[:t.across.window*lanes], t.entered[t.tile*lanes:])
		copy(t.tented[:(t.across.window+t.delay)*lanes], t.tented[t.tile*lanes:])
	} else {
		t.keepWindowsPortable()
	}
}

// filterTile takes the tile in luma, whose first column is left, through the first three passes, and picks the sums of the
// third.
func (t *tent) filterTile(left, columns int) {
	if t.vector {
		t.filterTileVector(left, columns)
	} else {
		t.filterTilePortable(left, columns)
	}
}

// finishRows ends the third pass, which divides what was picked, and sums it down columns for the last one.
func (t *tent) finishRows() {
	if t.vector {
		t.finishRowsVector()
	} else {
		t.finishRowsPortable()
	}
}

// divide ends the last pass for one row of samples.
func (t *tent) divide(out, sums *[side]float32, n float32) {
	if t.vector {
		divideVector(out, sums, n)
	} else {
		dividePortable(out, sums, n)
	}
}

// resize returns a slice of n values, whose memory is that of s if it is large enough. The values are arbitrary.
func resize[T any](s []T, n int) []T {
	if cap(s) < n {
		return make([]T, n)
	}
	return s[:n]
}
