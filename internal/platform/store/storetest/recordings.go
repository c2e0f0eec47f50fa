package storetest

import (
	"context"
	"encoding/json"
	"errors"
	"fmt"
	"sync"
	"testing"

	"github.com/google/go-cmp/cmp"

	"github.com/quell-project/quell/internal/domain"
	"github.com/quell-project/quell/internal/platform/store"
)

// recordTables are the tables that a recording writes to.
var recordTables = []string{"uploads", "decisions", "matches", "renditions", "audit_leaves", "outbox", "facts"}

var recordingTests = []test{
	{"come back as they were written", func(t *testing.T, cfg store.Config) {
		s := Open(t, cfg)
		for _, v := range domain.Verdicts() {
			r := recordingOf(upload("post of "+string(v)), 1, v)
			r.Decision.Checks = append(r.Decision.Checks, domain.Check{Detector: "decode", Part: "file-2", Status: domain.Failed, Reason: "It is cut short.", Temporary: true})
			if diff := cmp.Diff([]domain.Decision{r.Decision}, record(t, s, r)); diff != "" {
				t.Errorf("the decision that stands (-want +got):\n%s", diff)
			}
			want := domain.Recorded{Upload: r.Upload, Decision: r.Decision, Renditions: []string{"file-1"}}
			if diff := cmp.Diff(want, must(s.Recorded(t.Context(), r.Decision.ID))(t)); diff != "" {
				t.Errorf("recorded (-want +got):\n%s", diff)
			}
			if diff := cmp.Diff(r.Upload, must(s.UploadOf(t.Context(), r.Upload.ContentID, r.Upload.Digest))(t)); diff != "" {
				t.Errorf("upload (-want +got):\n%s", diff)
			}
			if diff := cmp.Diff(r.Renditions[0], must(s.Rendition(t.Context(), r.Upload.ID, "file-1"))(t)); diff != "" {
				t.Errorf("rendition (-want +got):\n%s", diff)
			}
		}
	}},
	{"that say little come back too", func(t *testing.T, cfg store.Config) {
		s := Open(t, cfg)
		u := domain.Upload{ID: domain.NewID[domain.UploadID](), ContentID: "post", State: domain.Decided}
		d := domain.Decision{ID: domain.NewID[domain.DecisionID](), UploadID: u.ID, ContentID: u.ContentID, Round: 1, Cause: domain.CauseUpload, Verdict: domain.Allow}
		record(t, s, domain.Recording{Upload: u, Decision: d, Seal: seal})
		if diff := cmp.Diff(domain.Recorded{Upload: u, Decision: d}, must(s.Recorded(t.Context(), d.ID))(t)); diff != "" {
			t.Errorf("recorded (-want +got):\n%s", diff)
		}
	}},
	{"write everything once", func(t *testing.T, cfg store.Config) {
		s := Open(t, cfg)
		r := recordingOf(upload("post"), 1, domain.Block)
		record(t, s, r)
		want := map[string]int{"uploads": 1, "decisions": 1, "matches": 2, "renditions": 1, "facts": 1, "audit_leaves": 1, "outbox": 1}
		if diff := cmp.Diff(want, rowCounts(t, cfg, recordTables...)); diff != "" {
			t.Errorf("rows (-want +got):\n%s", diff)
		}
		events := eventsOf(t, s, domain.SubjectDecisionMade)
		if len(events) != 1 || string(events[0].Body) != fmt.Sprintf(`{"decision_id":%q}`, r.Decision.ID) {
			t.Errorf("events are %+v", events)
		}
	}},
	{"of what is on record return what stands, and write nothing", func(t *testing.T, cfg store.Config) {
		s := Open(t, cfg)
		first := recordingOf(upload("post"), 1, domain.Block)
		record(t, s, first)
		before := rowCounts(t, cfg, recordTables...)
		again := recordingOf(upload("post"), 1, domain.Allow)
		if diff := cmp.Diff([]domain.Decision{first.Decision}, record(t, s, again)); diff != "" {
			t.Errorf("the decision that stands (-want +got):\n%s", diff)
		}
		if diff := cmp.Diff(before, rowCounts(t, cfg, recordTables...)); diff != "" {
			t.Errorf("rows (-before +after):\n%s", diff)
		}
		other := upload("post")
		other.Digest = digest(99)
		if got := record(t, s, recordingOf(other, 1, domain.Allow)); got[0].Verdict != domain.Allow {
			t.Errorf("other bytes of the same content got %+v, want a decision of their own", got[0])
		}
	}},
	{"twice in a batch are one, decided by the first", func(t *testing.T, cfg store.Config) {
		s := Open(t, cfg)
		first, second, other := recordingOf(upload("post"), 1, domain.Block), recordingOf(upload("post"), 1, domain.Allow), recordingOf(upload("a post"), 1, domain.Hold)
		got := record(t, s, first, other, second)
		if diff := cmp.Diff([]domain.Decision{first.Decision, other.Decision, first.Decision}, got); diff != "" {
			t.Errorf("the decisions that stand (-want +got):\n%s", diff)
		}
		if n := rowCounts(t, cfg, "decisions", "audit_leaves"); n["decisions"] != 2 || n["audit_leaves"] != 2 {
			t.Errorf("rows are %v, want 2 decisions and 2 leaves", n)
		}
	}},
	{"from many writers at once are decided once", testManyWriters},
	{"more than a statement holds are answered in their order", func(t *testing.T, cfg store.Config) {
		s := Open(t, cfg)
		var batch []domain.Recording
		var want []domain.Decision
		for i := range 300 {
			r := recordingOf(upload(fmt.Sprint("post-", 7*i%300)), 1, domain.Verdicts()[i%5])
			batch, want = append(batch, r), append(want, r.Decision)
		}
		if diff := cmp.Diff(want, record(t, s, batch...)); diff != "" {
			t.Errorf("decisions (-want +got):\n%s", diff)
		}
		if n := rowCounts(t, cfg, recordTables...); n["audit_leaves"] != 300 || n["outbox"] != 300 {
			t.Errorf("rows are %v, want 300 of each", n)
		}
	}},
	{"of nothing are nothing", func(t *testing.T, cfg store.Config) {
		s := Open(t, cfg)
		if got := record(t, s); len(got) != 0 {
			t.Errorf("decisions are %v", got)
		}
	}},
	{"leave nothing when one of them cannot be sealed", func(t *testing.T, cfg store.Config) {
		s := Open(t, cfg)
		failure := errors.New("no wax")
		bad := recordingOf(upload("post-2"), 1, domain.Block)
		bad.Seal = func(domain.Decision) (domain.Leaf, domain.Event, error) {
			return domain.Leaf{}, domain.Event{}, failure
		}
		err := s.Tx(t.Context(), func(tx *store.Tx) error {
			_, err := tx.RecordDecisions(t.Context(), []domain.Recording{recordingOf(upload("post-1"), 1, domain.Block), bad})
			return err
		})
		wantError(t, err, failure, "Tx")
		want := map[string]int{"uploads": 0, "decisions": 0, "matches": 0, "renditions": 0, "facts": 0, "audit_leaves": 0, "outbox": 0, "decision_counts": 0}
		if diff := cmp.Diff(want, rowCounts(t, cfg, append(recordTables, "decision_counts")...)); diff != "" {
			t.Errorf("rows (-want +got):\n%s", diff)
		}
	}},
	{"may be written again by a transaction that runs again", func(t *testing.T, cfg store.Config) {
		s := Open(t, cfg)
		first, second := recordingOf(upload("post"), 1, domain.Block), recordingOf(upload("post"), 1, domain.Allow)
		batch := []domain.Recording{first, second}
		failure := errors.New("once more")
		for i := range 2 {
			err := s.Tx(t.Context(), func(tx *store.Tx) error {
				got, err := tx.RecordDecisions(t.Context(), batch)
				if diff := cmp.Diff([]domain.Decision{first.Decision, first.Decision}, got); diff != "" {
					t.Errorf("run %d (-want +got):\n%s", i+1, diff)
				}
				return errors.Join(err, failure)
			})
			wantError(t, err, failure, "Tx")
		}
		if batch[1].Upload.ID != second.Upload.ID {
			t.Error("the caller's recordings were changed")
		}
	}},
}

