package policy

import (
	"fmt"
	"strings"

	"github.com/quell-project/quell/internal/domain"
)

// Input is everything a policy may look at.
type Input struct {
	Upload  domain.Upload
	Checks  []domain.Check
	Matches []domain.Match
}

// Outcome is what a policy says.
type Outcome struct {
	Verdict domain.Verdict
	Policy  domain.PolicyRef
	Reason  string // one sentence for people
}

// Default is the policy of a service that has not written its own:
//
//	known-csam    a match with a bank of child-abuse hashes            block
//	known-exact   the very file is known                               block
//	known-near    a near copy of something known                       block
//	known-part    points of a picture lie as those of a known one       hold
//	unchecked     a part could not be checked completely               hold
//	known-good    nothing counts but a match with known-good content   allow
//	no-match      nothing known was found                              allow
//
// The first rule that fits decides. Matches that known-good content outweighs do not count.
type Default struct{}

// Identity of the default policy.
const (
	DefaultID      = "default"
	DefaultVersion = 2
)

// Decide applies the rules. It is a pure function, safe for concurrent use.
func (Default) Decide(in Input) Outcome {
	if m, ok := strongest(in.Matches); ok {
		return known(m)
	}
	for _, c := range in.Checks {
		if c.Status != domain.Complete {
			return unchecked(c)
		}
	}
	for _, m := range in.Matches {
		if m.BankKind == domain.Negative {
			return outcome(domain.Allow, "known-good", fmt.Sprintf("%s matches known-good content in bank %q, which outweighs all else that was found.", m.Part, m.Bank))
		}
	}
	return outcome(domain.Allow, "no-match", "Nothing known was found.")
}

func outcome(v domain.Verdict, rule, reason string) Outcome {
	return Outcome{Verdict: v, Policy: domain.PolicyRef{ID: DefaultID, Version: DefaultVersion, Rule: rule}, Reason: reason}
}

// strongest picks the match that decides: child-abuse banks first, then exact before near, then the smallest distance; of equals the first.
func strongest(matches []domain.Match) (best domain.Match, ok bool) {
	for _, m := range matches {
		if m.BankKind == domain.Negative || m.SuppressedBy != "" {
			continue
		}
		if !ok || stronger(m, best) {
			best, ok = m, true
		}
	}
	return best, ok
}

func stronger(a, b domain.Match) bool {
	if inPart(a) != inPart(b) {
		return inPart(b)
	}
	if csamA, csamB := a.BankKind == domain.KnownCSAM, b.BankKind == domain.KnownCSAM; csamA != csamB {
		return csamA
	}
	if certainty(a) != certainty(b) {
		return certainty(a) > certainty(b)
	}
	return a.Distance < b.Distance
}

// inPart reports whether a match says no more than that points of the pictures agree. They may both show the same building, or the same emblem: a
// person has to look, whatever the bank.
func inPart(m domain.Match) bool { return m.SignalType == domain.Keypoints }

// certainty ranks what a match says: 2 and 1 that this is the very same file (other files with one MD5 can be made), 0 that it looks the same.
func certainty(m domain.Match) int {
	switch m.SignalType {
	case domain.SHA256:
		return 2
	case domain.MD5:
		return 1
	default:
		return 0
	}
}

func known(m domain.Match) Outcome {
	if inPart(m) {
		return outcome(domain.Hold, "known-part", fmt.Sprintf("%s seems to show a known item of bank %q or a part of it: distance %d of %d (%s).", m.Part, m.Bank, m.Distance, m.Limit, m.SignalType))
	}
	what := fmt.Sprintf("%s is a near copy of a known item in bank %q: distance %d of %d (%s).", m.Part, m.Bank, m.Distance, m.Limit, m.SignalType)
	rule := "known-near"
	if certainty(m) > 0 {
		what = fmt.Sprintf("%s is a known file of bank %q (%s).", m.Part, m.Bank, m.SignalType)
		rule = "known-exact"
	}
	if m.BankKind == domain.KnownCSAM {
		rule = "known-csam"
	}
	return outcome(domain.Block, rule, what)
}

func unchecked(c domain.Check) Outcome {
	reason := fmt.Sprintf("%s could not be checked completely (%s %s). %s", c.Part, c.Detector, c.Status, c.Reason)
	return outcome(domain.Hold, "unchecked", strings.TrimSuffix(reason, " "))
}
