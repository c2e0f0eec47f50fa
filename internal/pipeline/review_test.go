package pipeline_test

import (
	"context"
	"errors"
	"slices"
	"testing"
	"time"

	"github.com/google/go-cmp/cmp"
	"github.com/google/go-cmp/cmp/cmpopts"

	"github.com/quell-project/quell/internal/domain"
	"github.com/quell-project/quell/internal/pipeline"
	"github.com/quell-project/quell/internal/pipeline/ingest"
	"github.com/quell-project/quell/internal/pipeline/policy"
)

// review lets ana judge a decision.
func (w *world) review(t testing.TB, d domain.Decision, v domain.Verdict) domain.Decision {
	t.Helper()
	made, err := w.Review(t.Context(), domain.Review{Judged: d.ID, By: "ana", Verdict: v, Reason: "It is news."})
	if err != nil {
		t.Fatal(err)
	}
	return made
}

// says is a policy that always says the same.
type says policy.Outcome

func (s says) Decide(_ context.Context, in policy.Input) policy.Decided {
	return decided(policy.Outcome(s), in)
}

func hit(rule string, v domain.Verdict, e domain.Effect) domain.RuleHit {
	return domain.RuleHit{Policy: "known", Version: 4, Rule: rule, Value: domain.True, Verdict: v, Effect: e}
}

func TestAReviewIsAFurtherRoundOnTheSameEvidence(t *testing.T) {
	t.Parallel()
	w := newWorld(t)
	w.known.add(t, domain.Known, copyOf(1), domain.MD5)
	first := w.check(t, file("file-1", copyOf(1)))
	w.pass(time.Hour)
	d := w.review(t, first, domain.Label)
	want := first
	want.ID, want.Round, want.Cause, want.By, want.Verdict, want.Reason, want.DecidedAt = d.ID, 2, domain.CauseReview, "ana", domain.Label, "It is news.", start.Add(time.Hour)
	want.Rules = []domain.RuleHit{{
		Policy: "known-content", Rule: "known-exact", Value: domain.True, Verdict: domain.Block, Effect: domain.EffectExcused, Match: 1, Part: "file-1", Note: "overturned by ana",
	}}
	if diff := cmp.Diff(want, d, cmpopts.EquateEmpty()); diff != "" {
		t.Errorf("decision (-want +got):\n%s", diff)
	}
	review := domain.Review{
		Decision: d.ID, Judged: first.ID, Upload: first.UploadID, Policy: first.Policy, Machine: domain.Block, Verdict: domain.Label, By: "ana", Reason: "It is news.", At: d.DecidedAt,
		Overturned: []domain.Overturn{{
			Decision: first.ID, Digest: w.upload(t).Digest, Policy: "known-content", Rule: "known-exact", Signals: []domain.SignalID{"signal-1"}, By: "ana", At: d.DecidedAt,
		}},
	}
	if diff := cmp.Diff([]domain.Review{review}, w.store.reviews); diff != "" {
		t.Errorf("review (-want +got):\n%s", diff)
	}
}

