package policy_test

import (
	"math/rand/v2"
	"os"
	"slices"
	"sync"
	"testing"

	"github.com/google/go-cmp/cmp"

	"github.com/quell-project/quell/internal/domain"
	"github.com/quell-project/quell/internal/pipeline/policy"
)

func found(bank string, kind domain.BankKind, t domain.SignalType, distance int) domain.Match {
	m := domain.Match{Bank: bank, BankKind: kind, SignalType: t, Distance: distance, Part: "file-1"}
	if t == domain.PDQ {
		m.Limit = 31
	}
	if t == domain.Keypoints {
		m.Limit = 40
	}
	return m
}

func suppressed(m domain.Match) domain.Match {
	m.SuppressedBy = "entry-9"
	return m
}

func check(detector string, status domain.CheckStatus, reason string) domain.Check {
	return domain.Check{Detector: detector, Part: "file-1", Status: status, Reason: reason}
}

// said is what people see of an outcome.
type said struct {
	Verdict domain.Verdict
	Rule    string
	Reason  string
}

// knownContent is the policy that a service starts with.
var knownContent = sync.OnceValues(func() (*policy.Program, error) {
	text, err := os.ReadFile("../../../policies/known-content.yaml")
	if err != nil {
		return nil, err
	}
	p, found := policy.Load(text)
	if p == nil {
		return nil, found
	}
	return p, nil
})

// decide asks the policy that a service starts with about an upload of one part.
func decide(t *testing.T, checks []domain.Check, matches []domain.Match) said {
	t.Helper()
	p, err := knownContent()
	if err != nil {
		t.Fatal(err)
	}
	in := policy.Input{Upload: domain.Upload{Parts: []domain.Part{{Name: "file-1"}}}, Checks: checks, Matches: matches}
	if checks == nil {
		in.Checks = []domain.Check{complete}
	}
	facts := in.Gather(func(domain.Subject) *domain.Tally { return nil })
	out := policy.Combine([]policy.Judged{{Name: p.Document.Name, Ruling: p.Judge(facts, 0)}})
	return said{out.Verdict, out.Policy.Rule, out.Reason}
}

var (
	heron    = found("heron", domain.Known, domain.PDQ, 6)
	abuse    = found("abuse", domain.KnownCSAM, domain.PDQ, 31)
	part     = found("heron", domain.Known, domain.Keypoints, 12)
	good     = found("press", domain.Negative, domain.PDQ, 0)
	complete = check("pdq", domain.Complete, "")
)

// TestRules goes through every rule and what goes before what.
func TestRules(t *testing.T) {
	t.Parallel()
	for name, c := range map[string]struct {
		checks  []domain.Check
		matches []domain.Match
		verdict domain.Verdict
		rule    string
		reason  string
	}{
		"nothing found": {
			[]domain.Check{complete}, nil, domain.Allow, "no-match", "Nothing known was found."},
		"a complete check may have something to say": {
			[]domain.Check{check("pdq", domain.Complete, "There is too little in the picture.")}, nil, domain.Allow, "no-match", "Nothing known was found."},
		"near": {
			[]domain.Check{complete}, []domain.Match{heron},
			domain.Block, "known-near", `file-1 is a near copy of a known item in bank "heron": distance 6 of 31 (pdq).`},
		"the same hash is still only near": {
			nil, []domain.Match{found("heron", domain.Known, domain.PDQ, 0)},
			domain.Block, "known-near", `file-1 is a near copy of a known item in bank "heron": distance 0 of 31 (pdq).`},
		"in part: a person has to look": {
			[]domain.Check{complete}, []domain.Match{part},
			domain.Hold, "known-part", `file-1 seems to show a known item of bank "heron" or a part of it: distance 12 of 40 (keypoints).`},
		"whole goes before in part": {
			nil, []domain.Match{part, found("reed", domain.Known, domain.PDQ, 31)},
			domain.Block, "known-near", `file-1 is a near copy of a known item in bank "reed": distance 31 of 31 (pdq).`},
		"in part of child-abuse imagery: a person has to look, and what is sure goes before": {
			nil, []domain.Match{found("abuse", domain.KnownCSAM, domain.Keypoints, 3)}, domain.Hold, "known-part",
			`file-1 seems to show a known item of bank "abuse" or a part of it: distance 3 of 40 (keypoints).`},
		"sure of one bank, in part of child-abuse imagery": {
			nil, []domain.Match{found("abuse", domain.KnownCSAM, domain.Keypoints, 3), heron},
			domain.Block, "known-near", `file-1 is a near copy of a known item in bank "heron": distance 6 of 31 (pdq).`},
		"the same file by SHA-256": {
			nil, []domain.Match{found("heron", domain.Known, domain.SHA256, 0)}, domain.Block, "known-exact", `file-1 is a known file of bank "heron" (sha256).`},
		"the same file by MD5": {
			nil, []domain.Match{found("heron", domain.Known, domain.MD5, 0)}, domain.Block, "known-exact", `file-1 is a known file of bank "heron" (md5).`},
		"near child-abuse imagery": {
			nil, []domain.Match{abuse}, domain.Block, "known-csam", `file-1 is a known item of bank "abuse": distance 31 of 31 (pdq).`},
		"a file of child-abuse imagery": {
			nil, []domain.Match{found("abuse", domain.KnownCSAM, domain.SHA256, 0)}, domain.Block, "known-csam", `file-1 is a known item of bank "abuse": distance 0 of 0 (sha256).`},
		"a match goes before what could not be checked": {
			[]domain.Check{check("fetch", domain.Failed, "")}, []domain.Match{heron},
			domain.Block, "known-near", `file-1 is a near copy of a known item in bank "heron": distance 6 of 31 (pdq).`},
		"partly checked": {
			[]domain.Check{complete, check("pdq", domain.Partial, "Only the first of 3 frames was checked.")}, nil,
			domain.Hold, "unchecked", "file-1 could not be checked completely (pdq partial). Only the first of 3 frames was checked."},
		"not checked": {
			[]domain.Check{check("fetch", domain.Failed, "The URL could not be fetched: the host answered 503 instead of a document.")}, nil,
			domain.Hold, "unchecked", "file-1 could not be checked completely (fetch failed). The URL could not be fetched: the host answered 503 instead of a document."},
		"cannot be checked": {
			[]domain.Check{check("pdq", domain.Unsupported, "")}, nil, domain.Hold, "unchecked", "file-1 could not be checked completely (pdq unsupported)."},
		"a status that nobody knows": {
			[]domain.Check{check("pdq", "guessed", "")}, nil, domain.Hold, "unchecked", "file-1 could not be checked completely (pdq guessed)."},
		"the first of several that could not be checked is named": {
			[]domain.Check{check("pdq", domain.Failed, "One."), check("md5", domain.Failed, "Two.")}, nil,
			domain.Hold, "unchecked", "file-1 could not be checked completely (pdq failed). One."},
		"known good": {
			[]domain.Check{complete}, []domain.Match{good}, domain.Allow, "known-good", `file-1 matches known-good content in bank "press", which outweighs all else that was found.`},
		"known good, and what it outweighs": {
			[]domain.Check{complete}, []domain.Match{good, suppressed(heron), suppressed(abuse)},
			domain.Allow, "known-good", `file-1 matches known-good content in bank "press", which outweighs all else that was found.`},
		"known good does not make up for what could not be checked": {
			[]domain.Check{check("pdq", domain.Failed, "")}, []domain.Match{good, suppressed(heron)},
			domain.Hold, "unchecked", "file-1 could not be checked completely (pdq failed)."},
		"known good does not make up for what it does not outweigh": {
			[]domain.Check{complete}, []domain.Match{good, suppressed(abuse), heron},
			domain.Block, "known-near", `file-1 is a near copy of a known item in bank "heron": distance 6 of 31 (pdq).`},
		"names of banks cannot break out of the sentence": {
			nil, []domain.Match{found("a\" is fine.\n", domain.Known, domain.MD5, 0)}, domain.Block, "known-exact", `file-1 is a known file of bank "a\" is fine.\n" (md5).`},
	} {
		t.Run(name, func(t *testing.T) {
			t.Parallel()
			if diff := cmp.Diff(said{c.verdict, c.rule, c.reason}, decide(t, c.checks, c.matches)); diff != "" {
				t.Errorf("(-want +got)\n%s", diff)
			}
		})
	}
}

