package view

// flatness is how far the brightness of a bar may stray, of 255.
const flatness = 12

// bars returns what is left when bars of one brightness are cut off, and what is left when that is done again: a picture with
// bars may have been framed. None if there are no bars.
func (f *finder) bars() []quad {
	p := &f.half
	f.cut = f.cut[:0]
	x0, y0, x1, y1 := 0, 0, p.w, p.h
	for range 2 {
		top := p.bar(y0*p.w+x0, p.w, 1, x1-x0, y1-y0)
		bottom := p.bar((y1-1)*p.w+x0, -p.w, 1, x1-x0, y1-y0)
		left := p.bar(y0*p.w+x0, 1, p.w, y1-y0, x1-x0)
		right := p.bar(y0*p.w+x1-1, -1, p.w, y1-y0, x1-x0)
		x0, y0, x1, y1 = x0+left, y0+top, x1-right, y1-bottom
		if top+bottom+left+right == 0 || x1-x0 < p.w/5 || y1-y0 < p.h/5 {
			break
		}
		q := quad{kind: "bars", outer: [4]bool{y0 == 0, x1 == p.w, y1 == p.h, x0 == 0}}
		q.corners = rectangle(float32(x0), float32(y0), float32(x1), float32(y1))
		f.cut = append(f.cut, q)
	}
	return f.cut
}

func rectangle(x0, y0, x1, y1 float32) [4]point {
	return [4]point{{x0, y0}, {x1, y0}, {x1, y1}, {x0, y1}}
}

// bar counts the rows, or columns, from the one at first on that have one brightness in common, all n pixels of them.
func (p *plane) bar(first, next, along, n, most int) int {
	low, high := p.pix[first], p.pix[first]
	for i := range most {
		at := first + i*next
		for range n {
			v := p.pix[at]
			low, high = min(low, v), max(high, v)
			if high-low > flatness {
				return i
			}
			at += along
		}
	}
	return most
}

// quarters returns the four pictures of a grid, if there is one.
func (f *finder) quarters() []quad {
	p := &f.full
	top, bottom, tall := p.gap(p.h, p.w, p.w, 1)
	left, right, wide := p.gap(p.w, p.h, 1, p.w)
	if !tall || !wide {
		return nil
	}
	f.cut = f.cut[:0]
	for _, c := range [4][4]float32{
		{0, 0, left, top}, {right, 0, float32(p.w), top}, {0, bottom, left, float32(p.h)}, {right, bottom, float32(p.w), float32(p.h)},
	} {
		f.cut = append(f.cut, quad{kind: "quarter", corners: rectangle(c[0]/2, c[1]/2, c[2]/2, c[3]/2)})
	}
	return f.cut
}

// gap looks for a gap across the middle of n rows of m pixels, or for a step there: where the first half ends and the second begins.
func (p *plane) gap(n, m, across, along int) (end, begin float32, found bool) {
	const search = 8
	mid := n / 2
	if n < 4*search {
		return 0, 0, false
	}
	var steps [2*search + 1]float32 // at the boundary before row mid-search+i
	sum := float32(0)
	for i := range steps {
		at := (mid - search + i) * across
		for range m {
			v, w := int(p.pix[at]), int(p.pix[at-across])
			d := float32(max(v-w, w-v))
			steps[i] += d
			at += along
		}
		sum += steps[i]
	}
	// the two strongest boundaries on either side of the middle
	first, last := 0, 0
	_ = last
	best := search
	for i, v := range steps {
		if v > steps[best] {
			best = i
		}
	}
	mean := (sum - steps[best]) / (2 * search)
	if steps[best] < 1.6*mean || steps[best] < 6*float32(m) {
		return 0, 0, false
	}
	first = best
	// its mirror image, if there is a gap
	other := 2*search - best
	for _, k := range []int{other - 1, other, other + 1} {
		if k >= 0 && k <= 2*search && k != best && steps[k] > 0.5*steps[best] && (k-best > 1 || best-k > 1) {
			first, best = min(best, k), max(best, k)
			break
		}
	}
	return float32(mid - search + first), float32(mid - search + best), true
}
