package storetest

import (
	"context"
	"encoding/json"
	"errors"
	"math/rand/v2"
	"sync"
	"testing"
	"time"

	"github.com/google/go-cmp/cmp"
	"github.com/google/go-cmp/cmp/cmpopts"

	"github.com/quell-project/quell/internal/domain"
	"github.com/quell-project/quell/internal/platform/store"
)

var signalTests = []test{
	{"are changes in the order they were made, each in its newest state", func(t *testing.T, cfg store.Config) {
		s := Open(t, cfg)
		here, there := bankNamed(t, s, "heron"), bankNamed(t, s, "egret")
		first := entryOf(t, s, here.ID, signal(1), signal(2))
		md5 := signal(3)
		md5.Type = domain.MD5
		entryOf(t, s, there.ID, md5, signal(4))
		want := []domain.SignalChange{
			{Seq: 1, Number: 1, Bank: here.Number, Value: digest(1), Live: true},
			{Seq: 2, Number: 2, Bank: here.Number, Value: digest(2), Live: true},
			{Seq: 4, Number: 4, Bank: there.Number, Value: digest(4), Live: true},
		}
		if diff := cmp.Diff(want, must(s.SignalsAfter(t.Context(), domain.SHA256, 0, 10))(t)); diff != "" {
			t.Errorf("changes (-want +got):\n%s", diff)
		}
		if diff := cmp.Diff(want[1:2], must(s.SignalsAfter(t.Context(), domain.SHA256, 1, 1))(t)); diff != "" {
			t.Errorf("a page (-want +got):\n%s", diff)
		}

		change(t, s, func(ctx context.Context, tx *store.Tx) error { return tx.WithdrawEntry(ctx, here.ID, first.ID) })
		want = []domain.SignalChange{
			want[2],
			{Seq: 5, Number: 1, Bank: here.Number, Value: digest(1)},
			{Seq: 6, Number: 2, Bank: here.Number, Value: digest(2)},
		}
		if diff := cmp.Diff(want, must(s.SignalsAfter(t.Context(), domain.SHA256, 0, 10))(t)); diff != "" {
			t.Errorf("after a withdrawal (-want +got):\n%s", diff)
		}
	}},
	{"that lists withdraw, revive or change are changes", func(t *testing.T, cfg store.Config) {
		s := Open(t, cfg)
		b := bankNamed(t, s, "heron")
		list := listOf(3)
		apply(t, s, b.ID, list)
		gone := list[1]
		gone.Withdrawn = true
		list[0].Provenance.Confidence = 0.25
		apply(t, s, b.ID, []domain.ListRecord{gone, list[0], list[2]})
		want := []domain.SignalChange{
			{Seq: 3, Number: 3, Bank: 1, Value: digest(2), Live: true}, {Seq: 4, Number: 2, Bank: 1, Value: digest(1)}, {Seq: 5, Number: 1, Bank: 1, Value: digest(0), Live: true},
		}
		if diff := cmp.Diff(want, must(s.SignalsAfter(t.Context(), domain.SHA256, 0, 9))(t)); diff != "" {
			t.Errorf("changes (-want +got):\n%s", diff)
		}
		apply(t, s, b.ID, list[1:2])
		want = []domain.SignalChange{{Seq: 6, Number: 2, Bank: 1, Value: digest(1), Live: true}}
		if diff := cmp.Diff(want, must(s.SignalsAfter(t.Context(), domain.SHA256, 5, 9))(t)); diff != "" {
			t.Errorf("listed again (-want +got):\n%s", diff)
		}
	}},
	{"are never missed by a reader who follows them", testFollowSignals},
	{"are listed and counted as long as they count", testLiveSignals},
	{"expire, some at a time", func(t *testing.T, cfg store.Config) {
		cfg, now := stopped(cfg)
		s := Open(t, cfg)
		here, there := bankNamed(t, s, "heron"), bankNamed(t, s, "egret")
		expiring := func(n int, in time.Duration) domain.Signal {
			sig := signal(n)
			sig.ExpiresAt = start.Add(in)
			return sig
		}
		entryOf(t, s, here.ID, expiring(1, time.Minute), expiring(3, time.Hour), signal(4))
		entryOf(t, s, there.ID, expiring(2, time.Minute), expiring(5, time.Minute))
		before := len(eventsOf(t, s, domain.SubjectBankChanged))
		expire := func(limit int) (n int) {
			change(t, s, func(ctx context.Context, tx *store.Tx) (err error) {
				n, err = tx.WithdrawExpired(ctx, limit)
				return err
			})
			return n
		}
		if n := expire(10); n != 0 {
			t.Errorf("%d expired before their time", n)
		}
		now.advance(time.Minute)
		var counts []int
		for range 3 {
			counts = append(counts, expire(2))
		}
		if diff := cmp.Diff([]int{2, 1, 0}, counts); diff != "" {
			t.Errorf("expired (-want +got):\n%s", diff)
		}
		if n := len(eventsOf(t, s, domain.SubjectBankChanged)) - before; n != 3 {
			t.Errorf("%d events, want one for each bank that was changed in each transaction: 3", n)
		}
		live := map[string]bool{}
		for _, c := range must(s.SignalsAfter(t.Context(), domain.SHA256, 0, 10))(t) {
			live[c.Value] = c.Live
		}
		if diff := cmp.Diff(map[string]bool{digest(1): false, digest(2): false, digest(3): true, digest(4): true, digest(5): false}, live); diff != "" {
			t.Errorf("live (-want +got):\n%s", diff)
		}
	}},
	{"give evidence while they are live", func(t *testing.T, cfg store.Config) {
		s := Open(t, cfg)
		b := bankNamed(t, s, "heron")
		sig := signal(1)
		sig.Provenance = domain.Provenance{Source: "marsh watch", AddedAt: 3, Labels: []string{"a"}, Confidence: 0.5}
		brief := signal(2)
		brief.ExpiresAt = start + 1
		e := entryOf(t, s, b.ID, sig, brief)
		note, until := "Seen twice.", start+7
		change(t, s, func(ctx context.Context, tx *store.Tx) error {
			_, err := tx.ChangeEntry(ctx, b.ID, e.ID, domain.EntryChange{Note: &note, PausedUntil: &until, Metadata: json.RawMessage(`{"a":1}`)})
			return err
		})
		gone := entryOf(t, s, b.ID, signal(3))
		change(t, s, func(ctx context.Context, tx *store.Tx) error { return tx.WithdrawEntry(ctx, b.ID, gone.ID) })
		numbers := []int64{3, 2, 1, 77}
		for i := range 2100 { // more than one statement can ask for
			numbers = append(numbers, int64(1000+i))
		}
		want := []domain.Evidence{{
			Number: 1, Signal: e.Signals[0].ID, Value: sig.Value, Provenance: sig.Provenance,
			Entry: e.ID, EntryNumber: 1, Note: note, Metadata: json.RawMessage(`{"a":1}`), PausedUntil: until,
		}}
		if diff := cmp.Diff(want, must(s.Evidence(t.Context(), numbers, start+1))(t)); diff != "" {
			t.Errorf("evidence (-want +got):\n%s", diff)
		}
		if n := len(must(s.Evidence(t.Context(), numbers, start))(t)); n != 2 {
			t.Errorf("%d pieces of evidence before the expiry, want 2", n)
		}
		if found := must(s.Evidence(t.Context(), nil, start))(t); len(found) != 0 {
			t.Errorf("evidence of nothing: %v", found)
		}
	}},
}

