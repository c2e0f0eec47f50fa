package plot

import (
	"encoding/xml"
	"errors"
	"flag"
	"io"
	"math"
	"math/rand/v2"
	"os"
	"path/filepath"
	"regexp"
	"slices"
	"strconv"
	"strings"
	"testing"

	"github.com/google/go-cmp/cmp"
)

var update = flag.Bool("update", false, "write the golden files anew")

func examples() map[string]interface{ SVG() (string, error) } {
	return map[string]interface{ SVG() (string, error) }{
		"lines": Lines{
			Title: "Herons a day", Subtitle: "counted at three <ponds> & a lake", Summary: "More at the lake.",
			X: Axis{Label: "reeds", Scale: Log}, Y: Axis{Label: "herons a day", Scale: Log},
			Lines: []Line{
				{Name: "lake", Note: "north", Values: true, Points: []Point{{1e4, 90_000}, {1e5, 70_000}, {1e6, 30_000}}},
				{Name: "pond", Points: []Point{{1e4, 85_000}, {1e5, 60_000}, {1e6, 29_000}}},
				{Name: "ditch", Note: "south", Faint: true, Plain: true, Points: []Point{{1e5, 900}, {1e6, 250}}},
			},
		},
		"percentiles": Lines{
			Title: "How long a heron stands", Summary: "Long.",
			X: Axis{Label: "share", Scale: Tail}, Y: Axis{Label: "minutes", Zero: true},
			Lines: []Line{{Name: "heron", Plain: true, Points: []Point{{0, 1}, {50, 10}, {90, 12}, {99, 37}}}},
		},
		"bars": Bars{Title: "Fish", Subtitle: "by herons", Summary: "Few.", Bars: []Bar{{"grey", 3, "3 kg", "a week"}, {"white & small", 1.5, "1.5 kg", ""}, {"none", 0, "0 kg", ""}}},
		"groups": Groups{
			Title: "Fish & frogs", Subtitle: "eaten of all", Summary: "Most.", Series: []string{"by <herons>", "by owls"}, Most: 1,
			Format: func(v float64) string { return strconv.FormatFloat(v, 'f', 2, 64) },
			Groups: []Group{{"pond", []float64{0.25, 1}}, {"lake & reed", []float64{0, 0.5}}},
		},
	}
}

func TestDrawingsAreAsTheyWereLookedAt(t *testing.T) {
	t.Parallel()
	for name, e := range examples() {
		got, err := e.SVG()
		if err != nil {
			t.Fatal(err)
		}
		path := filepath.Join("testdata", name+".svg")
		if *update {
			if err := os.WriteFile(path, []byte(got), 0o644); err != nil {
				t.Fatal(err)
			}
		}
		want, err := os.ReadFile(path)
		if err != nil {
			t.Fatal(err)
		}
		if diff := cmp.Diff(string(want), got); diff != "" {
			t.Errorf("%s (want -, got +):\n%s\nIf it is meant, look at it and run: go test ./internal/bench/plot -update", name, diff)
		}
		wellFormed(t, got)
	}
}

func wellFormed(t *testing.T, svg string) {
	t.Helper()
	for d := xml.NewDecoder(strings.NewReader(svg)); ; {
		if _, err := d.Token(); errors.Is(err, io.EOF) {
			return
		} else if err != nil {
			t.Fatalf("%v in:\n%s", err, svg)
		}
	}
}

func TestWhatHasNoPlaceIsRefused(t *testing.T) {
	t.Parallel()
	one := func(x, y Axis, p Point) error {
		_, err := Lines{X: x, Y: y, Lines: []Line{{Name: "a", Points: []Point{p}}}}.SVG()
		return err
	}
	for name, err := range map[string]error{
		"zero on a logarithmic axis": one(Axis{Scale: Log}, Axis{}, Point{0, 1}),
		"below zero on it":           one(Axis{}, Axis{Scale: Log}, Point{1, -1}),
		"all on a tail axis":         one(Axis{Scale: Tail}, Axis{}, Point{100, 1}),
		"no number":                  one(Axis{}, Axis{}, Point{math.NaN(), 1}),
		"without end":                one(Axis{}, Axis{}, Point{1, math.Inf(1)}),
		"no points":                  func() error { _, err := Lines{Lines: []Line{{Name: "a"}}}.SVG(); return err }(),
		"no lines":                   func() error { _, err := Lines{}.SVG(); return err }(),
		"no bars":                    func() error { _, err := Bars{}.SVG(); return err }(),
		"no groups":                  func() error { _, err := Groups{Series: []string{"a"}, Most: 1}.SVG(); return err }(),
		"a value too few": func() error {
			_, err := Groups{Series: []string{"a", "b"}, Most: 1, Groups: []Group{{"g", []float64{1}}}}.SVG()
			return err
		}(),
		"a value beyond the end": func() error {
			_, err := Groups{Series: []string{"a"}, Most: 1, Groups: []Group{{"g", []float64{2}}}}.SVG()
			return err
		}(),
		"six series": func() error {
			_, err := Groups{Series: make([]string, 6), Most: 1, Groups: []Group{{"g", make([]float64, 6)}}}.SVG()
			return err
		}(),
		"a bar below zero": func() error { _, err := Bars{Bars: []Bar{{Value: -1}}}.SVG(); return err }(),
	} {
		if err == nil {
			t.Errorf("%s is drawn", name)
		}
	}
	if err := one(Axis{Scale: Log}, Axis{Scale: Log}, Point{1, 1}); err != nil {
		t.Errorf("a single point is not drawn: %v", err)
	}
}

