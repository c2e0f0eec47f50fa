package pipeline

import (
	"context"
	"errors"
	"fmt"
	"log/slog"
	"slices"
	"strings"

	"github.com/quell-project/quell/internal/domain"
	"github.com/quell-project/quell/internal/pipeline/archive"
	"github.com/quell-project/quell/internal/pipeline/ingest"
	"github.com/quell-project/quell/internal/pipeline/match"
	"github.com/quell-project/quell/internal/pipeline/media"
	"github.com/quell-project/quell/internal/pipeline/signal"
)

// Fetcher brings the file behind a URL. A failure is a *FetchError.
type Fetcher interface {
	Fetch(ctx context.Context, url string) ([]byte, error)
}

// FetchError says why a URL could not be brought.
type FetchError struct {
	Reason    string // one plain sentence part, safe to show
	Temporary bool   // trying again later may help
}

// Error returns the reason.
func (e *FetchError) Error() string { return e.Reason }

// Decoder turns hostile bytes into pictures.
type Decoder interface {
	Decode(ctx context.Context, data []byte, visit func(media.Frame) error) (media.Picture, error)
}

// Inspector looks at the parts of an upload: it fetches, opens, decodes and fingerprints. It is safe for concurrent use.
type Inspector struct {
	Fetch  Fetcher
	Decode Decoder
	Budget Budget // of one upload
	Views  Views  // further ways of looking at the pictures of an upload; zero: none
	// Known reports whether anything of a type may be known: otherwise its views need not be made; nil: it may.
	Known  func(domain.SignalType) bool
	Member int64 // the largest file in an archive, in bytes; 0: as large as all of them may be
	// Room reserves memory for files in archives until a context ends, and reports whether there was any; nil: there always is.
	Room func(ctx context.Context, bytes int64) bool
	Log  *slog.Logger
}

// inspection is what was found in an upload.
type inspection struct {
	checks []domain.Check
	parts  []domain.Part     // each followed by what lies in it
	shown  map[string][]byte // bytes of the parts in which, or in a member of which, at least one frame could be read
	left   Budget

	views  []match.Fingerprint // further ways to look up what was looked at; they are not recorded
	viewed int                 // pictures that were looked at in further ways
	kept   []string            // parts that were not looked at: what is known of them is of an earlier round
}

// Views bounds in which further ways the pictures of an upload are looked up, besides as they are.
type Views struct {
	Pictures int // of one upload that are: files, frames of animations, members of archives, in this order
	Within   int // pictures within a picture, each turned and mirrored too; 0: a picture is not even looked up turned and mirrored as a whole
	Points   int // points of a picture; 0: none
}

// further says in which further ways the next picture is looked at: the first ones of an upload only, so that what it costs is bounded. Points are
// of no use where none are known.
func (in *Inspector) further(found *inspection) signal.Views {
	if found.viewed >= in.Views.Pictures {
		return signal.Views{}
	}
	found.viewed++
	v := signal.Views{Within: in.Views.Within, Points: in.Views.Points}
	if in.Known != nil && !in.Known(domain.Keypoints) {
		v.Points = 0
	}
	return v
}

func (all *inspection) report(c domain.Check) { all.checks = append(all.checks, c) }

// keep takes over a part, and what was found in it earlier.
func (all *inspection) keep(part domain.Part, known []domain.Part, earlier []domain.Check) {
	all.kept = append(all.kept, part.Name)
	all.parts = append(append(all.parts, part), membersOf(known, part.Name)...)
	for _, c := range earlier {
		if within(c.Part, part.Name) {
			all.report(c)
		}
	}
}

// has reports whether there is any check of a part.
func (all *inspection) has(part string) bool {
	return slices.ContainsFunc(all.checks, func(c domain.Check) bool { return c.Part == part })
}

// within reports whether a part is another one, or lies in it.
func within(part, other string) bool { return part == other || strings.HasPrefix(part, other+"/") }

