package store_test

import (
	"fmt"
	"io/fs"
	"strings"
	"sync"
	"testing"
	"time"

	"github.com/google/go-cmp/cmp"
	"github.com/google/go-cmp/cmp/cmpopts"

	"github.com/quell-project/quell/internal/domain"
	"github.com/quell-project/quell/internal/platform/store"
	"github.com/quell-project/quell/internal/platform/store/migrations"
	"github.com/quell-project/quell/internal/platform/store/storetest"
)

// versionOne is data as a program with the first version of the schema wrote it.
var versionOne = []string{
	`insert into banks (id, number, name, kind, limits, enabled_share, description, created_at) values ('b1', 1, 'heron', 'known', '{"pdq":31}', 1, 'Posters.', 5)`,
	`insert into entries (id, bank_id, ref, labels, note, created_at, withdrawn_at) values ('e1', 'b1', 'item-1', '["poster"]', 'Seen.', 6, 0)`,
	`insert into signals (id, number, seq, entry_id, bank_id, type, value, source, added_at, labels, confidence, expires_at, withdrawn_at)
		values ('s1', 1, 1, 'e1', 'b1', 'md5', 'abc', 'marsh watch', 7, 'null', 0.5, 0, 0)`,
	`update counters set value = 1`,
	`insert into uploads (id, content_id, digest, account_id, surface, visibility, created_at, attributes, received_at, parts, state, attempts, due_at)
		values ('u1', 'post-1', 'd', 'user-4', 'post', 'public', 0, '{"lang":"en"}', 8, '[{"name":"file-1"}]', 'decided', 1, 0)`,
	`insert into outbox (seq, id, subject, body, created_at) values (1, 'ev1', 'quell.decision.made', '{}', 9)`,
	`insert into api_keys (id, name, hash, created_at, revoked_at) values ('k1', 'forum', 'h', 9, 0)`,
}

// versionOneDecisions are decisions at 12:00:10, 12:00:50 and 12:01:00, the second and third without a check.
func versionOneDecisions(noon domain.Time) (statements []string) {
	for i, d := range []struct {
		after   time.Duration
		verdict domain.Verdict
		checks  string
	}{
		{10 * time.Second, domain.Allow, `[{"detector":"md5","part":"file-1","status":"complete"}]`},
		{50 * time.Second, domain.Allow, `[{"detector":"md5","part":"file-1","status":"complete"},{"detector":"decode","part":"file-1","status":"failed"}]`},
		{time.Minute, domain.Hold, `[{"detector":"decode","part":"file-1","status":"unsupported"}]`},
	} {
		statements = append(statements, fmt.Sprintf(`insert into decisions (id, upload_id, content_id, round, verdict, policy_id, policy_version, rule, reason, checks, unchecked, decided_at)
			values ('d%d', 'u1', 'post-1', %d, '%s', 'default', 1, 'r', 'Because.', '%s', %d, %d)`, i, i+1, d.verdict, d.checks, min(i, 1), noon.Add(d.after)))
	}
	return append(statements, `insert into matches (decision_id, position, signal_id, entry_id, bank_id, evidence) values ('d0', 0, 's1', 'e1', 'b1', '{"bank":"heron","sources":["marsh watch"]}')`)
}

func TestAnOldDatabaseIsBroughtUpToDate(t *testing.T) {
	t.Parallel()
	noon := domain.At(time.Date(2026, 3, 1, 12, 0, 0, 0, time.UTC))
	storetest.Each(t, func(t *testing.T, cfg store.Config) {
		if err := store.MigrateTo(t.Context(), cfg, 1); err != nil {
			t.Fatal(err)
		}
		db := storetest.SQL(t, cfg)
		for _, statement := range append(versionOne, versionOneDecisions(noon)...) {
			if _, err := db.ExecContext(t.Context(), statement); err != nil {
				t.Fatalf("%s: %v", statement, err)
			}
		}
		db.Close()

		s := storetest.Open(t, cfg)
		counts, err := s.VerdictCounts(t.Context(), noon, noon.Add(time.Hour), time.Minute)
		want := []domain.VerdictCount{{From: noon, Verdict: domain.Allow, Count: 2}, {From: noon.Add(time.Minute), Verdict: domain.Hold, Count: 1}}
		if diff := cmp.Diff(want, counts); diff != "" || err != nil {
			t.Errorf("counts: %v (-want +got):\n%s", err, diff)
		}
		counts, err = s.UncheckedCounts(t.Context(), noon, noon.Add(time.Hour), time.Minute)
		want = []domain.VerdictCount{{From: noon, Count: 1}, {From: noon.Add(time.Minute), Count: 1}}
		if diff := cmp.Diff(want, counts); diff != "" || err != nil {
			t.Errorf("unchecked: %v (-want +got):\n%s", err, diff)
		}
		wantOldData(t, s)
	})
}

