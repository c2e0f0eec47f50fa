package signal

import (
	"fmt"
	"image"

	"github.com/quell-project/quell/internal/domain"
	"github.com/quell-project/quell/pdq"
)

// turns are the ways to turn and mirror a picture, in the order of tx, the command line of HMA, and with its names.
var turns = []struct {
	name      string
	transform pdq.Transform
}{
	{"ORIGINAL", pdq.Identity},
	{"ROTATE90", pdq.Rotate90},
	{"ROTATE180", pdq.Rotate180},
	{"ROTATE270", pdq.Rotate270},
	{"FLIPX", pdq.FlipX},
	{"FLIPY", pdq.FlipY},
	{"FLIPPLUS1", pdq.Transpose},
	{"FLIPMINUS1", pdq.AntiTranspose},
}

// Turned returns the PDQ fingerprints of a picture turned and mirrored in all eight ways, the picture as it is first. View is the name of the
// turn: ORIGINAL, ROTATE90, ROTATE180, ROTATE270, counter-clockwise; FLIPX, top and bottom exchanged; FLIPY, left and right exchanged; FLIPPLUS1
// and FLIPMINUS1, mirrored at the diagonal from top left and from top right.
func Turned(img image.Image) ([]domain.Fingerprint, error) {
	all, err := pdq.DihedralFromImage(img)
	if err != nil {
		return nil, fmt.Errorf("fingerprint a picture that is turned: %w", err)
	}
	prints := make([]domain.Fingerprint, len(turns))
	for i, t := range turns {
		prints[i] = pdqFingerprint(all.Hashes[t.transform], all.Quality, t.name)
	}
	return prints, nil
}

// DerivedMargin is by how much nearer than the limit of a bank a derived fingerprint has to be to match: it is not exact itself.
const DerivedMargin = 8

// Derived returns the PDQ fingerprints that a picture would have turned and mirrored in the seven other ways, as far as they can be told from its
// fingerprint alone; of other types, and of fingerprints that show a picture turned already, none. See pdq.Hash.Turned for how near they are.
func Derived(f domain.Fingerprint) []domain.Fingerprint {
	if f.Type != domain.PDQ || f.View != "" {
		return nil
	}
	h, err := pdq.Parse(f.Value)
	if err != nil {
		return nil
	}
	var all []domain.Fingerprint
	for _, turn := range turns[1:] {
		t := f
		t.Value, t.View = h.Turned(turn.transform).String(), "hash turned, "+turn.transform.String()
		all = append(all, t)
	}
	return all
}