// TestWhatAReviewMeansForRules judges a decision that many rules had something to say about.
func TestWhatAReviewMeansForRules(t *testing.T) {
	t.Parallel()
	rules := []domain.RuleHit{
		hit("blocks", domain.Block, domain.EffectDecided), hit("holds", domain.Hold, domain.EffectAgreed), hit("labels", domain.Label, domain.EffectAgreed),
		hit("excused", domain.Block, domain.EffectExcused), hit("exempted", domain.Block, domain.EffectExempted), hit("ignored", domain.Hold, domain.EffectIgnored),
	}
	guarded := []domain.RuleHit{hit("guarded", domain.Block, domain.EffectGuarded)}
	for name, c := range map[string]struct {
		machine    domain.Verdict
		rules      []domain.RuleHit
		verdict    domain.Verdict
		overturned []string
		upheld     []string
		effects    []domain.Effect
	}{
		"all that acted are too strong": {domain.Block, rules, domain.Allow, []string{"blocks", "holds", "labels", "excused"}, nil,
			[]domain.Effect{domain.EffectExcused, domain.EffectExcused, domain.EffectExcused, domain.EffectExcused, domain.EffectExempted, domain.EffectIgnored}},
		"some are": {domain.Block, rules, domain.Hold, []string{"blocks", "excused"}, []string{"holds", "labels"},
			[]domain.Effect{domain.EffectExcused, domain.EffectAgreed, domain.EffectAgreed, domain.EffectExcused, domain.EffectExempted, domain.EffectIgnored}},
		"who agrees overturns none": {domain.Block, rules, domain.Block, nil, []string{"blocks", "holds", "labels", "excused"},
			[]domain.Effect{domain.EffectAgreed, domain.EffectAgreed, domain.EffectAgreed, domain.EffectAgreed, domain.EffectExempted, domain.EffectIgnored}},
		"who agrees with what a guard made of a rule": {domain.Hold, guarded, domain.Hold, nil, []string{"guarded"}, []domain.Effect{domain.EffectGuarded}},
		"who does not": {domain.Hold, guarded, domain.Allow, []string{"guarded"}, nil, []domain.Effect{domain.EffectExcused}},
		"who would have done what the rule asked for": {domain.Hold, guarded, domain.Block, nil, []string{"guarded"}, []domain.Effect{domain.EffectAgreed}},
		"a rule that hit twice is overturned once": {domain.Block, []domain.RuleHit{hit("blocks", domain.Block, domain.EffectDecided), hit("blocks", domain.Label, domain.EffectAgreed), hit("blocks", domain.Hold, domain.EffectAgreed)},
			domain.Label, []string{"blocks"}, nil, []domain.Effect{domain.EffectExcused, domain.EffectAgreed, domain.EffectExcused}},
		"nobody had asked for anything": {domain.Allow, nil, domain.Block, nil, nil, nil},
	} {
		t.Run(name, func(t *testing.T) {
			t.Parallel()
			w := newWorld(t)
			w.Policy = says{Verdict: c.machine, Policy: domain.PolicyRef{ID: "known", Version: 4, Rule: "blocks"}, Hits: c.rules}
			d := w.review(t, w.check(t, file("file-1", copyOf(1))), c.verdict)
			r := w.store.reviews[0]
			var overturned, upheld []string
			for _, o := range r.Overturned {
				overturned = append(overturned, o.Rule)
			}
			for _, u := range r.Upheld {
				upheld = append(upheld, u.Rule)
			}
			var effects []domain.Effect
			for _, h := range d.Rules {
				effects = append(effects, h.Effect)
			}
			if !slices.Equal(overturned, c.overturned) || !slices.Equal(upheld, c.upheld) || !slices.Equal(effects, c.effects) {
				t.Errorf("overturned %v, upheld %v, effects %v", overturned, upheld, effects)
			}
			if r.Agrees() != (c.machine == c.verdict) {
				t.Errorf("agrees: %v", r.Agrees())
			}
		})
	}
}

func TestWhatIsHeldGoesOnToItsQueueAndWhatIsAllowedHasNoConsequence(t *testing.T) {
	t.Parallel()
	whole := domain.Consequence{Code: "known", Queue: "urgent", Priority: 90, Labels: []string{"violent"}, Notice: "removed", Preserve: "P180D"}
	settled := whole
	settled.Queue, settled.Priority = "", 0
	for v, want := range map[domain.Verdict]domain.Consequence{domain.Allow: {}, domain.Label: settled, domain.Limit: settled, domain.Hold: whole, domain.Block: settled} {
		w := newWorld(t)
		w.Policy = says{Verdict: domain.Block, Then: whole}
		allowed := w.review(t, w.check(t, file("file-1", copyOf(1))), domain.Allow) // which loses nothing of what the policies said
		if diff := cmp.Diff(want, w.review(t, allowed, v).Consequence); diff != "" {
			t.Errorf("%s (-want +got):\n%s", v, diff)
		}
	}
}

func TestASecondReviewIsJudgedAgainstThePolicies(t *testing.T) {
	t.Parallel()
	w := newWorld(t)
	w.known.add(t, domain.Known, copyOf(1), domain.MD5)
	first := w.check(t, file("file-1", copyOf(1)))
	second := w.review(t, first, domain.Allow)
	third := w.review(t, second, domain.Hold)
	fourth := w.review(t, third, domain.Block)
	if fourth.Round != 4 || fourth.Policy != first.Policy {
		t.Errorf("%+v", fourth)
	}
	for i, want := range []struct {
		judged     domain.DecisionID
		overturned int
		upheld     int
	}{{first.ID, 1, 0}, {second.ID, 1, 0}, {third.ID, 0, 1}} {
		if r := w.store.reviews[i]; r.Machine != domain.Block || r.Judged != want.judged || len(r.Overturned) != want.overturned || len(r.Upheld) != want.upheld {
			t.Errorf("review %d: %+v", i+1, r)
		}
	}
}

