package storetest

import (
	"context"
	"errors"
	"fmt"
	"testing"
	"time"

	"github.com/google/go-cmp/cmp"

	"github.com/quell-project/quell/internal/domain"
	"github.com/quell-project/quell/internal/platform/store"
)

// sealStep makes a leaf that shows what it was given.
func sealStep(s domain.PolicyStep, digest string) domain.Leaf {
	return domain.Leaf{ID: domain.NewID[domain.EventID](), Kind: "policy", Salt: "5a17", Digest: fmt.Sprintf("%s %d %s", s.Policy, s.Number, digest)}
}

// writePolicy writes a change down.
func writePolicy(t testing.TB, s *store.Store, c domain.PolicyChange) {
	t.Helper()
	change(t, s, func(ctx context.Context, tx *store.Tx) error {
		seq, err := tx.LockPolicies(ctx)
		if err != nil {
			return err
		}
		return tx.WritePolicy(ctx, c, seq, sealStep)
	})
}

func policyVersion(number int, text string, state domain.PolicyState) domain.PolicyVersion {
	return domain.PolicyVersion{
		Policy: "night-watch", Number: number, Text: text, Digest: "digest of " + text, Note: "note", State: state, Share: 0.25, By: "ana", At: start, Changed: start + 1,
	}
}

func policyStep(number int, from, to domain.PolicyState) domain.PolicyStep {
	return domain.PolicyStep{
		ID: domain.NewID[domain.EventID](), Policy: "night-watch", Number: number, From: from, To: to, Share: 0.25, By: "ana", Second: "ben", Reason: "why", At: start,
	}
}

