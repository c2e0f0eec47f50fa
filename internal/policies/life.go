package policies

import (
	"crypto/sha256"
	"encoding/hex"
	"errors"
	"fmt"
	"regexp"
	"slices"
	"time"

	"github.com/quell-project/quell/internal/domain"
)

// ErrRefused says that an act is not possible in the state in which the policy is, or not for this person.
var ErrRefused = errors.New("not possible")

// ErrNotThere says that there is no such policy, version, request or step.
var ErrNotThere = errors.New("not found")

// ErrMalformed says that what was asked has no meaning.
var ErrMalformed = errors.New("not acceptable")

// Rules are what a service has settled about the life of policies.
type Rules struct {
	SecondPerson bool          // what changes what is decided needs somebody who agrees
	Lapses       time.Duration // after which a request that nobody has answered is void
}

// Bounds of what people write.
const (
	MaxText     = 1 << 20 // bytes of a policy
	MaxReason   = 1000    // bytes of notes and reasons
	MaxVersions = 10_000  // of one policy
	maxBefore   = 100     // versions that a policy can be rolled back through
)

// BuiltIn is the number of the version that comes with the program, and Maker is who wrote it.
const (
	BuiltIn = 0
	Maker   = "quell"
)

var nameForm = regexp.MustCompile(`^[a-z0-9][a-z0-9-]{0,62}$`)

// CheckName returns what is wrong with the name of a policy.
func CheckName(name string) error {
	if !nameForm.MatchString(name) {
		return fmt.Errorf("the name %.80q of a policy: %w; write up to 63 small letters, digits and -", name, ErrMalformed)
	}
	return nil
}

// Digest is the name of a text: its SHA-256 in hex.
func Digest(text string) string {
	sum := sha256.Sum256([]byte(text))
	return hex.EncodeToString(sum[:])
}

// Life is a policy on which acts are tried. It does no I/O: Change says what is to be written when all went well.
type Life struct {
	rules   Rules
	now     domain.Time
	data    domain.PolicyLife
	changed changes
}

// changes notes what differs from what was there.
type changes struct {
	versions map[int]bool
	moves    map[domain.EventID]bool
	texts    map[int]string
	steps    []domain.PolicyStep
	reviewed []domain.PolicyStep
	alarms   []domain.Alarm
	placed   bool
}

// NewLife makes a life of what is on record about a policy. ready is the text that the program has for a policy of this name, or "".
func NewLife(data domain.PolicyLife, ready string, rules Rules, now domain.Time) *Life {
	data.Versions, data.Moves, data.Flagged = slices.Clone(data.Versions), slices.Clone(data.Moves), slices.Clone(data.Flagged)
	data.Policy.Before = slices.Clone(data.Policy.Before)
	l := &Life{rules: rules, now: now, data: data, changed: changes{versions: map[int]bool{}, moves: map[domain.EventID]bool{}, texts: map[int]string{}}}
	if ready == "" {
		return l
	}
	if v, err := l.version(BuiltIn); err == nil {
		v.Digest = Digest(ready) // the program may be another one by now
	} else if data.Policy.At == 0 {
		l.data.Versions = slices.Insert(l.data.Versions, 0, builtIn(data.Policy.Name, ready))
	}
	return l
}

// builtIn is the version of a policy that comes with the program.
func builtIn(name, text string) domain.PolicyVersion {
	return domain.PolicyVersion{Policy: name, Number: BuiltIn, Digest: Digest(text), Note: "comes with Quell", State: domain.PolicyLive, By: Maker}
}

// Data returns the policy as the acts have left it.
func (l *Life) Data() domain.PolicyLife { return l.data }

// Change returns what the acts have changed, and whether that is anything.
func (l *Life) Change() (domain.PolicyChange, bool) {
	c := domain.PolicyChange{Policy: l.data.Policy, Steps: l.changed.steps, Reviewed: l.changed.reviewed, Alarms: l.changed.alarms}
	for _, v := range l.data.Versions {
		if first := v.Number == BuiltIn && l.data.Policy.At == 0; l.changed.versions[v.Number] || first {
			v.Text = l.changed.texts[v.Number]
			c.Versions = append(c.Versions, v)
		}
	}
	for _, m := range l.data.Moves {
		if l.changed.moves[m.ID] {
			c.Moves = append(c.Moves, m)
		}
	}
	return c, l.changed.placed || len(c.Moves)+len(c.Steps)+len(c.Reviewed) > 0
}

// version finds a version by its number.
func (l *Life) version(number int) (*domain.PolicyVersion, error) {
	for i := range l.data.Versions {
		if l.data.Versions[i].Number == number {
			return &l.data.Versions[i], nil
		}
	}
	return nil, fmt.Errorf("version %d of policy %q: %w", number, l.data.Policy.Name, ErrNotThere)
}

