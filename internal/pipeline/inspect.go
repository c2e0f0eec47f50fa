package pipeline

import (
	"context"
	"errors"
	"fmt"
	"log/slog"

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
	prints   []match.Fingerprint
	pictures map[string][]byte // bytes of the parts of which at least one frame could be read
}

func (all *inspection) add(found inspection) {
	all.checks = append(all.checks, found.checks...)
	for name, data := range found.pictures {
		if all.pictures == nil {
			all.pictures = map[string][]byte{}
		}
		all.pictures[name] = data
	}
}

func (all *inspection) report(c domain.Check) { all.checks = append(all.checks, c) }

// inspect looks at one part and notes in its record what it is and which fingerprints it has.
func (in *Inspector) inspect(ctx context.Context, part ingest.Part, into *domain.Part) (found inspection) {
	switch {
	case part.URL != "":
		data, err := in.Fetch.Fetch(ctx, part.URL)
		if err != nil {
			found.report(fetchCheck(part.Name, err))
			into.Fingerprints = nil
			return found
		}
		in.inspectFile(ctx, data, into, &found)
	case part.Data != nil:
		in.inspectFile(ctx, part.Data, into, &found)
	default:
		into.Fingerprints = part.Fingerprints
		for _, t := range signal.All() {
			for _, f := range part.Fingerprints {
				if f.Type == t.Name() {
					found.report(clientCheck(part, t.Name()))
					break
				}
			}
		}
	}
	return found
}

func fetchCheck(part string, err error) domain.Check {
	c := domain.Check{Detector: "fetch", Part: part, Status: domain.Failed, Reason: "The URL could not be fetched."}
	if e, ok := errors.AsType[*FetchError](err); ok {
		c.Reason, c.Temporary = fmt.Sprintf("The URL could not be fetched: %s.", e.Reason), e.Temporary
	}
	return c
}

// clientCheck is the check of signals that the client computed.
func clientCheck(part ingest.Part, t domain.SignalType) domain.Check {
	c := domain.Check{Detector: string(t), Part: part.Name, Status: domain.Complete}
	if poor := poorest(part.Fingerprints, t); poor >= 0 {
		c.Reason = lowQuality(poor)
	}
	return c
}

// inspectFile runs every detector over the bytes of a file.
func (in *Inspector) inspectFile(ctx context.Context, data []byte, into *domain.Part, found *inspection) {
	into.Size, into.Fingerprints = int64(len(data)), nil
	for _, t := range signal.All() {
		switch t := t.(type) {
		case signal.BytesType:
			f := t.FingerprintBytes(data)
			if f.Type == domain.SHA256 {
				into.SHA256 = f.Value
			}
			into.Fingerprints = append(into.Fingerprints, f)
			found.report(domain.Check{Detector: string(t.Name()), Part: into.Name, Status: domain.Complete})
		case signal.PictureType:
			check, seen := in.inspectPicture(ctx, t, data, into)
			found.report(check)
			if seen {
				found.pictures = map[string][]byte{into.Name: data}
			}
		}
	}
}

// inspectPicture decodes a file as a picture and fingerprints every frame; seen says whether there was any.
func (in *Inspector) inspectPicture(ctx context.Context, t signal.PictureType, data []byte, into *domain.Part) (check domain.Check, seen bool) {
	check = domain.Check{Detector: string(t.Name()), Part: into.Name, Status: domain.Complete}
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
		check.Status, check.Reason = domain.Failed, "The file could not be read."
		if e, ok := errors.AsType[*media.Error](err); ok {
			check.Status, check.Reason = domain.CheckStatus(e.Status), e.Reason
			check.Temporary = errors.Is(err, context.DeadlineExceeded) || errors.Is(err, context.Canceled)
		} else {
			in.Log.Error("a picture could not be fingerprinted", "part", into.Name, "error", err)
		}
		return check, len(prints) > 0
	}
	if poor := poorest(prints, t.Name()); poor >= 0 {
		check.Reason = lowQuality(poor)
	}
	return check, len(prints) > 0
}

// poorest returns the lowest quality among fingerprints of a type that are too poor to be looked up, or -1 if none is.
func poorest(prints []domain.Fingerprint, t domain.SignalType) int {
	worst := -1
	for _, f := range prints {
		if f.Type == t && !usable(f) && (worst < 0 || *f.Quality < worst) {
			worst = *f.Quality
		}
	}
	return worst
}

func lowQuality(q int) string {
	return fmt.Sprintf("There is too little in the picture to tell it from others (quality %d, %d is needed): only exact copies of it are found.", q, signal.MinQuality)
}

// usable reports whether a fingerprint says enough to be looked up: a nearly blank picture is near to every other blank one.
func usable(f domain.Fingerprint) bool {
	return f.Quality == nil || *f.Quality >= signal.MinQuality
}

// searchable leaves out the fingerprints that are not usable.
func searchable(prints []match.Fingerprint) []match.Fingerprint {
	var kept []match.Fingerprint
	for _, f := range prints {
		if usable(f.Fingerprint) {
			kept = append(kept, f)
		}
	}
	return kept
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

// Examine returns every fingerprint of a file, usable or not, with the checks made.
func (in *Inspector) Examine(ctx context.Context, data []byte) ([]domain.Fingerprint, []domain.Check) {
	part := domain.Part{Name: "file"}
	var found inspection
	in.inspectFile(ctx, data, &part, &found)
	return part.Fingerprints, found.checks
}

// renditions makes veiled pictures of what people will look at: the parts of an upload that was not simply allowed. If anything in it
// matches child-abuse imagery, nothing is made.
func (in *Inspector) renditions(ctx context.Context, d domain.Decision, pictures map[string][]byte) []domain.Rendition {
	if d.Verdict == domain.Allow {
		return nil
	}
	for _, m := range d.Matches {
		if m.BankKind == domain.KnownCSAM {
			return nil
		}
	}
	var made []domain.Rendition
	for name, data := range pictures {
		if r, err := in.veil(ctx, name, data); err == nil {
			made = append(made, r)
		} else {
			in.Log.Warn("no veiled rendition could be made", "part", name, "error", err)
		}
	}
	return made
}

var errSeen = errors.New("first frame seen")

// veil makes the veiled rendition of the first frame. It decodes again: that is rare, and keeping every picture until the verdict is not.
func (in *Inspector) veil(ctx context.Context, name string, data []byte) (domain.Rendition, error) {
	r := domain.Rendition{Part: name, MediaType: "image/jpeg"}
	var veilErr error
	_, err := in.Decode.Decode(ctx, data, func(f media.Frame) error {
		r.Data, veilErr = media.Veil(f.Image)
		return errSeen
	})
	if veilErr != nil {
		return r, veilErr
	}
	if r.Data == nil {
		return r, err
	}
	return r, nil
}
