package storetest

import (
	"context"
	"fmt"
	"testing"
	"time"

	"github.com/google/go-cmp/cmp"

	"github.com/quell-project/quell/internal/domain"
	"github.com/quell-project/quell/internal/platform/store"
)

// accept writes uploads that wait.
func accept(t testing.TB, s *store.Store, uploads ...domain.Upload) []domain.Upload {
	t.Helper()
	var got []domain.Upload
	change(t, s, func(ctx context.Context, tx *store.Tx) (err error) {
		got, err = tx.AcceptUploads(ctx, uploads, accepted)
		return err
	})
	return got
}

var uploadTests = []test{
	{"that are accepted wait, each with an event", func(t *testing.T, cfg store.Config) {
		s := Open(t, cfg)
		a, b := upload("post-b"), upload("post-aa")
		if diff := cmp.Diff([]domain.Upload{a, b}, accept(t, s, a, b)); diff != "" {
			t.Errorf("accepted (-want +got):\n%s", diff)
		}
		if diff := cmp.Diff(a, must(s.Upload(t.Context(), a.ID))(t)); diff != "" {
			t.Errorf("upload (-want +got):\n%s", diff)
		}
		if n := must(s.PendingUploads(t.Context()))(t); n != 2 {
			t.Errorf("%d wait, want 2", n)
		}
		events := eventsOf(t, s, domain.SubjectUploadAccepted)
		if len(events) != 2 || string(events[1].Body) != fmt.Sprintf(`{"upload_id":%q}`, b.ID) {
			t.Errorf("events are %+v, want one for each in their order", events)
		}
	}},
	{"that are known are answered as they are known", func(t *testing.T, cfg store.Config) {
		s := Open(t, cfg)
		first := upload("post")
		twin := upload("post")
		if diff := cmp.Diff([]domain.Upload{first, first}, accept(t, s, first, twin)); diff != "" {
			t.Errorf("twice in a batch (-want +got):\n%s", diff)
		}
		record(t, s, recordingOf(first, 1, domain.Allow))
		got := accept(t, s, upload("post"), upload("other"))
		if got[0].ID != first.ID || got[0].State != domain.Decided || got[1].State != domain.Pending {
			t.Errorf("accepted %+v, want the decided upload and a new one", got)
		}
		if n := len(eventsOf(t, s, domain.SubjectUploadAccepted)); n != 2 {
			t.Errorf("%d events, want one for each upload", n)
		}
		if got := accept(t, s); len(got) != 0 {
			t.Errorf("accepted %v of nothing", got)
		}
	}},
	{"of a content are listed newest first", func(t *testing.T, cfg store.Config) {
		s := Open(t, cfg)
		var want []domain.UploadID
		for i := range 4 {
			u := upload("post")
			u.Digest = digest(i)
			accept(t, s, u)
			want = append([]domain.UploadID{u.ID}, want...)
		}
		accept(t, s, upload("other"))
		var got []domain.UploadID
		for _, u := range must(s.Uploads(t.Context(), "post", 3))(t) {
			got = append(got, u.ID)
		}
		if diff := cmp.Diff(want[:3], got); diff != "" {
			t.Errorf("uploads (-want +got):\n%s", diff)
		}
	}},
	{"whose time has come go back into the queue, some at a time", func(t *testing.T, cfg store.Config) {
		cfg, now := stopped(cfg)
		s := Open(t, cfg)
		var uploads []domain.Upload
		for i := range 5 {
			u := upload(fmt.Sprint("post-", i))
			u.DueAt, u.Attempts = start.Add(time.Duration(i)*time.Minute), i
			uploads = append(uploads, u)
		}
		uploads[4].DueAt = 0 // not planned
		accept(t, s, uploads...)
		requeue := func(limit int) (n int) {
			change(t, s, func(ctx context.Context, tx *store.Tx) (err error) {
				n, err = tx.RequeueDue(ctx, limit, func(attempts int) domain.Time { return start.Add(time.Hour + time.Duration(attempts)*time.Minute) }, accepted)
				return err
			})
			return n
		}
		now.advance(2 * time.Minute)
		var counts []int
		for range 3 {
			counts = append(counts, requeue(2))
		}
		if diff := cmp.Diff([]int{2, 1, 0}, counts); diff != "" {
			t.Errorf("requeued (-want +got):\n%s", diff)
		}
		var bodies []string
		for _, e := range eventsOf(t, s, domain.SubjectUploadAccepted)[5:] {
			bodies = append(bodies, string(e.Body))
		}
		want := []string{string(accepted(uploads[0]).Body), string(accepted(uploads[1]).Body), string(accepted(uploads[2]).Body)}
		if diff := cmp.Diff(want, bodies); diff != "" {
			t.Errorf("events (-want +got):\n%s", diff)
		}
		for i, want := range []domain.Time{start.Add(60 * time.Minute), start.Add(61 * time.Minute), start.Add(62 * time.Minute), uploads[3].DueAt, 0} {
			if u := must(s.Upload(t.Context(), uploads[i].ID))(t); u.DueAt != want || u.Attempts != i {
				t.Errorf("upload %d is due at %v after %d attempts, want %v after %d", i, u.DueAt, u.Attempts, want, i)
			}
		}
	}},
	{"that wait are counted until they are decided", func(t *testing.T, cfg store.Config) {
		s := Open(t, cfg)
		u := upload("post")
		accept(t, s, u, upload("other"))
		again := recordingOf(u, 1, domain.Hold)
		again.Upload.DueAt = start // decided, and to be looked at again
		record(t, s, again)
		if n := must(s.PendingUploads(t.Context()))(t); n != 1 {
			t.Errorf("%d wait, want 1", n)
		}
	}},
	{"that are not there are not found", func(t *testing.T, cfg store.Config) {
		s := Open(t, cfg)
		_, err := s.Upload(t.Context(), "none")
		wantError(t, err, store.ErrNotFound, "Upload")
		_, err = s.UploadOf(t.Context(), "none", "none")
		wantError(t, err, store.ErrNotFound, "UploadOf")
		_, err = s.Uploads(t.Context(), "none", 3)
		wantError(t, err, store.ErrNotFound, "Uploads")
	}},
}
