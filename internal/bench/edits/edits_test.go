package edits

import (
	"bytes"
	"image"
	"math"
	"regexp"
	"testing"

	"github.com/quell-project/quell/internal/demo/art"
	"github.com/quell-project/quell/pdq"
)

// others are three pictures for collages.
func others() (pictures []image.Image) {
	for i := range 3 {
		pictures = append(pictures, art.Picture(uint64(100+i), 200))
	}
	return pictures
}

func applied(t *testing.T, e Edit, img image.Image, seed uint64) image.Image {
	t.Helper()
	edited, err := e.Apply(img, seed, others())
	if err != nil {
		t.Fatal(err)
	}
	return edited
}

func named(t *testing.T, name string) Edit {
	t.Helper()
	e, err := Named(name)
	if err != nil {
		t.Fatal(err)
	}
	return e
}

func TestEditsAreManyAndNamed(t *testing.T) {
	seen := map[string]bool{}
	for _, e := range All() {
		if seen[e.Name] || !regexp.MustCompile(`^[a-z0-9.]+(-[a-z0-9.]+)*$`).MatchString(e.Name) || e.Group == "" || e.Says == "" {
			t.Errorf("%q of group %q, %q: names are unique, in lower case, and explained", e.Name, e.Group, e.Says)
		}
		seen[e.Name] = true
	}
	if len(seen) < 34 {
		t.Errorf("there are %d edits", len(seen))
	}
	if _, err := Named("no such edit"); err == nil {
		t.Error("an edit was found that does not exist")
	}
}

// TestEditsRepeat applies every edit twice, to pictures that lie flat, stand upright, and are small: the same comes out, it is opaque, other than
// what went in, and that is untouched.
func TestEditsRepeat(t *testing.T) {
	flat := art.Poster(5, 160)
	for name, img := range map[string]*image.RGBA{"flat": flat, "upright": quarters(flat, 1), "smallest": scaled(flat, MinSide, MinSide)} {
		for _, e := range All() {
			t.Run(name+"/"+e.Name, func(t *testing.T) {
				t.Parallel()
				before := bytes.Clone(img.Pix)
				one, two := plain(applied(t, e, img, 7)), plain(applied(t, e, img, 7))
				if one.Rect != two.Rect || !bytes.Equal(one.Pix, two.Pix) {
					t.Error("the same edit of the same picture differs")
				}
				if !bytes.Equal(before, img.Pix) {
					t.Error("the picture itself was changed")
				}
				if bytes.Equal(one.Pix, img.Pix) {
					t.Error("nothing was changed")
				}
				if !one.Opaque() || one.Rect.Dx() < MinSide/4 || one.Rect.Dy() < MinSide/4 {
					t.Errorf("the result has %v, opaque: %t", one.Rect, one.Opaque())
				}
			})
		}
	}
}

func TestSeedsDiffer(t *testing.T) {
	img := art.Picture(3, 240)
	for _, name := range []string{"crop-20-aside", "noise", "stickers", "screenshot", "photo-of-screen", "grid-of-four", "picture-in-picture"} {
		one, two := plain(applied(t, named(t, name), img, 1)), plain(applied(t, named(t, name), img, 2))
		if bytes.Equal(one.Pix, two.Pix) {
			t.Errorf("%s is the same for two seeds", name)
		}
	}
}

func TestSizes(t *testing.T) {
	img := art.Picture(1, 400)
	w, h := img.Rect.Dx(), img.Rect.Dy()
	for _, c := range []struct {
		name string
		w, h int
	}{
		{"crop-5", w * 95 / 100, h * 95 / 100},
		{"crop-50", w / 2, h / 2},
		{"crop-50-aside", w / 2, h / 2},
		{"rotate-90", h, w},
		{"rotate-180", w, h},
		{"tilt-10", w, h},
		{"resize-25", w / 4, h / 4},
		{"wider", w * 6 / 5, h},
		{"narrower", w * 4 / 5, h},
		{"grid-of-four", w, h},
		{"picture-in-picture", w, h},
		{"screenshot", 720, 1560},
	} {
		size := applied(t, named(t, c.name), img, 4).Bounds().Size()
		if math.Abs(float64(size.X-c.w)) > 1 || math.Abs(float64(size.Y-c.h)) > 1 {
			t.Errorf("%s makes %v of %d × %d, not %d × %d", c.name, size, w, h, c.w, c.h)
		}
	}
}

func TestTooSmall(t *testing.T) {
	for _, size := range []image.Point{{0, 0}, {MinSide - 1, 200}, {200, MinSide - 1}} {
		if _, err := named(t, "mirror").Apply(image.NewGray(image.Rectangle{Max: size}), 1, nil); err == nil {
			t.Errorf("a picture of %v was edited", size)
		}
	}
}

