package app

import (
	"context"
	"fmt"
	"strings"
	"sync"
	"testing"
	"time"

	"github.com/quell-project/quell/internal/domain"
	"github.com/quell-project/quell/internal/pipeline/ingest"
	"github.com/quell-project/quell/internal/platform/store"
	"github.com/quell-project/quell/internal/platform/store/storetest"
	"github.com/quell-project/quell/internal/policies"
	"github.com/quell-project/quell/internal/policies/policiestest"
)

// TestRandomActsKeepToTheModelInBothDatabases is the model of package policies on the desk that the program uses.
func TestRandomActsKeepToTheModelInBothDatabases(t *testing.T) {
	t.Parallel()
	for seed := range uint64(4) {
		storetest.Each(t, func(t *testing.T, cfg store.Config) {
			reached := policiestest.Compare(t, desk{Store: storetest.Open(t, cfg)}, seed, 150, seed%2 == 0, seed%3 > 0)
			if reached["draft"] == 0 || reached["check"] == 0 {
				t.Errorf("only this has happened: %v", reached)
			}
		})
	}
}

// TestOnlyOneOfManyGoesLive lets several people bring versions to live at the same moment: they come one after the other.
func TestOnlyOneOfManyGoesLive(t *testing.T) {
	t.Parallel()
	storetest.Each(t, func(t *testing.T, cfg store.Config) {
		d := desk{Store: storetest.Open(t, cfg)}
		k := &policies.Keeper[string]{Desk: d, Language: policiestest.Language{}, Now: time.Now}
		const n = 8
		for i := range n {
			v, err := k.Draft(t.Context(), policiestest.Name, fmt.Sprint("policy ", i), "", "ana")
			if err == nil {
				err = k.Check(t.Context(), policiestest.Name, v.Number, "ana")
			}
			if err != nil {
				t.Fatal(err)
			}
		}
		var all sync.WaitGroup
		for i := range n {
			all.Go(func() {
				if _, err := k.Ask(t.Context(), domain.PolicyMove{Policy: policiestest.Name, Number: i + 1, To: domain.PolicyLive, By: "ana"}); err != nil {
					t.Errorf("version %d: %v", i+1, err)
				}
			})
		}
		all.Wait()
		life, err := d.PolicyLife(t.Context(), policiestest.Name)
		if err != nil {
			t.Fatal(err)
		}
		live := 0
		for _, v := range life.Versions {
			if v.State == domain.PolicyLive {
				live++
			}
		}
		if live != 1 || len(life.Policy.Before) != n-1 {
			t.Errorf("%d versions are live, and %v were before", live, life.Policy.Before)
		}
	})
}

// TestAPolicyThatGoesLiveDecidesWithinAMoment brings a policy to live in a running program, takes it back, and snoozes it.
func TestAPolicyThatGoesLiveDecidesWithinAMoment(t *testing.T) {
	t.Parallel()
	a := running(t, map[string]string{"policy.second_person": "false"})
	const name = "label-all"
	if _, err := a.keeper.Draft(t.Context(), name, "policy: label-all\nrules:\n  - id: always\n    when: 'true'\n    decide: label\n", "", "ana"); err != nil {
		t.Fatal(err)
	}
	if err := a.keeper.Check(t.Context(), name, 1, "ana"); err != nil {
		t.Fatal(err)
	}
	move := func(to domain.PolicyState) {
		if _, err := a.keeper.Ask(t.Context(), domain.PolicyMove{Policy: name, Number: 1, To: to, By: "ana"}); err != nil {
			t.Fatal(err)
		}
	}
	tries := 0
	verdict := func() domain.Verdict {
		tries++
		d, err := a.pipeline.Check(t.Context(), ingest.Submission{ContentID: domain.ContentID(fmt.Sprint("try-", tries)), AccountID: "user-4", Parts: []ingest.Part{{
			Name: "signals", Fingerprints: []domain.Fingerprint{{Type: domain.MD5, Value: strings.Repeat("ab", 16)}},
		}}})
		if err != nil {
			t.Fatal(err)
		}
		return d.Verdict
	}
	move(domain.PolicyShadow)
	eventually(t, "it is counted in shadow", func() bool {
		if verdict() != domain.Allow {
			t.Fatal("a version in shadow decides")
		}
		counts, err := a.store.ShadowCounts(t.Context(), name, 1, 0, domain.Forever)
		return err == nil && len(counts) > 0 && counts[0].Verdict == domain.Label
	})
	move(domain.PolicyLive)
	eventually(t, "it decides", func() bool { return verdict() == domain.Label })
	_, err := a.desk.AddSnooze(context.Background(), domain.Snooze{Policy: name, Subject: domain.Subject{Kind: domain.SubjectAccount, Name: "user-4"}, Until: domain.At(time.Now().Add(time.Hour)), By: "ana", Reason: "a museum"})
	if err != nil {
		t.Fatal(err)
	}
	eventually(t, "it is snoozed", func() bool { return verdict() == domain.Allow })
}

// TestALiveVersionThatCannotBeReadHoldsEverything writes one that no program can read beside the keeper.
func TestALiveVersionThatCannotBeReadHoldsEverything(t *testing.T) {
	t.Parallel()
	a := running(t, nil)
	err := a.desk.change(t.Context(), func(tx *store.Tx) error {
		seq, err := tx.LockPolicies(t.Context())
		if err != nil {
			return err
		}
		return tx.WritePolicy(t.Context(), domain.PolicyChange{
			Policy: domain.Policy{Name: "tomorrow"}, Versions: []domain.PolicyVersion{{Policy: "tomorrow", Number: 1, Text: "of a language to come", State: domain.PolicyLive}},
		}, seq, nil)
	})
	if err != nil {
		t.Fatal(err)
	}
	eventually(t, "all is held, and an alarm says why", func() bool {
		d, err := a.pipeline.Check(t.Context(), ingest.Submission{ContentID: domain.ContentID(domain.NewID[domain.EventID]()), Parts: []ingest.Part{{
			Name: "signals", Fingerprints: []domain.Fingerprint{{Type: domain.MD5, Value: strings.Repeat("cd", 16)}},
		}}})
		alarms, failed := a.store.Alarms(t.Context(), true, "", 9)
		return err == nil && failed == nil && d.Verdict == domain.Hold && d.Policy.ID == "tomorrow" && len(alarms) == 1 && alarms[0].Kind == domain.AlarmEdition && a.unreadable() == 1
	})
	if _, err := a.consoleFacts().Program(t.Context(), "tomorrow", 1); err == nil {
		t.Error("what holds everything in its place would explain it")
	}
}