func TestOnlyTheNewestDecisionIsReviewed(t *testing.T) {
	t.Parallel()
	w := newWorld(t)
	w.known.add(t, domain.Known, copyOf(1), domain.MD5)
	first := w.check(t, file("file-1", copyOf(1)))
	second := w.review(t, first, domain.Allow)
	if again := w.review(t, first, domain.Allow); again.ID != second.ID || len(w.store.reviews) != 1 {
		t.Errorf("the same review again: %+v", again)
	}
	_, err := w.Review(t.Context(), domain.Review{Judged: first.ID, By: "ben", Verdict: domain.Allow, Reason: "It is news."})
	want := "decision " + string(first.ID) + " is not the newest about its upload: that is " + string(second.ID) + ", which says allow"
	if !errors.Is(err, pipeline.ErrSuperseded) || err.Error() != want {
		t.Errorf("got %v, want %s", err, want)
	}
	if _, err := w.Review(t.Context(), domain.Review{Judged: "nothing", By: "ana", Verdict: domain.Allow}); !errors.Is(err, errUnknown) {
		t.Error(err)
	}
	if d, err := w.Review(t.Context(), domain.Review{Judged: second.ID, Verdict: domain.Allow}); err == nil {
		t.Errorf("nobody's review made %+v", d)
	}
}

func TestAReviewThatComesTooLateIsRefused(t *testing.T) {
	t.Parallel()
	w := newWorld(t)
	w.known.add(t, domain.Known, copyOf(1), domain.MD5)
	first := w.check(t, file("file-1", copyOf(1)))
	var faster domain.Decision
	w.store.beforeRecord = func(domain.Recording) { faster = w.review(t, first, domain.Hold) }
	_, err := w.Review(t.Context(), domain.Review{Judged: first.ID, By: "ben", Verdict: domain.Allow})
	if !errors.Is(err, pipeline.ErrSuperseded) || len(w.store.reviews) != 1 || len(w.decided(t)) != 2 {
		t.Errorf("%v after %+v", err, faster)
	}
}

// TestAPersonsDecisionStands walks an upload again in every way that there is, when nothing new matches.
func TestAPersonsDecisionStands(t *testing.T) {
	t.Parallel()
	setUp := func(t *testing.T, v domain.Verdict, parts ...ingest.Part) (*world, domain.Decision) {
		w := newWorld(t)
		w.known.add(t, domain.Known, copyOf(1), domain.MD5)
		return w, w.review(t, w.check(t, parts...), v)
	}
	for _, v := range domain.Verdicts() {
		w, d := setUp(t, v, file("file-1", copyOf(1)))
		if again := w.check(t, file("file-1", copyOf(1))); again.ID != d.ID || again.By != "ana" {
			t.Errorf("%s, sent again: %+v", v, again)
		}
		if again, made := w.reconsider(t); made || again.ID != d.ID {
			t.Errorf("%s, reconsidered: %+v", v, again)
		}
		w.store.reports = append(w.store.reports, domain.Report{ID: "r", ContentID: "post-17"})
		w.Policy = says{Verdict: domain.Block}
		if again, made, err := w.Reported(t.Context(), "post-17"); made || again.ID != d.ID || err != nil {
			t.Errorf("%s, reported: %+v, %v", v, again, err)
		}
		if again, err := w.Note(t.Context(), ingest.Submission{ContentID: "post-17", Parts: []ingest.Part{file("file-1", copyOf(1))}}, nil); again.ID != d.ID || err != nil {
			t.Errorf("%s, noted with less: %+v, %v", v, again, err)
		}
	}
}

func TestAPersonsDecisionStandsWhileAURLIsTriedAgain(t *testing.T) {
	t.Parallel()
	w := newWorld(t)
	w.web.put("https://media.example/17", busy)
	held := w.check(t, url("https://media.example/17"))
	allowed := w.review(t, held, domain.Allow)
	if u := w.upload(t); held.Verdict != domain.Hold || u.DueAt == 0 {
		t.Fatalf("held %+v, due %v", held, u.DueAt)
	}
	w.resume(t)
	again := w.decided(t)[2]
	if again.By != "ana" || again.Verdict != domain.Allow || again.Cause != domain.CauseRetry || again.Reason != allowed.Reason || w.upload(t).Attempts != 2 {
		t.Errorf("busy once more: %+v, %d tries", again, w.upload(t).Attempts)
	}
	w.web.put("https://media.example/17", copyOf(1))
	w.resume(t)
	if d := w.decided(t)[3]; d.By != "ana" || d.Verdict != domain.Allow || status(d, "url", "pdq") != domain.Complete || len(w.upload(t).Parts[0].Fingerprints) == 0 || w.upload(t).DueAt != 0 {
		t.Errorf("there, and nothing known: %+v", d)
	}
	w.known.add(t, domain.Known, pngOf(picture(1)), domain.PDQ)
	if d, made := w.reconsider(t); !made || d.By != "" || d.Verdict != domain.Block {
		t.Errorf("known later: %+v", d)
	}
}

func TestWhatATryFindsThatAPersonHasNotSeenCounts(t *testing.T) {
	t.Parallel()
	w := newWorld(t)
	w.known.add(t, domain.Known, copyOf(1), domain.MD5)
	w.web.put("https://media.example/17", busy)
	w.review(t, w.check(t, url("https://media.example/17")), domain.Allow)
	w.web.put("https://media.example/17", copyOf(1))
	w.resume(t)
	if d := w.decided(t)[2]; d.By != "" || d.Verdict != domain.Block || d.Cause != domain.CauseRetry {
		t.Errorf("%+v", d)
	}
}

