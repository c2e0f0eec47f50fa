package recall

import (
	"cmp"
	"context"
	"fmt"
	"image"
	"iter"
	"log/slog"
	"math/rand/v2"
	"slices"
	"strings"
	"time"

	"github.com/quell-project/quell/hamming"
	"github.com/quell-project/quell/internal/domain"
	"github.com/quell-project/quell/internal/pipeline/match"
	"github.com/quell-project/quell/internal/pipeline/signal"
	"github.com/quell-project/quell/keypoint"
)

// Quell is the index and the views of the corridor, as the check of an upload uses them.
type Quell struct {
	Title  string
	Views  signal.Views // of what is looked up
	Points bool         // the list holds the points of its pictures; otherwise it has nothing but their hashes
	Fill   int          // made-up pictures that the index holds besides, so that it is as large as that of a service

	list  *list
	index *match.Index
}

// Name is the title.
func (q *Quell) Name() string { return q.Title }

// Know puts the pictures, and the made-up ones, into a new index.
func (q *Quell) Know(known iter.Seq2[int, image.Image]) error {
	if q.index != nil {
		if err := q.index.Close(); err != nil {
			return err
		}
	}
	q.list = &list{bank: domain.Bank{ID: "list", Name: "list", Kind: domain.Known, EnabledShare: 1, Number: 1}}
	for i, img := range known {
		prints, err := q.fingerprints(img, signal.Views{Known: q.Points})
		if err != nil {
			return fmt.Errorf("picture %d: %w", i, err)
		}
		for _, p := range prints {
			if signal.Usable(p) {
				q.list.add(i, p)
			}
		}
	}
	q.list.fill(q.Fill)
	var kinds []match.Kind
	for _, t := range signal.All() {
		kinds = append(kinds, match.KindOf(t.Name(), t.Limits().Default, t.Limits().Exact()))
	}
	index, err := match.Open(match.Config{Truth: q.list, Kinds: kinds, Now: time.Now, Log: slog.New(slog.DiscardHandler)})
	if err != nil {
		return err
	}
	q.index = index
	return q.index.CatchUp(context.Background())
}

// fingerprints returns those that are recorded, and the further views.
func (q *Quell) fingerprints(img image.Image, views signal.Views) ([]domain.Fingerprint, error) {
	pictures, err := signal.Lookup(domain.PDQ)
	if err != nil {
		return nil, err
	}
	prints, further, err := pictures.(signal.PictureType).FingerprintPicture(img, 1, views)
	return append(prints, further...), err
}

// Find looks a picture up in every view.
func (q *Quell) Find(img image.Image) ([]Hit, error) {
	prints, err := q.fingerprints(img, q.Views)
	if err != nil {
		return nil, err
	}
	query := match.Query{Most: 64}
	for _, p := range prints {
		if signal.Usable(p) {
			query.Prints = append(query.Prints, match.Fingerprint{Part: p.View, Margin: signal.Margin(p), Fingerprint: p}) // a part each: then every view is told that hits
		}
	}
	if err := q.index.CatchUp(context.Background()); err != nil { // or it grows stale
		return nil, err
	}
	known, err := q.index.Search(context.Background(), query)
	if err != nil {
		return nil, err
	}
	hits := make([]Hit, len(known))
	for i, k := range known {
		hits[i] = Hit{q.list.pictures[k.Evidence.Number-1], viewOf(k.View)}
	}
	return hits, nil
}

// viewOf is a view as tables have it: how the picture within was found, whichever way it was turned.
func viewOf(view string) string {
	kind, _, _ := strings.Cut(view, ",")
	switch {
	case view == "":
		return "whole"
	case strings.HasPrefix(view, "rotate") || strings.HasPrefix(view, "flip") || strings.HasSuffix(view, "transpose"):
		return "turned"
	}
	return kind
}

const (
	bytesOfHash  = 132 // in a large index, see docs/benchmarks.md
	bytesOfPoint = 40
	bytesOfLine  = 64 // in the index of codes, for each that a picture may have there; see package nearby
	bytesOfRows  = 64 // for each that it has
	bytesOfSet   = 80 // what there is besides of a picture with points
)

