package replay_test

import (
	"context"
	"errors"
	"fmt"
	"math"
	"slices"
	"strings"
	"testing"
	"time"

	"github.com/google/go-cmp/cmp"

	"github.com/quell-project/quell/internal/domain"
	"github.com/quell-project/quell/internal/pipeline/policy"
	"github.com/quell-project/quell/internal/replay"
)

// shelf is facts in memory, in the order of their ids.
type shelf []domain.KeptFacts

// CutFacts implements replay.Source.
func (s shelf) CutFacts(_ context.Context, from, before domain.DecisionID, n int) (last domain.DecisionID, err error) {
	for _, f := range s {
		if f.Decision >= from && f.Decision < before && n > 0 {
			last, n = f.Decision, n-1
		}
	}
	return last, nil
}

// EachFacts implements replay.Source.
func (s shelf) EachFacts(_ context.Context, from, last domain.DecisionID, want func(domain.DecisionID) bool, each func(*domain.KeptFacts) error) error {
	for _, f := range s {
		if f.Decision >= from && f.Decision <= last && want(f.Decision) {
			if err := each(&f); err != nil {
				return err
			}
		}
	}
	return nil
}

// begin is when the made-up past begins.
const begin = domain.Time(1_772_366_400_000_000) // 2026-03-01 12:00 UTC

// keep adds a decision of the policy "plain" about made-up facts, an hour after the one before.
func (s *shelf) keep(verdict domain.Verdict, account domain.AccountID, facts policy.Facts) domain.DecisionID {
	at := begin.Add(time.Duration(len(*s)) * time.Hour)
	facts.Now = at
	text, err := facts.Encode()
	if err != nil {
		panic(err)
	}
	id := domain.FirstID[domain.DecisionID](at)
	*s = append(*s, domain.KeptFacts{Decision: id, DecidedAt: at, Account: account, Surface: facts.Content.Surface, Verdict: verdict, Policy: domain.PolicyRef{ID: "plain", Version: 1, Rule: policy.NoRule}, Body: text})
	return id
}

func on(surface string) policy.Facts { return policy.Facts{Content: policy.Content{Surface: surface}} }

// plain holds avatars and blocks banners.
const plain = `
policy: plain
rules:
  - {id: avatars, when: 'content.surface == "avatar"', decide: {outcome: hold, notice: held}}
  - {id: banners, when: 'content.surface == "banner"', decide: block}
`

func options(t testing.TB) replay.Options {
	return replay.Options{Share: 1, Versions: []replay.Version{{Number: 2, Program: program(t, plain)}}, Minutes: 3, Most: 100}
}

func TestReport(t *testing.T) {
	t.Parallel()
	var s shelf
	s.keep(domain.Allow, "ana", on("post"))
	held := s.keep(domain.Allow, "ben", on("avatar"))
	s.keep(domain.Hold, "ana", on("avatar"))
	blocked := s.keep(domain.Hold, "ben", policy.Facts{Content: policy.Content{Surface: "banner", Language: "de"}, Account: &policy.Account{CreatedAt: begin}, Media: []policy.Part{{Name: "file-1", Check: "failed", Reason: "It is cut short."}},
		Matches: []policy.Match{{Bank: policy.Bank{Name: "heron", Kind: "known"}, Signal: policy.Signal{Type: "pdq"}, Distance: 6, Limit: 31, Part: "file-1"}}})
	freed := s.keep(domain.Block, "", on("post"))
	r := run(t, s, options(t))

	if diff := cmp.Diff([]replay.Cell{{Was: domain.Allow, Now: domain.Allow, Count: 1}, {Was: domain.Allow, Now: domain.Hold, Count: 1}, {Was: domain.Hold, Now: domain.Hold, Count: 1}, {Was: domain.Hold, Now: domain.Block, Count: 1}, {Was: domain.Block, Now: domain.Allow, Count: 1}}, r.Verdicts); diff != "" {
		t.Errorf("verdicts (-want +got):\n%s", diff)
	}
	var changes []string
	for _, c := range r.Changes {
		changes = append(changes, fmt.Sprintf("%s %s>%s %s %s", c.Decision, c.Was, c.Now, c.NowBy.Rule, strings.Join(c.Evidence, "; ")))
	}
	want := []string{
		string(held) + " allow>hold avatars ",
		string(blocked) + " hold>block banners file-1 matches bank heron (pdq), distance 6 of 31; file-1: check failed. It is cut short.",
		string(freed) + " block>allow no-match ",
	}
	if diff := cmp.Diff(want, changes); diff != "" || r.Changed != 3 || r.Reworded != 1 {
		t.Errorf("%d changed, %d by another rule (-want +got):\n%s", r.Changed, r.Reworded, diff)
	}
	if r.Acted.Was.Count != 3 || r.Acted.Now.Count != 3 || r.Acted.Diff.By != 0 || r.Acted.Now.Of != 5 {
		t.Errorf("acted on: %+v", r.Acted)
	}
	if diff := cmp.Diff([]replay.Named{{Name: "held", Count: 2}}, r.Notices); diff != "" {
		t.Errorf("notices (-want +got):\n%s", diff)
	}
	if diff := cmp.Diff([]replay.Hit{{Number: 1, Count: 2}}, r.Accounts); diff != "" {
		t.Errorf("accounts (-want +got):\n%s", diff)
	}
	if r.HoursPerWeek != 0 { // one hold came, one went
		t.Errorf("%v more hours a week", r.HoursPerWeek)
	}
	if diff := cmp.Diff([]replay.Named{{Name: "plain@1", Count: 5}}, r.Recorded); diff != "" || r.Others != 0 {
		t.Errorf("%d decided by others (-want +got):\n%s", r.Others, diff)
	}
	names := map[string][]string{}
	for _, g := range r.Breakdowns {
		for _, l := range g.Lines {
			names[g.By] = append(names[g.By], fmt.Sprintf("%s %d %d>%d", l.Name, l.Was.Of, l.Was.Count, l.Now.Count))
		}
	}
	if diff := cmp.Diff(map[string][]string{
		"bank": {"no match 4 2>2", "heron 1 1>1"}, "surface": {"avatar 2 1>2", "post 2 1>0", "banner 1 1>1"},
		"account age": {"not said 4 2>2", "under a day 1 1>1"}, "language": {"not said 4 2>2", "de 1 1>1"},
	}, names); diff != "" {
		t.Errorf("breakdowns (-want +got):\n%s", diff)
	}
}