func TestAnUploadThatIsGivenUpStaysAsAPersonHasDecided(t *testing.T) {
	t.Parallel()
	w := newWorld(t)
	w.web.put("https://media.example/17", busy)
	w.review(t, w.check(t, url("https://media.example/17")), domain.Label)
	if err := w.Abandon(t.Context(), w.upload(t).ID, "It was tried too often."); err != nil {
		t.Fatal(err)
	}
	if d := w.decided(t)[2]; d.By != "ana" || d.Verdict != domain.Label || w.upload(t).DueAt != 0 {
		t.Errorf("%+v, due %v", d, w.upload(t).DueAt)
	}
}

// TestWhatAPersonHasSeenIsNotNewForHavingBeenGone takes a signal that a person has judged away and back again.
func TestWhatAPersonHasSeenIsNotNewForHavingBeenGone(t *testing.T) {
	t.Parallel()
	w := newWorld(t)
	w.known.add(t, domain.Known, copyOf(1), domain.MD5)
	w.web.put("https://media.example/18", busy)
	parts := []ingest.Part{file("file-1", copyOf(1)), url("https://media.example/18")}
	w.Policy = says{Verdict: domain.Hold}
	w.review(t, w.check(t, parts...), domain.Allow)
	w.known.live(t, 1, false)
	w.web.put("https://media.example/18", copyOf(2))
	w.resume(t)
	if d := w.decided(t)[2]; d.By != "ana" || len(d.Matches) != 1 {
		t.Fatalf("without the signal: %+v", d)
	}
	w.known.live(t, 1, true)
	if d, made := w.reconsider(t); made || d.By != "ana" {
		t.Errorf("with the signal again: %+v", d)
	}
}

func TestWhatIsNewAndMilderDoesNotWeakenAPerson(t *testing.T) {
	t.Parallel()
	w := newWorld(t)
	first := w.check(t, file("file-1", copyOf(1)))
	d := w.review(t, first, domain.Block)
	w.known.add(t, domain.Known, pngOf(picture(1)), domain.PDQ)
	w.Policy = says{Verdict: domain.Label}
	if again, made := w.reconsider(t); made || again.ID != d.ID {
		t.Errorf("%+v", again)
	}
	match := domain.Match{Signal: "signal-9", Part: "file-1", BankKind: domain.Known}
	noted, err := w.Note(t.Context(), ingest.Submission{ContentID: "post-17", Parts: []ingest.Part{file("file-1", copyOf(1))}}, []domain.Match{match})
	if err != nil || noted.By != "ana" || noted.Verdict != domain.Block || len(noted.Matches) != 1 {
		t.Errorf("noted: %+v, %v", noted, err)
	}
	w.Policy = knownContent(t)
	if again, made := w.reconsider(t); !made || again.By != "" || again.Verdict != domain.Block {
		t.Errorf("as strong and new: %+v", again)
	}
}

func TestPoliciesMayFindMoreThanAPersonAfterwards(t *testing.T) {
	t.Parallel()
	w := newWorld(t)
	w.known.add(t, domain.Known, copyOf(1), domain.MD5)
	d := w.review(t, w.check(t, file("file-1", copyOf(1))), domain.Allow)
	w.known.add(t, domain.KnownCSAM, pngOf(picture(1)), domain.PDQ)
	worse, made := w.reconsider(t)
	if !made || worse.By != "" || worse.Verdict != domain.Block || worse.Round != d.Round+1 || worse.Policy.Rule != "known-csam" {
		t.Errorf("%+v", worse)
	}
}

func TestARetryThatAPersonOvertakesLeavesTheirDecision(t *testing.T) {
	t.Parallel()
	w := newWorld(t)
	w.web.put("https://media.example/17", busy)
	held := w.check(t, url("https://media.example/17"))
	w.store.beforeRecord = func(domain.Recording) { w.review(t, held, domain.Block) }
	w.resume(t)
	if all := w.decided(t); len(all) != 2 || all[1].By != "ana" {
		t.Errorf("%+v", all)
	}
}

func TestWhatIsOverturnedOfAURLIsWhatItHasBrought(t *testing.T) {
	t.Parallel()
	w := newWorld(t)
	w.known.add(t, domain.Known, copyOf(1), domain.MD5)
	w.web.put(page, copyOf(1))
	w.review(t, w.check(t, url(page)), domain.Allow)
	u := w.upload(t)
	if got := w.store.reviews[0].Overturned[0].Digest; got == u.Digest || got != u.Sameness() {
		t.Errorf("overturned for %s", got)
	}
}