var circle = regexp.MustCompile(`<circle class="point f\d" cx="([^"]+)" cy="([^"]+)"`)

// TestPointsLieWhereTheirValuesAre reads values back from the drawing.
func TestPointsLieWhereTheirValuesAre(t *testing.T) {
	t.Parallel()
	rng := rand.New(rand.NewPCG(1, 2))
	for range 100 {
		var points []Point
		for range 1 + rng.IntN(20) {
			points = append(points, Point{math.Pow(10, 8*rng.Float64()), math.Pow(10, 6*rng.Float64()-2)})
		}
		l := Lines{X: Axis{Scale: Log}, Y: Axis{Scale: Log}, Lines: []Line{{Name: "a", Points: points}}}
		svg, err := l.SVG()
		if err != nil {
			t.Fatal(err)
		}
		x, y, err := l.spans()
		if err != nil {
			t.Fatal(err)
		}
		drawn := circle.FindAllStringSubmatch(svg, -1)
		if len(drawn) != len(points) {
			t.Fatalf("%d points are drawn, want %d", len(drawn), len(points))
		}
		for i, p := range points {
			cx, _ := strconv.ParseFloat(drawn[i][1], 64)
			cy, _ := strconv.ParseFloat(drawn[i][2], 64)
			gotX := x.low + (cx-plotLeft-inset)/(plotRight-plotLeft-2*inset)*(x.high-x.low)
			gotY := y.low + (plotBottom-cy)/(plotBottom-plotTop)*(y.high-y.low)
			if math.Abs(gotX-math.Log10(p.X)) > 0.002 || math.Abs(gotY-math.Log10(p.Y)) > 0.002 {
				t.Fatalf("%v is drawn at 10^%.3f, 10^%.3f", p, gotX, gotY)
			}
			if cx < plotLeft+inset || cx > plotRight-inset || cy < plotTop || cy > plotBottom {
				t.Fatalf("%v is drawn outside", p)
			}
		}
	}
}

func TestTicksAreFewRoundAndEncloseAllValues(t *testing.T) {
	t.Parallel()
	for _, test := range []struct {
		scale     Scale
		low, high float64
		want      []float64
	}{
		{Linear, 0, 1, []float64{0, 0.5, 1}},
		{Linear, 0, 41_000, []float64{0, 20_000, 40_000, 60_000}},
		{Linear, 7, 7, []float64{7}},
		{Linear, -3, 8, []float64{-5, 0, 5, 10}},
		{Log, 10_000, 1e8, []float64{1e4, 1e5, 1e6, 1e7, 1e8}},
		{Log, 3, 30, []float64{1, 10, 100}},
		{Log, 100, 100, []float64{100, 1000}},
		{Log, 0.02, 0.5, []float64{0.01, 0.1, 1}},
		{Tail, 0, 99, []float64{0, 50, 90, 99}},
		{Tail, 0, 60, []float64{0, 50, 90}},
	} {
		got := test.scale.ticks(test.low, test.high)
		if !slices.EqualFunc(got, test.want, func(a, b float64) bool { return math.Abs(a-b) <= 1e-9*math.Abs(b) }) {
			t.Errorf("ticks from %v to %v: %v, want %v", test.low, test.high, got, test.want)
		}
	}
}

func TestNamesDoNotCoverEachOther(t *testing.T) {
	t.Parallel()
	rng := rand.New(rand.NewPCG(3, 4))
	for range 100 {
		names := make([]name, 1+rng.IntN(5))
		for i := range names {
			names[i] = name{text: "a", y: 100 + 60*rng.Float64()}
			if rng.IntN(2) == 0 {
				names[i].note = "b"
			}
		}
		spread(names)
		slices.SortFunc(names, func(a, b name) int { return int(a.y) - int(b.y) })
		for i := 1; i < len(names); i++ {
			if names[i].y-names[i-1].y < (names[i].height()+names[i-1].height())/2-0.5 {
				t.Fatalf("%+v", names)
			}
		}
	}
}
