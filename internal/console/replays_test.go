package console

import (
	"context"
	"net/http"
	"net/url"
	"strings"
	"testing"
	"time"

	"github.com/quell-project/quell/internal/domain"
	"github.com/quell-project/quell/internal/replay"
)

// fakeReplays are replays in memory, newest first.
type fakeReplays struct {
	all  []Replay
	fail error
}

func (f *fakeReplays) Replays(context.Context) ([]Replay, error) { return f.all, f.fail }

func (f *fakeReplays) Replay(_ context.Context, id string) (Replay, error) {
	for _, r := range f.all {
		if r.ID == id {
			return r, f.fail
		}
	}
	return Replay{}, ErrNotFound
}

func (f *fakeReplays) StartReplay(_ context.Context, policy string, version int, by string) (Replay, error) {
	if version == 99 {
		return Replay{}, Refusal("other replays are waiting already")
	}
	r := Replay{ID: id(9, 50), Policy: policy, Version: version, By: by, At: domain.At(now)}
	f.all = append([]Replay{r}, f.all...)
	return r, f.fail
}

// replayed is a governed site on which versions were replayed.
func replayed(t testing.TB) *site {
	t.Helper()
	s := governed(t)
	ago := func(d time.Duration) domain.Time { return domain.At(now.Add(-d)) }
	rate := func(count, of int64, low, high float64) replay.Rate {
		return replay.Rate{Count: count, Of: of, Share: float64(count) / float64(of), Low: low, High: high}
	}
	compare := func(name string, of, was, now int64) replay.Line {
		share := func(n int64) float64 { return float64(n) / float64(of) }
		wide := func(n int64) replay.Rate { return rate(n, of, share(n)*0.8, min(share(n)*1.25, 1)) }
		return replay.Line{Name: name, Comparison: replay.Comparison{Was: wide(was), Now: wide(now), Diff: replay.Difference{By: share(now) - share(was)}}}
	}
	before, after := rate(41, 50, 0.69, 0.9), rate(46, 50, 0.81, 0.97)
	report := &replay.Report{
		Versions: []string{"known-content@0", "young-accounts@5", "flood@1"}, From: ago(167 * time.Hour), Last: ago(2 * time.Minute), Share: 1, Decisions: 412_907,
		Digest: strings.Repeat("9f2c6f0b", 8), Changed: 1_311, Reworded: 12, Others: 4, Unreadable: 2, HoursPerWeek: -6.5,
		Verdicts: []replay.Cell{{Was: domain.Allow, Now: domain.Allow, Count: 408_112}, {Was: domain.Hold, Now: domain.Block, Count: 1_290}, {Was: domain.Allow, Now: domain.Hold, Count: 21}, {Was: domain.Hold, Now: domain.Hold, Count: 3_484}},
		Changes: []replay.Change{
			{Decision: domain.DecisionID(id(2, 2)), Was: domain.Hold, Now: domain.Block, NowBy: domain.PolicyRef{ID: "young-accounts", Version: 5, Rule: "young-exact"}, Evidence: []string{"bank grey-heron, sha256, distance 0 of 0, in file-1", "account 2 days old"}},
			{Decision: domain.DecisionID(id(2, 1)), Was: domain.Allow, Now: domain.Hold, NowBy: domain.PolicyRef{ID: "young-accounts", Version: 5, Rule: "young-part"}, Evidence: []string{"<b>bank</b> grey-heron, keypoints, distance 27 of 40, in file-1"}},
		},
		Breakdowns: []replay.Group{
			{By: "bank", Lines: []replay.Line{compare("grey-heron", 4_700, 3_900, 4_100), compare("heron-trial", 300, 40, 90)}},
			{By: "account age", Lines: []replay.Line{compare("under a day", 20_112, 812, 1_490), compare("older", 390_000, 3_900, 3_900)}},
			{By: "language"},
		},
		Agreement: replay.Agreement{
			Reviewed: 212, Blocks: replay.Precise{Was: rate(118, 121, 0.93, 0.992), Now: rate(140, 149, 0.888, 0.968)}, Acts: replay.Precise{Was: rate(171, 200, 0.8, 0.897), Now: rate(174, 204, 0.797, 0.895)},
			RecallBefore: &before, RecallAfter: &after, Note: "Recall is told from 50 decisions that were drawn at random.",
		},
		Notices: []replay.Named{{Name: "removed", Count: 1_290}},
	}
	r := &fakeReplays{all: []Replay{
		{ID: id(9, 3), Policy: "flood", Version: 2, By: "ines", At: ago(20 * time.Second), Share: 0.43},
		{ID: id(9, 2), Policy: "young-accounts", Version: 5, By: "tomas", At: ago(2 * time.Hour), Share: 1, Over: true, Digest: report.Digest, Report: report},
		{ID: id(9, 1), Policy: "young-accounts", Version: 4, By: "tomas", At: ago(3 * time.Hour), Share: 1, Over: true, Failed: "read facts: disk <gone>"},
	}}
	s.open(Config{Replays: r})
	return s
}

