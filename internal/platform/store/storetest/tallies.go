package storetest

import (
	"context"
	"fmt"
	"strings"
	"sync"
	"testing"
	"time"

	"github.com/google/go-cmp/cmp"

	"github.com/quell-project/quell/internal/domain"
	"github.com/quell-project/quell/internal/platform/store"
)

var (
	account = domain.Subject{Kind: domain.SubjectAccount, Name: "user-4"}
	surface = domain.Subject{Kind: domain.SubjectSurface, Name: "post"}
	policy  = domain.Subject{Kind: domain.SubjectPolicy, Name: "default"}
	bankOne = domain.Subject{Kind: domain.SubjectBank, Name: "b-1"}
	sigOne  = domain.Subject{Kind: domain.SubjectSignal, Name: "s-1"}
	sigTwo  = domain.Subject{Kind: domain.SubjectSignal, Name: "s-2"}
)

// just is a count of what happened a moment ago.
func just(n int64) domain.Counts { return domain.Counts{Hour: n, Day: n, Week: n} }

var tallyTests = []test{
	{"count who sent an upload, what it matched and who decided it", func(t *testing.T, cfg store.Config) {
		s := Open(t, cfg)
		record(t, s, recordingOf(upload("post-1"), 1, domain.Block), recordingOf(upload("the post-2"), 1, domain.Allow))
		both := domain.Tally{Uploads: just(2), Matches: just(1), Blocks: just(1)}
		one := domain.Tally{Uploads: just(1), Matches: just(1), Blocks: just(1)}
		wantTallies(t, s, domain.At(time.Now()), map[domain.Subject]domain.Tally{
			account: both, surface: both, policy: {Uploads: just(2), Blocks: just(1)}, bankOne: one, sigOne: one, sigTwo: one, {Kind: domain.SubjectAccount, Name: "nobody"}: {},
		})
	}},
	{"count a round that was decided already no more", func(t *testing.T, cfg store.Config) {
		s := Open(t, cfg)
		record(t, s, recordingOf(upload("post"), 1, domain.Hold))
		record(t, s, recordingOf(upload("post"), 1, domain.Block), recordingOf(upload("post"), 1, domain.Hold))
		wantTallies(t, s, domain.At(time.Now()), map[domain.Subject]domain.Tally{account: {Uploads: just(1), Holds: just(1)}, bankOne: {}})
	}},
	{"count of a later round what is new about it", testTalliesOfRounds},
	{"count what is known and no more than that", func(t *testing.T, cfg store.Config) {
		s := Open(t, cfg)
		r := recordingOf(upload("post"), 1, domain.Block)
		r.Decision.Matches[0].SuppressedBy, r.Decision.Matches[1].BankKind = "e-9", domain.Negative
		record(t, s, r)
		wantTallies(t, s, domain.At(time.Now()), map[domain.Subject]domain.Tally{account: {Uploads: just(1), Blocks: just(1)}, bankOne: {}, sigOne: {}, sigTwo: {}})
	}},
	{"count nobody whom nobody named, or whose name is too long", func(t *testing.T, cfg store.Config) {
		s := Open(t, cfg)
		r := recordingOf(upload("post"), 1, domain.Allow)
		r.Upload.AccountID, r.Upload.Surface, r.Decision.Policy = "", strings.Repeat("s", domain.MaxExternalID+1), domain.PolicyRef{}
		record(t, s, r)
		if n := rowCounts(t, cfg, "tallies"); n["tallies"] != 0 {
			t.Errorf("rows are %v", n)
		}
	}},
	{"count reports by content, account and surface", func(t *testing.T, cfg store.Config) {
		s := Open(t, cfg)
		one, two := upload("post-1"), upload("post-2")
		one.AccountID = "a:b \u00e9" // a colon in a name is one
		two.AccountID = ""
		change(t, s, func(ctx context.Context, tx *store.Tx) error {
			return tx.CountReports(ctx, []domain.Upload{one, two, one})
		})
		change(t, s, func(ctx context.Context, tx *store.Tx) error { return tx.CountReports(ctx, nil) })
		wantTallies(t, s, domain.At(time.Now()), map[domain.Subject]domain.Tally{
			{Kind: domain.SubjectContent, Name: "post-1"}: {Reports: just(2)}, {Kind: domain.SubjectContent, Name: "post-2"}: {Reports: just(1)},
			{Kind: domain.SubjectAccount, Name: "a:b \u00e9"}: {Reports: just(2)}, surface: {Reports: just(3)},
		})
	}},
	{"count nothing of a transaction that failed", func(t *testing.T, cfg store.Config) {
		s := Open(t, cfg)
		failure := fmt.Errorf("no")
		wantError(t, s.Tx(t.Context(), func(tx *store.Tx) error {
			if _, err := tx.RecordDecisions(t.Context(), []domain.Recording{recordingOf(upload("post"), 1, domain.Block)}); err != nil {
				return err
			}
			return failure
		}), failure, "Tx")
		wantTallies(t, s, domain.At(time.Now()), map[domain.Subject]domain.Tally{account: {}})
	}},
	{"from many writers at once are all counted", testTalliesOfManyWriters},
	{"are merged and dropped a few at a time", testTalliesAreMerged},
	{"say of any moment what a list of everything says", testTalliesByModel},
}

