package chart

import (
	"encoding/xml"
	"errors"
	"flag"
	"fmt"
	"io"
	"math"
	"math/rand/v2"
	"os"
	"path/filepath"
	"strings"
	"testing"
	"time"

	"github.com/google/go-cmp/cmp"
)

var update = flag.Bool("update", false, "write the golden files anew")

var noon = time.Date(2026, 11, 3, 12, 0, 0, 0, time.UTC)

// sample returns a chart of two rows over six hours, the last of which has just begun.
func sample() Multiples {
	return Multiples{
		ID: "counts", Title: "Counts over time", Summary: "140 checked, 3 blocked",
		From: noon, Step: time.Hour, Now: noon.Add(5*time.Hour + 10*time.Minute),
		Series: []Series{
			{Class: "checked", Name: "Checked", Total: "140", Note: "peak 60", Values: []int64{10, 60, 30, 30, 0, 10}},
			{Class: "block", Name: "Blocked", Total: "0", Note: "none", Values: []int64{0, 0, 0, 0, 0, 0}},
		},
		Number: func(n int64) string { return fmt.Sprint(n) },
		Tick:   func(t time.Time) string { return t.Format("15:04") },
		Span:   func(from, to time.Time) string { return from.Format("15:04") + "–" + to.Format("15:04") },
		End:    "now",
	}
}

func TestDrawingIsAsAgreed(t *testing.T) {
	t.Parallel()
	got, err := sample().SVG()
	if err != nil {
		t.Fatal(err)
	}
	file := filepath.Join("testdata", "multiples.svg")
	if *update {
		if err := os.WriteFile(file, []byte(got), 0o644); err != nil {
			t.Fatal(err)
		}
	}
	want, err := os.ReadFile(file)
	if err != nil {
		t.Fatal(err)
	}
	if diff := cmp.Diff(string(want), got); diff != "" {
		t.Errorf("the drawing changed; look at it and run the test with -update if it is meant (-want +got):\n%s", diff)
	}
}

func TestDrawingIsWellFormedAndEscapesText(t *testing.T) {
	t.Parallel()
	m := sample()
	m.Title, m.Series[0].Name, m.End = `<script>alert(1)</script>`, `"><img src=x>`, `a & b`
	got, err := m.SVG()
	if err != nil {
		t.Fatal(err)
	}
	for dec := xml.NewDecoder(strings.NewReader(got)); ; {
		token, err := dec.Token()
		if errors.Is(err, io.EOF) {
			break
		}
		if err != nil {
			t.Fatal(err)
		}
		if e, ok := token.(xml.StartElement); ok && (e.Name.Local == "script" || e.Name.Local == "img") {
			t.Errorf("text became the element <%s>", e.Name.Local)
		}
	}
}

func TestWhatCannotBeDrawnIsRefused(t *testing.T) {
	t.Parallel()
	tests := map[string]func(*Multiples){
		"no series":         func(m *Multiples) { m.Series = nil },
		"no values":         func(m *Multiples) { m.Series[0].Values = nil },
		"different lengths": func(m *Multiples) { m.Series[1].Values = m.Series[1].Values[:3] },
		"a negative count":  func(m *Multiples) { m.Series[1].Values[2] = -1 },
		"no step":           func(m *Multiples) { m.Step = 0 },
	}
	for name, spoil := range tests {
		t.Run(name, func(t *testing.T) {
			t.Parallel()
			m := sample()
			spoil(&m)
			if got, err := m.SVG(); err == nil {
				t.Errorf("drawn all the same: %s", got)
			}
		})
	}
}

// A reader of the path who measures its heights gets back the counts: exactly where the pixels are fine enough, and always in proportion.
func TestStepsKeepTheValues(t *testing.T) {
	t.Parallel()
	rng := rand.New(rand.NewPCG(1, 2))
	for range 200 {
		values := make([]int64, 1+rng.IntN(60))
		for i := range values {
			values[i] = rng.Int64N(1 + rng.Int64N(2000))
		}
		_, peak := Peak(values)
		if peak == 0 {
			continue
		}
		cut := rng.IntN(len(values) + 1)
		measured := measure(t, steps(values, 0, cut, peak)+steps(values, cut, len(values), peak), len(values))
		for i, v := range values {
			if got := (1 - measured[i]/plotHeight) * float64(peak); math.Abs(got-float64(v)) > 0.01/plotHeight*float64(peak)+1e-9 {
				t.Fatalf("value %d of %v is drawn as %.3f", i, values, got)
			}
		}
	}
}

// measure reads a path of M, H and V commands and returns the height over each unit of width.
func measure(t *testing.T, path string, n int) []float64 {
	t.Helper()
	heights := make([]float64, n)
	x, y := 0, 0.0
	for path != "" {
		end := 1 + strings.IndexAny(path[1:]+"M", "MHV")
		command, numbers := path[0], strings.Fields(path[1:end])
		path = path[end:]
		switch command {
		case 'M':
			scan(t, numbers[0], &x)
			scan(t, numbers[1], &y)
		case 'V':
			scan(t, numbers[0], &y)
		case 'H':
			var to int
			for scan(t, numbers[0], &to); x < to; x++ {
				heights[x] = y
			}
		}
	}
	return heights
}

func scan(t *testing.T, text string, into any) {
	t.Helper()
	if _, err := fmt.Sscan(text, into); err != nil {
		t.Fatalf("number %q: %v", text, err)
	}
}

func TestAxisLabelsAreFewRoundAndInside(t *testing.T) {
	t.Parallel()
	for _, length := range []time.Duration{time.Hour, 24 * time.Hour, 7 * 24 * time.Hour, 30 * 24 * time.Hour} {
		for shift := range 97 {
			from := noon.Add(time.Duration(shift) * 17 * time.Minute)
			to := from.Add(length)
			at := ticks(from, to)
			if len(at) < 2 || len(at) > maxTicks {
				t.Errorf("%v from %v: %d labels", length, from, len(at))
			}
			for _, tick := range at {
				if !tick.After(from) || !tick.Before(to) || tick.Second() != 0 || tick.Minute()%5 != 0 {
					t.Errorf("%v from %v: a label at %v", length, from, tick)
				}
			}
		}
	}
}

func TestPeakIsTheFirstOfTheLargest(t *testing.T) {
	t.Parallel()
	for _, test := range []struct {
		values []int64
		at     int
		peak   int64
	}{{nil, 0, 0}, {[]int64{0, 0}, 0, 0}, {[]int64{1, 5, 2, 5}, 1, 5}} {
		if at, peak := Peak(test.values); at != test.at || peak != test.peak {
			t.Errorf("Peak(%v) = %d, %d; want %d, %d", test.values, at, peak, test.at, test.peak)
		}
	}
}
