package signal_test

import (
	"testing"

	"github.com/quell-project/quell/internal/domain"
	"github.com/quell-project/quell/internal/pipeline/signal"
)

// TestTurnedPictures turns a picture pixel by pixel and wants its fingerprint nearest to the one that has the name of the turn.
func TestTurnedPictures(t *testing.T) {
	t.Parallel()
	pdq := lookup(t, domain.PDQ)
	turned, err := signal.Turned(seen())
	if err != nil || len(turned) != 8 || turned[0].View != "ORIGINAL" || turned[0].Value != fingerprints(t, seen(), 1)[0].Value {
		t.Fatalf("%+v, %v", turned, err)
	}
	// The file of which a viewer shows a picture by turning it one way is the picture turned the other way.
	for name, orientation := range map[string]int{
		"ORIGINAL": 1, "ROTATE90": 6, "ROTATE180": 3, "ROTATE270": 8, "FLIPX": 4, "FLIPY": 2, "FLIPPLUS1": 5, "FLIPMINUS1": 7,
	} {
		pixels := fingerprints(t, stored(seen(), orientation), 1)[0].Value
		for _, f := range turned {
			distance, err := pdq.Distance(f.Value, pixels)
			if err != nil || *f.Quality < signal.MinQuality || (distance <= 31) != (f.View == name) {
				t.Errorf("%s is %d from the picture turned by %s, %v", f.View, distance, name, err)
			}
		}
	}
}

func TestWhatAPictureWouldBeTurnedIsToldFromItsFingerprint(t *testing.T) {
	t.Parallel()
	pdq := lookup(t, domain.PDQ)
	turned, err := signal.Turned(seen())
	if err != nil {
		t.Fatal(err)
	}
	derived := signal.Derived(fingerprints(t, seen(), 1)[0])
	if len(derived) != 7 {
		t.Fatalf("%+v", derived)
	}
	for i, f := range derived {
		for j, want := range turned {
			if d, err := pdq.Distance(f.Value, want.Value); err != nil || (d <= 16) != (j == i+1) {
				t.Errorf("%q is %d from %s, %v", f.View, d, want.View, err)
			}
		}
	}
	for _, f := range []domain.Fingerprint{{Type: domain.MD5, Value: "900150983cd24fb0d6963f7d28e17f72"}, {Type: domain.PDQ, Value: derived[0].Value, View: signal.Upright}, {Type: domain.PDQ}} {
		if got := signal.Derived(f); got != nil {
			t.Errorf("of %+v: %+v", f, got)
		}
	}
}
