package keypoint

import "image"

// MostPaper is the value of Paper from which on points say little: what is left are letters, lines and marks, which unrelated pages have in
// common. Pages of text and tables, charts and screenshots of them have more, few photographs have.
const MostPaper = 0.65

// Paper returns the share of the pixels of a picture, 0 to 1, that are within a few shades of the commonest one.
func Paper(g *image.Gray) float64 {
	const few = 4
	var count [256 + 2*few]int
	w, h := g.Rect.Dx(), g.Rect.Dy()
	for y := range h {
		for _, v := range g.Pix[g.PixOffset(g.Rect.Min.X, g.Rect.Min.Y+y):][:w] {
			count[int(v)+few]++
		}
	}
	most := 0
	for v := range 256 {
		sum := 0
		for _, n := range count[v : v+2*few+1] {
			sum += n
		}
		most = max(most, sum)
	}
	return float64(most) / float64(max(w*h, 1))
}
