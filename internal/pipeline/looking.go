package pipeline

import (
	"context"
	"errors"
	"fmt"
	"runtime/debug"
	"slices"
	"strings"

	"github.com/quell-project/quell/internal/domain"
	"github.com/quell-project/quell/internal/pipeline/archive"
	"github.com/quell-project/quell/internal/pipeline/match"
	"github.com/quell-project/quell/internal/pipeline/media"
	"github.com/quell-project/quell/internal/pipeline/signal"
)

// looking is a look at one part, and at all that lies in it.
type looking struct {
	in     *Inspector
	found  *inspection
	part   domain.Part
	budget Budget
	types  []domain.SignalType // that are wanted; none: all
	views  func() signal.Views // in which further ways the next picture is looked at

	members []domain.Part
	shown   bool     // a frame was read of something
	strange []string // members that are no pictures
	cut     bool     // not all that lies in it was looked at
}

// at looks at the bytes of the part. Whatever it makes of them, the part gets its checks: a panic is a fault of ours that must not take the other
// parts along.
func (l *looking) at(ctx context.Context, data []byte) {
	defer func() {
		if r := recover(); r != nil {
			l.fault(fmt.Errorf("panic: %v\n%s", r, debug.Stack()))
		}
		l.found.parts = append(append(l.found.parts, l.part), l.members...)
		if l.shown {
			l.found.shown[l.part.Name] = data
		}
	}()
	l.part = domain.Part{Name: l.part.Name, URL: l.part.URL, SHA256: l.part.SHA256, Size: int64(len(data))} // whatever an earlier try found
	unpacking := l.in.unpacking(l.budget, len(data))
	o := opened{depth: l.budget.Depth, budget: &unpacking, look: l.look, leave: l.leave, names: map[string]bool{}}
	if err := o.visit(ctx, file{name: l.part.Name, data: data}); err != nil {
		l.fault(err)
	}
	l.budget.Files, l.budget.Bytes = unpacking.Files, unpacking.Bytes
}

// fault reports an error of ours.
func (l *looking) fault(err error) {
	l.in.Log.Error("a part could not be looked at", "part", l.part.Name, "error", err)
	l.found.report(domain.Check{Detector: "corridor", Part: l.part.Name, Status: domain.Failed, Reason: "It could not be looked at, for an error of Quell itself."})
}

// unpacking is the part of a budget that is for archives.
func (in *Inspector) unpacking(b Budget, packed int) archive.Budget {
	largest := b.Bytes
	if in.Member > 0 {
		largest = min(largest, in.Member)
	}
	return archive.Budget{Files: b.Files, Bytes: b.Bytes, Largest: largest, Ratio: b.Ratio, Packed: int64(packed), Room: in.Room}
}

// wants reports whether fingerprints of a type are wanted.
func (l *looking) wants(t domain.SignalType) bool {
	return len(l.types) == 0 || slices.Contains(l.types, t)
}

// wanted returns the signal types to make fingerprints of. Those of points come with those of pictures.
func (l *looking) wanted() []signal.Type {
	return slices.DeleteFunc(signal.All(), func(t signal.Type) bool {
		_, picture := t.(signal.PictureType)
		return !l.wants(t.Name()) && !(picture && l.wants(domain.Keypoints))
	})
}

// look makes the fingerprints of a file.
func (l *looking) look(ctx context.Context, f file) error {
	into := &l.part
	if f.inside != "" {
		l.members = append(l.members, domain.Part{Name: f.name, Inside: f.inside, Size: int64(len(f.data))})
		into = &l.members[len(l.members)-1]
	}
	if f.err != nil {
		l.found.report(domain.Check{Detector: membersDetector, Part: f.name, Status: f.err.Status, Reason: f.err.Reason, Temporary: f.err.Temporary})
		return nil
	}
	if f.holds != nil {
		into.MediaType = f.holds.MediaType
	}
	for _, t := range l.wanted() {
		switch t := t.(type) {
		case signal.BytesType:
			l.digest(t, f.data, into)
			if f.inside == "" { // of a member there is nothing to say: it never fails
				l.found.report(domain.Check{Detector: string(t.Name()), Part: f.name, Status: domain.Complete})
			}
		case signal.PictureType:
			if f.holds == nil && (f.inside == "" || len(f.data) > 0) {
				l.lookAtPicture(ctx, t, f, into)
			}
		}
	}
	return nil
}

// digest makes the fingerprint of a whole file. If the SHA-256 of it is noted already, it is not computed again.
func (l *looking) digest(t signal.BytesType, data []byte, into *domain.Part) {
	f := domain.Fingerprint{Type: domain.SHA256, Value: into.SHA256}
	if t.Name() != domain.SHA256 || into.SHA256 == "" {
		f = t.FingerprintBytes(data)
	}
	if f.Type == domain.SHA256 {
		into.SHA256 = f.Value
	}
	into.Fingerprints = append(into.Fingerprints, f)
}

