package bland

import (
	"bytes"
	"testing"

	"github.com/quell-project/quell/pdq"
)

func TestKindsRepeatAndSeedsDiffer(t *testing.T) {
	for _, k := range Kinds() {
		t.Run(k.Name, func(t *testing.T) {
			t.Parallel()
			seen := map[string]bool{}
			for seed := range uint64(20) {
				one, two := k.Draw(seed), k.Draw(seed)
				if one.Rect != two.Rect || !bytes.Equal(one.Pix, two.Pix) {
					t.Fatalf("seed %d gives two pictures", seed)
				}
				if seen[string(one.Pix)] {
					t.Errorf("seed %d gives the picture of another", seed)
				}
				seen[string(one.Pix)] = true
				if !one.Opaque() {
					t.Errorf("seed %d is transparent", seed)
				}
			}
		})
	}
}

// TestQualities holds flat pictures and gradients to what they are drawn for: no detail for a fingerprint. The others have much.
func TestQualities(t *testing.T) {
	for _, k := range Kinds() {
		low := 0
		const n = 20
		for seed := range uint64(n) {
			r, err := pdq.FromImage(k.Draw(seed))
			if err != nil {
				t.Fatal(err)
			}
			if r.Quality < 50 {
				low++
			}
		}
		smooth := k.Name == "flat" || k.Name == "gradient"
		if smooth && low < n-2 || !smooth && low > n/2 {
			t.Errorf("%s: %d of %d have a quality below 50", k.Name, low, n)
		}
	}
}
