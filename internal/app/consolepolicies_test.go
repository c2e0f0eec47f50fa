package app

import (
	"errors"
	"strings"
	"testing"

	"github.com/quell-project/quell/internal/console"
	"github.com/quell-project/quell/internal/domain"
	"github.com/quell-project/quell/internal/pipeline/ingest"
)

// TestTheConsoleActsOnPolicies takes a version to live in a running program as the console does, reads what policies saw of an upload after that, and
// replays the version over it.
func TestTheConsoleActsOnPolicies(t *testing.T) {
	t.Parallel()
	a := running(t, nil)
	room := consolePolicies{policyDesk{a.keeper, a.desk}, a.counts}
	past := consoleReplays{replays{a.store}}
	const name = "label-all"
	if _, err := a.keeper.Draft(t.Context(), name, "policy: label-all\nrules:\n  - id: always\n    when: 'true'\n    decide: label\n", "", "ana"); err != nil {
		t.Fatal(err)
	}
	if err := a.keeper.Check(t.Context(), name, 1, "ana"); err != nil {
		t.Fatal(err)
	}
	m, err := a.keeper.Ask(t.Context(), domain.PolicyMove{Policy: name, Number: 1, To: domain.PolicyLive, By: "ana"})
	if err != nil || m.State != domain.MoveAsked {
		t.Fatalf("asked for: %+v, %v", m, err)
	}
	if _, err := room.Approve(t.Context(), m.ID, "ana", ""); !refused(err) || !strings.Contains(err.Error(), "somebody else") {
		t.Errorf("ana agrees to what she has asked for: %v", err)
	}
	if _, err := room.Approve(t.Context(), m.ID, "ben", "Seen."); err != nil {
		t.Fatal(err)
	}
	if _, err := room.Approve(t.Context(), m.ID, "ben", "Again."); !errors.Is(err, console.ErrNotFound) {
		t.Errorf("what is over is approved: %v", err)
	}
	if _, err := room.Rollback(t.Context(), name, "ben", "No."); !refused(err) {
		t.Errorf("rolled back to nothing: %v", err)
	}
	var d domain.Decision
	eventually(t, "it decides", func() bool {
		var err error
		d, err = a.pipeline.Check(t.Context(), ingest.Submission{ContentID: domain.ContentID(domain.NewID[domain.EventID]()), Parts: []ingest.Part{{
			Name: "signals", Fingerprints: []domain.Fingerprint{{Type: domain.MD5, Value: strings.Repeat("ab", 16)}},
		}}})
		return err == nil && d.Policy.ID == name
	})
	facts, err := a.consoleFacts().FactsOf(t.Context(), d.ID)
	if err != nil || facts == nil || len(facts.Media) != 1 {
		t.Errorf("what policies saw: %+v, %v", facts, err)
	}
	if _, err := a.consoleFacts().FactsOf(t.Context(), domain.NewID[domain.DecisionID]()); !errors.Is(err, console.ErrNotFound) {
		t.Errorf("facts of no decision: %v", err)
	}
	asked, err := a.consoleFacts().Program(t.Context(), name, 1)
	if again, failed := a.consoleFacts().Program(t.Context(), name, 1); err != nil || failed != nil || again != asked {
		t.Errorf("what decides is compiled again to be explained: %v, %v", err, failed)
	}
	if _, err := a.consoleFacts().Program(t.Context(), name, 9); err == nil {
		t.Error("a version that there is not can be asked")
	}
	one, err := past.StartReplay(t.Context(), name, 1, "ben")
	if err != nil {
		t.Fatal(err)
	}
	eventually(t, "it is replayed", func() bool {
		one, err = past.Replay(t.Context(), one.ID)
		if err != nil || one.Failed != "" {
			t.Fatalf("%v, %s", err, one.Failed)
		}
		return one.Report != nil
	})
	if r := one.Report; r.Decisions < 1 || r.Digest == "" {
		t.Errorf("the report is %+v", r)
	}
	for what, err := range map[string]error{
		"policy": second(room.Policy(t.Context(), "none")), "name": second(room.Policy(t.Context(), "../x")), "version": second(room.PolicyVersion(t.Context(), name, 9)),
		"replay": second(past.StartReplay(t.Context(), name, 9, "ben")), "report": second(past.Replay(t.Context(), "x")),
		"alarm": second(room.AckAlarm(t.Context(), "x", "ben")), "snooze": second(room.EndSnooze(t.Context(), "x", "ben")),
	} {
		if !errors.Is(err, console.ErrNotFound) {
			t.Errorf("no such %s: %v", what, err)
		}
	}
}

func refused(err error) bool {
	_, ok := errors.AsType[console.Refusal](err)
	return ok
}

func second[T any](_ T, err error) error { return err }