// lookAtPicture looks at a file that is no container. Members that are no pictures are told together, by leave.
func (l *looking) lookAtPicture(ctx context.Context, t signal.PictureType, f file, into *domain.Part) {
	check, seen := l.picture(ctx, t, f.data, into)
	l.shown = l.shown || seen
	if f.inside != "" && check.Status == domain.Unsupported && into.MediaType != "" && !strings.HasPrefix(into.MediaType, "image/") {
		l.strange = append(l.strange, fmt.Sprintf("%s, %s", f.name, into.MediaType))
		return
	}
	l.found.report(check)
}

// errOverBudget ends the decoding of a picture that is more than the upload may have.
var errOverBudget = errors.New("more pixels or frames than an upload may have")

// picture decodes a file as a picture and fingerprints every frame; seen says whether there was any.
func (l *looking) picture(ctx context.Context, t signal.PictureType, data []byte, into *domain.Part) (check domain.Check, seen bool) {
	var prints []domain.Fingerprint
	if l.budget.Frames <= 0 || l.budget.Pixels <= 0 {
		return l.failedCheck(into.Name, t.Name(), false, errOverBudget), false
	}
	picture, err := l.in.Decode.Decode(ctx, data, func(f media.Frame) error {
		size := f.Image.Bounds().Size()
		l.budget.Frames--
		l.budget.Pixels -= int64(size.X) * int64(size.Y)
		if l.budget.Frames < 0 || l.budget.Pixels < 0 {
			return errOverBudget
		}
		made, views, err := t.FingerprintPicture(f.Image, f.Orientation, l.views())
		if err != nil {
			return err
		}
		for _, p := range made {
			p.Frame = f.Index
			prints = append(prints, p)
		}
		for _, v := range views {
			v.Frame = f.Index
			l.found.views = append(l.found.views, match.Fingerprint{Part: into.Name, Margin: signal.Margin(v), Fingerprint: v})
		}
		return nil
	})
	l.budget.Frames, l.budget.Pixels = max(0, l.budget.Frames), max(0, l.budget.Pixels)
	into.MediaType, into.Width, into.Height, into.Frames = picture.MediaType, picture.Width, picture.Height, picture.Frames
	into.Fingerprints = append(into.Fingerprints, prints...)
	if err != nil {
		return l.failedCheck(into.Name, t.Name(), len(prints) > 0, err), len(prints) > 0
	}
	return fingerprintCheck(into.Name, t.Name(), prints), len(prints) > 0
}

// failedCheck is the check of a picture that could not be read, or not all of it: some says whether something was.
func (l *looking) failedCheck(part string, t domain.SignalType, some bool, err error) domain.Check {
	c := domain.Check{Detector: string(t), Part: part, Status: domain.Failed, Reason: "The file could not be read."}
	e, known := errors.AsType[*media.Error](err)
	switch {
	case known:
		c.Status, c.Reason = domain.CheckStatus(e.Status), e.Reason
		c.Temporary = errors.Is(err, context.DeadlineExceeded) || errors.Is(err, context.Canceled)
	case errors.Is(err, errOverBudget):
		all := l.in.Budget.withDefaults()
		c.Status, c.Reason = domain.Unsupported, fmt.Sprintf("The upload has more pictures than are looked at: at most %d frames and %d pixels in all.", all.Frames, all.Pixels)
		if some {
			c.Status = domain.Partial
		}
	default:
		l.in.Log.Error("a picture could not be fingerprinted", "part", part, "error", err)
	}
	return c
}

// membersDetector is what opens archives, in checks.
const membersDetector = "members"

// leave says what came of an archive and, for the one that was sent, what of all that lies in it.
func (l *looking) leave(_ context.Context, f file, o archive.Outcome) error {
	c := domain.Check{Detector: membersDetector, Part: f.name, Status: o.Status, Reason: o.Reason, Temporary: o.Temporary}
	l.cut = l.cut || o.Status != domain.Complete
	if f.behind != nil && f.inside == "" && c.Status == domain.Complete { // what is told of pictures is of the file itself
		c.Status, c.Reason = l.pictures(f)
	}
	l.found.report(c)
	if f.behind != nil || f.inside != "" && !f.holds.Drawing {
		return nil
	}
	for _, t := range l.wanted() {
		if _, is := t.(signal.PictureType); is {
			c := domain.Check{Detector: string(t.Name()), Part: f.name}
			c.Status, c.Reason = l.pictures(f)
			l.found.report(c)
		}
	}
	return nil
}

// pictures says whether an archive was checked for pictures. A file in it that is none is as much a reason to hold it as it would be outside.
func (l *looking) pictures(f file) (domain.CheckStatus, string) {
	switch {
	case f.holds != nil && f.holds.Drawing:
		return domain.Unsupported, "What it draws cannot be looked at; pictures that stand in it were."
	case len(l.strange) == 1:
		return domain.Unsupported, fmt.Sprintf("One of %d files in it is no picture and was compared by its digests alone: %s.", len(l.members), l.strange[0])
	case len(l.strange) > 1:
		return domain.Unsupported, fmt.Sprintf("%d of %d files in it are no pictures and were compared by their digests alone, first %s.", len(l.strange), len(l.members), l.strange[0])
	case l.cut:
		return domain.Partial, "Not all that lies in it could be looked at."
	}
	return domain.Complete, ""
}
