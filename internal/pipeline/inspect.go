package pipeline

import (
	"context"
	"errors"
	"fmt"
	"log/slog"
	"slices"

	"github.com/quell-project/quell/internal/domain"
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

// Inspector looks at the parts of an upload: it fetches, decodes and fingerprints. It is safe for concurrent use.
type Inspector struct {
	Fetch  Fetcher
	Decode Decoder
	Log    *slog.Logger
}

// inspection is what was found in some parts.
type inspection struct {
	checks   []domain.Check
	pictures map[string][]byte // bytes of the parts of which at least one frame could be read
}

func newInspection(checks ...domain.Check) *inspection {
	return &inspection{checks, map[string][]byte{}}
}

func (all *inspection) report(c domain.Check) { all.checks = append(all.checks, c) }

// keep takes over the checks of a part that were made earlier.
func (all *inspection) keep(part string, earlier []domain.Check) {
	for _, c := range earlier {
		if c.Part == part {
			all.report(c)
		}
	}
}

// has reports whether there is any check of a part.
func (all *inspection) has(part string) bool {
	return slices.ContainsFunc(all.checks, func(c domain.Check) bool { return c.Part == part })
}

// inspect looks at one part and notes in its record what it is and which fingerprints it has. Of a URL that cannot be fetched any more, those of
// an earlier try stay.
func (in *Inspector) inspect(ctx context.Context, part ingest.Part, into *domain.Part, found *inspection) {
	switch {
	case part.URL != "":
		data, err := in.Fetch.Fetch(ctx, part.URL)
		if err != nil {
			found.report(fetchCheck(part.Name, err))
			return
		}
		into.SHA256 = "" // an earlier try may have brought something else
		in.inspectFile(ctx, data, into, found)
	case part.Data != nil:
		in.inspectFile(ctx, part.Data, into, found)
	default:
		into.Fingerprints = part.Fingerprints
		for _, t := range signal.All() {
			if slices.ContainsFunc(part.Fingerprints, func(f domain.Fingerprint) bool { return f.Type == t.Name() }) {
				found.report(fingerprintCheck(part.Name, t.Name(), part.Fingerprints))
			}
		}
	}
}

func fetchCheck(part string, err error) domain.Check {
	c := domain.Check{Detector: "fetch", Part: part, Status: domain.Failed, Reason: "The URL could not be fetched."}
	if e, ok := errors.AsType[*FetchError](err); ok {
		c.Reason, c.Temporary = fmt.Sprintf("The URL could not be fetched: %s.", e.Reason), e.Temporary
	}
	return c
}

// inspectFile runs the detectors of the types that are named over the bytes of a file; none named: all. If the SHA-256 of them is noted already, it
// is not computed again.
func (in *Inspector) inspectFile(ctx context.Context, data []byte, into *domain.Part, found *inspection, types ...domain.SignalType) {
	into.Size, into.Fingerprints = int64(len(data)), nil
	for _, t := range signal.All() {
		if len(types) > 0 && !slices.Contains(types, t.Name()) {
			continue
		}
		switch t := t.(type) {
		case signal.BytesType:
			f := domain.Fingerprint{Type: domain.SHA256, Value: into.SHA256}
			if t.Name() != domain.SHA256 || into.SHA256 == "" {
				f = t.FingerprintBytes(data)
			}
			if f.Type == domain.SHA256 {
				into.SHA256 = f.Value
			}
			into.Fingerprints = append(into.Fingerprints, f)
			found.report(domain.Check{Detector: string(t.Name()), Part: into.Name, Status: domain.Complete})
		case signal.PictureType:
			check, seen := in.inspectPicture(ctx, t, data, into)
			found.report(check)
			if seen {
				found.pictures[into.Name] = data
			}
		}
	}
}

// inspectPicture decodes a file as a picture and fingerprints every frame; seen says whether there was any.
func (in *Inspector) inspectPicture(ctx context.Context, t signal.PictureType, data []byte, into *domain.Part) (check domain.Check, seen bool) {
	var prints []domain.Fingerprint
	picture, err := in.Decode.Decode(ctx, data, func(f media.Frame) error {
		made, err := t.FingerprintPicture(f.Image, f.Orientation)
		if err != nil {
			return err
		}
		for _, p := range made {
			p.Frame = f.Index
			prints = append(prints, p)
		}
		return nil
	})
	into.MediaType, into.Width, into.Height, into.Frames = picture.MediaType, picture.Width, picture.Height, picture.Frames
	into.Fingerprints = append(into.Fingerprints, prints...)
	if err != nil {
		return in.failedCheck(into.Name, t.Name(), err), len(prints) > 0
	}
	return fingerprintCheck(into.Name, t.Name(), prints), len(prints) > 0
}

// failedCheck is the check of a picture that could not be read, or not all of it.
func (in *Inspector) failedCheck(part string, t domain.SignalType, err error) domain.Check {
	c := domain.Check{Detector: string(t), Part: part, Status: domain.Failed, Reason: "The file could not be read."}
	if e, ok := errors.AsType[*media.Error](err); ok {
		c.Status, c.Reason = domain.CheckStatus(e.Status), e.Reason
		c.Temporary = errors.Is(err, context.DeadlineExceeded) || errors.Is(err, context.Canceled)
	} else {
		in.Log.Error("a picture could not be fingerprinted", "part", part, "error", err)
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

// Examine returns every fingerprint of a file of the types that are named, usable or not, with the checks made; none named: of all types.
func (in *Inspector) Examine(ctx context.Context, data []byte, types ...domain.SignalType) ([]domain.Fingerprint, []domain.Check) {
	part := domain.Part{Name: "file"}
	found := newInspection()
	in.inspectFile(ctx, data, &part, found, types...)
	return part.Fingerprints, found.checks
}