// testFollowSignals lets a reader follow the changes while writers add and withdraw. What it knows in the end must be what there is.
func testFollowSignals(t *testing.T, cfg store.Config) {
	const writers, each = 4, 20
	s := Open(t, cfg)
	b := bankNamed(t, s, "heron")
	failure := errors.New("a change of mind")
	var all sync.WaitGroup
	for w := range writers {
		all.Go(func() {
			random := rand.New(rand.NewPCG(uint64(w), 3))
			var mine []domain.EntryID
			for i := range each {
				withdraw, fail := random.IntN(3) == 0 && len(mine) > 0, random.IntN(3) == 0
				var e domain.Entry
				err := s.Tx(t.Context(), func(tx *store.Tx) (err error) {
					if withdraw {
						err = tx.WithdrawEntry(t.Context(), b.ID, mine[random.IntN(len(mine))])
					} else {
						e, err = tx.AddEntry(t.Context(), domain.Entry{BankID: b.ID, Signals: []domain.Signal{signal(1000*w + 2*i), signal(1000*w + 2*i + 1)}})
					}
					if err == nil && fail {
						err = failure
					}
					return err
				})
				switch {
				case err == nil && !withdraw:
					mine = append(mine, e.ID)
				case err != nil && !errors.Is(err, failure):
					t.Errorf("writer %d: %v", w, err)
				}
			}
		})
	}
	done := make(chan struct{})
	go func() { all.Wait(); close(done) }()
	defer all.Wait()

	known := map[int64]domain.SignalChange{}
	var last int64
	for ended := false; ; {
		page, err := s.SignalsAfter(t.Context(), domain.SHA256, last, 5)
		if err != nil {
			t.Fatal(err)
		}
		for _, c := range page {
			if c.Seq <= last {
				t.Fatalf("change %d came after %d", c.Seq, last)
			}
			last, known[c.Number] = c.Seq, c
		}
		if len(page) == 0 && ended {
			break
		}
		select {
		case <-done:
			ended = true
		default:
		}
	}
	var got []domain.SignalChange
	for _, c := range known {
		got = append(got, c)
	}
	want := must(s.SignalsAfter(t.Context(), domain.SHA256, 0, 10_000))(t)
	if diff := cmp.Diff(want, got, cmpopts.SortSlices(func(a, b domain.SignalChange) bool { return a.Seq < b.Seq })); diff != "" {
		t.Errorf("signals (-there +known):\n%s", diff)
	}
}

