package gate_test

import (
	"testing"
	"time"

	"github.com/google/go-cmp/cmp"

	"github.com/quell-project/quell/internal/domain"
	"github.com/quell-project/quell/internal/gate"
	"github.com/quell-project/quell/internal/pipeline/policy"
)

func TestExcuses(t *testing.T) {
	t.Parallel()
	in := policy.Input{
		Upload:  domain.Upload{ContentID: "post-1", AccountID: "user-4", Surface: "post"},
		Matches: []domain.Match{{BankID: "b1", Signal: "s1"}, {BankID: "b1", Signal: "s2"}, {BankID: "b2", Signal: "s3"}, {BankID: "b1", Signal: "s1"}},
		Now:     noon,
	}
	snooze := func(kind domain.SubjectKind, name string) []domain.Snooze {
		return []domain.Snooze{{Policy: "p", Rule: "r", Subject: domain.Subject{Kind: kind, Name: name}, Until: noon.Add(time.Hour), By: "eva", Reason: "a dispute"}}
	}
	const why = "snoozed by eva until 2026-01-01: a dispute"
	always := []policy.Excuse{{Policy: "p", Rule: "r", Why: why, Always: true}}
	for name, c := range map[string]struct {
		snoozes []domain.Snooze
		want    []policy.Excuse
	}{
		"the account":      {snooze(domain.SubjectAccount, "user-4"), always},
		"another account":  {snooze(domain.SubjectAccount, "user-5"), nil},
		"the content":      {snooze(domain.SubjectContent, "post-1"), always},
		"another content":  {snooze(domain.SubjectContent, "post-2"), nil},
		"the surface":      {snooze(domain.SubjectSurface, "post"), always},
		"a bank":           {snooze(domain.SubjectBank, "b1"), []policy.Excuse{{Policy: "p", Rule: "r", Why: why, Signals: []domain.SignalID{"s1", "s2"}}}},
		"another bank":     {snooze(domain.SubjectBank, "b9"), nil},
		"a signal":         {snooze(domain.SubjectSignal, "s3"), []policy.Excuse{{Policy: "p", Rule: "r", Why: why, Signals: []domain.SignalID{"s3"}}}},
		"one that is over": {[]domain.Snooze{{Subject: domain.Subject{Kind: domain.SubjectAccount, Name: "user-4"}, Until: noon}}, nil},
	} {
		t.Run(name, func(t *testing.T) {
			t.Parallel()
			if diff := cmp.Diff(c.want, gate.Excuses(in, nil, c.snoozes)); diff != "" {
				t.Error(diff)
			}
		})
	}
	got := gate.Excuses(in, []domain.Overturn{{Policy: "p", Rule: "r", Signals: []domain.SignalID{"s1"}, By: "eva", At: noon}}, nil)
	if diff := cmp.Diff([]policy.Excuse{{Policy: "p", Rule: "r", Why: "overturned by eva on 2026-01-01", Overturned: true, Signals: []domain.SignalID{"s1"}}}, got); diff != "" {
		t.Error(diff)
	}
}

func TestANamelessAccountIsNotSnoozed(t *testing.T) {
	t.Parallel()
	s := []domain.Snooze{{Subject: domain.Subject{Kind: domain.SubjectAccount}, Until: noon + 1}}
	if got := gate.Excuses(policy.Input{Now: noon}, nil, s); got != nil {
		t.Errorf("%+v", got)
	}
}