func TestReplaysAreTold(t *testing.T) {
	t.Parallel()
	s := replayed(t)
	says(t, body(t, s.get("/replays"), http.StatusOK), []string{"young-accounts v5", "9f2c6f0b…6f0b", "runs, 43 %", "failed", "/replays/" + id(9, 2)})
	one := body(t, s.get("/replays/"+id(9, 2)), http.StatusOK)
	says(t, one, []string{
		"young-accounts v5", "1,290", "/decisions/" + id(2, 2), "distance 27 of 40", "&lt;b&gt;bank", "Blocks, as they would be", "94 % of 149", "drawn at random", "-6.5 h a week",
		"Held or blocked, by bank", "and 1,309 more", strings.Repeat("9f2c6f0b", 8), "Notice removed",
	}, "by language", "<b>bank", "data-live")
	running := body(t, s.get("/replays/"+id(9, 3)), http.StatusOK)
	says(t, running, []string{`data-live="/replays/` + id(9, 3) + `/latest"`, "runs, 43 %"})
	says(t, body(t, s.get("/replays/"+id(9, 3)+"/latest"), http.StatusOK), []string{"runs, 43 %"}, "<html")
	says(t, body(t, s.get("/replays/"+id(9, 1)), http.StatusOK), []string{"disk &lt;gone&gt;"})
	body(t, s.get("/replays/none"), http.StatusNotFound)
}

func TestAReplayIsBegunOnThePageOfAPolicy(t *testing.T) {
	t.Parallel()
	s := replayed(t)
	says(t, body(t, s.get("/policies/young-accounts"), http.StatusOK), []string{`action="/policies/young-accounts/replays"`, `name="version" value="5"`})
	w := s.post("/policies/young-accounts/replays", url.Values{"version": {"5"}})
	if w.Code != http.StatusSeeOther || w.Header().Get("Location") != "/replays/"+id(9, 50) {
		t.Errorf("answers %d and leads to %q", w.Code, w.Header().Get("Location"))
	}
	says(t, body(t, s.post("/policies/young-accounts/replays", url.Values{"version": {"99"}}), http.StatusConflict), []string{`role="alert"`, "other replays are waiting"})
	body(t, s.post("/policies/young-accounts/replays", nil), http.StatusBadRequest)
}

func TestWithoutReplaysThereIsNoRoomForThem(t *testing.T) {
	t.Parallel()
	s := governed(t)
	says(t, body(t, s.get("/policies/young-accounts"), http.StatusOK), []string{"/policies"}, "/replays")
	body(t, s.get("/replays"), http.StatusNotFound)
}

// TestBrowserReplays looks at the pages about replays.
func TestBrowserReplays(t *testing.T) {
	s, empty := replayed(t), governed(t)
	empty.open(Config{Replays: &fakeReplays{}})
	lookAt(t, []visited{
		{"replays", s, "/replays"}, {"replays-empty", empty, "/replays"}, {"replay", s, "/replays/" + id(9, 2)}, {"replay-running", s, "/replays/" + id(9, 3)},
		{"replay-failed", s, "/replays/" + id(9, 1)},
	})
}