func TestAgreementWithPeople(t *testing.T) {
	t.Parallel()
	var s shelf
	o := options(t)
	o.Opinions = map[domain.DecisionID]replay.Opinion{}
	say := func(was domain.Verdict, surface string, person domain.Verdict, sample bool) {
		o.Opinions[s.keep(was, "", on(surface))] = replay.Opinion{Verdict: person, Sample: sample}
	}
	say(domain.Block, "banner", domain.Block, false)
	say(domain.Block, "post", domain.Allow, false)
	say(domain.Allow, "avatar", domain.Block, false)
	s.keep(domain.Allow, "", on("banner"))
	a := run(t, s, o).Agreement
	if a.Reviewed != 3 || a.Blocks.Was.Count != 1 || a.Blocks.Was.Of != 2 || a.Blocks.Now.Count != 1 || a.Blocks.Now.Of != 1 || a.Acts.Now.Count != 2 || a.Acts.Now.Of != 2 || a.Blocks.Unreviewed != 1 {
		t.Errorf("%+v", a)
	}
	if a.RecallBefore != nil || !strings.Contains(a.Note, "recall cannot be told") {
		t.Errorf("recall of no sample is %+v: %s", a.RecallBefore, a.Note)
	}
	say(domain.Allow, "avatar", domain.Block, true)
	say(domain.Allow, "post", domain.Block, true)
	say(domain.Allow, "post", domain.Allow, true)
	a = run(t, s, o).Agreement
	if a.Sample != 3 || a.RecallBefore == nil || a.RecallBefore.Count != 0 || a.RecallAfter.Count != 1 || a.RecallAfter.Of != 2 {
		t.Errorf("recall %+v > %+v of %d", a.RecallBefore, a.RecallAfter, a.Sample)
	}
}

func TestReviewHours(t *testing.T) {
	t.Parallel()
	var s shelf
	for range 100 {
		s.keep(domain.Allow, "", on("avatar"))
	}
	o := options(t)
	o.From, o.To = begin, begin.Add(14*24*time.Hour)
	if r := run(t, s, o); r.HoursPerWeek != 2.5 { // 50 holds a week, 3 minutes each
		t.Errorf("%v hours a week, want 2.5", r.HoursPerWeek)
	}
}

func TestASampleIsChosenByItsSeed(t *testing.T) {
	t.Parallel()
	var s shelf
	for range 5000 {
		s.keep(domain.Allow, "", on("avatar"))
	}
	o := options(t)
	o.Share, o.Seed, o.Most = 0.2, "a", 7
	first, again := run(t, s, o), run(t, s, o)
	o.Seed = "b"
	other := run(t, s, o)
	if first.Decisions < 900 || first.Decisions > 1100 || first.Digest != again.Digest || first.Digest == other.Digest {
		t.Errorf("%d and %d of 5000 replayed, digests %s, %s, %s", first.Decisions, other.Decisions, first.Digest, again.Digest, other.Digest)
	}
	if len(first.Changes) != 7 || first.Changed != first.Decisions || !slices.IsSortedFunc(first.Changes, func(a, b replay.Change) int { return strings.Compare(string(a.Decision), string(b.Decision)) }) {
		t.Errorf("%d changes listed of %d", len(first.Changes), first.Changed)
	}
}

