package view

import (
	"encoding/binary"
	"slices"
)

const (
	leastStep   = 8   // the least difference of brightness, of 255, over two pixels that makes an edge
	steepest    = 0.2 // the steepest slope of a line against the rows
	mostLines   = 14  // along each axis, without the edges of the picture
	mostSlanted = 10  // of lines of which some slant
	blockWidth  = 4   // pixels of a row that vote together
	shortest    = 12  // pixels of a line that must be seen
)

// A line runs along the rows, or nearly so: y = at + slope × (x - middle). Where it is an edge of the picture, there is no step of
// brightness to be seen, and none is expected.
type line struct {
	at, slope, middle float32
	outer             bool
	first, end        float32  // the columns between which it lies within the picture
	hits              []uint16 // how many steps lie on it up to each column
}

func (l *line) y(x float32) float32 { return l.at + l.slope*(x-l.middle) }

// support returns the share of the line between two columns, the first to the left, where there is a step, and 1 for an edge of the
// picture.
func (l *line) support(from, to float32) float32 {
	if l.outer {
		return 1
	}
	a, b := int(max(from, l.first)+0.5), int(min(to, l.end)+0.5)
	if b-a < shortest {
		return 0
	}
	return float32(l.hits[b]-l.hits[a]) / float32(b-a)
}

// A liner finds straight lines along the rows of a picture: edges between bright and dark, that are long.
//
// It is a Hough transform over a narrow range of slopes (Duda and Hart, "Use of the Hough Transformation to Detect Lines and Curves
// in Pictures", 1972), in which four pixels of a row vote at once.
type liner struct {
	w, h     int
	strength []byte // of the step of brightness down at each pixel
	edges    []byte // 1 where it is the strongest of its neighbours above and below
	width    int    // of a row of edges, a multiple of blockWidth
	blocks   []block
	votes    []uint16
	shift    []int16
	peaks    []peak
	lines    []line
}

type block struct{ x, y, n int16 }

type peak struct {
	votes       int
	left, right float32 // where the line meets the edges of the picture
}

// find returns the lines of the picture that was read: the strongest first, and last its upper and its lower edge. Slanted lines
// are among them if slanted is set. They are valid until the next call.
func (l *liner) find(slanted bool) []line {
	l.vote(slanted)
	if slanted {
		l.thin(mostSlanted)
	} else {
		l.thin(mostLines)
	}
	middle := float32(l.w) / 2
	l.lines = slices.Grow(l.lines[:0], mostLines+2)[:len(l.peaks)+2]
	for i, k := range l.peaks {
		at := &l.lines[i]
		at.at, at.slope, at.middle, at.outer = (k.left+k.right)/2, (k.right-k.left)/float32(l.w), middle, false
		l.follow(at)
	}
	for i, y := range []float32{0, float32(l.h)} {
		at := &l.lines[len(l.peaks)+i]
		at.at, at.slope, at.middle, at.outer = y, 0, middle, true
	}
	return l.lines
}

// read finds the steps of brightness down the picture.
func (l *liner) read(p *plane) {
	l.w, l.h = p.w, p.h
	l.mark(p)
	l.gather(p.h)
}

// mark finds the edges.
func (l *liner) mark(p *plane) {
	l.width = (p.w + blockWidth - 1) / blockWidth * blockWidth
	l.strength = sized(l.strength, p.w*p.h)
	l.edges = sized(l.edges, l.width*p.h)
	clear(l.strength[:p.w])
	clear(l.strength[p.w*(p.h-1):])
	for y := 1; y < p.h-1; y++ {
		above, below, to := p.row(y-1), p.row(y+1), l.strength[y*p.w:][:p.w]
		for x, v := range above[:len(to)] {
			d := int(v) - int(below[x])
			to[x] = byte(max(d, -d))
		}
	}
	clear(l.edges)
	for y := 1; y < p.h-1; y++ {
		above, here, below := l.strength[(y-1)*p.w:][:p.w], l.strength[y*p.w:][:p.w], l.strength[(y+1)*p.w:][:p.w]
		to := l.edges[y*l.width:][:p.w]
		for x, v := range here[:len(to)] {
			if v >= leastStep && v >= above[x] && v > below[x] {
				to[x] = 1
			}
		}
	}
}

// gather collects the blocks of which at least half are edges.
func (l *liner) gather(h int) {
	l.blocks = l.blocks[:0]
	for y := range h {
		row := l.edges[y*l.width:][:l.width]
		for x := 0; x+blockWidth <= len(row); x += blockWidth {
			n := binary.LittleEndian.Uint32(row[x:]) * 0x01010101 >> 24
			if n >= blockWidth/2 {
				l.blocks = append(l.blocks, block{int16(x / blockWidth), int16(y), int16(n)})
			}
		}
	}
}

