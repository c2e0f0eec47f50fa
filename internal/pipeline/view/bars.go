package view

const (
	flatness = 12 // how far the brightness of a bar may stray, of 255
	mostBars = 2  // how often bars are cut off
)

// bars returns what is left when bars of one brightness are cut off, and what is left when that is done again: a picture with
// bars may have been framed.
func (f *finder) bars() []quad {
	p := &f.half
	f.cut = f.cut[:0]
	left, top, right, bottom := 0, 0, p.w, p.h
	for range mostBars {
		above := p.bar(top*p.w+left, p.w, 1, right-left, bottom-top)
		below := p.bar((bottom-1)*p.w+left, -p.w, 1, right-left, bottom-top)
		before := p.bar(top*p.w+left, 1, p.w, bottom-top, right-left)
		behind := p.bar(top*p.w+right-1, -1, p.w, bottom-top, right-left)
		left, top, right, bottom = left+before, top+above, right-behind, bottom-below
		if above+below+before+behind == 0 || right-left < p.w/5 || bottom-top < p.h/5 {
			break
		}
		f.cut = append(f.cut, quad{
			kind:    "bars",
			corners: rectangle(float32(left), float32(top), float32(right), float32(bottom)),
			outer:   [4]bool{top == 0, right == p.w, bottom == p.h, left == 0},
		})
	}
	return f.cut
}

// bar counts the lines from the one at first on, each n pixels, that have one brightness in common, at most most. The pixels of a line
// are along apart, lines next.
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
