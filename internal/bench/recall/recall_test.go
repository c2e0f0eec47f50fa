package recall

import (
	"context"
	"fmt"
	"image"
	"image/jpeg"
	"image/png"
	"iter"
	"math"
	"os"
	"path/filepath"
	"reflect"
	"testing"

	"github.com/quell-project/quell/internal/bench/edits"
	"github.com/quell-project/quell/internal/demo/art"
	"github.com/quell-project/quell/pdq"
)

func silent(string, int, int) {}

// save writes a picture as a file of the kind that its name ends in.
func save(t *testing.T, path string, img image.Image) {
	t.Helper()
	if err := os.MkdirAll(filepath.Dir(path), 0o755); err != nil {
		t.Fatal(err)
	}
	f, err := os.Create(path)
	if err != nil {
		t.Fatal(err)
	}
	defer f.Close()
	if filepath.Ext(path) == ".png" {
		err = png.Encode(f, img)
	} else {
		err = jpeg.Encode(f, img, &jpeg.Options{Quality: 90})
	}
	if err != nil {
		t.Fatal(err)
	}
}

func TestGroupNames(t *testing.T) {
	for name, want := range map[string]string{
		"Flow/contents/images/5120x2880.jpg":       "Flow",
		"Flow/contents/images_dark/720x1440.jpg":   "Flow",
		"Flow/contents/screenshot.png":             "Flow",
		"gnome/wood-l.webp":                        "gnome/wood",
		"gnome/wood-d.webp":                        "gnome/wood",
		"sway/Blue_768x1024_Portrait.png":          "sway/Blue",
		"abstract/Elephants_3840x2160.jpg":         "abstract/Elephants",
		"abstract/Elephants.jpg":                   "abstract/Elephants",
		"land/beach10-harro.jpg":                   "land/beach10-harro",
		"land/beach1.jpg":                          "land/beach1",
		"joy/grub-16x9.png":                        "joy/grub",
		"mate/Ubuntu-Mate-Cold-no-logo.png":        "mate/Ubuntu-Mate-Cold",
		"mate/light.png":                           "mate/light",
		"plain.png":                                "plain",
		"a/Picture_1A_by_somebody with spaces.png": "a/Picture_1A_by_somebody with spaces",
	} {
		if got := groupName(name); got != want {
			t.Errorf("%s is of group %q, not %q", name, got, want)
		}
	}
}

// TestLoad finds each picture once, the largest of its versions, whether their names or their looks betray them, and leaves out what is of no use.
func TestLoad(t *testing.T) {
	one, two := t.TempDir(), t.TempDir()
	save(t, filepath.Join(one, "harbour_600x400.png"), art.Picture(1, 600))
	save(t, filepath.Join(one, "harbour_800x600.jpg"), art.Picture(1, 800))
	save(t, filepath.Join(one, "deep/down/street.jpg"), art.Picture(3, 1600))
	save(t, filepath.Join(two, "other-name.png"), art.Picture(3, 500))
	save(t, filepath.Join(two, "fruit.PNG.jpg"), art.Picture(2, 400))
	save(t, filepath.Join(two, "icon.png"), art.Picture(4, 128))
	save(t, filepath.Join(two, "flat.png"), image.NewGray(image.Rect(0, 0, 400, 400)))
	save(t, filepath.Join(two, "seen-through.png"), image.NewNRGBA(image.Rect(0, 0, 400, 400)))
	for name, text := range map[string]string{"torn.jpg": "\xff\xd8\xff", "notes.txt": "no picture"} {
		if err := os.WriteFile(filepath.Join(two, name), []byte(text), 0o600); err != nil {
			t.Fatal(err)
		}
	}
	found, err := Load(t.Context(), []string{one, two}, silent)
	if err != nil {
		t.Fatal(err)
	}
	if want := (Counts{Files: 9, Refused: 4, Versions: 2, Groups: 3}); found.Counts != want {
		t.Errorf("found %+v, want %+v", found.Counts, want)
	}
	sizes := map[string]image.Point{}
	for _, p := range found.Pictures {
		sizes[p.Group] = p.Image.Rect.Size()
	}
	if sizes["harbour"].X != 800 || sizes["deep/down/street"].X != largestSide || sizes["fruit.PNG"].X == 0 {
		t.Errorf("the pictures are of %v", sizes)
	}
	if _, err := Load(t.Context(), []string{filepath.Join(one, "nowhere")}, silent); err == nil {
		t.Error("a folder was read that does not exist")
	}
	stopped, stop := context.WithCancel(t.Context())
	stop()
	if _, err := Load(stopped, []string{one}, silent); err == nil {
		t.Error("a stopped run goes on")
	}
}

