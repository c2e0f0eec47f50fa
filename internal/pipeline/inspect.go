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
	Member int64  // the largest file in an archive, in bytes; 0: as large as all of them may be
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
}

func (all *inspection) report(c domain.Check) { all.checks = append(all.checks, c) }

// keep takes over a part, and what was found in it earlier.
func (all *inspection) keep(part domain.Part, known []domain.Part, earlier []domain.Check) {
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
	l := &looking{in: in, found: found, part: into, budget: given}
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
		if f.Type == t && !usable(f) {
			c.Reason = fmt.Sprintf("There is too little in the picture to tell it from others: at quality %d it is not looked up (%d is needed).", *f.Quality, signal.MinQuality)
			break
		}
	}
	return c
}

// usable reports whether a fingerprint says enough to be looked up: a nearly blank picture is near to every other blank one.
func usable(f domain.Fingerprint) bool {
	return f.Quality == nil || *f.Quality >= signal.MinQuality
}

// searchable returns the fingerprints of parts that are usable.
func searchable(parts []domain.Part) []match.Fingerprint {
	var prints []match.Fingerprint
	for _, p := range parts {
		for _, f := range p.Fingerprints {
			if usable(f) {
				prints = append(prints, match.Fingerprint{Part: p.Name, Fingerprint: f})
			}
		}
	}
	return prints
}

// Fingerprints returns what can stand for a file in a bank, with the checks made: of each type the fingerprint of the first frame that has a
// usable one, as it is stored.
func (in *Inspector) Fingerprints(ctx context.Context, data []byte) ([]domain.Fingerprint, []domain.Check) {
	all, checks := in.Examine(ctx, data)
	var prints []domain.Fingerprint
	made := map[domain.SignalType]bool{}
	for _, f := range all {
		if usable(f) && f.View == "" && !made[f.Type] {
			made[f.Type] = true
			prints = append(prints, f)
		}
	}
	return prints, checks
}

// Examine returns every fingerprint of a file of the types that are named, usable or not, with the checks made; none named: of all types. What
// lies in an archive is not looked at, and a check says so: its files are others than itself.
func (in *Inspector) Examine(ctx context.Context, data []byte, types ...domain.SignalType) ([]domain.Fingerprint, []domain.Check) {
	part := domain.Part{Name: "file"}
	l := &looking{in: in, found: &inspection{}, part: part, budget: in.Budget.withDefaults(), types: types}
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
	return part.Fingerprints, l.found.checks
}
