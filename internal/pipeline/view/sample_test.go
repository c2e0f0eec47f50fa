package view

import "testing"

// TestQuadranglesWithoutArea samples what has no inside: any sample will do, as long as it is one of the picture.
func TestQuadranglesWithoutArea(t *testing.T) {
	t.Parallel()
	p := &plane{}
	p.size(200, 100)
	for i := range p.pix {
		p.pix[i] = 7
	}
	for _, corners := range [][4]point{
		{},
		{{0, 0}, {100, 0}, {100, 0}, {0, 0}},
		{{10, 10}, {50, 50}, {90, 90}, {30, 30}},
		{{10, 10}, {150, 10}, {150, 10}, {10, 90}},
		{{10, 10}, {150, 10}, {80, 50}, {10, 90}},
	} {
		var samples [cells * cells]byte
		p.quadrangle(&samples, &corners)
		for _, v := range samples {
			if v != 7 {
				t.Fatalf("%v: a sample of %d", corners, v)
			}
		}
	}
}