// TestTheStrongestMatchDecides gives matches from the strongest to the weakest: any of them decides against any of those behind it, in
// whatever order they come.
func TestTheStrongestMatchDecides(t *testing.T) {
	t.Parallel()
	strongestFirst := []domain.Match{
		found("1", domain.KnownCSAM, domain.SHA256, 0),
		found("2", domain.KnownCSAM, domain.MD5, 0),
		found("3", domain.KnownCSAM, domain.PDQ, 0),
		found("4", domain.KnownCSAM, domain.PDQ, 30),
		found("5", domain.Known, domain.SHA256, 0),
		found("6", domain.Known, domain.MD5, 0),
		found("7", domain.Known, domain.PDQ, 5),
		found("8", domain.Known, domain.PDQ, 6),
		suppressed(found("9", domain.KnownCSAM, domain.SHA256, 0)),
	}
	r := rand.New(rand.NewPCG(1, 1))
	for i := range strongestFirst[:8] {
		rest := slices.Clone(strongestFirst[i:])
		want := decide(t, nil, rest[:1])
		for range 20 {
			r.Shuffle(len(rest), func(i, j int) { rest[i], rest[j] = rest[j], rest[i] })
			if diff := cmp.Diff(want, decide(t, nil, rest)); diff != "" {
				t.Errorf("number %d (-want +got)\n%s", i+1, diff)
			}
		}
	}
}

func TestOfEqualMatchesTheFirstDecides(t *testing.T) {
	t.Parallel()
	a, b := found("a", domain.Known, domain.PDQ, 6), found("b", domain.Known, domain.PDQ, 6)
	for _, matches := range [][]domain.Match{{a, b}, {b, a}} {
		got := decide(t, nil, matches)
		if want := decide(t, nil, matches[:1]); got != want {
			t.Errorf("%+v, want %+v", got, want)
		}
	}
}

// TestOnlyACompleteCheckIsAllowed tries every verdict-giving combination of a check and a match: nothing is allowed that was not checked.
func TestOnlyACompleteCheckIsAllowed(t *testing.T) {
	t.Parallel()
	for _, status := range []domain.CheckStatus{domain.Complete, domain.Partial, domain.Failed, domain.Unsupported, ""} {
		for _, matches := range [][]domain.Match{nil, {good}, {suppressed(heron)}, {heron}, {abuse}} {
			got := decide(t, []domain.Check{complete, check("pdq", status, "")}, matches)
			if got.Verdict == domain.Allow && status != domain.Complete || got.Reason == "" || got.Rule == "" {
				t.Errorf("%q with %v: %+v", status, matches, got)
			}
		}
	}
}