var policyTests = []test{
	{"are read as they were written", func(t *testing.T, cfg store.Config) {
		s := Open(t, cfg)
		none := must(s.PolicyLife(t.Context(), "night-watch"))(t)
		if none.Policy.At != 0 || none.Policy.Name != "night-watch" || len(none.Versions) > 0 {
			t.Errorf("nobody has written it, and it is %+v", none)
		}
		c := domain.PolicyChange{
			Policy:   domain.Policy{Name: "night-watch", Before: []int{0, 2}, At: 0},
			Versions: []domain.PolicyVersion{policyVersion(1, "one", domain.PolicyDraft), policyVersion(2, "two", domain.PolicyLive)},
			Steps:    []domain.PolicyStep{policyStep(1, "", domain.PolicyDraft), policyStep(2, domain.PolicyShadow, domain.PolicyLive)},
			Moves: []domain.PolicyMove{{
				ID: domain.NewID[domain.EventID](), Policy: "night-watch", Number: 1, To: domain.PolicyCanary, Share: 0.5, StartsAt: 3, EndsAt: 4, By: "ana", Reason: "why",
				Emergency: true, Ends: true, State: domain.MoveAsked, At: start, DueAt: start + 9,
			}},
		}
		c.Steps[1].Emergency = true
		writePolicy(t, s, c)
		life := must(s.PolicyLife(t.Context(), "night-watch"))(t)
		if life.Policy.At == 0 || life.Policy.Position != 1 {
			t.Errorf("the policy is %+v", life.Policy)
		}
		want := domain.PolicyLife{Policy: life.Policy, Moves: c.Moves, Flagged: c.Steps[1:]}
		want.Policy.Before = c.Policy.Before
		for _, v := range c.Versions {
			v.Text = ""
			want.Versions = append(want.Versions, v)
		}
		if diff := cmp.Diff(want, life); diff != "" {
			t.Errorf("(-want +got)\n%s", diff)
		}
		if diff := cmp.Diff(c.Versions[1], must(s.PolicyVersion(t.Context(), "night-watch", 2))(t)); diff != "" {
			t.Errorf("version (-want +got)\n%s", diff)
		}
		newest := must(s.PolicySteps(t.Context(), "night-watch", "", 1))(t)
		older := must(s.PolicySteps(t.Context(), "night-watch", newest[0].ID, 5))(t)
		if diff := cmp.Diff([]domain.PolicyStep{c.Steps[1], c.Steps[0]}, append(newest, older...)); diff != "" {
			t.Errorf("steps (-want +got)\n%s", diff)
		}
		if diff := cmp.Diff(c.Moves, must(s.PolicyMoves(t.Context(), "night-watch", 5))(t)); diff != "" {
			t.Errorf("moves (-want +got)\n%s", diff)
		}
		if got := must(s.PolicyOfMove(t.Context(), c.Moves[0].ID))(t); got != "night-watch" {
			t.Errorf("the move is of %q", got)
		}
		_, err := s.PolicyOfMove(t.Context(), "none")
		wantError(t, err, store.ErrNotFound, "PolicyOfMove")
		_, err = s.PolicyVersion(t.Context(), "night-watch", 9)
		wantError(t, err, store.ErrNotFound, "PolicyVersion")
	}},
	{"keep the text of a version that was checked, whatever is written", func(t *testing.T, cfg store.Config) {
		s := Open(t, cfg)
		p := domain.Policy{Name: "night-watch"}
		for _, c := range []struct {
			v    domain.PolicyVersion
			want string
		}{
			{policyVersion(1, "one", domain.PolicyDraft), "one"}, {policyVersion(1, "two", domain.PolicyDraft), "two"}, {policyVersion(1, "", domain.PolicyChecked), "two"},
			{policyVersion(1, "three", domain.PolicyShadow), "two"}, {policyVersion(1, "four", domain.PolicyDraft), "two"},
		} {
			writePolicy(t, s, domain.PolicyChange{Policy: p, Versions: []domain.PolicyVersion{c.v}})
			if got := must(s.PolicyVersion(t.Context(), "night-watch", 1))(t); got.Text != c.want || got.State != c.v.State {
				t.Errorf("%q as %s leaves %q as %s, want %q", c.v.Text, c.v.State, got.Text, got.State, c.want)
			}
		}
	}},
	{"are changed whole or not at all, with a leaf for every step and an event", func(t *testing.T, cfg store.Config) {
		s := Open(t, cfg)
		c := domain.PolicyChange{
			Policy: domain.Policy{Name: "night-watch"}, Versions: []domain.PolicyVersion{policyVersion(1, "one", domain.PolicyDraft)},
			Steps:  []domain.PolicyStep{policyStep(1, "", domain.PolicyDraft)},
			Alarms: []domain.Alarm{{Kind: domain.AlarmSchedule, Policy: "night-watch", Version: 1, Text: "It could not."}},
		}
		broken := errors.New("the machine lost its power")
		err := s.Tx(t.Context(), func(tx *store.Tx) error {
			seq, err := tx.LockPolicies(t.Context())
			if err == nil {
				err = tx.WritePolicy(t.Context(), c, seq, sealStep)
			}
			return errors.Join(err, broken)
		})
		wantError(t, err, broken, "Tx")
		tables := []string{"policies", "policy_versions", "policy_steps", "audit_leaves", "alarms", "outbox"}
		if diff := cmp.Diff(map[string]int{"policies": 0, "policy_versions": 0, "policy_steps": 0, "audit_leaves": 0, "alarms": 0, "outbox": 0}, rowCounts(t, cfg, tables...)); diff != "" {
			t.Errorf("after a failure (-want +got)\n%s", diff)
		}
		if seq := must(s.PolicySeq(t.Context()))(t); seq != 0 {
			t.Errorf("after a failure the change is number %d", seq)
		}
		writePolicy(t, s, c)
		if diff := cmp.Diff(map[string]int{"policies": 1, "policy_versions": 1, "policy_steps": 1, "audit_leaves": 1, "alarms": 1, "outbox": 2}, rowCounts(t, cfg, tables...)); diff != "" {
			t.Errorf("(-want +got)\n%s", diff)
		}
		events := eventsOf(t, s, domain.SubjectPolicyChanged)
		if len(events) != 1 || string(events[0].Body) != `{"policy":"night-watch","seq":1}` {
			t.Errorf("events %+v", events)
		}
	}},
	{"stand in their order with the versions that are asked", func(t *testing.T, cfg store.Config) {
		s := Open(t, cfg)
		for i, p := range []domain.Policy{{Name: "b"}, {Name: "c", Position: -1}, {Name: "a"}, {Name: "z", Position: 1}} {
			var versions []domain.PolicyVersion
			for n, state := range append([]domain.PolicyState{domain.PolicyRetired}, domain.PolicyStates()...) {
				if i == 0 {
					v := policyVersion(n, "text", state)
					v.Policy = p.Name
					versions = append(versions, v)
				}
			}
			writePolicy(t, s, domain.PolicyChange{Policy: p, Versions: versions})
		}
		got := must(s.PolicyStanding(t.Context(), start))(t)
		names, states := "", map[domain.PolicyState]int{}
		for _, p := range got.Policies {
			names += fmt.Sprintf("%s %d, ", p.Name, p.Position)
		}
		for _, v := range got.Versions {
			states[v.State] = v.Number
			if v.Text != "text" {
				t.Errorf("version %d has the text %q", v.Number, v.Text)
			}
		}
		if names != "c -1, b 1, z 1, a 2, " || got.Seq != 4 {
			t.Errorf("the order is %s at change %d", names, got.Seq)
		}
		want := map[domain.PolicyState]int{domain.PolicyRetired: 0, domain.PolicyShadow: 3, domain.PolicyCanary: 4, domain.PolicyLive: 5}
		if diff := cmp.Diff(want, states); diff != "" {
			t.Errorf("(-want +got)\n%s", diff)
		}
	}},
	{"have moves that are due until they are over", func(t *testing.T, cfg store.Config) {
		s := Open(t, cfg)
		m := domain.PolicyMove{ID: domain.NewID[domain.EventID](), Policy: "night-watch", Number: 1, To: domain.PolicyLive, By: "ana", State: domain.MovePlanned, DueAt: start}
		write := func() {
			writePolicy(t, s, domain.PolicyChange{Policy: domain.Policy{Name: "night-watch"}, Moves: []domain.PolicyMove{m}})
		}
		write()
		for at, want := range map[domain.Time]int{start - 1: 0, start: 1, start + 1: 1} {
			if got := must(s.DuePolicies(t.Context(), at))(t); len(got) != want {
				t.Errorf("%d after its time %v are due", at-start, got)
			}
		}
		m.State, m.DueAt, m.Second, m.Answer = domain.MoveRefused, 0, "ben", "no"
		write()
		if got := must(s.DuePolicies(t.Context(), start))(t); len(got) != 0 {
			t.Errorf("due are %v", got)
		}
		if life := must(s.PolicyLife(t.Context(), "night-watch"))(t); len(life.Moves) > 0 {
			t.Errorf("open are %+v", life.Moves)
		}
		if diff := cmp.Diff([]domain.PolicyMove{m}, must(s.PolicyMoves(t.Context(), "night-watch", 9))(t)); diff != "" {
			t.Errorf("(-want +got)\n%s", diff)
		}
	}},
	{"have emergencies that are reviewed once", func(t *testing.T, cfg store.Config) {
		s := Open(t, cfg)
		step := policyStep(1, domain.PolicyChecked, domain.PolicyLive)
		step.Emergency = true
		p := domain.Policy{Name: "night-watch"}
		writePolicy(t, s, domain.PolicyChange{Policy: p, Versions: []domain.PolicyVersion{policyVersion(1, "one", domain.PolicyLive)}, Steps: []domain.PolicyStep{step}})
		step.Reviewed = "cyd"
		writePolicy(t, s, domain.PolicyChange{Policy: p, Reviewed: []domain.PolicyStep{step}})
		if diff := cmp.Diff([]domain.PolicyStep{step}, must(s.PolicySteps(t.Context(), "night-watch", "", 9))(t)); diff != "" {
			t.Errorf("(-want +got)\n%s", diff)
		}
		if life := must(s.PolicyLife(t.Context(), "night-watch"))(t); len(life.Flagged) > 0 {
			t.Errorf("flagged are %+v", life.Flagged)
		}
		err := s.Tx(t.Context(), func(tx *store.Tx) error {
			return tx.WritePolicy(t.Context(), domain.PolicyChange{Policy: p, Reviewed: []domain.PolicyStep{step}}, 9, sealStep)
		})
		wantError(t, err, store.ErrNotFound, "a second review")
	}},
}

