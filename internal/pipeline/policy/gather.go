package policy

import (
	"cmp"
	"slices"

	"github.com/quell-project/quell/internal/domain"
)

// Input is what the corridor has found out about an upload.
type Input struct {
	Upload  domain.Upload
	Cause   domain.Cause
	Round   int
	Checks  []domain.Check
	Matches []domain.Match
	Reports []domain.Report // of the content by users of the service, newest first, at most domain.MaxReportsSeen
	Now     domain.Time
}

// Subjects are what counts are kept of that policies see.
func (in Input) Subjects() []domain.Subject {
	subjects := []domain.Subject{{Kind: domain.SubjectSurface, Name: in.Upload.Surface}}
	if in.Upload.AccountID != "" {
		subjects = append(subjects, domain.Subject{Kind: domain.SubjectAccount, Name: string(in.Upload.AccountID)})
	}
	for _, m := range in.Matches {
		subjects = append(subjects, domain.Subject{Kind: domain.SubjectBank, Name: string(m.BankID)}, domain.Subject{Kind: domain.SubjectSignal, Name: string(m.Signal)})
	}
	slices.SortFunc(subjects, func(a, b domain.Subject) int {
		return cmp.Or(cmp.Compare(a.Kind, b.Kind), cmp.Compare(a.Name, b.Name))
	})
	return slices.Compact(subjects)
}

// Gather makes facts of what was found out. Counts are nil for a subject of which none are known.
func (in Input) Gather(counts func(domain.Subject) *domain.Tally) *Facts {
	u := in.Upload
	f := &Facts{
		Env: EnvVersion, Now: in.Now, Cause: string(in.Cause), Round: in.Round, Random: u.ContentID.Random(), AccountID: u.AccountID,
		Content: Content{Surface: u.Surface, Visibility: u.Visibility, Language: u.Language, CreatedAt: u.CreatedAt, Attributes: u.Attributes},
		Surface: counts(domain.Subject{Kind: domain.SubjectSurface, Name: u.Surface}),
	}
	if u.AccountID != "" || u.AccountCreatedAt != 0 {
		f.Account = &Account{CreatedAt: u.AccountCreatedAt}
	}
	if u.AccountID != "" {
		f.Account.Tally = counts(domain.Subject{Kind: domain.SubjectAccount, Name: string(u.AccountID)})
	}
	worst := worstChecks(in.Checks)
	for _, p := range u.Parts {
		f.Media = append(f.Media, partOf(p, worst[p.Name]))
	}
	for _, r := range in.Reports {
		f.Reports = append(f.Reports, Report{Reason: r.Reason, At: r.At})
	}
	for i, m := range in.Matches {
		f.Matches = append(f.Matches, Match{
			Bank:     Bank{Name: m.Bank, Kind: string(m.BankKind), Tally: counts(domain.Subject{Kind: domain.SubjectBank, Name: string(m.BankID)})},
			Signal:   Signal{ID: m.Signal, Type: string(m.SignalType), Tally: counts(domain.Subject{Kind: domain.SubjectSignal, Name: string(m.Signal)})},
			Distance: m.Distance, Limit: m.Limit, Part: m.Part, Frame: m.Frame, View: m.View, Sources: m.Sources, Labels: m.Labels,
			Outweighed: m.SuppressedBy != "", Index: i,
		})
	}
	strongestFirst(f.Matches)
	return f
}

func strongestFirst(matches []Match) {
	slices.SortStableFunc(matches, func(a, b Match) int {
		return cmp.Or(cmp.Compare(a.certainty(), b.certainty()), cmp.Compare(a.Distance, b.Distance))
	})
}

// worstChecks returns the worst check of each part, of equals the first.
func worstChecks(checks []domain.Check) map[string]*domain.Check {
	worst := map[string]*domain.Check{}
	for i := range checks {
		c := &checks[i]
		if w := worst[c.Part]; w == nil || worse(c.Status, w.Status) {
			worst[c.Part] = c
		}
	}
	return worst
}

// partOf joins a part with the worst of its checks. A part without any was not looked at; in an archive it is an empty file.
func partOf(p domain.Part, worst *domain.Check) Part {
	part := Part{Name: p.Name, Type: p.MediaType, Inside: p.Inside, Size: p.Size, Width: p.Width, Height: p.Height, Frames: p.Frames}
	switch {
	case worst != nil:
		part.Check, part.By, part.Reason = string(worst.Status), worst.Detector, worst.Reason
	case part.Inside != "":
		part.Check = string(domain.Complete)
	default:
		part.Check, part.By, part.Reason = string(domain.Failed), "corridor", "It was not looked at."
	}
	return part
}

var statuses = []domain.CheckStatus{domain.Complete, domain.Partial, domain.Unsupported, domain.Failed}

// worse reports whether a check found out less than another. A status that nobody knows is the worst.
func worse(a, b domain.CheckStatus) bool {
	rank := func(s domain.CheckStatus) int {
		if i := slices.Index(statuses, s); i >= 0 {
			return i
		}
		return len(statuses)
	}
	return rank(a) > rank(b)
}

// exact reports whether a match says that this is the very same file.
func (m *Match) exact() bool {
	return m.Signal.Type == string(domain.SHA256) || m.Signal.Type == string(domain.MD5)
}

// certainty ranks what a match says, 0 the most: the same file (other files with one MD5 can be made), a whole picture, a part of one.
func (m *Match) certainty() int {
	switch domain.SignalType(m.Signal.Type) {
	case domain.SHA256:
		return 0
	case domain.MD5:
		return 1
	case domain.Keypoints:
		return 3
	default:
		return 2
	}
}
