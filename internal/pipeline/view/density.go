package view

// density knows how many steps of brightness there are in each rectangle of a picture.
type density struct {
	w, h int
	sums []uint32 // of the steps above and to the left of each pixel
}

// build counts the steps between rows and those between columns, which are those between the rows of the picture transposed.
func (d *density) build(rows, columns *liner) {
	d.w, d.h = rows.w, rows.h
	line := d.w + 1
	d.sums = sized(d.sums, line*(d.h+1))
	clear(d.sums[:line])
	for y := range d.h {
		above, to := d.sums[y*line:][:line], d.sums[(y+1)*line:][:line]
		sum := uint32(0)
		to[0] = 0
		across := rows.edges[y*rows.width:][:d.w]
		for x, e := range across {
			sum += uint32(e) + uint32(columns.edges[x*columns.width+y])
			to[x+1] = above[x+1] + sum
		}
	}
}

// in returns the steps and the pixels of a rectangle, as far as it lies in the picture.
func (d *density) in(left, top, right, bottom int) (steps, pixels float32) {
	left, top, right, bottom = max(left, 0), max(top, 0), min(right, d.w), min(bottom, d.h)
	if right <= left || bottom <= top {
		return 0, 0
	}
	upper, lower := d.sums[top*(d.w+1):], d.sums[bottom*(d.w+1):]
	return float32(lower[right] - lower[left] - upper[right] + upper[left]), float32((right - left) * (bottom - top))
}

// within returns how much of the structure in and around a quadrangle is in it, 0 to 1: much, if it lies on plain ground.
func (d *density) within(q *quad) float32 {
	const inside, edge, around = 3, 2, 8
	l, t, r, b := q.bounds()
	left, top, right, bottom := int(l), int(t), int(r), int(b)
	n, area := d.in(left+inside, top+inside, right-inside, bottom-inside)
	m, inner := d.in(left-edge, top-edge, right+edge+1, bottom+edge+1)
	all, outer := d.in(left-around, top-around, right+around+1, bottom+around+1)
	in, ring := n/max(area, 1), (all-m)/max(outer-inner, 1)
	return in / (in + ring + 0.02)
}
