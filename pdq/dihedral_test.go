package pdq_test

import (
	"image"
	"testing"

	"github.com/quell-project/quell/pdq"
)

// place says which pixel of a picture of w×h lands at x, y when the picture is transformed.
var place = map[pdq.Transform]func(x, y, w, h int) (int, int){
	pdq.Identity:      func(x, y, _, _ int) (int, int) { return x, y },
	pdq.Rotate90:      func(x, y, w, _ int) (int, int) { return w - 1 - y, x },
	pdq.Rotate180:     func(x, y, w, h int) (int, int) { return w - 1 - x, h - 1 - y },
	pdq.Rotate270:     func(x, y, _, h int) (int, int) { return y, h - 1 - x },
	pdq.FlipX:         func(x, y, _, h int) (int, int) { return x, h - 1 - y },
	pdq.FlipY:         func(x, y, w, _ int) (int, int) { return w - 1 - x, y },
	pdq.Transpose:     func(x, y, _, _ int) (int, int) { return y, x },
	pdq.AntiTranspose: func(x, y, w, h int) (int, int) { return w - 1 - y, h - 1 - x },
}

func turn(img *image.RGBA, t pdq.Transform) *image.RGBA {
	w, h := img.Rect.Dx(), img.Rect.Dy()
	size := image.Rect(0, 0, w, h)
	if sideways := t == pdq.Rotate90 || t == pdq.Rotate270 || t == pdq.Transpose || t == pdq.AntiTranspose; sideways {
		size = image.Rect(0, 0, h, w)
	}
	out := image.NewRGBA(size)
	for y := range size.Dy() {
		for x := range size.Dx() {
			fromX, fromY := place[t](x, y, w, h)
			out.SetRGBA(x, y, img.RGBAAt(fromX, fromY))
		}
	}
	return out
}

func dihedral(t *testing.T, img image.Image) pdq.Dihedral {
	t.Helper()
	d, err := pdq.DihedralFromImage(img)
	if err != nil {
		t.Fatal(err)
	}
	return d
}

// The hash of each transform matches the picture turned that way, and the other seven do not.
func TestDihedralMatchesTurnedPicture(t *testing.T) {
	t.Parallel()
	for _, img := range []*image.RGBA{scene(320, 240, 21, 100, 8), scene(128, 300, 22, 100, 0), scene(333, 320, 23, 100, 20)} {
		all := dihedral(t, img)
		if all.Hashes[pdq.Identity] != hash(t, img).Hash || all.Quality != hash(t, img).Quality {
			t.Error("the identity differs from the hash of the picture")
		}
		for transform := range pdq.Transform(len(all.Hashes)) {
			got := hash(t, turn(img, transform)).Hash
			for other, h := range all.Hashes {
				if d, same := got.Distance(h), pdq.Transform(other) == transform; (d <= 31) != same {
					t.Errorf("%v, turned %v: %d bits from the hash for %v", img.Rect, transform, d, pdq.Transform(other))
				}
			}
		}
	}
}

// Where nothing is filtered, turning the picture and turning the spectrum are the same but for rounding, and the
// transforms form a group: the variants of a variant are the variants of the picture in another order.
func TestDihedralIsAGroup(t *testing.T) {
	t.Parallel()
	img := scene(64, 64, 24, 100, 30)
	all := dihedral(t, img)
	for first := range pdq.Transform(len(all.Hashes)) {
		turned := turn(img, first)
		variants := dihedral(t, turned)
		for second := range pdq.Transform(len(all.Hashes)) {
			both := turn(turned, second)
			for third := range pdq.Transform(len(all.Hashes)) {
				if string(turn(img, third).Pix) != string(both.Pix) {
					continue
				}
				if d := variants.Hashes[second].Distance(all.Hashes[third]); d > 2 {
					t.Errorf("%v then %v is %v, but the hashes are %d bits apart", first, second, third, d)
				}
			}
		}
	}
}

func TestDihedralOfRawPixels(t *testing.T) {
	t.Parallel()
	img := scene(150, 90, 25, 100, 8)
	gray, rgb := image.NewGray(img.Rect), make([]byte, 0, 3*150*90)
	for i := 0; i < len(img.Pix); i += 4 {
		rgb = append(rgb, img.Pix[i:i+3]...)
		gray.Pix[i/4] = img.Pix[i]
	}
	if got, err := pdq.DihedralFromRGB(rgb, 150, 90, 450); err != nil || got != dihedral(t, img) {
		t.Errorf("RGB: got %v %v, want %v", got, err, dihedral(t, img))
	}
	if got, err := pdq.DihedralFromLuma(gray.Pix, 150, 90, 150); err != nil || got != dihedral(t, gray) {
		t.Errorf("luma: got %v %v, want %v", got, err, dihedral(t, gray))
	}
}

func TestTransformNames(t *testing.T) {
	t.Parallel()
	for transform, want := range map[pdq.Transform]string{
		pdq.Identity: "identity", pdq.Rotate90: "rotate-90", pdq.AntiTranspose: "anti-transpose",
		-1: "unknown transform", 8: "unknown transform",
	} {
		if got := transform.String(); got != want {
			t.Errorf("transform %d is %q, want %q", transform, got, want)
		}
	}
}

// To turn a hash is near to turning the picture, and exactly a way to turn: a quarter turn four times and a mirror twice change nothing.
func TestTurnedHash(t *testing.T) {
	t.Parallel()
	for seed := range uint32(8) {
		all := dihedral(t, scene(320, 240, 31+seed, 100, int(seed)))
		h := all.Hashes[pdq.Identity]
		for transform, want := range all.Hashes {
			if d := h.Turned(pdq.Transform(transform)).Distance(want); d > 20 {
				t.Errorf("picture %d, %v: %d bits", seed, pdq.Transform(transform), d)
			}
		}
		if h.Turned(pdq.Identity) != h || h.Turned(pdq.FlipX).Turned(pdq.FlipX) != h ||
			h.Turned(pdq.Rotate90).Turned(pdq.Rotate90).Turned(pdq.Rotate90).Turned(pdq.Rotate90) != h || h.Turned(pdq.FlipX).Turned(pdq.FlipY) != h.Turned(pdq.Rotate180) {
			t.Errorf("picture %d: turns do not compose", seed)
		}
	}
}
