package replay_test

import (
	"context"
	"fmt"
	"log/slog"
	"math/rand/v2"
	"testing"
	"time"

	"github.com/google/go-cmp/cmp"

	"github.com/quell-project/quell/internal/domain"
	"github.com/quell-project/quell/internal/gate"
	"github.com/quell-project/quell/internal/pipeline/policy"
	"github.com/quell-project/quell/internal/platform/store"
	"github.com/quell-project/quell/internal/platform/store/storetest"
	"github.com/quell-project/quell/internal/replay"
)

// strict has everything that can make a decision depend on its moment: counts, a quota, a flood guard, unknown values, chance and the account.
const strict = `
policy: strict
limits: {block: {per_hour: 5, over: hold}}
flood: {per_hour: 6, times: 2}
exempt:
  - {id: trusted, when: 'account.id == "user-1"'}
rules:
  - {id: near, when: 'matches.exists(m, m.bank.kind == "known" && m.distance <= 20)', decide: block}
  - {id: busy, when: 'account.uploads.hour > 5', decide: limit}
  - {id: young, when: 'account.age < duration("168h") && size(matches) > 0', decide: hold}
  - {id: unchecked, when: 'media.exists(p, p.check != "complete")', decide: {outcome: hold, notice: unchecked}}
`

const lenient = `
policy: lenient
rules:
  - {id: far, when: 'matches.exists(m, m.distance > 20)', decide: label}
  - {id: sent, when: 'content.surface == "avatar"', decide: {outcome: label, notice: avatar}}
`

func program(t testing.TB, text string) *policy.Program {
	t.Helper()
	p, found := policy.Load([]byte(text))
	if p == nil {
		t.Fatal(found)
	}
	return p
}

// world is a gate with memory and counts that change from one moment to the next.
type world struct{ r *rand.Rand }

// Of implements gate.Tallies.
func (w world) Of(_ context.Context, _ domain.Time, subjects []domain.Subject) (map[domain.Subject]domain.Tally, error) {
	counts := map[domain.Subject]domain.Tally{}
	for _, s := range subjects {
		if n := w.r.Int64N(12); n > 1 {
			c := domain.Counts{Hour: n, Day: 2 * n, Week: 3 * n}
			counts[s] = domain.Tally{Uploads: c, Matches: c, Blocks: c, Holds: c}
		}
	}
	return counts, nil
}

// Excuses implements gate.Memory.
func (w world) Excuses(_ context.Context, in policy.Input) (all []policy.Excuse, err error) {
	if w.r.IntN(4) == 0 {
		e := policy.Excuse{Policy: "strict", Rule: []string{"near", "young", ""}[w.r.IntN(3)], Why: "overturned", Always: w.r.IntN(2) == 0}
		for _, m := range in.Matches[:w.r.IntN(len(in.Matches)+1)] {
			e.Signals = append(e.Signals, m.Signal)
		}
		all = append(all, e)
	}
	return all, nil
}

// input is a made-up upload as the corridor has looked at it.
func (w world) input(i int) policy.Input {
	r := w.r
	now := domain.At(time.Now())
	in := policy.Input{
		Upload: domain.Upload{
			ID: domain.NewID[domain.UploadID](), ContentID: domain.ContentID(fmt.Sprint("post-", i)), AccountID: domain.AccountID(fmt.Sprint("user-", r.IntN(5))), Digest: fmt.Sprint(i),
			Surface: []string{"post", "avatar"}[r.IntN(2)], State: domain.Decided, Parts: []domain.Part{{Name: "file-1"}, {Name: "file-2"}}, Attributes: map[string]any{"score": r.Float64()},
		},
		Cause: domain.CauseUpload, Round: 1, Now: now,
		Checks: []domain.Check{{Detector: "pdq", Part: "file-1", Status: domain.Complete}, {Detector: "pdq", Part: "file-2", Status: []domain.CheckStatus{domain.Complete, domain.Complete, domain.Failed}[r.IntN(3)]}},
	}
	for range r.IntN(3) {
		kind := []domain.BankKind{domain.Known, domain.Known, domain.Negative}[r.IntN(3)]
		in.Matches = append(in.Matches, domain.Match{Bank: "heron", BankID: "b", BankKind: kind, Signal: domain.SignalID(fmt.Sprint("s-", r.IntN(6))), SignalType: domain.PDQ, Distance: r.IntN(40), Limit: 40, Part: "file-1"})
	}
	return in
}