// testLiveSignals pauses, withdraws and lets expire, and reads what is left in pages of every size.
func testLiveSignals(t *testing.T, cfg store.Config) {
	s := Open(t, cfg)
	here, there := bankNamed(t, s, "heron"), bankNamed(t, s, "egret")
	md5 := signal(1)
	md5.Type, md5.Provenance.Labels = domain.MD5, []string{"poster", "äöü"}
	expiring := signal(2)
	expiring.ExpiresAt = start + 10
	entryOf(t, s, here.ID, md5, expiring, signal(3))
	paused := entryOf(t, s, here.ID, signal(4), signal(5))
	withdrawn := entryOf(t, s, here.ID, signal(6))
	entryOf(t, s, here.ID, signal(7))
	entryOf(t, s, there.ID, signal(8))
	change(t, s, func(ctx context.Context, tx *store.Tx) error {
		until := start + 20
		_, err := tx.ChangeEntry(ctx, here.ID, paused.ID, domain.EntryChange{PausedUntil: &until})
		return errors.Join(err, tx.WithdrawEntry(ctx, here.ID, withdrawn.ID))
	})
	all := []domain.SignalType{domain.MD5, domain.SHA256}
	for _, c := range []struct {
		now   domain.Time
		types []domain.SignalType
		want  []int
	}{
		{start, all, []int{1, 2, 3, 7}},
		{start + 10, all, []int{1, 3, 7}},
		{start + 19, all, []int{1, 3, 7}},
		{start + 20, all, []int{1, 3, 4, 5, 7}},
		{start + 20, all[:1], []int{1}},
		{start + 20, all[1:], []int{3, 4, 5, 7}},
		{start, []domain.SignalType{domain.PDQ}, nil},
	} {
		var want []store.LiveSignal
		counts := map[domain.SignalType]int64{}
		for _, n := range c.want {
			sig := store.LiveSignal{Type: domain.SHA256, Value: digest(n)}
			if n == 1 {
				sig.Type, sig.Labels = domain.MD5, md5.Provenance.Labels
			}
			want = append(want, sig)
			counts[sig.Type]++
		}
		for size := 1; size <= 6; size++ {
			var got []store.LiveSignal
			for after, more := int64(0), true; more; {
				page, last, err := s.Live(t.Context(), here.ID, c.types, c.now, after, size)
				if err != nil {
					t.Fatal(err)
				}
				got, after, more = append(got, page...), last, len(page) == size
			}
			if diff := cmp.Diff(want, got); diff != "" {
				t.Errorf("%v at %d in pages of %d (-want +got):\n%s", c.types, c.now-start, size, diff)
			}
		}
		if len(c.types) == len(all) {
			if diff := cmp.Diff(counts, must(s.CountLive(t.Context(), here.ID, c.now))(t)); diff != "" {
				t.Errorf("counts at %d (-want +got):\n%s", c.now-start, diff)
			}
		}
	}
}