// membersOf returns what lies in a part.
func membersOf(parts []domain.Part, name string) (members []domain.Part) {
	for _, p := range parts {
		if p.Inside != "" && within(p.Name, name) {
			members = append(members, p)
		}
	}
	return members
}

// onRecord is what is known of an upload that is not looked at again.
func onRecord(u domain.Upload, last domain.Decision) *inspection {
	found := &inspection{checks: slices.Clone(last.Checks), parts: u.Parts}
	for _, p := range u.Parts {
		found.kept = append(found.kept, p.Name)
	}
	return found
}

// inspect looks at some of the parts of an upload, within one budget; what was known of the others stays.
func (in *Inspector) inspect(ctx context.Context, some []ingest.Part, known []domain.Part, earlier []domain.Check) *inspection {
	found := &inspection{shown: map[string][]byte{}, left: in.Budget.withDefaults()}
	for _, part := range known {
		if part.Inside != "" {
			continue
		}
		i := slices.IndexFunc(some, func(p ingest.Part) bool { return p.Name == part.Name })
		if i < 0 {
			found.keep(part, known, earlier)
			continue
		}
		in.inspectPart(ctx, some[i], part, known, found, i == len(some)-1)
	}
	return found
}

// inspectPart looks at one part and notes in its record what it is and which fingerprints it has. Of a URL that cannot be fetched any more, those
// of an earlier try stay.
func (in *Inspector) inspectPart(ctx context.Context, part ingest.Part, into domain.Part, known []domain.Part, found *inspection, last bool) {
	whole := ctx
	ctx, cancel := shareTime(ctx, last)
	defer cancel()
	data := part.Data
	switch {
	case part.URL != "":
		var err error
		if data, err = in.Fetch.Fetch(ctx, part.URL); err != nil {
			found.keep(into, known, nil)
			found.report(fetchCheck(part.Name, err))
			return
		}
		into.SHA256 = "" // an earlier try may have brought something else
	case part.Data == nil:
		into.Fingerprints = part.Fingerprints
		found.parts = append(found.parts, into)
		for _, t := range signal.All() {
			if slices.ContainsFunc(part.Fingerprints, func(f domain.Fingerprint) bool { return f.Type == t.Name() }) {
				found.report(fingerprintCheck(part.Name, t.Name(), part.Fingerprints))
			}
		}
		return
	}
	given := found.left.share(last)
	further := func() signal.Views { return in.further(found) }
	l := &looking{in: in, found: found, part: into, budget: given, views: further}
	l.at(ctx, data)
	found.left.spend(given, l.budget)
	if part.URL != "" && l.shown && in.Room != nil && !in.Room(whole, int64(len(data))) {
		delete(found.shown, part.Name) // what was fetched is kept beyond the look at it only where there is room
	}
}

func fetchCheck(part string, err error) domain.Check {
	c := domain.Check{Detector: "fetch", Part: part, Status: domain.Failed, Reason: "The URL could not be fetched."}
	if e, ok := errors.AsType[*FetchError](err); ok {
		c.Reason, c.Temporary = fmt.Sprintf("The URL could not be fetched: %s.", e.Reason), e.Temporary
	}
	return c
}

// fingerprintCheck is the check of a part of which there are all fingerprints of a type, and says so if some are too poor to be looked up.
func fingerprintCheck(part string, t domain.SignalType, prints []domain.Fingerprint) domain.Check {
	c := domain.Check{Detector: string(t), Part: part, Status: domain.Complete}
	for _, f := range prints {
		if f.Type == t && !signal.Usable(f) {
			c.Reason = fmt.Sprintf("There is too little in the picture to tell it from others: at quality %d it is not looked up (%d is needed).", *f.Quality, signal.MinQuality)
			break
		}
	}
	return c
}

