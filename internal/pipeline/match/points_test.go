package match

import (
	"image"
	"math/rand/v2"
	"slices"
	"sync"
	"testing"

	"golang.org/x/image/draw"

	"github.com/quell-project/quell/hamming"
	"github.com/quell-project/quell/internal/demo/art"
	"github.com/quell-project/quell/internal/pipeline/luma"
	"github.com/quell-project/quell/keypoint"
)

// pointsOf returns the points of a drawn picture, and those of a crop of it as they are looked up.
func pointsOf(seed uint64) (known, cropped string) {
	img := art.Picture(seed, 400)
	b := img.Bounds()
	crop := image.NewRGBA(image.Rect(0, 0, b.Dx()*8/10, b.Dy()*8/10))
	draw.Draw(crop, crop.Rect, img, b.Min.Add(image.Pt(b.Dx()/10, b.Dy()/10)), draw.Src)
	return keypoint.Find(luma.Small(img, 256), 40, false).String(), keypoint.Find(luma.Small(crop, 256), 64, true).String()
}

// TestPointTableFindsTheCropsOfWhatIsInIt compares the table with a plain map of pictures over random puts, drops and settlings.
func TestPointTableFindsTheCropsOfWhatIsInIt(t *testing.T) {
	t.Parallel()
	type picture struct{ known, cropped string }
	var pictures []picture
	for seed := range uint64(8) {
		known, cropped := pointsOf(seed + 1)
		a, _ := keypoint.Parse(known)
		b, _ := keypoint.Parse(cropped)
		if keypoint.Compare(a, b).Enough() { // of some pictures a crop has too few points
			pictures = append(pictures, picture{known, cropped})
		}
	}
	if len(pictures) < 5 {
		t.Fatalf("of 8 pictures only %d can be found by a crop", len(pictures))
	}
	r := rand.New(rand.NewPCG(1, 0))
	table, model := newPointTable(), map[uint64]int{} // number of the picture by id
	defer func() { _ = table.close() }()
	for step := range 60 {
		id := uint64(1+r.IntN(3))<<signalBits | uint64(1+r.IntN(6))
		if n, has := model[id]; has {
			table.drop(row{id, pictures[n].known})
			delete(model, id)
		} else {
			model[id] = r.IntN(len(pictures))
			if err := table.put(row{id, pictures[model[id]].known}); err != nil {
				t.Fatal(err)
			}
		}
		if err := table.settle(); err != nil {
			t.Fatal(err)
		}
		if table.size() != len(model) {
			t.Fatalf("step %d: size %d, want %d", step, table.size(), len(model))
		}
		asked := r.IntN(len(pictures))
		hits, err := table.search(nil, pictures[asked].cropped, hamming.MaxRadius)
		if err != nil {
			t.Fatal(err)
		}
		banks := map[int64]int{}
		for id, n := range model {
			bank, _ := numbers(id)
			banks[bank]++
			found := slices.ContainsFunc(hits, func(h hamming.Hit) bool { return h.ID == id })
			if found != (n == asked) {
				t.Fatalf("step %d: picture %d under %d is found: %v, by a crop of %d", step, n, id, found, asked)
			}
		}
		for bank := range int64(4) {
			if table.count(bank) != banks[bank] {
				t.Fatalf("step %d: %d in bank %d, want %d", step, table.count(bank), bank, banks[bank])
			}
		}
	}
}

func TestPointTableHoldsToTheLimit(t *testing.T) {
	t.Parallel()
	table := newPointTable()
	defer func() { _ = table.close() }()
	known, cropped := pointsOf(1)
	for range 2 { // putting the same again changes nothing
		if err := table.put(row{1, known}); err != nil {
			t.Fatal(err)
		}
	}
	if err := table.settle(); err != nil {
		t.Fatal(err)
	}
	hits, err := table.search(nil, cropped, hamming.MaxRadius)
	if err != nil || len(hits) != 1 || hits[0].Distance == 0 {
		t.Fatalf("%v, %v", hits, err)
	}
	if near, err := table.search(nil, cropped, hits[0].Distance-1); err != nil || len(near) != 0 {
		t.Errorf("below its distance: %v, %v", near, err)
	}
	if same, err := table.search(nil, known, 0); err != nil || !slices.Equal(same, []hamming.Hit{{ID: 1}}) {
		t.Errorf("the very points: %v, %v", same, err)
	}
}

func TestPointTableRefusesWhatIsNoPoints(t *testing.T) {
	t.Parallel()
	table := newPointTable()
	defer func() { _ = table.close() }()
	for _, value := range []string{"", "AQ", "AQEA", "%%%", "AgA"} {
		if err := table.put(row{1, value}); err == nil {
			t.Errorf("%q was put", value)
		}
		if _, err := table.search(nil, value, 40); err == nil {
			t.Errorf("%q was searched for", value)
		}
		table.drop(row{1, value})
	}
	if table.size() != 0 {
		t.Errorf("size %d", table.size())
	}
}

// TestPointTableFindsWhatIsInItManyTimes has copies of one picture, as they come when many partners list it.
func TestPointTableFindsWhatIsInItManyTimes(t *testing.T) {
	t.Parallel()
	for _, copies := range []int{1, mostUnlike + 1, 5 * mostLikely} {
		table := newPointTable()
		known, cropped := pointsOf(1)
		for n := range copies {
			if err := table.put(row{uint64(1 + n), known}); err != nil {
				t.Fatal(err)
			}
		}
		if err := table.settle(); err != nil {
			t.Fatal(err)
		}
		hits, err := table.search(nil, cropped, hamming.MaxRadius)
		if want := min(copies, mostLikely); err != nil || len(hits) < want {
			t.Errorf("%d copies: %d found, want %d; %v", copies, len(hits), want, err)
		}
		if err := table.close(); err != nil {
			t.Fatal(err)
		}
	}
}

// TestPointTableIsSearchedWhileItChanges has one picture that stays, and others that come and go beside the searches for it.
func TestPointTableIsSearchedWhileItChanges(t *testing.T) {
	t.Parallel()
	table := newPointTable()
	known, cropped := pointsOf(1)
	if err := table.put(row{1, known}); err != nil {
		t.Fatal(err)
	}
	other, _ := pointsOf(2)
	var changes sync.WaitGroup
	done := make(chan struct{})
	changes.Go(func() {
		for n := uint64(0); ; n++ {
			select {
			case <-done:
				return
			default:
			}
			if err := table.put(row{2 + n%50, other}); err != nil {
				t.Error(err)
			}
			table.drop(row{2 + (n+25)%50, other})
		}
	})
	for range 200 {
		if hits, err := table.search(nil, cropped, hamming.MaxRadius); err != nil || len(hits) != 1 || hits[0].ID != 1 {
			t.Errorf("%v, %v", hits, err)
		}
	}
	close(done)
	changes.Wait()
}
