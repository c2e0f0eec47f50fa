package view

import "image"

// Place is where a picture within lies in the small copy: corners clockwise from the upper left, x and y.
type Place struct {
	Name    string
	Corners [4][2]float64
}

// Places returns where the pictures within lie whose views Find returns, in their order.
func Places(small *image.Gray, most int) []Place {
	f := new(finder)
	f.look(small, most)
	var places []Place
	for _, q := range f.seen {
		p := Place{Name: q.kind}
		for i, c := range q.corners {
			p.Corners[i] = [2]float64{float64(c.x), float64(c.y)}
		}
		places = append(places, p)
	}
	return places
}
