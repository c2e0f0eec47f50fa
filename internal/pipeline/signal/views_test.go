package signal_test

import (
	"image"
	"slices"
	"testing"

	"golang.org/x/image/draw"
	"golang.org/x/image/math/f64"

	"github.com/quell-project/quell/internal/demo/art"
	"github.com/quell-project/quell/internal/domain"
	"github.com/quell-project/quell/internal/pipeline/signal"
)

// look returns the fingerprints and the views of a picture.
func look(t *testing.T, img image.Image, more signal.Views) (prints, views []domain.Fingerprint) {
	t.Helper()
	prints, views, err := lookup(t, domain.PDQ).(signal.PictureType).FingerprintPicture(img, 1, more)
	if err != nil {
		t.Fatal(err)
	}
	return prints, views
}

// seenIn returns the views of a picture in which one is found of which a bank has the prints.
func seenIn(t *testing.T, known, views []domain.Fingerprint) (found []string) {
	t.Helper()
	for _, v := range views {
		for _, k := range known {
			if v.Type != k.Type {
				continue
			}
			typ := lookup(t, k.Type)
			d, err := typ.Distance(k.Value, v.Value)
			if err != nil {
				t.Fatal(err)
			}
			if d <= typ.Limits().Default && !slices.Contains(found, v.View) {
				found = append(found, v.View)
			}
		}
	}
	return found
}

// placed draws a picture onto a canvas, by a matrix.
func placed(img image.Image, w, h int, m f64.Aff3) image.Image {
	canvas := image.NewRGBA(image.Rect(0, 0, w, h))
	draw.Draw(canvas, canvas.Rect, image.Black, image.Point{}, draw.Src)
	draw.BiLinear.Transform(canvas, m, img, img.Bounds(), draw.Over, nil)
	return canvas
}

func TestViewsFindWhatWasEdited(t *testing.T) {
	t.Parallel()
	picture := art.Picture(7, 480)
	b := picture.Bounds()
	w, h := b.Dx(), b.Dy()
	crop := image.NewRGBA(image.Rect(0, 0, w*6/10, h*6/10))
	draw.Draw(crop, crop.Rect, picture, b.Min.Add(image.Pt(w/10, h/5)), draw.Src)
	all := signal.Views{Within: 6, Points: 64}
	known, _ := look(t, picture, signal.Views{Known: true})
	for name, c := range map[string]struct {
		img  image.Image
		want string
	}{
		"mirrored":          {placed(picture, w, h, f64.Aff3{-1, 0, float64(w), 0, 1, 0}), "flip-y"},
		"upside down":       {placed(picture, w, h, f64.Aff3{-1, 0, float64(w), 0, -1, float64(h)}), "rotate-180"},
		"between bars":      {placed(picture, w, h*3/2, f64.Aff3{1, 0, 0, 0, 1, float64(h) / 4}), "bars"},
		"cropped":           {crop, signal.PointsView},
		"tilted":            {placed(picture, w, h, f64.Aff3{0.985, -0.17, 40, 0.17, 0.985, -40}), signal.PointsView},
		"mirrored, cropped": {placed(crop, crop.Rect.Dx(), crop.Rect.Dy(), f64.Aff3{-1, 0, float64(crop.Rect.Dx()), 0, 1, 0}), signal.MirroredView},
	} {
		if d, _ := look(t, c.img, signal.Views{}); len(seenIn(t, known, d)) > 0 {
			t.Errorf("%s: found as it is; this test shows nothing", name)
		}
		_, views := look(t, c.img, all)
		if found := seenIn(t, known, views); !slices.Contains(found, c.want) {
			t.Errorf("%s: found in %q, want %q among them", name, found, c.want)
		}
	}
	_, strange := look(t, art.Picture(8, 480), all)
	if found := seenIn(t, known, strange); len(found) > 0 {
		t.Errorf("another picture is found in %q", found)
	}
}

func TestOnlyTheViewsThatAreAskedForAreMade(t *testing.T) {
	t.Parallel()
	picture := art.Picture(7, 480)
	for _, c := range []struct {
		views  signal.Views
		types  []domain.SignalType // of the fingerprints
		pdq    bool                // among the views
		points int                 // sets of points among the views
	}{
		{signal.Views{}, []domain.SignalType{domain.PDQ}, false, 0},
		{signal.Views{Known: true}, []domain.SignalType{domain.PDQ, domain.Keypoints}, false, 0},
		{signal.Views{Within: 1}, []domain.SignalType{domain.PDQ}, true, 0},
		{signal.Views{Points: 20}, []domain.SignalType{domain.PDQ}, false, 2},
	} {
		prints, views := look(t, picture, c.views)
		var types []domain.SignalType
		for _, p := range prints {
			types = append(types, p.Type)
		}
		points, pdq := 0, false
		for _, v := range views {
			points += map[domain.SignalType]int{domain.Keypoints: 1}[v.Type]
			pdq = pdq || v.Type == domain.PDQ
			if v.View == "" {
				t.Errorf("%+v: a view without a name: %+v", c.views, v)
			}
		}
		if !slices.Equal(types, c.types) || pdq != c.pdq || points != c.points {
			t.Errorf("%+v: %v, PDQ %v, %d sets of points", c.views, types, pdq, points)
		}
	}
}

func TestAPictureWithoutPointsHasNone(t *testing.T) {
	t.Parallel()
	prints, views := look(t, image.NewGray(image.Rect(0, 0, 300, 200)), signal.Views{Within: 6, Points: 64, Known: true})
	for _, p := range append(prints, views...) {
		if p.Type == domain.Keypoints {
			t.Errorf("%+v", p)
		}
	}
}