// wantOldData reads what versionOne wrote, and adds to it.
func wantOldData(t *testing.T, s *store.Store) {
	t.Helper()
	records, _, err := s.Listed(t.Context(), "b1", 0, 9)
	want := []domain.ListRecord{{Ref: "item-1", Type: domain.MD5, Value: "abc", Note: "Seen.", Provenance: domain.Provenance{Source: "marsh watch", AddedAt: 7, Confidence: 0.5}}}
	if diff := cmp.Diff(want, records, cmpopts.EquateEmpty()); diff != "" || err != nil {
		t.Errorf("listed: %v (-want +got):\n%s", err, diff)
	}
	recorded, err := s.RecordedPage(t.Context(), store.Selection{Unchecked: true, Limit: 9})
	if err != nil || len(recorded) != 2 || recorded[1].Upload.ContentID != "post-1" {
		t.Errorf("recorded: %+v, %v", recorded, err)
	}
	if d, err := s.Recorded(t.Context(), "d0"); err != nil || len(d.Decision.Matches) != 1 || d.Decision.Matches[0].Bank != "heron" {
		t.Errorf("the first decision: %+v, %v", d, err)
	}
	var b domain.Bank
	if err := s.Tx(t.Context(), func(tx *store.Tx) (err error) {
		b, err = tx.CreateBank(t.Context(), domain.Bank{Name: "egret"})
		return err
	}); err != nil || b.Number != 2 {
		t.Errorf("the next bank is %+v, %v", b, err)
	}
	if last, err := s.LastEventSeq(t.Context()); err != nil || last != 2 {
		t.Errorf("the next event is at %d, %v", last, err)
	}
}

func TestADatabaseOfANewerProgramIsLeftAlone(t *testing.T) {
	t.Parallel()
	steps, err := fs.Glob(migrations.Files, "*.sql")
	if err != nil {
		t.Fatal(err)
	}
	want := fmt.Sprintf("the database is at version 9001, and this program knows versions up to %d: run a newer quell", len(steps))
	storetest.Each(t, func(t *testing.T, cfg store.Config) {
		storetest.Open(t, cfg)
		db := storetest.SQL(t, cfg)
		if _, err := db.ExecContext(t.Context(), `insert into goose_db_version (version_id, is_applied) values (9001, true)`); err != nil {
			t.Fatal(err)
		}
		s, err := store.Open(t.Context(), cfg)
		if err == nil {
			s.Close()
			t.Fatal("the database was opened")
		}
		if !strings.Contains(err.Error(), want) {
			t.Errorf("got %q, want it to say %q", err, want)
		}
	})
}

func TestSeveralMayOpenANewDatabaseAtOnce(t *testing.T) {
	t.Parallel()
	storetest.Each(t, func(t *testing.T, cfg store.Config) {
		if cfg.URL == "" {
			t.Skip("a SQLite database belongs to one process")
		}
		var all sync.WaitGroup
		for i := range 3 {
			all.Go(func() {
				s, err := store.Open(t.Context(), cfg)
				if err != nil {
					t.Errorf("process %d: %v", i, err)
					return
				}
				if err := s.Ping(t.Context()); err != nil {
					t.Errorf("process %d: %v", i, err)
				}
				s.Close()
			})
		}
		all.Wait()
	})
}

func TestOpeningAgainChangesNothing(t *testing.T) {
	t.Parallel()
	storetest.Each(t, func(t *testing.T, cfg store.Config) {
		storetest.Open(t, cfg)
		before := schemaOf(t, cfg)
		storetest.Open(t, cfg)
		if diff := cmp.Diff(before, schemaOf(t, cfg)); diff != "" {
			t.Errorf("schema (-before +after):\n%s", diff)
		}
	})
}

func TestStepsGoForwardOnly(t *testing.T) {
	t.Parallel()
	names, err := fs.Glob(migrations.Files, "*")
	if err != nil || len(names) == 0 {
		t.Fatal(names, err)
	}
	for i, name := range names {
		if !strings.HasPrefix(name, fmt.Sprintf("%05d_", i+1)) || !strings.HasSuffix(name, ".sql") {
			t.Errorf("step %d is called %s, want %05d_….sql", i+1, name, i+1)
		}
		text, err := fs.ReadFile(migrations.Files, name)
		if err != nil || strings.Count(string(text), "+goose Up") != 1 || strings.Contains(string(text), "+goose Down") {
			t.Errorf("%s must have one part Up and none Down: %v", name, err)
		}
		if strings.Contains(strings.ToLower(string(text)), "no transaction") {
			t.Errorf("%s must run in a transaction", name)
		}
	}
}