// searchable returns the fingerprints of parts that are usable.
func searchable(parts []domain.Part) []match.Fingerprint {
	var prints []match.Fingerprint
	for _, p := range parts {
		for _, f := range p.Fingerprints {
			if signal.Usable(f) {
				prints = append(prints, match.Fingerprint{Part: p.Name, Fingerprint: f})
			}
		}
	}
	return prints
}

// searchable returns what is looked up: the fingerprints of parts, and the further views of them, that are usable.
func (all *inspection) searchable() []match.Fingerprint {
	prints := searchable(all.parts)
	for _, v := range all.views {
		if signal.Usable(v.Fingerprint) {
			prints = append(prints, v)
		}
	}
	return prints
}

// withEarlier adds to matches those that an earlier round found in parts that were not looked at now, and that only a look at them can find.
func (all *inspection) withEarlier(matches, earlier []domain.Match) []domain.Match {
	for _, m := range earlier {
		of := func(p domain.Part) bool { return p.Name == m.Part }
		i := slices.IndexFunc(all.parts, of)
		if i < 0 || !slices.ContainsFunc(all.kept, func(part string) bool { return within(m.Part, part) }) {
			continue
		}
		recorded := slices.ContainsFunc(all.parts[i].Fingerprints, func(f domain.Fingerprint) bool {
			return f.Type == m.SignalType && f.Frame == m.Frame && f.View == m.View
		})
		again := slices.ContainsFunc(matches, func(o domain.Match) bool { return o.Part == m.Part && o.Signal == m.Signal })
		if !recorded && !again {
			matches = append(matches, m)
		}
	}
	return matches
}

// Fingerprints returns what can stand for a file in a bank, with the checks made: of each type the fingerprint of the first frame that has a
// usable one, as it is stored; of a transparent picture also the one with its transparency ignored, which is what a copy may be without it.
func (in *Inspector) Fingerprints(ctx context.Context, data []byte) ([]domain.Fingerprint, []domain.Check) {
	all, checks := in.examine(ctx, data, true)
	var prints []domain.Fingerprint
	made := map[domain.Fingerprint]bool{}
	for _, f := range all {
		kind := domain.Fingerprint{Type: f.Type, View: f.View}
		if signal.Usable(f) && f.View != signal.Upright && !made[kind] {
			made[kind] = true
			prints = append(prints, f)
		}
	}
	return prints, checks
}

// Examine returns every fingerprint of a file of the types that are named, usable or not, with the checks made; none named: of all types that an
// upload is recorded with. Points are those that stand in a bank. What lies in an archive is not looked at, and a check says so: its files are
// others than itself.
func (in *Inspector) Examine(ctx context.Context, data []byte, types ...domain.SignalType) ([]domain.Fingerprint, []domain.Check) {
	return in.examine(ctx, data, slices.Contains(types, domain.Keypoints), types...)
}

func (in *Inspector) examine(ctx context.Context, data []byte, known bool, types ...domain.SignalType) ([]domain.Fingerprint, []domain.Check) {
	part := domain.Part{Name: "file"}
	whole := func() signal.Views { return signal.Views{Known: known} } // what is not looked up needs no others
	l := &looking{in: in, found: &inspection{}, part: part, budget: in.Budget.withDefaults(), types: types, views: whole}
	holds := archive.Open(data)
	for _, t := range l.wanted() {
		switch t := t.(type) {
		case signal.BytesType:
			l.digest(t, data, &part)
			l.found.report(domain.Check{Detector: string(t.Name()), Part: part.Name, Status: domain.Complete})
		case signal.PictureType:
			if holds != nil {
				l.found.report(domain.Check{Detector: string(t.Name()), Part: part.Name, Status: domain.Unsupported,
					Reason: fmt.Sprintf("It is of the kind %s, which holds other files: they are not looked at here. Send them one by one.", holds.Name)})
				continue
			}
			check, _ := l.picture(ctx, t, data, &part)
			l.found.report(check)
		}
	}
	return slices.DeleteFunc(part.Fingerprints, func(f domain.Fingerprint) bool { return !l.wants(f.Type) }), l.found.checks
}