// testManyWriters lets writers record the same contents at the same time, each in another order.
func testManyWriters(t *testing.T, cfg store.Config) {
	const writers, contents = 8, 12
	s := Open(t, cfg)
	stands := make([]map[domain.ContentID]domain.DecisionID, writers)
	var all sync.WaitGroup
	for w := range writers {
		all.Go(func() {
			stands[w] = map[domain.ContentID]domain.DecisionID{}
			var batch []domain.Recording
			for i := range contents {
				content := fmt.Sprintf("post-%02d", (i*5+w)%contents)
				if w%2 == 1 {
					content = fmt.Sprintf("post-%02d", contents-1-i)
				}
				batch = append(batch, recordingOf(upload(content), 1, domain.Verdicts()[w%5]))
			}
			err := s.Tx(t.Context(), func(tx *store.Tx) error {
				decisions, err := tx.RecordDecisions(t.Context(), batch)
				for _, d := range decisions {
					stands[w][d.ContentID] = d.ID
				}
				return err
			})
			if err != nil {
				t.Errorf("writer %d: %v", w, err)
			}
		})
	}
	all.Wait()
	for w := range writers {
		if diff := cmp.Diff(stands[0], stands[w]); diff != "" {
			t.Errorf("writers 0 and %d were told different decisions (-0 +%d):\n%s", w, w, diff)
		}
	}
	rows := rowCounts(t, cfg, "uploads", "decisions", "audit_leaves", "outbox")
	if diff := cmp.Diff(map[string]int{"uploads": contents, "decisions": contents, "audit_leaves": contents, "outbox": contents}, rows); diff != "" {
		t.Errorf("rows (-want +got):\n%s", diff)
	}
}