func TestHalvesPartAllPictures(t *testing.T) {
	all := sized(60)
	train, test := Of(all, Train), Of(all, Test)
	if len(train)+len(test) != len(all) || len(train) < 15 || len(test) < 15 {
		t.Errorf("%d train, %d test of %d", len(train), len(test), len(all))
	}
	if len(Of(all, "")) != len(all) {
		t.Error("both halves are not all")
	}
}

// memory is a method that knows pictures by their size alone, and is sure to be wrong about those of one width.
type memory struct{ known map[image.Point]int }

func (*memory) Name() string   { return "memory" }
func (m *memory) Bytes() int64 { return 10 * int64(len(m.known)) }

func (m *memory) Know(known iter.Seq2[int, image.Image]) error {
	m.known = map[image.Point]int{}
	for i, img := range known {
		m.known[img.Bounds().Size()] = i
	}
	return nil
}

func (m *memory) Find(img image.Image) (hits []Hit, err error) {
	size := img.Bounds().Size()
	if i, ok := m.known[size]; ok {
		hits = append(hits, Hit{i, "as it is"})
	}
	if i, ok := m.known[image.Pt(size.Y, size.X)]; ok {
		hits = append(hits, Hit{i, "turned"}, Hit{i + 1, "turned"})
	}
	return hits, nil
}

// sized are pictures of which no two have the same size.
func sized(n int) (pictures []Picture) {
	for i := range n {
		pictures = append(pictures, Picture{Group: string(rune('a' + i)), File: "f", Image: image.NewRGBA(image.Rect(0, 0, 100+i, 200+2*i))})
	}
	return pictures
}

// TestRunCounts asks a method of which every answer is known.
func TestRunCounts(t *testing.T) {
	var chosen []edits.Edit
	for _, name := range []string{"mirror", "rotate-90", "crop-50"} {
		e, err := edits.Named(name)
		if err != nil {
			t.Fatal(err)
		}
		chosen = append(chosen, e)
	}
	r, err := Run(t.Context(), Options{Pictures: sized(8), Methods: []Method{new(memory)}, Edits: chosen, Timed: 9}, silent)
	if err != nil {
		t.Fatal(err)
	}
	m := r.Methods[0]
	if r.Pictures != 8 || r.Known != 8 || m.BytesPerKnown != 10 || !(m.Micros > 0) || m.Micros99 < m.Micros/2 {
		t.Errorf("%d pictures, %d known, %g bytes, %g µs", r.Pictures, r.Known, m.BytesPerKnown, m.Micros)
	}
	for k, want := range []struct {
		found, falseHits int
		view             string
	}{{8, 0, "as it is"}, {8, 8, "turned"}, {0, 0, "as it is"}} {
		e := m.Edits[k]
		if e.Asked != 8 || e.Found != want.found || e.FalseHits() != want.falseHits || e.First[want.view] != want.found || e.Views[want.view] != want.found {
			t.Errorf("%s: %+v, want %+v", e.Edit, e, want)
		}
	}
	if math.Abs(m.Mean-2.0/3) > 1e-9 || math.Abs(m.ViewMean("turned")-1.0/3) > 1e-9 || !reflect.DeepEqual(m.ViewNames(), []string{"as it is", "turned"}) {
		t.Errorf("mean %g, turned alone %g, views %q", m.Mean, m.ViewMean("turned"), m.ViewNames())
	}
	if _, err := Run(t.Context(), Options{Pictures: sized(2), Methods: []Method{new(memory)}}, silent); err == nil {
		t.Error("two pictures were enough")
	}
}

