package view_test

import (
	"image"
	"image/color"
	"image/draw"
	"math"
	"math/rand/v2"
	"reflect"
	"testing"

	"github.com/quell-project/quell/internal/bench/bland"
	"github.com/quell-project/quell/internal/demo/art"
	"github.com/quell-project/quell/internal/pipeline/luma"
	"github.com/quell-project/quell/internal/pipeline/view"
	"github.com/quell-project/quell/pdq"
)

const most = 16

// hidden are the seeds of the pictures that are hidden in others: some whose sides differ in brightness from what is laid around them.
var hidden = []uint64{40, 42, 43, 44, 46}

func TestPicturesWithinAreFoundInPlace(t *testing.T) {
	for name, hide := range map[string]func(image.Image) within{
		"bars": barred, "frame and bars": framed, "inset": inset, "app": posted, "grid": gridded, "tilt": tilted, "perspective": aslant,
	} {
		t.Run(name, func(t *testing.T) {
			for _, seed := range hidden {
				img := art.Picture(seed, 600)
				c := hide(img)
				small := luma.Small(c.whole, view.Side)
				scale := float64(small.Rect.Dx()) / float64(c.whole.Rect.Dx())
				off := math.Inf(1)
				for _, p := range view.Places(small, most) {
					if p.Name == c.name {
						off = min(off, apart(p.Corners, c.corners, scale))
					}
				}
				if off > 1 {
					t.Errorf("picture %d: no %s within a pixel of its place; the nearest is %.1f off", seed, c.name, off)
				}
				known, err := pdq.FromImage(img)
				if err != nil {
					t.Fatal(err)
				}
				if d := nearest(view.Find(small, most), known.Hash, pdq.Identity); d > 31 {
					t.Errorf("picture %d: the nearest view is %d bits from the picture that was hidden", seed, d)
				}
			}
		})
	}
}

// apart returns by how much the farthest corner is off, in pixels of the small copy.
func apart(got, want [4][2]float64, scale float64) float64 {
	most := 0.0
	for i := range got {
		most = max(most, math.Abs(got[i][0]-want[i][0]*scale), math.Abs(got[i][1]-want[i][1]*scale))
	}
	return most
}

// nearest returns the least distance of a hash from the views with a turn.
func nearest(views []view.View, hash pdq.Hash, turn pdq.Transform) int {
	least := pdq.Bits
	for _, v := range views {
		if v.Turn == turn {
			least = min(least, v.Hash.Distance(hash))
		}
	}
	return least
}

func TestAMirroredPictureIsFoundByItsTurn(t *testing.T) {
	img := art.Picture(41, 600)
	mirrored := image.NewRGBA(img.Rect)
	for y := range img.Rect.Dy() {
		for x := range img.Rect.Dx() {
			mirrored.SetRGBA(img.Rect.Dx()-1-x, y, img.RGBAAt(x, y))
		}
	}
	known, err := pdq.FromImage(img)
	if err != nil {
		t.Fatal(err)
	}
	views := view.Find(luma.Small(barred(mirrored).whole, view.Side), most)
	if d := nearest(views, known.Hash, pdq.FlipY); d > 31 {
		t.Errorf("mirrored back, the picture is %d bits from itself", d)
	}
	if d := nearest(views, known.Hash, pdq.Identity); d <= 31 {
		t.Errorf("the mirrored picture is %d bits from the other: the test shows nothing", d)
	}
}

func TestTheAreaIsTheShareOfTheWhole(t *testing.T) {
	for _, v := range view.Find(luma.Small(barred(art.Picture(41, 600)).whole, view.Side), 1) {
		if math.Abs(v.Area-0.6) > 0.01 || v.Name != "bars" || v.Quality < 50 {
			t.Errorf("%s takes %.3f of the picture with quality %d, want bars that leave 0.6", v.Name, v.Area, v.Quality)
		}
	}
}

func TestABudgetKeepsTheFirst(t *testing.T) {
	small := luma.Small(inset(art.Picture(42, 600)).whole, view.Side)
	all := view.Find(small, most)
	if len(all) < 4*8 {
		t.Fatalf("%d views are too few to choose from", len(all))
	}
	for n := range len(all)/8 + 1 {
		if got := view.Find(small, n); len(got) != 8*n || n > 0 && !reflect.DeepEqual(got, all[:8*n]) {
			t.Errorf("with a budget of %d, there are %d views, want the first %d of all", n, len(got), 8*n)
		}
	}
}

func TestPicturesWithoutStructureHaveNoViews(t *testing.T) {
	ramp := image.NewGray(image.Rect(0, 0, 320, 240))
	for i := range ramp.Pix {
		ramp.Pix[i] = byte(i % 320 * 255 / 319)
	}
	board := image.NewGray(ramp.Rect)
	for i := range board.Pix {
		board.Pix[i] = byte((i%320/20 + i/320/20) % 2 * 255)
	}
	lines := sheet(320, 240, color.White)
	for i := range 12 {
		draw.Draw(lines, image.Rect(0, 20*i, 320, 20*i+3), image.Black, image.Point{}, draw.Src)
		draw.Draw(lines, image.Rect(27*i, 0, 27*i+3, 240), image.Black, image.Point{}, draw.Src)
	}
	for name, img := range map[string]image.Image{
		"black": image.NewGray(ramp.Rect), "ramp": ramp, "board": board, "lines": lines, "tiny": image.NewGray(image.Rect(0, 0, 63, 320)),
		"narrow": art.Picture(1, 600).SubImage(image.Rect(0, 0, 40, 400)), "none": image.NewGray(image.Rectangle{}),
	} {
		if views := view.Find(luma.Small(img, view.Side), most); len(views) > 0 {
			t.Errorf("%s has %d views, first %s", name, len(views), views[0].Name)
		}
	}
}

