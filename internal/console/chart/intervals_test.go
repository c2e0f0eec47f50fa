package chart

import (
	"encoding/xml"
	"errors"
	"io"
	"math"
	"strings"
	"testing"
)

func TestIntervalsAreDrawnToScale(t *testing.T) {
	t.Parallel()
	svg, err := Intervals{ID: "i", Title: "T", Most: 0.5, End: "50 %", Rows: []Interval{{Class: "was", Name: "<a>", Note: "n", At: 0.25, Low: 0.1, High: 0.5}}}.SVG()
	if err != nil {
		t.Fatal(err)
	}
	for _, want := range []string{`x="20%" width="80%"`, `cx="50%"`, "&lt;a&gt;", "50 %"} {
		if !strings.Contains(svg, want) {
			t.Errorf("%s is missing in %s", want, svg)
		}
	}
	for d := xml.NewDecoder(strings.NewReader(svg)); ; {
		if _, err := d.Token(); errors.Is(err, io.EOF) {
			break
		} else if err != nil {
			t.Fatal(err)
		}
	}
}

func TestWhatIsNoIntervalIsNotDrawn(t *testing.T) {
	t.Parallel()
	row := func(at, low, high float64) []Interval { return []Interval{{Name: "x", At: at, Low: low, High: high}} }
	for name, m := range map[string]Intervals{
		"nothing": {Most: 1}, "no scale": {Rows: row(0, 0, 0)}, "upside down": {Most: 1, Rows: row(0.5, 0.6, 0.4)}, "beyond the scale": {Most: 1, Rows: row(1, 0, 2)},
		"no number": {Most: 1, Rows: row(math.NaN(), 0, 1)}, "below zero": {Most: 1, Rows: row(0, -1, 1)},
	} {
		if svg, err := m.SVG(); err == nil {
			t.Errorf("%s: drawn as %s", name, svg)
		}
	}
}