// TestRunEndToEnd measures plain PDQ on drawn pictures: it finds what it is known for, misses what it is known to miss, and says the same twice.
func TestRunEndToEnd(t *testing.T) {
	var chosen []edits.Edit
	for _, name := range []string{"jpeg-50", "grey", "mirror", "grid-of-four"} {
		e, err := edits.Named(name)
		if err != nil {
			t.Fatal(err)
		}
		chosen = append(chosen, e)
	}
	run := func() Result {
		pictures := Drawn(16, 1)
		for i := range pictures {
			pictures[i].Group = fmt.Sprintf("as if real %d", i)
		}
		o := Options{Pictures: pictures, Half: Test, Methods: []Method{new(Plain)}, Edits: chosen, Seed: 1, Others: 4, Unrelated: 40, Guards: 4}
		r, err := Run(t.Context(), o, silent)
		if err != nil {
			t.Fatal(err)
		}
		return r
	}
	r := run()
	m := r.Methods[0]
	for k, want := range []float64{1, 1, 0, 0} {
		if e := m.Edits[k]; e.Recall != want || e.FalseHits() > 0 {
			t.Errorf("%s: recall %g, %d false", e.Edit, e.Recall, e.FalseHits())
		}
	}
	if m.Unedited.Recall != 1 || m.BytesPerKnown > 32 {
		t.Errorf("unedited: %g; %g bytes", m.Unedited.Recall, m.BytesPerKnown)
	}
	if u := m.Unrelated; u == nil || u.Pictures != 40 || u.Pairs <= 0 || u.Pairs > 40*39 || u.Tail == nil {
		t.Errorf("unrelated: %+v", u)
	}
	if len(m.Guards) != 6 {
		t.Errorf("guards: %+v", m.Guards)
	}
	if again := run(); !reflect.DeepEqual(again.Methods, r.Methods) {
		t.Error("the second run says something else")
	}
}

func TestSampledPartsAllPictures(t *testing.T) {
	all := sized(20)
	for _, n := range []int{0, 1, 7, 19, 20, 30} {
		some, rest := sampled(all, n)
		want := n
		if n == 0 || n > len(all) {
			want = len(all)
		}
		seen := map[string]bool{}
		for _, p := range append(some[:len(some):len(some)], rest...) {
			seen[p.Group] = true
		}
		if len(some) != want || len(seen) != len(all) {
			t.Errorf("%d of 20: %d, and %d in all", n, len(some), len(seen))
		}
	}
}

// TestCollagesAreOfPicturesOutsideTheList holds the list to hold none of the pictures that stand beside others in collages.
func TestCollagesAreOfPicturesOutsideTheList(t *testing.T) {
	o := Options{Pictures: sized(60), Half: Test, Others: 5}
	known, strange := o.list(Of(o.Pictures, Test), nil)
	if len(strange) < 3 {
		t.Fatalf("%d pictures for collages", len(strange))
	}
	for _, p := range known.pictures {
		for _, s := range strange {
			if image.Image(p.Image) == s {
				t.Errorf("%s is in the list and in collages", p.File)
			}
		}
	}
	n := 0
	for i, img := range known.all() {
		if i != n || img == nil {
			t.Errorf("picture %d of the list has the number %d", n, i)
		}
		n++
	}
	if n != len(known.pictures)+5 || len(known.pictures)+len(strange) != 60 {
		t.Errorf("the list holds %d, collages %d", n, len(strange))
	}
}

// TestStrangers compares the number of pairs with counting them, and each crop with its source.
func TestStrangers(t *testing.T) {
	for _, c := range []struct{ pictures, n int }{{3, 10}, {3, 40}, {5, 60}, {1, 12}, {2, 100}} {
		s := newStrangers(&kin{pictures: sized(c.pictures)}, c.n, 1)
		pairs := int64(0)
		for i := range c.n {
			for j := range c.n {
				if !s.akin(i, j) {
					pairs++
				}
			}
			whole := image.Rect(0, 0, 1<<20, 1<<20)
			if i < s.real {
				whole = s.pictures[s.source(i)].Image.Rect
			}
			if crop := s.picture(i).Bounds(); !crop.In(whole) || crop.Empty() {
				t.Errorf("%s is %v of %v", s.name(i), crop, whole)
			}
		}
		if pairs != s.pairs() {
			t.Errorf("%d pictures of %d: %d pairs, counted %d", c.n, c.pictures, s.pairs(), pairs)
		}
	}
	if _, err := Unrelated(t.Context(), new(memory), &kin{pictures: sized(1)}, 12, 1, silent); err == nil {
		t.Error("crops of one picture are not unrelated")
	}
}