var roundTests = []test{
	{"follow each other, the newest last", func(t *testing.T, cfg store.Config) {
		s := Open(t, cfg)
		u := upload("post")
		first, second := recordingOf(u, 1, domain.Hold), recordingOf(u, 2, domain.Allow)
		_, err := s.LastDecision(t.Context(), u.ID)
		wantError(t, err, store.ErrNotFound, "LastDecision of what is not decided")
		record(t, s, first)
		record(t, s, second)
		if diff := cmp.Diff(second.Decision, must(s.LastDecision(t.Context(), u.ID))(t)); diff != "" {
			t.Errorf("last (-want +got):\n%s", diff)
		}
		var rounds []int
		for _, r := range must(s.RecordedOf(t.Context(), u.ID))(t) {
			rounds = append(rounds, r.Decision.Round)
		}
		if diff := cmp.Diff([]int{2, 1}, rounds); diff != "" {
			t.Errorf("rounds, newest first (-want +got):\n%s", diff)
		}
		if got := must(s.Rendition(t.Context(), u.ID, "file-1"))(t); got.Data[3] != 2 {
			t.Errorf("the rendition is of round %d, want 2", got.Data[3])
		}
		if got := record(t, s, recordingOf(u, 1, domain.Block)); got[0].ID != first.Decision.ID {
			t.Errorf("round 1 again gives %+v, want the decision of round 1", got[0])
		}
	}},
	{"bring the upload up to date, unless they are late", func(t *testing.T, cfg store.Config) {
		s := Open(t, cfg)
		u := upload("post")
		first := recordingOf(u, 1, domain.Hold)
		first.Upload.DueAt = start + 7
		record(t, s, first)
		second := recordingOf(u, 2, domain.Allow)
		second.Upload.Parts = []domain.Part{{Name: "url", URL: "https://media.example/17.jpg", Width: 3}}
		record(t, s, second)
		if diff := cmp.Diff(second.Upload, must(s.Upload(t.Context(), u.ID))(t)); diff != "" {
			t.Errorf("upload (-want +got):\n%s", diff)
		}
		late := recordingOf(u, 2, domain.Block)
		late.Upload.DueAt, late.Upload.Attempts = start+99, 9
		record(t, s, late)
		if diff := cmp.Diff(second.Upload, must(s.Upload(t.Context(), u.ID))(t)); diff != "" {
			t.Errorf("upload after a round that was decided already (-want +got):\n%s", diff)
		}
	}},
	{"decide uploads that were accepted before, under the id they have", func(t *testing.T, cfg store.Config) {
		s := Open(t, cfg)
		known := upload("post")
		change(t, s, func(ctx context.Context, tx *store.Tx) error {
			_, err := tx.AcceptUploads(ctx, []domain.Upload{known}, accepted)
			return err
		})
		var sealed domain.Decision
		r := recordingOf(upload("post"), 1, domain.Block)
		r.Seal = func(d domain.Decision) (domain.Leaf, domain.Event, error) {
			sealed = d
			return seal(d)
		}
		got := record(t, s, r)[0]
		if got.UploadID != known.ID || sealed.UploadID != known.ID {
			t.Errorf("the decision is about upload %s and was sealed about %s, want %s", got.UploadID, sealed.UploadID, known.ID)
		}
		if diff := cmp.Diff(sealed, got); diff != "" {
			t.Errorf("decision (-sealed +standing):\n%s", diff)
		}
		u := must(s.Upload(t.Context(), known.ID))(t)
		if u.State != domain.Decided || u.DueAt != 0 || u.Attempts != 1 {
			t.Errorf("the upload is %s, due %d, tried %d times", u.State, u.DueAt, u.Attempts)
		}
		var leaf string
		if err := SQL(t, cfg).QueryRowContext(t.Context(), `select digest from audit_leaves where subject_id = $1`, got.ID).Scan(&leaf); err != nil || leaf != fmt.Sprintf("%s about %s", got.ID, known.ID) {
			t.Errorf("the leaf holds %q, %v", leaf, err)
		}
		var subject struct {
			ID domain.DecisionID `json:"decision_id"`
		}
		events := eventsOf(t, s, domain.SubjectDecisionMade)
		if err := json.Unmarshal(events[0].Body, &subject); err != nil || subject.ID != got.ID {
			t.Errorf("the event is %s", events[0].Body)
		}
	}},
}