var snoozeTests = []test{
	{"are live until their time, or until somebody ends them", func(t *testing.T, cfg store.Config) {
		cfg, now := stopped(cfg)
		s := Open(t, cfg)
		add := func(until domain.Time) (made domain.Snooze) {
			change(t, s, func(ctx context.Context, tx *store.Tx) (err error) {
				made, err = tx.AddSnooze(ctx, domain.Snooze{
					Policy: "night-watch", Rule: "young", Subject: domain.Subject{Kind: domain.SubjectAccount, Name: "user-4"}, Until: until, By: "ana", Reason: "known to us",
				})
				return err
			})
			return made
		}
		long, short := add(start.Add(time.Hour)), add(start.Add(time.Minute))
		if diff := cmp.Diff([]domain.Snooze{long, short}, must(s.LiveSnoozes(t.Context(), start))(t)); diff != "" {
			t.Errorf("(-want +got)\n%s", diff)
		}
		now.advance(time.Minute)
		end := func(id domain.EventID) (ended domain.Snooze, err error) {
			err = s.Tx(t.Context(), func(tx *store.Tx) error {
				ended, err = tx.EndSnooze(t.Context(), id, "ben")
				return err
			})
			return ended, err
		}
		_, err := end(short.ID)
		wantError(t, err, store.ErrConflict, "EndSnooze of one that is over")
		_, err = end("none")
		wantError(t, err, store.ErrNotFound, "EndSnooze")
		ended := must(end(long.ID))(t)
		if ended.EndedBy != "ben" || ended.Until != start.Add(time.Minute) {
			t.Errorf("ended %+v", ended)
		}
		if got := must(s.LiveSnoozes(t.Context(), start.Add(time.Minute)))(t); len(got) > 0 {
			t.Errorf("live are %+v", got)
		}
		page := must(s.Snoozes(t.Context(), "", 1))(t)
		page = append(page, must(s.Snoozes(t.Context(), page[0].ID, 9))(t)...)
		if diff := cmp.Diff([]domain.Snooze{short, ended}, page); diff != "" {
			t.Errorf("(-want +got)\n%s", diff)
		}
		if n := len(eventsOf(t, s, domain.SubjectPolicyChanged)); n != 3 || must(s.PolicySeq(t.Context()))(t) != 3 {
			t.Errorf("%d events", n)
		}
	}},
}

