package keypoint

import (
	"math/rand/v2"
	"testing"
)

// bothWays runs f with vector instructions and without, if the machine has them.
func bothWays(t *testing.T, f func()) {
	t.Helper()
	if !hasVector {
		t.Skip("there are no vector instructions here")
	}
	defer func() { vector = hasVector }()
	for _, vector = range []bool{false, true} {
		f()
	}
}

// TestVectorsFindTheSame holds the vector instructions to the portable code, to the last bit of every number on the way.
func TestVectorsFindTheSame(t *testing.T) {
	dice := rand.New(rand.NewPCG(1, 2))
	for _, size := range [][2]int{{12, 12}, {13, 40}, {64, 15}, {97, 101}, {256, 192}, {257, 129}, {1024, 20}} {
		g := noise(dice, size[0], size[1])
		var steps [2]finder
		var slope [2][]slopes
		var sets [2]Set
		way := 0
		bothWays(t, func() {
			f := &steps[way]
			f.picture.load(g)
			f.build()
			f.found = f.blobs(nil)
			for i := range f.found {
				var r region
				r.sample(&f.found[i], float64(i))
				var s slopes
				r.slopes(&s)
				slope[way] = append(slope[way], s)
			}
			sets[way] = Find(g, MostPoints, true)
			way++
		})
		if len(steps[0].found) != len(steps[1].found) {
			t.Fatalf("%v: %d blobs without vectors, %d with them", size, len(steps[0].found), len(steps[1].found))
		}
		for i := range steps[0].octaves[:steps[0].used] {
			a, b := &steps[0].octaves[i], &steps[1].octaves[i]
			for l := range levels {
				same(t, "blurred", a.blurred[l].pix, b.blurred[l].pix)
				if l > 0 {
					same(t, "differences", a.differences[l-1].pix, b.differences[l-1].pix)
				}
			}
		}
		for i := range slope[0] {
			for c := range slope[0][i] {
				same(t, "slopes", slope[0][i][c][:], slope[1][i][c][:])
			}
		}
		if a, b := sets[0].String(), sets[1].String(); a != b {
			t.Errorf("%v: points without vectors\n%s\nwith them\n%s", size, a, b)
		}
	}
}

func same(t *testing.T, what string, a, b []float32) {
	t.Helper()
	for i := range a {
		if a[i] != b[i] {
			t.Fatalf("%s: number %d is %v without vectors, %v with them", what, i, a[i], b[i])
		}
	}
}