// TestUnrelatedCounts takes a method for which everything matches: each pair counts once, however many views hit.
func TestUnrelatedCounts(t *testing.T) {
	u, err := Unrelated(t.Context(), gullible{}, &kin{pictures: sized(3)}, 30, 1, silent)
	if err != nil {
		t.Fatal(err)
	}
	if u.Matches != u.Pairs || u.Views["left"] != int(u.Pairs) || u.Views["right"] != int(u.Pairs) || len(u.Examples) != 3 || u.Bound < 1 {
		t.Errorf("%+v", u)
	}
	guards, err := Guards(t.Context(), gullible{}, listed{pictures: sized(3)}, 2, 1, silent)
	if err != nil {
		t.Fatal(err)
	}
	for _, g := range guards {
		if g.Matching != 2 {
			t.Errorf("%+v", g)
		}
	}
}

// gullible finds pictures 0 to 29 in everything, in two views.
type gullible struct{}

func (gullible) Name() string                           { return "gullible" }
func (gullible) Bytes() int64                           { return 0 }
func (gullible) Know(iter.Seq2[int, image.Image]) error { return nil }

func (gullible) Find(image.Image) (hits []Hit, err error) {
	for i := range 30 {
		hits = append(hits, Hit{i, "left"}, Hit{i, "right"})
	}
	return hits, nil
}

func TestWilson(t *testing.T) {
	for _, c := range []struct {
		found, asked int
		low, high    float64
	}{{0, 0, 0, 1}, {0, 10, 0, 0.2775}, {10, 10, 0.7225, 1}, {5, 10, 0.2366, 0.7634}, {81, 263, 0.2553, 0.3662}} {
		low, high := wilson(c.found, c.asked)
		if math.Abs(low-c.low) > 1e-4 || math.Abs(high-c.high) > 1e-4 {
			t.Errorf("%d of %d: %.4f to %.4f, want %.4f to %.4f", c.found, c.asked, low, high, c.low, c.high)
		}
	}
}

func TestPoissonBound(t *testing.T) {
	for n, want := range map[int64]float64{0: 2.9957, 1: 4.7439, 10: 16.9622} {
		if got := poissonBound(n); math.Abs(got-want) > 1e-3 {
			t.Errorf("%d: %.4f, want %.4f", n, got, want)
		}
	}
}

// TestTail gives it what independent normal distances give, and wants the chance that they were made with.
func TestTail(t *testing.T) {
	const mean, spread, k, questions = 110, 9.0, 4000, 1_000_000
	chance := func(d float64) float64 { return 0.5 * math.Erfc(-(d+0.5-mean)/spread/math.Sqrt2) }
	counts := make([]int, pdq.Bits+1)
	before := 0.0
	for d := range pdq.Bits {
		within := 1 - math.Pow(1-chance(float64(d)), k)
		counts[d] = int(math.Round(questions * (within - before)))
		before = within
	}
	tail := tailOf(counts, k, 60)
	if tail == nil {
		t.Fatal("nothing was fitted")
	}
	if want := chance(60); math.Abs(math.Log(tail.Pair/want)) > 0.4 {
		t.Errorf("the chance of a pair is %g, want %g", tail.Pair, want)
	}
	if math.Abs(tail.Slope-1/spread) > 0.005 || tail.Least >= tail.Median {
		t.Errorf("%+v", *tail)
	}
	if tailOf(make([]int, pdq.Bits+1), k, 31) != nil {
		t.Error("a line was fitted through nothing")
	}
}