// Views of pages, tables and charts must not be taken for one another, more than the pictures themselves are.
func TestBlandPicturesDoNotMatchByTheirViews(t *testing.T) {
	const each = 12
	for _, kind := range bland.Kinds() {
		var known []pdq.Result
		var views [][]view.View
		for seed := range uint64(each) {
			img := kind.Draw(seed)
			r, err := pdq.FromImage(img)
			if err != nil {
				t.Fatal(err)
			}
			known, views = append(known, r), append(views, view.Find(luma.Small(img, view.Side), most))
		}
		for i, of := range views {
			for j, k := range known {
				for _, v := range of {
					if d := v.Hash.Distance(k.Hash); i != j && k.Quality >= 50 && d <= 31 && known[i].Hash.Distance(k.Hash) > 31 {
						t.Errorf("%s: a %s of picture %d is %d bits from picture %d", kind.Name, v.Name, i, d, j)
					}
				}
			}
		}
	}
}

func TestFindIsDeterministicAndKeepsToThePicture(t *testing.T) {
	dice := rand.New(rand.NewPCG(7, 8))
	for range 40 {
		img := image.NewGray(image.Rect(0, 0, 64+dice.IntN(260), 64+dice.IntN(260)))
		for range 2 + dice.IntN(12) { // rectangles of noise or of one brightness
			x, y := dice.IntN(img.Rect.Dx()), dice.IntN(img.Rect.Dy())
			box := image.Rect(x, y, x+dice.IntN(img.Rect.Dx()-x)+1, y+dice.IntN(img.Rect.Dy()-y)+1)
			brightness, noise := dice.IntN(200), dice.IntN(56)
			for y := box.Min.Y; y < box.Max.Y; y++ {
				for x := box.Min.X; x < box.Max.X; x++ {
					img.Pix[img.PixOffset(x, y)] = byte(brightness + dice.IntN(noise+1))
				}
			}
		}
		views := view.Find(img, most)
		if again := view.Find(img, most); !reflect.DeepEqual(views, again) {
			t.Fatal("the same picture has other views the second time")
		}
		check(t, img, views)
	}
}

// check fails unless views are as Find promises.
func check(t *testing.T, img *image.Gray, views []view.View) {
	t.Helper()
	places := view.Places(img, most)
	if len(views) != 8*len(places) || len(places) > most {
		t.Fatalf("%d views of %d places", len(views), len(places))
	}
	for i, v := range views {
		if v.Turn != pdq.Transform(i%8) || v.Quality < 50 || v.Area <= 0.005 || v.Area > 1 || v.Name != places[i/8].Name {
			t.Errorf("view %d is %+v", i, v)
		}
	}
	w, h := float64(img.Rect.Dx()), float64(img.Rect.Dy())
	beyond := 12 + 0.14*max(w, h) // what was turned on a canvas of its own size has its corners outside
	for _, p := range places {
		for _, c := range p.Corners {
			if !(c[0] >= -beyond && c[0] <= w+beyond && c[1] >= -beyond && c[1] <= h+beyond) {
				t.Errorf("a %s in %v × %v pixels has a corner at %v", p.Name, w, h, c)
			}
		}
	}
}

func TestASubImageHasTheViewsOfItsPixels(t *testing.T) {
	whole := luma.Small(inset(art.Picture(43, 600)).whole, view.Side)
	wide := image.NewGray(image.Rect(-9, -5, 400, 300))
	draw.Draw(wide, whole.Rect, whole, image.Point{}, draw.Src)
	part := wide.SubImage(whole.Rect).(*image.Gray)
	if got, want := view.Find(part, most), view.Find(whole, most); !reflect.DeepEqual(got, want) {
		t.Errorf("%d views, want %d", len(got), len(want))
	}
}

func FuzzFind(f *testing.F) {
	f.Add([]byte{0, 255}, uint16(64), uint16(64))
	f.Add([]byte{0, 0, 0, 255, 255, 90}, uint16(97), uint16(130))
	f.Add([]byte("a few letters that are no picture"), uint16(320), uint16(66))
	f.Fuzz(func(t *testing.T, pix []byte, w, h uint16) {
		if len(pix) == 0 {
			return
		}
		img := image.NewGray(image.Rect(0, 0, int(w%330), int(h%330)))
		for i := range img.Pix { // what there is, again and again, each time brighter
			img.Pix[i] = pix[i%len(pix)] + byte(i/len(pix))
		}
		check(t, img, view.Find(img, most))
	})
}

func BenchmarkFind(b *testing.B) {
	drawn := map[string]*image.RGBA{
		"plain": art.Picture(44, 600), "bars": barred(art.Picture(44, 600)).whole, "inset": inset(art.Picture(44, 600)).whole,
		"app": posted(art.Picture(44, 600)).whole, "tilt": tilted(art.Picture(44, 600)).whole,
	}
	for _, name := range []string{"plain", "bars", "inset", "app", "tilt"} {
		small := luma.Small(drawn[name], view.Side)
		b.Run(name, func(b *testing.B) {
			b.ReportAllocs()
			for b.Loop() {
				view.Find(small, most)
			}
		})
	}
}