// vote counts, for each slope and place, the edges on the line, and collects the lines that have the most.
func (l *liner) vote(slanted bool) {
	step := 1.5 / float32(l.w) // between slopes, so that no end of a line is off by more than a pixel
	slopes := 0
	if slanted {
		slopes = int(steepest / step)
	}
	margin := int(steepest*float32(l.w)/2) + 2
	l.votes = sized(l.votes, l.h+2*margin)
	l.shift = sized(l.shift, l.width/blockWidth)
	l.peaks = l.peaks[:0]
	for s := -slopes; s <= slopes; s++ {
		slope := float32(s) * step
		for c := range l.shift {
			x := float32(c*blockWidth) + blockWidth/2 - float32(l.w)/2
			l.shift[c] = int16(float32(margin) + 0.5 - slope*x)
		}
		clear(l.votes)
		for _, b := range l.blocks {
			l.votes[b.y+l.shift[b.x]] += uint16(b.n)
		}
		l.collect(slope, margin)
	}
}

// collect notes the places that have more votes than those above and below, less what there is around them: leaves and grass
// vote everywhere.
func (l *liner) collect(slope float32, margin int) {
	const around = 5
	least := max(l.w/6, 8)
	half := slope * float32(l.w) / 2
	for b := around; b < len(l.votes)-around; b++ {
		v := l.votes[b-around:][:2*around+1]
		above, here, below := int(v[around-1]), int(v[around]), int(v[around+1])
		if here < above || here <= below || here+max(above, below) < least {
			continue
		}
		rest := int(v[0]) + int(v[1]) + int(v[2]) + int(v[2*around-2]) + int(v[2*around-1]) + int(v[2*around])
		if n := here + max(above, below) - rest/6; n >= least {
			y := float32(b-margin) + 0.5
			l.peaks = append(l.peaks, peak{n, y - half, y + half})
		}
	}
}

// thin keeps the strongest of lines that lie close together, at most most, the strongest first. Of equals it keeps the one that
// slants least.
func (l *liner) thin(most int) {
	const near = 2.5
	for kept := range most {
		best := -1
		for i := kept; i < len(l.peaks); i++ {
			if best < 0 || l.peaks[i].before(&l.peaks[best]) {
				best = i
			}
		}
		if best < 0 {
			return
		}
		strongest := l.peaks[best]
		l.peaks[kept], l.peaks[best] = strongest, l.peaks[kept]
		rest := l.peaks[:kept+1]
		for _, k := range l.peaks[kept+1:] {
			if max(magnitude(k.left-strongest.left), magnitude(k.right-strongest.right)) >= near {
				rest = append(rest, k)
			}
		}
		l.peaks = rest
	}
	l.peaks = l.peaks[:min(most, len(l.peaks))]
}

// before gives peaks one order, whatever the order in which they were found.
func (k *peak) before(other *peak) bool {
	if k.votes != other.votes {
		return k.votes > other.votes
	}
	if a, b := magnitude(k.right-k.left), magnitude(other.right-other.left); a != b {
		return a < b
	}
	if k.left != other.left {
		return k.left < other.left
	}
	return k.right < other.right
}

// follow counts the steps along a line, which may lie a pixel beside it.
func (l *liner) follow(at *line) {
	at.hits = sized(at.hits, l.w+1)
	at.hits[0] = 0
	at.first, at.end = float32(l.w), 0
	n := uint16(0)
	for x := range l.w {
		if y := int(at.y(float32(x) + 0.5)); y >= 1 && y < l.h-1 {
			n += uint16(l.near(x, y))
			at.first, at.end = min(at.first, float32(x)), float32(x+1)
		}
		at.hits[x+1] = n
	}
}

// along returns the share of the line from a to b, as far as it lies in the picture, with a step at most a pixel beside it.
func (l *liner) along(a, b point) float32 {
	if a.x > b.x {
		a, b = b, a
	}
	slope := (b.y - a.y) / (b.x - a.x)
	n, steps := 0, 0
	for x := max(int(a.x), 0); x < min(int(b.x), l.w); x++ {
		if y := int(a.y + slope*(float32(x)+0.5-a.x)); y >= 1 && y < l.h-1 {
			n++
			steps += int(l.near(x, y))
		}
	}
	if n < shortest {
		return 0
	}
	return float32(steps) / float32(n)
}

// near returns 1 if there is a step at a pixel, or at the one above or below it.
func (l *liner) near(x, y int) byte {
	i := y*l.width + x
	return l.edges[i-l.width] | l.edges[i] | l.edges[i+l.width]
}
