package keypoint

import (
	"image"
	"testing"
)

// TestPlainPicturesRarelyAgree compares pictures of kinds that have little to be known by: either Paper tells them, or their points do not
// agree by more than chance. The one pair in a hundred that is let pass is of grids or icons that happen to be the same but for the zoom.
func TestPlainPicturesRarelyAgree(t *testing.T) {
	t.Parallel()
	const n = 60
	for _, p := range plainPictures {
		t.Run(p.kind, func(t *testing.T) {
			t.Parallel()
			var known, found []Set
			told := 0
			for seed := range uint64(n) {
				g := p.draw(seed)
				if Paper(g) >= MostPaper {
					told++
					continue
				}
				known, found = append(known, Find(g, ofKnown, false)), append(found, Find(g, ofFound, true))
			}
			agree := 0
			for i := range known {
				for j := range found {
					if i != j && (Compare(known[i], found[j]).Enough() || Compare(known[i], found[j].Mirror()).Enough()) {
						agree++
					}
				}
			}
			if agree*100 > n*n {
				t.Errorf("%d of %d told by Paper; of the others, %d pairs agree", told, n, agree)
			}
		})
	}
}

// TestPaper measures how much of a picture is paper.
func TestPaper(t *testing.T) {
	t.Parallel()
	half := image.NewGray(image.Rect(5, 5, 105, 105))
	fill(half, half.Rect, 100)
	fill(half, image.Rect(5, 5, 105, 30), 109)
	fill(half, image.Rect(5, 30, 105, 55), 104)
	for _, c := range []struct {
		name string
		g    *image.Gray
		want float64
	}{
		{"nothing", image.NewGray(image.Rectangle{}), 0},
		{"black", image.NewGray(image.Rect(0, 0, 9, 9)), 1},
		{"three quarters within four shades", half, 0.75},
	} {
		if got := Paper(c.g); got != c.want {
			t.Errorf("%s: %v, want %v", c.name, got, c.want)
		}
	}
	if got := Paper(scene(1, 256, 192)); got >= MostPaper {
		t.Errorf("a scene: %v, want less than %v", got, MostPaper)
	}
}

// TestSharedLogoIsNotACopy draws the same mark, a twentieth of the picture, onto pictures that share nothing else.
func TestSharedLogoIsNotACopy(t *testing.T) {
	t.Parallel()
	for seed := range uint64(20) {
		logo := scene(1000+seed, 56, 44)
		known := pasted(scene(seed, 256, 192), logo, 190, 140)
		found := pasted(scene(seed+50, 256, 192), logo, 8, 8)
		if a, _ := best(known, found); a.Enough() {
			t.Errorf("seed %d: %+v", seed, a)
		}
	}
}