// wantTallies reads tallies; those that are to be empty must be absent.
func wantTallies(t testing.TB, s *store.Store, now domain.Time, want map[domain.Subject]domain.Tally) {
	t.Helper()
	var subjects []domain.Subject
	told := map[domain.Subject]domain.Tally{}
	for subject, tally := range want {
		subjects = append(subjects, subject)
		if tally != (domain.Tally{}) {
			told[subject] = tally
		}
	}
	if diff := cmp.Diff(told, must(s.Tallies(t.Context(), now, subjects))(t)); diff != "" {
		t.Errorf("tallies (-want +got):\n%s", diff)
	}
}

func testTalliesOfRounds(t *testing.T, cfg store.Config) {
	s := Open(t, cfg)
	u := upload("post")
	match := func(signal string) domain.Match {
		return domain.Match{Bank: "heron", BankID: "b-1", BankKind: domain.Known, Signal: domain.SignalID(signal), Part: "file-1"}
	}
	outweighed := match("s-1")
	outweighed.SuppressedBy = "e-9"
	for i, c := range []struct {
		verdict domain.Verdict
		matches []domain.Match
		account domain.Tally
		sigOne  domain.Tally
		sigTwo  domain.Tally
	}{
		{domain.Hold, nil, domain.Tally{Uploads: just(1), Holds: just(1)}, domain.Tally{}, domain.Tally{}},
		{domain.Hold, []domain.Match{outweighed}, domain.Tally{Uploads: just(1), Holds: just(1)}, domain.Tally{}, domain.Tally{}},
		{domain.Block, []domain.Match{match("s-1")}, domain.Tally{Uploads: just(1), Matches: just(1), Holds: just(1), Blocks: just(1)}, domain.Tally{Matches: just(1), Blocks: just(1)}, domain.Tally{}},
		{domain.Block, []domain.Match{match("s-1"), match("s-2")}, domain.Tally{Uploads: just(1), Matches: just(1), Holds: just(1), Blocks: just(1)},
			domain.Tally{Matches: just(1), Blocks: just(1)}, domain.Tally{Matches: just(1)}},
		{domain.Allow, nil, domain.Tally{Uploads: just(1), Matches: just(1), Holds: just(1), Blocks: just(1)}, domain.Tally{Matches: just(1), Blocks: just(1)}, domain.Tally{Matches: just(1)}},
		{domain.Block, []domain.Match{match("s-1")}, domain.Tally{Uploads: just(1), Matches: just(1), Holds: just(1), Blocks: just(2)}, domain.Tally{Matches: just(1), Blocks: just(2)}, domain.Tally{Matches: just(1)}},
	} {
		r := recordingOf(u, i+1, c.verdict)
		r.Decision.Matches = c.matches
		record(t, s, r)
		wantTallies(t, s, domain.At(time.Now()), map[domain.Subject]domain.Tally{account: c.account, sigOne: c.sigOne, sigTwo: c.sigTwo})
		if t.Failed() {
			t.Fatalf("in round %d", i+1)
		}
	}
}