// TestTurnsAreWhatTheyAreCalled compares with the turns that a PDQ hash knows of.
func TestTurnsAreWhatTheyAreCalled(t *testing.T) {
	img := art.Poster(9, 480)
	d, err := pdq.DihedralFromImage(img)
	if err != nil {
		t.Fatal(err)
	}
	for name, transform := range map[string]pdq.Transform{
		"mirror": pdq.FlipY, "flip": pdq.FlipX, "rotate-90": pdq.Rotate90, "rotate-180": pdq.Rotate180, "rotate-270": pdq.Rotate270,
	} {
		r, err := pdq.FromImage(applied(t, named(t, name), img, 1))
		if err != nil {
			t.Fatal(err)
		}
		if distance := r.Hash.Distance(d.Hashes[transform]); distance > 20 {
			t.Errorf("%s is %d bits from the hash turned so", name, distance)
		}
	}
}

// TestCollagesHoldThePicture finds the picture's own colour, and that of the others, in the shares that the edits promise.
func TestCollagesHoldThePicture(t *testing.T) {
	own := blank(300, 200, stickerColours[1])
	strange := []image.Image{blank(200, 200, stickerColours[2]), blank(200, 300, stickerColours[2]), blank(90, 70, stickerColours[2])}
	for name, want := range map[string]float64{"grid-of-four": 0.25, "picture-in-picture": 0.45 * 0.45} {
		for seed := range uint64(8) {
			edited, err := named(t, name).Apply(own, seed, strange)
			if err != nil {
				t.Fatal(err)
			}
			img, found, other := plain(edited), 0, 0
			for y := range img.Rect.Dy() {
				for x := range img.Rect.Dx() {
					switch img.RGBAAt(x, y) {
					case stickerColours[1]:
						found++
					case stickerColours[2]:
						other++
					}
				}
			}
			area := float64(img.Rect.Dx() * img.Rect.Dy())
			if share := float64(found) / area; math.Abs(share-want) > 0.03 {
				t.Errorf("%s, seed %d: the picture takes %.3f, not %.3f", name, seed, share, want)
			}
			if share := float64(other) / area; share < 0.7 {
				t.Errorf("%s, seed %d: the others take %.3f", name, seed, share)
			}
		}
	}
}

func TestInverse(t *testing.T) {
	corners := [4]point{{10, 20}, {310, 5}, {290, 230}, {-4, 200}}
	m := inverse(corners)
	for i, want := range [4]point{{0, 0}, {1, 0}, {1, 1}, {0, 1}} {
		u, v := m.at(corners[i].x, corners[i].y)
		if math.Abs(u-want.x) > 1e-9 || math.Abs(v-want.y) > 1e-9 {
			t.Errorf("corner %v is mapped to (%g, %g), not to %v", corners[i], u, v, want)
		}
	}
	// A straight map keeps the middle of the diagonals: where they cross is the middle of the square.
	cross := crossing(corners)
	if u, v := m.at(cross.x, cross.y); math.Abs(u-0.5) > 1e-9 || math.Abs(v-0.5) > 1e-9 {
		t.Errorf("the diagonals cross at (%g, %g) of the screen", u, v)
	}
}

// crossing is where the diagonals of a quadrangle cross.
func crossing(q [4]point) point {
	ax, ay, bx, by := q[2].x-q[0].x, q[2].y-q[0].y, q[3].x-q[1].x, q[3].y-q[1].y
	s := ((q[1].x-q[0].x)*by - (q[1].y-q[0].y)*bx) / (ax*by - ay*bx)
	return point{q[0].x + s*ax, q[0].y + s*ay}
}

func TestBlurKeepsWhatIsEven(t *testing.T) {
	img := blank(80, 60, stickerColours[0])
	if got := blurred(img, 3); !bytes.Equal(got.Pix, img.Pix) {
		t.Error("a sheet of one colour is another after the blur")
	}
	img.SetRGBA(40, 30, black)
	got := blurred(img, 3)
	if at := got.RGBAAt(40, 30).R; at <= 200 || at >= 240 {
		t.Errorf("a black dot is spread to %d", at)
	}
}

func TestSheet(t *testing.T) {
	sheet, err := Sheet(art.Picture(2, 160), 1, others())
	if err != nil {
		t.Fatal(err)
	}
	if size := sheet.Rect.Size(); size.X < 7*320 || size.Y < (len(All())+1)/7*320 {
		t.Errorf("the sheet has %v", size)
	}
}

func BenchmarkApply(b *testing.B) {
	img := art.Picture(1, 1024)
	for _, e := range All() {
		b.Run(e.Name, func(b *testing.B) {
			for b.Loop() {
				if _, err := e.Apply(img, 1, others()); err != nil {
					b.Fatal(err)
				}
			}
		})
	}
}