// in returns the version that is in a state of which there is at most one, or nil.
func (l *Life) in(s domain.PolicyState) *domain.PolicyVersion {
	for i := range l.data.Versions {
		if l.data.Versions[i].State == s {
			return &l.data.Versions[i]
		}
	}
	return nil
}

// Draft writes a text down. It changes the newest version if that is a draft of the same person; else it begins a new one, so that nobody's text is
// changed by another. The text of the newest version again changes nothing.
func (l *Life) Draft(text, note, by string) (domain.PolicyVersion, error) {
	digest := Digest(text)
	switch {
	case by == "":
		return domain.PolicyVersion{}, fmt.Errorf("a version that nobody wrote: %w", ErrMalformed)
	case text == "" || len(text) > MaxText:
		return domain.PolicyVersion{}, fmt.Errorf("a policy of %d bytes: %w; write 1 to %d", len(text), ErrMalformed, MaxText)
	case len(note) > MaxReason:
		return domain.PolicyVersion{}, fmt.Errorf("a note of %d bytes: %w; write at most %d", len(note), ErrMalformed, MaxReason)
	case len(l.data.Versions) >= MaxVersions:
		return domain.PolicyVersion{}, fmt.Errorf("policy %q has %d versions, as many as there may be: %w", l.data.Policy.Name, len(l.data.Versions), ErrRefused)
	}
	number := 1
	if n := len(l.data.Versions); n > 0 {
		newest := &l.data.Versions[n-1]
		if newest.Number != BuiltIn && newest.Digest == digest {
			return *newest, nil
		}
		if newest.State == domain.PolicyDraft && newest.By == by {
			return l.write(newest, text, note, by), nil
		}
		number = newest.Number + 1
	}
	l.data.Versions = append(l.data.Versions, domain.PolicyVersion{Policy: l.data.Policy.Name, Number: number, By: by, At: l.now})
	return l.write(&l.data.Versions[len(l.data.Versions)-1], text, note, by), nil
}

// write gives a draft its text.
func (l *Life) write(v *domain.PolicyVersion, text, note, by string) domain.PolicyVersion {
	v.Digest, v.Note = Digest(text), note
	l.changed.texts[v.Number] = text
	l.step(v, domain.PolicyDraft, by, domain.PolicyStep{Reason: note})
	return *v
}

// Check makes a draft immutable. digest is that of the text that was found good; a draft that is another one by now is refused.
func (l *Life) Check(number int, digest, by string) error {
	v, err := l.version(number)
	if err != nil {
		return err
	}
	if v.State != domain.PolicyDraft {
		return nil // it was checked, and has not changed since
	}
	if v.Digest != digest {
		return fmt.Errorf("version %d of policy %q was changed while it was checked: %w; check it again", number, v.Policy, ErrRefused)
	}
	l.step(v, domain.PolicyChecked, by, domain.PolicyStep{})
	return nil
}

// Place puts the policy at another place among the others.
func (l *Life) Place(position int) error {
	const most = 1_000_000
	if position < -most || position > most {
		return fmt.Errorf("position %d: %w; write a number from %d to %d", position, ErrMalformed, -most, most)
	}
	l.data.Policy.Position, l.changed.placed = position, true
	return nil
}

// Review notes that somebody else has looked at what was done in an emergency.
func (l *Life) Review(id domain.EventID, by string) error {
	for i, s := range l.data.Flagged {
		if s.ID != id {
			continue
		}
		v, err := l.version(s.Number)
		if err != nil {
			return err
		}
		if err := another(by, s.By, v.By); err != nil {
			return err
		}
		s.Reviewed = by
		l.changed.reviewed = append(l.changed.reviewed, s)
		l.data.Flagged = slices.Delete(l.data.Flagged, i, i+1)
		return nil
	}
	return fmt.Errorf("emergency %.80q of policy %q that waits for a review: %w", id, l.data.Policy.Name, ErrNotThere)
}

// another returns an error unless by is a person other than those who asked and wrote.
func another(by, asked, wrote string) error {
	switch by {
	case "":
		return fmt.Errorf("nobody cannot agree: %w", ErrMalformed)
	case asked:
		return fmt.Errorf("it was asked for by %s: %w; somebody else has to agree", by, ErrRefused)
	case wrote:
		return fmt.Errorf("the version was written by %s: %w; somebody else has to agree", by, ErrRefused)
	}
	return nil
}

// step brings a version into a state and writes that down. s may say why and who agreed.
func (l *Life) step(v *domain.PolicyVersion, to domain.PolicyState, by string, s domain.PolicyStep) {
	s.ID, s.Policy, s.Number, s.From, s.To, s.Share, s.By, s.At = domain.NewID[domain.EventID](), v.Policy, v.Number, v.State, to, v.Share, by, l.now
	v.State, v.Changed = to, l.now
	l.changed.versions[v.Number] = true
	l.changed.steps = append(l.changed.steps, s)
	if s.Emergency {
		l.data.Flagged = append(l.data.Flagged, s)
	}
}