// testTalliesOfManyWriters lets writers count the same subjects at the same time while others merge.
func testTalliesOfManyWriters(t *testing.T, cfg store.Config) {
	const writers, rounds, contents = 6, 4, 8
	cfg, c := stopped(cfg)
	s := Open(t, cfg)
	record(t, s, recordingOf(upload("an old post"), 1, domain.Block))
	c.advance(3 * time.Hour)
	var all sync.WaitGroup
	for w := range writers {
		all.Go(func() {
			for round := range rounds {
				var batch []domain.Recording
				for i := range contents {
					r := recordingOf(upload(fmt.Sprintf("post-%d-%d-%d", w, round, i)), 1, domain.Block)
					r.Upload.AccountID = domain.AccountID(fmt.Sprint("user-", (i*(2*w+1)+round)%contents))
					r.Decision.Policy.ID = fmt.Sprint("policy-", (i+w)%3)
					batch = append(batch, r)
				}
				err := s.Tx(t.Context(), func(tx *store.Tx) error {
					if _, err := tx.RecordDecisions(t.Context(), batch); err != nil {
						return err
					}
					_, err := tx.MergeTallies(t.Context(), 2)
					return err
				})
				if err != nil {
					t.Errorf("writer %d: %v", w, err)
				}
			}
		})
	}
	all.Wait()
	const n = writers * rounds * contents
	want := map[domain.Subject]domain.Tally{}
	plusOld := domain.Counts{Hour: n, Day: n + 1, Week: n + 1}
	want[surface] = domain.Tally{Uploads: plusOld, Matches: plusOld, Blocks: plusOld}
	want[sigOne] = want[surface]
	for i := range contents {
		each := domain.Tally{Uploads: just(n / contents), Matches: just(n / contents), Blocks: just(n / contents)}
		if i == 4 { // user-4 has sent the old post
			each = domain.Tally{}
			old := domain.Counts{Hour: n / contents, Day: n/contents + 1, Week: n/contents + 1}
			each.Uploads, each.Matches, each.Blocks = old, old, old
		}
		want[domain.Subject{Kind: domain.SubjectAccount, Name: fmt.Sprint("user-", i)}] = each
	}
	wantTallies(t, s, start.Add(3*time.Hour), want)
}

func testTalliesAreMerged(t *testing.T, cfg store.Config) {
	cfg, c := stopped(cfg)
	s := Open(t, cfg)
	for i := range 4 { // 4 buckets of the account, the surface and the policy, in two hours
		record(t, s, recordingOf(upload(fmt.Sprint("post-", i)), 1, domain.Allow))
		c.advance(25 * time.Minute)
	}
	merge := func(limit int) (n int) {
		change(t, s, func(ctx context.Context, tx *store.Tx) (err error) {
			n, err = tx.MergeTallies(ctx, limit)
			return err
		})
		return n
	}
	prune := func(limit int) (n int) {
		change(t, s, func(ctx context.Context, tx *store.Tx) (err error) {
			n, err = tx.PruneTallies(ctx, limit)
			return err
		})
		return n
	}
	if n := merge(100); n != 0 {
		t.Errorf("%d buckets were merged that the last two hours need", n)
	}
	c.advance(4 * time.Hour)
	for _, want := range []int{5, 5, 2, 0} {
		if n := merge(5); n != want {
			t.Errorf("%d buckets were merged, want %d", n, want)
		}
	}
	if n := rowCounts(t, cfg, "tallies"); n["tallies"] != 6 { // of three subjects, of two hours
		t.Errorf("rows are %v, want 6", n)
	}
	if n := prune(100); n != 0 {
		t.Errorf("%d buckets were dropped that the last week needs", n)
	}
	c.advance(8 * 24 * time.Hour)
	for _, want := range []int{4, 2, 0} {
		if n := prune(4); n != want {
			t.Errorf("%d buckets were dropped, want %d", n, want)
		}
	}
}
