package storetest

import (
	"fmt"
	"testing"
	"time"

	"github.com/google/go-cmp/cmp"

	"github.com/quell-project/quell/internal/domain"
	"github.com/quell-project/quell/internal/platform/store"
)

var viewTests = []test{
	{"of decisions are pages, newest first, of all or of some", func(t *testing.T, cfg store.Config) {
		s := Open(t, cfg)
		var all, blocked, unchecked []domain.DecisionID // oldest first
		for i := range 12 {
			r := recordingOf(upload(fmt.Sprint("post-", i)), 1, domain.Verdicts()[i%5])
			if i%4 == 0 {
				r.Decision.Checks = append(r.Decision.Checks, domain.Check{Detector: "decode", Part: "file-2", Status: domain.Partial})
				unchecked = append(unchecked, r.Decision.ID)
			}
			if r.Decision.Verdict == domain.Block {
				blocked = append(blocked, r.Decision.ID)
			}
			all = append(all, r.Decision.ID)
			record(t, s, r)
		}
		for _, c := range []struct {
			name string
			sel  store.Selection
			want []domain.DecisionID
		}{
			{"all", store.Selection{}, all},
			{"blocked", store.Selection{Verdict: domain.Block}, blocked},
			{"unchecked", store.Selection{Unchecked: true}, unchecked},
			{"allowed and unchecked", store.Selection{Verdict: domain.Allow, Unchecked: true}, all[:1]},
		} {
			var got []domain.DecisionID
			c.sel.Limit = 2
			for {
				page := must(s.RecordedPage(t.Context(), c.sel))(t)
				for _, r := range page {
					got = append([]domain.DecisionID{r.Decision.ID}, got...)
				}
				if len(page) < c.sel.Limit {
					break
				}
				c.sel.Before = got[0]
			}
			if diff := cmp.Diff(c.want, got); diff != "" {
				t.Errorf("%s (-want +got):\n%s", c.name, diff)
			}
		}
	}},
	{"of a decision show its upload, its matches and its renditions", func(t *testing.T, cfg store.Config) {
		s := Open(t, cfg)
		r := recordingOf(upload("post"), 1, domain.Block)
		r.Renditions = append(r.Renditions, domain.Rendition{Part: "a-file", MediaType: "image/png", Data: []byte{1}})
		record(t, s, r, recordingOf(upload("other"), 1, domain.Allow))
		want := domain.Recorded{Upload: r.Upload, Decision: r.Decision, Renditions: []string{"a-file", "file-1"}}
		if diff := cmp.Diff([]domain.Recorded{want}, must(s.RecordedPage(t.Context(), store.Selection{Verdict: domain.Block, Limit: 9}))(t)); diff != "" {
			t.Errorf("page (-want +got):\n%s", diff)
		}
		if diff := cmp.Diff([]domain.Recorded{want}, must(s.RecordedOf(t.Context(), r.Upload.ID))(t)); diff != "" {
			t.Errorf("of the upload (-want +got):\n%s", diff)
		}
	}},
	{"of what is not there are not found or empty", func(t *testing.T, cfg store.Config) {
		s := Open(t, cfg)
		_, err := s.Recorded(t.Context(), "none")
		wantError(t, err, store.ErrNotFound, "Recorded")
		_, err = s.Rendition(t.Context(), "none", "file-1")
		wantError(t, err, store.ErrNotFound, "Rendition")
		if got := must(s.RecordedOf(t.Context(), "none"))(t); len(got) != 0 {
			t.Errorf("RecordedOf: %v", got)
		}
		if got := must(s.RecordedPage(t.Context(), store.Selection{Limit: 5}))(t); len(got) != 0 {
			t.Errorf("RecordedPage: %v", got)
		}
		if got := must(s.VerdictCounts(t.Context(), 0, start, time.Hour))(t); len(got) != 0 {
			t.Errorf("VerdictCounts: %v", got)
		}
	}},
	{"of counts over time come in spans that begin where they are asked to", testCounts},
}

// testCounts records at 12:00, 12:01 and 12:30.
func testCounts(t *testing.T, cfg store.Config) {
	cfg, now := stopped(cfg)
	s := Open(t, cfg)
	n := 0
	decide := func(v domain.Verdict, status domain.CheckStatus) {
		n++
		r := recordingOf(upload(fmt.Sprint("post-", n)), 1, v)
		r.Decision.Checks[0].Status = status
		record(t, s, r)
		record(t, s, r) // again: counts once
	}
	decide(domain.Allow, domain.Complete)
	decide(domain.Allow, domain.Complete)
	now.advance(time.Minute + 3*time.Second)
	decide(domain.Block, domain.Partial)
	decide(domain.Allow, domain.Complete)
	now.advance(29 * time.Minute)
	decide(domain.Hold, domain.Failed)
	decide(domain.Hold, domain.Unsupported)

	at := func(d time.Duration) domain.Time { return start.Add(d) }
	for _, c := range []struct {
		name     string
		from, to domain.Time
		bucket   time.Duration
		want     []domain.VerdictCount
	}{
		{"minutes", start, at(time.Hour), time.Minute, []domain.VerdictCount{
			{From: start, Verdict: domain.Allow, Count: 2},
			{From: at(time.Minute), Verdict: domain.Allow, Count: 1}, {From: at(time.Minute), Verdict: domain.Block, Count: 1},
			{From: at(30 * time.Minute), Verdict: domain.Hold, Count: 2},
		}},
		{"an hour", start, at(time.Hour), time.Hour, []domain.VerdictCount{
			{From: start, Verdict: domain.Allow, Count: 3}, {From: start, Verdict: domain.Block, Count: 1}, {From: start, Verdict: domain.Hold, Count: 2},
		}},
		{"spans that do not begin at a full hour", at(-15 * time.Minute), at(time.Hour), 20 * time.Minute, []domain.VerdictCount{
			{From: at(-15 * time.Minute), Verdict: domain.Allow, Count: 3}, {From: at(-15 * time.Minute), Verdict: domain.Block, Count: 1},
			{From: at(25 * time.Minute), Verdict: domain.Hold, Count: 2},
		}},
		{"before the end only", at(time.Minute), at(30 * time.Minute), time.Hour, []domain.VerdictCount{
			{From: at(time.Minute), Verdict: domain.Allow, Count: 1}, {From: at(time.Minute), Verdict: domain.Block, Count: 1},
		}},
	} {
		if diff := cmp.Diff(c.want, must(s.VerdictCounts(t.Context(), c.from, c.to, c.bucket))(t)); diff != "" {
			t.Errorf("%s (-want +got):\n%s", c.name, diff)
		}
	}
	want := []domain.VerdictCount{{From: at(time.Minute), Count: 1}, {From: at(30 * time.Minute), Count: 2}}
	if diff := cmp.Diff(want, must(s.UncheckedCounts(t.Context(), start, at(time.Hour), time.Minute))(t)); diff != "" {
		t.Errorf("unchecked (-want +got):\n%s", diff)
	}
}