var alarmTests = []test{
	{"are raised once an hour about one thing, and acknowledged once", func(t *testing.T, cfg store.Config) {
		cfg, now := stopped(cfg)
		s := Open(t, cfg)
		flood := domain.Alarm{Kind: domain.AlarmFlood, Policy: "night-watch", Version: 2, Rule: "near", Subject: domain.Subject{Kind: domain.SubjectSignal, Name: "s-1"}, Text: "A flood."}
		other := flood
		other.Subject.Name = "s-2"
		raise := func(want int, alarms ...domain.Alarm) {
			t.Helper()
			change(t, s, func(ctx context.Context, tx *store.Tx) error {
				fresh, err := tx.RaiseAlarms(ctx, alarms)
				if len(fresh) != want {
					t.Errorf("%d alarms are new, want %d", len(fresh), want)
				}
				return err
			})
		}
		raise(1, flood, flood)
		raise(1, flood, other)
		now.advance(time.Hour)
		raise(1, flood)
		if n := len(eventsOf(t, s, domain.SubjectAlarmRaised)); n != 3 {
			t.Errorf("%d events", n)
		}
		all := must(s.Alarms(t.Context(), false, "", 9))(t)
		if len(all) != 3 || all[0].At != start.Add(time.Hour) || all[2].Subject.Name != "s-1" {
			t.Fatalf("alarms %+v", all)
		}
		ack := func(id domain.EventID, by string) (a domain.Alarm, err error) {
			err = s.Tx(t.Context(), func(tx *store.Tx) error {
				a, err = tx.AckAlarm(t.Context(), id, by)
				return err
			})
			return a, err
		}
		for _, by := range []string{"ana", "ben"} {
			if a := must(ack(all[1].ID, by))(t); a.AckedBy != "ana" || a.AckedAt != start.Add(time.Hour) {
				t.Errorf("after %s it is %+v", by, a)
			}
		}
		_, err := ack("none", "ana")
		wantError(t, err, store.ErrNotFound, "AckAlarm")
		open := must(s.Alarms(t.Context(), true, "", 9))(t)
		if diff := cmp.Diff([]domain.Alarm{all[0], all[2]}, open); diff != "" {
			t.Errorf("open (-want +got)\n%s", diff)
		}
		if got := must(s.Alarms(t.Context(), true, all[0].ID, 9))(t); len(got) != 1 || got[0].ID != all[2].ID {
			t.Errorf("the next page is %+v", got)
		}
		if diff := cmp.Diff(map[domain.AlarmKind]int64{domain.AlarmFlood: 2}, must(s.OpenAlarms(t.Context()))(t)); diff != "" {
			t.Errorf("(-want +got)\n%s", diff)
		}
	}},
}

