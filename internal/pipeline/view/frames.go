package view

import "math"

const (
	mostFrames  = 16  // that are kept
	leastSteps  = 0.3 // the least share of a side along which brightness must step
	leastLength = 6   // a frame is at least this part of the picture wide and high
)

// A framer finds the quadrangles whose sides are lines.
type framer struct {
	best       []quad // the best first
	meet       [mostLines + 2][mostLines + 2]point
	down, over []pair
	rows       [mostLines + 2][]float32 // for each row and pair of columns, the share of the row between them that has steps
	columns    [mostLines + 2][]float32 // for each column and pair of rows
}

// A pair is two lines that can be opposite sides, by their numbers.
type pair struct {
	first, second  int
	lines, slanted int // how many of them are no edges of the picture, and how many slant
}

// find returns the quadrangles that are most likely a picture. Those between slanted lines must have lines on all four sides.
// They are valid until the next call.
func (f *framer) find(rows, columns []line, slanted bool, steps *density) []quad {
	for i := range rows {
		for j := range columns {
			r, c := &rows[i], &columns[j]
			x := (c.at + c.slope*(r.at-r.slope*r.middle-c.middle)) / (1 - c.slope*r.slope)
			f.meet[i][j] = point{x, r.y(x)}
		}
	}
	f.down = pairs(f.down, rows, float32(steps.h)/leastLength)
	f.over = pairs(f.over, columns, float32(steps.w)/leastLength)
	for i := range rows {
		f.rows[i] = sized(f.rows[i], len(f.over))
		for k, p := range f.over {
			f.rows[i][k] = rows[i].support(f.meet[i][p.first].x, f.meet[i][p.second].x)
		}
	}
	for j := range columns {
		f.columns[j] = sized(f.columns[j], len(f.down))
		for k, p := range f.down {
			f.columns[j][k] = columns[j].support(f.meet[p.first][j].y, f.meet[p.second][j].y)
		}
	}
	f.best = f.best[:0]
	kind := "box"
	if slanted {
		kind = "quad"
	}
	for o := range f.over {
		for d := range f.down {
			f.join(o, d, kind, steps)
		}
	}
	for i := range f.best {
		q := &f.best[i]
		q.outer = [4]bool{rows[q.sides[0]].outer, columns[q.sides[1]].outer, rows[q.sides[2]].outer, columns[q.sides[3]].outer}
	}
	return f.best
}

func pairs(list []pair, lines []line, apart float32) []pair {
	list = list[:0]
	for i := range lines {
		for j := range lines {
			a, b := &lines[i], &lines[j]
			if b.at-a.at < apart || !a.outer && !b.outer && magnitude(a.slope-b.slope) > steepest {
				continue
			}
			p := pair{first: i, second: j}
			for _, l := range [2]*line{a, b} {
				if !l.outer {
					p.lines++
				}
				if l.slope != 0 {
					p.slanted++
				}
			}
			list = append(list, p)
		}
	}
	return list
}

// join scores the quadrangle between two pairs of lines and keeps it if it is one of the best.
//
// What counts is the share of each side along which brightness steps, the worst side most; for boxes also how plain the ground around
// it is, and its size. Lines on two sides are worth more than on one or three: that is what bars are. Of slanted ones, the smaller are
// better: a screen lies within its bezel. The weights are those of a logistic fit to edited pictures.
func (f *framer) join(o, d int, kind string, steps *density) {
	over, down := &f.over[o], &f.down[d]
	lines := over.lines + down.lines
	if lines == 0 || kind == "quad" && (lines < 4 || over.slanted+down.slanted < 2) {
		return
	}
	top, bottom := f.rows[down.first][o], f.rows[down.second][o]
	left, right := f.columns[over.first][d], f.columns[over.second][d]
	least := min(top, bottom, left, right)
	if least < leastSteps {
		return
	}
	mean := (top + bottom + left + right - float32(4-lines)) / float32(lines) // an edge of the picture has 1
	const plain, largest, smallest = 0.5, 0.04, 0.6                           // what ground and size count at most
	score, more := least+0.8*mean-[5]float32{0, 0.7, 0.15, 0.4, 0}[lines], float32(plain+largest)
	if kind == "quad" {
		score, more = least+0.45*mean, smallest
	}
	if len(f.best) == mostFrames && score+more <= f.best[mostFrames-1].score {
		return
	}
	q := quad{kind: kind, sides: [4]int{down.first, over.second, down.second, over.first}, corners: [4]point{
		f.meet[down.first][over.first], f.meet[down.first][over.second],
		f.meet[down.second][over.second], f.meet[down.second][over.first],
	}}
	w, h := float32(steps.w), float32(steps.h)
	if !q.plausible(w, h) {
		return
	}
	size := logarithm(q.area() / (w * h))
	if kind == "quad" {
		q.score = score - 0.16*size
	} else {
		q.score = score + 0.14*size + plain*steps.within(&q)
	}
	f.keep(&q)
}

func logarithm(v float32) float32 { return float32(math.Log(float64(v))) }

// keep puts a quadrangle in its place among the best.
func (f *framer) keep(q *quad) {
	i := len(f.best)
	for i > 0 && f.best[i-1].score < q.score {
		i--
	}
	if i == mostFrames {
		return
	}
	if len(f.best) < mostFrames {
		f.best = append(f.best, quad{})
	}
	copy(f.best[i+1:], f.best[i:])
	f.best[i] = *q
}
