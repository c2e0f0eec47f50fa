package signal

import (
	"fmt"
	"image"

	"github.com/quell-project/quell/internal/domain"
	"github.com/quell-project/quell/internal/pipeline/luma"
	"github.com/quell-project/quell/internal/pipeline/view"
	"github.com/quell-project/quell/pdq"
)

// MinQuality is the quality, 0 to 100, from which on a PDQ fingerprint can be trusted. Below it the picture has so little structure that
// its hash lies near those of many others: the fingerprint is made all the same, and who looks it up decides what to do with it.
const MinQuality = 50

// Usable reports whether a fingerprint says enough to be looked up: a nearly blank picture is near to every other blank one.
func Usable(f domain.Fingerprint) bool { return f.Quality == nil || *f.Quality >= MinQuality }

// pdqType is PDQ, see package pdq.
type pdqType struct{}

func (pdqType) Name() domain.SignalType { return domain.PDQ }
func (pdqType) Description() string     { return "near copies of pictures" }

// Limits: 31 of 256 bits is the limit that the authors of PDQ recommend; the index searches no further than 63.
func (pdqType) Limits() Limits { return Limits{Default: 31, Max: 63} }

func (pdqType) Parse(value string) (string, error) { return parseHex(domain.PDQ, value, pdq.Bits/8) }

// Distance is the number of bits that differ.
func (t pdqType) Distance(a, b string) (int, error) {
	x, err := t.hash(a)
	if err != nil {
		return 0, err
	}
	y, err := t.hash(b)
	if err != nil {
		return 0, err
	}
	return x.Distance(y), nil
}

func (t pdqType) hash(value string) (pdq.Hash, error) {
	canonical, err := t.Parse(value)
	if err != nil {
		return pdq.Hash{}, err
	}
	return pdq.Parse(canonical)
}

// upright says by the EXIF orientation of a picture (Exif 2.32, tag 0x0112) what has to be done to its pixels to show it. Absent are 1,
// which shows it as it is, and what is no orientation.
var upright = map[int]pdq.Transform{
	2: pdq.FlipY,
	3: pdq.Rotate180,
	4: pdq.FlipX,
	5: pdq.Transpose,
	6: pdq.Rotate270,
	7: pdq.AntiTranspose,
	8: pdq.Rotate90,
}

// FingerprintPicture takes the upright view from the same pass over the pixels as the stored one, so it differs by a few bits from the hash
// of a picture whose pixels were turned.
func (pdqType) FingerprintPicture(img image.Image, orientation int, more Views) (prints, views []domain.Fingerprint, err error) {
	d, err := pdq.DihedralFromImage(img)
	if err != nil {
		return nil, nil, fmt.Errorf("fingerprint a picture: %w", err)
	}
	prints = []domain.Fingerprint{pdqFingerprint(d.Hashes[pdq.Identity], d.Quality, "")}
	if turn, turned := upright[orientation]; turned {
		prints = append(prints, pdqFingerprint(d.Hashes[turn], d.Quality, Upright))
	}
	if o, ok := img.(interface{ Opaque() bool }); ok && !o.Opaque() {
		r, err := pdq.FromImage(pdq.IgnoreAlpha(img))
		if err != nil {
			return nil, nil, fmt.Errorf("fingerprint a picture without its transparency: %w", err)
		}
		prints = append(prints, pdqFingerprint(r.Hash, r.Quality, WithoutAlpha))
	}
	if more == (Views{}) {
		return prints, nil, nil
	}
	small := luma.Small(img, view.Side)
	if more.Within > 0 {
		views = append(turned(d), within(small, more.Within)...)
	}
	if more.Points > 0 {
		views = append(views, points(small, more.Points)...)
	}
	if more.Known {
		prints = append(prints, knownPoints(small)...)
	}
	return prints, views, nil
}

// turned returns the views of a picture turned and mirrored as a whole.
func turned(d pdq.Dihedral) (views []domain.Fingerprint) {
	for turn, hash := range d.Hashes {
		if t := pdq.Transform(turn); t != pdq.Identity {
			views = append(views, pdqFingerprint(hash, d.Quality, t.String()))
		}
	}
	return views
}

// within returns the views of the pictures that lie within a picture, at most so many pictures. Each has eight, turned and mirrored.
func within(small *image.Gray, most int) (views []domain.Fingerprint) {
	for _, v := range view.Find(small, most) {
		name := v.Name
		if v.Turn != pdq.Identity {
			name += ", " + v.Turn.String()
		}
		views = append(views, pdqFingerprint(v.Hash, v.Quality, name))
	}
	return views
}

func pdqFingerprint(h pdq.Hash, quality int, view string) domain.Fingerprint {
	return domain.Fingerprint{Type: domain.PDQ, Value: h.String(), Quality: &quality, View: view}
}
