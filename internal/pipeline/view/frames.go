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
}

// A pair is two lines that can be opposite sides, by their numbers.
type pair struct{ first, second int }

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
	f.best = f.best[:0]
	for _, over := range f.over {
		for _, down := range f.down {
			sides := [4]*line{&rows[down.first], &columns[over.second], &rows[down.second], &columns[over.first]}
			q := quad{kind: "box", corners: [4]point{
				f.meet[down.first][over.first], f.meet[down.first][over.second],
				f.meet[down.second][over.second], f.meet[down.second][over.first],
			}}
			if slanted {
				q.kind = "quad"
			}
			if f.judge(&q, &sides, steps) {
				f.keep(&q)
			}
		}
	}
	return f.best
}

func pairs(list []pair, lines []line, apart float32) []pair {
	list = list[:0]
	for i := range lines {
		for j := range lines {
			a, b := &lines[i], &lines[j]
			if b.at-a.at >= apart && (a.outer || b.outer || magnitude(a.slope-b.slope) <= steepest) {
				list = append(list, pair{i, j})
			}
		}
	}
	return list
}

// judge scores a quadrangle and tells whether it is to be kept.
//
// What counts is the share of each side along which brightness steps, the worst side most; for boxes also how plain the ground around
// it is, and its size. Lines on two sides are worth more than on one, three or none: that is what bars are. Of slanted ones, the smaller are better: a screen
// lies within its bezel. The weights are those of a logistic fit to edited pictures.
func (f *framer) judge(q *quad, sides *[4]*line, steps *density) bool {
	lines, slanted := 0, 0
	for i, s := range sides {
		if q.outer[i] = s.outer; !s.outer {
			lines++
			if s.slope != 0 {
				slanted++
			}
		}
	}
	if lines == 0 || q.kind == "quad" && (lines < 4 || slanted < 2) {
		return false
	}
	least, sum := float32(1), float32(0)
	for i, s := range sides {
		if s.outer {
			continue
		}
		a, b := q.corners[i], q.corners[(i+1)%4]
		from, to := a.x, b.x
		if i%2 == 1 {
			from, to = a.y, b.y
		}
		share := s.support(min(from, to), max(from, to))
		if share < leastSteps {
			return false
		}
		least = min(least, share)
		sum += share
	}
	w, h := float32(steps.w), float32(steps.h)
	if !q.plausible(w, h) {
		return false
	}
	mean := sum / float32(lines)
	if q.kind == "quad" {
		q.score = least + 0.45*mean - 0.16*logarithm(q.area()/(w*h))
		return true
	}
	const plain, largest = 0.5, 0.04 // what the last two count at most
	q.score = least + 0.8*mean - [5]float32{0, 0.7, 0.15, 0.4, 0}[lines]
	if len(f.best) == mostFrames && q.score+plain+largest <= f.best[mostFrames-1].score {
		return false
	}
	q.score += plain*steps.within(q) + 0.14*logarithm(q.area()/(w*h))
	return true
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