// Bytes is the memory of the pictures that are known, at what codes take in a large index.
func (q *Quell) Bytes() int64 { return q.list.bytes }

// list is a bank in memory, in place of the database.
type list struct {
	bank     domain.Bank
	changes  map[domain.SignalType][]domain.SignalChange
	pictures []int // by number of the signal, less one
	bytes    int64
}

func (l *list) add(picture int, f domain.Fingerprint) {
	l.put(picture, f.Type, f.Value)
	if f.Type != domain.Keypoints {
		l.bytes += bytesOfHash
		return
	}
	points, _ := keypoint.Parse(f.Value)
	l.bytes += int64(bytesOfLine*match.IndexedPoints + bytesOfRows*min(len(points), match.IndexedPoints) + len(points)*bytesOfPoint + bytesOfSet)
}

func (l *list) put(picture int, t domain.SignalType, value string) {
	if l.changes == nil {
		l.changes = map[domain.SignalType][]domain.SignalChange{}
	}
	l.pictures = append(l.pictures, picture)
	n := int64(len(l.pictures))
	l.changes[t] = append(l.changes[t], domain.SignalChange{Seq: n, Number: n, Bank: 1, Value: value, Live: true})
}

// fill adds made-up pictures, numbered -1. Their codes are put together from bytes of those that are there, so that they crowd the index as real
// ones do, and then differ from all of them by chance.
func (l *list) fill(n int) {
	d := rand.New(rand.NewPCG(1, 1))
	hashes, sets := l.changes[domain.PDQ], l.changes[domain.Keypoints]
	var codes []hamming.Code
	for _, h := range hashes {
		c, _ := hamming.ParseCode(h.Value)
		codes = append(codes, c)
	}
	var known []keypoint.Set
	for _, s := range sets {
		points, _ := keypoint.Parse(s.Value)
		known = append(known, points)
	}
	for range n {
		if len(codes) > 0 {
			l.put(-1, domain.PDQ, mixed(d, codes[d.IntN(len(codes))], codes[d.IntN(len(codes))]).String())
		}
		if len(known) > 0 {
			set := append(keypoint.Set{}, known[d.IntN(len(known))]...)
			for i := range set {
				other := known[d.IntN(len(known))]
				set[i].Code = keypoint.Code(mixed(d, hamming.Code(set[i].Code), hamming.Code(other[d.IntN(len(other))].Code)))
				set[i].X, set[i].Y = uint16(d.Uint32()), uint16(d.Uint32())
			}
			l.put(-1, domain.Keypoints, set.String())
		}
	}
}

// mixed takes each byte from one of two codes, and turns some bits over.
func mixed(d *rand.Rand, a, b hamming.Code) hamming.Code {
	for i := range a {
		for shift := 0; shift < 64; shift += 8 {
			if d.IntN(2) == 0 {
				mask := uint64(0xff) << shift
				a[i] = a[i]&^mask | b[i]&mask
			}
		}
		a[i] ^= d.Uint64() & d.Uint64() & d.Uint64()
	}
	return a
}

// IndexVersions is part of match.Truth.
func (l *list) IndexVersions(context.Context) (signals, settings int64, err error) {
	return int64(len(l.pictures)), 1, nil
}

// SignalsAfter is part of match.Truth.
func (l *list) SignalsAfter(_ context.Context, t domain.SignalType, seq int64, limit int) ([]domain.SignalChange, error) {
	all := l.changes[t]
	from, _ := slices.BinarySearchFunc(all, seq+1, func(c domain.SignalChange, seq int64) int { return cmp.Compare(c.Seq, seq) })
	return all[from:min(from+limit, len(all))], nil
}

// Banks is part of match.Truth.
func (l *list) Banks(context.Context) ([]domain.Bank, error) { return []domain.Bank{l.bank}, nil }

// Evidence is part of match.Truth.
func (l *list) Evidence(_ context.Context, numbers []int64, _ domain.Time) ([]domain.Evidence, error) {
	found := make([]domain.Evidence, len(numbers))
	for i, n := range numbers {
		found[i] = domain.Evidence{Number: n}
	}
	return found, nil
}
