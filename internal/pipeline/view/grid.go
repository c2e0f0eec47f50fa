package view

// quarters returns the four pictures of a grid, if there is one.
func (f *finder) quarters() []quad {
	p := &f.full
	f.cut = f.cut[:0]
	top, bottom, across := p.gap(p.h, p.w, p.w, 1)
	if !across {
		return nil
	}
	left, right, down := p.gap(p.w, p.h, 1, p.w)
	if !down {
		return nil
	}
	w, h := float32(p.w), float32(p.h)
	for _, corners := range [4][4]point{
		rectangle(0, 0, left, top), rectangle(right, 0, w, top), rectangle(0, bottom, left, h), rectangle(right, bottom, w, h),
	} {
		q := quad{kind: "quarter", corners: corners, outer: [4]bool{true, true, true, true}}
		q.scale(0.5)
		f.cut = append(f.cut, q)
	}
	return f.cut
}

// gap looks at the n rows of m pixels about the middle one and returns the boundary where brightness steps most, twice, or that and
// the one as far on the other side of the middle, if it steps there as well: where the first picture ends and where the second begins.
func (p *plane) gap(n, m, across, along int) (end, begin float32, found bool) {
	const search, clear, strong = 8, 1.6, 6
	if n < 4*search {
		return 0, 0, false
	}
	var steps [2*search + 1]int // at the boundary before row n/2 - search + i
	sum, best := 0, 0
	for i := range steps {
		at := (n/2 - search + i) * across
		for range m {
			v := int(p.pix[at]) - int(p.pix[at-across])
			steps[i] += max(v, -v)
			at += along
		}
		sum += steps[i]
		if steps[i] > steps[best] {
			best = i
		}
	}
	mean := float32(sum-steps[best]) / (2 * search)
	if most := float32(steps[best]); most < clear*mean || most < float32(strong*m) {
		return 0, 0, false
	}
	first, last := best, best
	for mirrored := 2*search - best - 1; mirrored <= 2*search-best+1; mirrored++ {
		if mirrored >= 0 && mirrored < len(steps) && max(mirrored-best, best-mirrored) > 1 && 2*steps[mirrored] > steps[best] {
			first, last = min(best, mirrored), max(best, mirrored)
			break
		}
	}
	return float32(n/2 - search + first), float32(n/2 - search + last), true
}
