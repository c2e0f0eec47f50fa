package keypoint

import (
	"image"
	"math"
	"math/rand/v2"
	"sync"
	"testing"
)

// TestPictures finds points in pictures of all shapes: as many as were asked for at most, those of black and of tiny ones none.
func TestPictures(t *testing.T) {
	t.Parallel()
	dice := rand.New(rand.NewPCG(3, 4))
	for _, c := range []struct {
		name       string
		g          *image.Gray
		ask        int
		from, upTo int
	}{
		{"no pixels", image.NewGray(image.Rectangle{}), 44, 0, 0},
		{"one pixel", noise(dice, 1, 1), 44, 0, 0},
		{"a line", noise(dice, 300, 1), 44, 0, 0},
		{"a row too few", noise(dice, 200, leastSide-1), 44, 0, 0},
		{"too large", noise(dice, mostSide+1, 100), 44, 0, 0},
		{"black", image.NewGray(image.Rect(0, 0, 256, 192)), 44, 0, 0},
		{"a gradient", gradient(256, 192), 44, 0, 0},
		{"a scene", scene(1, 256, 192), 44, 40, 44},
		{"a small scene", scene(1, 64, 64), 44, 3, 44},
		{"a scene, more points than there may be", scene(1, 512, 512), 1000, 100, MostPoints},
		{"a scene, no points", scene(1, 256, 192), 0, 0, 0},
		{"a scene, fewer than no points", scene(1, 256, 192), -1, 0, 0},
		{"the largest there may be", scene(1, mostSide, mostSide), 64, 20, 64},
	} {
		if n := len(Find(c.g, c.ask, true)); n < c.from || n > c.upTo {
			t.Errorf("%s: %d points, want %d to %d", c.name, n, c.from, c.upTo)
		}
	}
}

func gradient(width, height int) *image.Gray {
	g := image.NewGray(image.Rect(0, 0, width, height))
	for y := range height {
		for x := range width {
			g.Pix[y*g.Stride+x] = uint8(255 * (x + y) / (width + height))
		}
	}
	return g
}

// TestPlacesAreShares finds a lone blob where it was drawn, as large as it was drawn.
func TestPlacesAreShares(t *testing.T) {
	t.Parallel()
	const width, height, x, y, sigma = 256, 192, 100.0, 120.0, 9.0
	g := image.NewGray(image.Rect(0, 0, width, height))
	for i := range g.Pix {
		dx, dy := float64(i%width)-x, float64(i/width)-y
		g.Pix[i] = uint8(30 + 200*math.Exp(-(dx*dx+dy*dy)/(2*sigma*sigma)) + 0.06*dx)
	}
	s := Find(g, 1, false)
	if len(s) != 1 {
		t.Fatalf("%d points, want 1", len(s))
	}
	p := places(nil, s)[0]
	for _, c := range []struct {
		what             string
		got, want, slack float64
	}{
		{"x", float64(p.x) * width, x, 1},
		{"y", float64(p.y) * width, y, 1},
		{"size", float64(p.sigma) * width, sigma, 2},
	} {
		if math.Abs(c.got-c.want) > c.slack {
			t.Errorf("%s: %.2f, want %.2f", c.what, c.got, c.want)
		}
	}
}

// TestPointsAreSpread puts many strong blobs into one corner: the rest of the picture has points all the same.
func TestPointsAreSpread(t *testing.T) {
	t.Parallel()
	dice := rand.New(rand.NewPCG(5, 5))
	g := scene(3, 256, 192)
	for i, v := range g.Pix {
		g.Pix[i] = 110 + v/8
	}
	n := noise(dice, 60, 45)
	g = pasted(g, n, 0, 0)
	outside := 0
	s := Find(g, 40, false)
	for _, at := range places(nil, s) {
		if at.x*256 > 70 || at.y*256 > 55 {
			outside++
		}
	}
	if outside < 20 {
		t.Errorf("%d of %d points lie outside the corner, want at least 20", outside, len(s))
	}
}

// TestFindIsAFunction finds the same points in the same picture, whatever was looked at before and beside it.
func TestFindIsAFunction(t *testing.T) {
	t.Parallel()
	var pictures []*image.Gray
	var want []string
	for i := range 6 {
		g := scene(uint64(i), 100+40*i, 220-30*i)
		pictures = append(pictures, g)
		want = append(want, Find(g, 64, true).String())
	}
	var wg sync.WaitGroup
	for w := range 4 {
		wg.Go(func() {
			for i := range 12 {
				k := (i*(w+1) + w) % len(pictures)
				if got := Find(pictures[k], 64, true).String(); got != want[k] {
					t.Errorf("picture %d has other points than before", k)
				}
			}
		})
	}
	wg.Wait()
}