func TestAPeriodIsReplayedAndNoMore(t *testing.T) {
	t.Parallel()
	var s shelf
	for range 10 {
		s.keep(domain.Allow, "", on("post"))
	}
	o := options(t)
	o.From, o.To = begin.Add(2*time.Hour), begin.Add(5*time.Hour)
	if r := run(t, s, o); r.Decisions != 3 || r.From != s[2].DecidedAt || r.Last != s[4].DecidedAt {
		t.Errorf("%d decisions from %s to %s", r.Decisions, r.From, r.Last)
	}
}

func TestWhatCannotBeReadIsTold(t *testing.T) {
	t.Parallel()
	var s shelf
	s.keep(domain.Allow, "", on("post"))
	s.keep(domain.Allow, "", on("post"))
	s[1].Body = []byte{0xff}
	if r := run(t, s, options(t)); r.Decisions != 1 || r.Unreadable != 1 || !strings.Contains(r.Trouble, string(s[1].Decision)) {
		t.Errorf("%d replayed, %d unreadable: %s", r.Decisions, r.Unreadable, r.Trouble)
	}
}

func TestDecisionsByPoliciesThatAreNotAskedAreTold(t *testing.T) {
	t.Parallel()
	var s shelf
	s.keep(domain.Allow, "", on("post"))
	s.keep(domain.Allow, "", on("post"))
	s[1].Policy.ID = "another"
	if r := run(t, s, options(t)); r.Others != 1 {
		t.Errorf("%d decided by others", r.Others)
	}
}

func TestAReplayCanBeGivenUp(t *testing.T) {
	t.Parallel()
	var s shelf
	for range 5000 {
		s.keep(domain.Allow, "", on("post"))
	}
	ctx, cancel := context.WithCancel(t.Context())
	o := options(t)
	o.Workers = 1
	_, err := replay.Run(ctx, s, o, func(done, total int) { cancel() })
	if !errors.Is(err, context.Canceled) {
		t.Errorf("given up: %v", err)
	}
	if _, err := replay.Run(t.Context(), s, replay.Options{}, nil); err == nil {
		t.Error("no policy is replayed")
	}
}

func TestInPlace(t *testing.T) {
	t.Parallel()
	a, b := replay.Version{Number: 1, Program: program(t, plain)}, replay.Version{Number: 1, Program: program(t, lenient)}
	for _, c := range []struct {
		force []replay.Version
		want  []int
		at    int
	}{{nil, []int{9}, 0}, {[]replay.Version{b}, []int{1, 9}, 1}, {[]replay.Version{a, b}, []int{9, 1}, 0}} {
		all, at := replay.InPlace(c.force, replay.Version{Number: 9, Program: a.Program})
		var got []int
		for _, v := range all {
			got = append(got, v.Number)
		}
		if !slices.Equal(got, c.want) || at != c.at {
			t.Errorf("%v at %d, want %v at %d", got, at, c.want, c.at)
		}
	}
}

// TestRatesAreWilsons compares with table I of Newcombe (Statistics in Medicine 17, 1998, pages 857–872), method 3.
func TestRatesAreWilsons(t *testing.T) {
	t.Parallel()
	for _, c := range []struct {
		count, of int64
		low, high float64
	}{{81, 263, 0.2553, 0.3662}, {15, 148, 0.0624, 0.1605}, {0, 20, 0, 0.1611}, {1, 29, 0.0061, 0.1718}} {
		r := replay.RateOf(c.count, c.of)
		if math.Abs(r.Low-c.low) > 5e-5 || math.Abs(r.High-c.high) > 5e-5 {
			t.Errorf("%d of %d: %.4f to %.4f, want %.4f to %.4f", c.count, c.of, r.Low, r.High, c.low, c.high)
		}
	}
	if r := replay.RateOf(0, 0); r.Low != 0 || r.High != 1 {
		t.Errorf("nothing of nothing is %+v", r)
	}
}

func TestDifferencesOfPairs(t *testing.T) {
	t.Parallel()
	for both := range int64(4) {
		for first := range int64(8) {
			for second := range int64(8) {
				d, turned := replay.DifferenceOf(both, first, second, 20), replay.DifferenceOf(both, second, first, 20)
				if d.Low > d.By || d.By > d.High || math.Abs(d.By+turned.By) > 1e-12 || math.Abs(d.Low+turned.High) > 1e-12 {
					t.Errorf("%d, %d, %d: %+v, turned round %+v", both, first, second, d, turned)
				}
				more := replay.DifferenceOf(10*both, 10*first, 10*second, 200)
				if more.High-more.Low > d.High-d.Low {
					t.Errorf("%d, %d, %d: of ten times as many the interval is %+v, of so many %+v", both, first, second, more, d)
				}
			}
		}
	}
}