var shadowTests = []test{
	{"are counted with the decisions beside which they stand, and the first that differ are kept", func(t *testing.T, cfg store.Config) {
		cfg, now := stopped(cfg)
		s := Open(t, cfg)
		shadow := func(n int, verdict domain.Verdict) (recordings []domain.Recording) {
			for i := range n {
				r := recordingOf(upload(fmt.Sprint("post-", verdict, i, now.at.Load())), 1, domain.Allow)
				r.Shadows = []domain.ShadowResult{{Policy: "night-watch", Version: 3, Verdict: verdict, Rule: "young", Stood: domain.Allow}}
				recordings = append(recordings, r)
			}
			return recordings
		}
		same, first := shadow(2, domain.Allow), shadow(150, domain.Hold)
		record(t, s, append(same, first...)...)
		record(t, s, append(first[:1], shadow(0, domain.Hold)...)...) // known already: counted once
		now.advance(time.Minute)
		record(t, s, shadow(100, domain.Hold)...)
		now.advance(time.Hour)
		record(t, s, shadow(3, domain.Block)...)
		got := must(s.ShadowCounts(t.Context(), "night-watch", 3, start, start.Add(2*time.Hour)))(t)
		want := []domain.ShadowCount{
			{Hour: start, Stood: domain.Allow, Verdict: domain.Allow, Count: 2}, {Hour: start, Stood: domain.Allow, Verdict: domain.Hold, Count: 250},
			{Hour: start.Add(time.Hour), Stood: domain.Allow, Verdict: domain.Block, Count: 3},
		}
		if diff := cmp.Diff(want, got); diff != "" {
			t.Errorf("(-want +got)\n%s", diff)
		}
		if got := must(s.ShadowCounts(t.Context(), "night-watch", 3, start.Add(time.Hour), start.Add(2*time.Hour)))(t); len(got) != 1 {
			t.Errorf("of the second hour: %+v", got)
		}
		changes := must(s.ShadowChanges(t.Context(), "night-watch", 3, "", 1000))(t)
		if len(changes) != 200+3 || changes[0].Verdict != domain.Block || changes[0].Rule != "young" || changes[0].Stood != domain.Allow {
			t.Errorf("%d changes are kept, the newest is %+v", len(changes), changes[0])
		}
		if next := must(s.ShadowChanges(t.Context(), "night-watch", 3, changes[0].Decision, 2))(t); len(next) != 2 || next[0] != changes[1] {
			t.Errorf("the next page is %+v", next)
		}
	}},
	{"alarms that a decision brings along are raised with it", func(t *testing.T, cfg store.Config) {
		s := Open(t, cfg)
		r := recordingOf(upload("post"), 1, domain.Hold)
		r.Alarms = []domain.Alarm{{Kind: domain.AlarmQuota, Policy: "night-watch", Version: 1, Rule: "near", Text: "Too much."}}
		record(t, s, r)
		record(t, s, r)
		if all := must(s.Alarms(t.Context(), true, "", 9))(t); len(all) != 1 || all[0].Kind != domain.AlarmQuota {
			t.Errorf("alarms %+v", all)
		}
	}},
}