// past decides made-up uploads by the real gate and records them; it returns the versions that were in force.
func past(t *testing.T, s *store.Store, seed uint64, n int) (force []replay.Version, decided []domain.Decision) {
	t.Helper()
	w := world{rand.New(rand.NewPCG(seed, 1))}
	force = []replay.Version{{Number: 3, Program: program(t, strict)}, {Number: 1, Program: program(t, lenient)}}
	g := &gate.Gate{Tallies: w, Memory: w, Alarm: func(domain.Alarm) {}, Log: slog.New(slog.DiscardHandler), Lines: func() (lines []gate.Line) {
		for _, v := range force {
			lines = append(lines, gate.Line{Name: v.Program.Document.Name, Live: &gate.Version{Number: v.Number, Program: v.Program}})
		}
		return lines
	}}
	var recordings []domain.Recording
	for i := range n {
		in := w.input(i)
		out := g.Decide(t.Context(), in)
		facts, err := out.Facts.Encode()
		if err != nil {
			t.Fatal(err)
		}
		d := domain.Decision{ID: domain.NewID[domain.DecisionID](), UploadID: in.Upload.ID, ContentID: in.Upload.ContentID, Round: 1, Verdict: out.Verdict, Policy: out.Policy, DecidedAt: in.Now}
		decided = append(decided, d)
		recordings = append(recordings, domain.Recording{Upload: in.Upload, Decision: d, Facts: facts, Seal: func(d domain.Decision) (domain.Leaf, domain.Event, error) {
			return domain.Leaf{ID: domain.NewID[domain.EventID]()}, domain.Event{ID: domain.NewID[domain.EventID](), Subject: domain.SubjectDecisionMade, Body: []byte(`{}`)}, nil
		}})
	}
	if err := s.Tx(t.Context(), func(tx *store.Tx) error {
		_, err := tx.RecordDecisions(t.Context(), recordings)
		return err
	}); err != nil {
		t.Fatal(err)
	}
	return force, decided
}

func run(t testing.TB, src replay.Source, o replay.Options) *replay.Report {
	t.Helper()
	r, err := replay.Run(t.Context(), src, o, nil)
	if err != nil {
		t.Fatal(err)
	}
	return r
}

// TestWhatWasInForceDecidesWhatTheGateDecided replays random uploads, of which nothing is left but the facts.
func TestWhatWasInForceDecidesWhatTheGateDecided(t *testing.T) {
	t.Parallel()
	storetest.Each(t, func(t *testing.T, cfg store.Config) {
		s := storetest.Open(t, cfg)
		force, decided := past(t, s, 7, 2500)
		o := replay.Options{Share: 1, Versions: force, Most: 10}
		before := run(t, s, o)
		if before.Decisions != int64(len(decided)) || before.Changed != 0 || before.Reworded != 0 || before.Others != 0 || before.Unreadable != 0 {
			t.Errorf("%d of %d decisions replayed, %d unreadable, %d changed, %d by another rule, %d by others: %+v",
				before.Decisions, len(decided), before.Unreadable, before.Changed, before.Reworded, before.Others, before.Changes)
		}
		if len(before.Verdicts) < 5 {
			t.Errorf("the past is too plain to show anything: %+v", before.Verdicts)
		}
		for _, table := range []string{"matches", "renditions", "decisions", "uploads"} {
			if _, err := storetest.SQL(t, cfg).ExecContext(t.Context(), `delete from `+table); err != nil {
				t.Fatal(err)
			}
		}
		for _, workers := range []int{1, 2, 7} {
			o.Workers = workers
			if diff := cmp.Diff(before, run(t, s, o)); diff != "" {
				t.Errorf("%d workers, when all but the facts is gone (-before +after):\n%s", workers, diff)
			}
		}
	})
}
