package app

import (
	"encoding/json"
	"errors"
	"fmt"
	"testing"
	"time"

	"github.com/quell-project/quell/internal/domain"
	"github.com/quell-project/quell/internal/pipeline/ingest"
	"github.com/quell-project/quell/internal/platform/store"
	"github.com/quell-project/quell/internal/replay"
)

// replayed waits until a replay is over.
func replayed(t *testing.T, p replays, id domain.EventID) domain.Replay {
	t.Helper()
	for range 500 {
		r, err := p.Replay(t.Context(), id)
		if err != nil {
			t.Fatal(err)
		}
		if r.FinishedAt != 0 {
			return r
		}
		time.Sleep(20 * time.Millisecond) // the leader looks for replays every now and then
	}
	t.Fatal("the replay does not end")
	return domain.Replay{}
}

// TestAReplayIsRunByTheLeader asks a running server twice what another text would have decided, and once what the built-in policy would.
func TestAReplayIsRunByTheLeader(t *testing.T) {
	t.Parallel()
	a := running(t, nil)
	for i := range 5 {
		_, err := a.pipeline.Check(t.Context(), ingest.Submission{ContentID: domain.ContentID(fmt.Sprint("post-", i)), Parts: []ingest.Part{{Name: "file-1", Data: []byte("no picture")}}})
		if err != nil {
			t.Fatal(err)
		}
	}
	p := replays{a.store}
	ask := func(r domain.Replay) (domain.Replay, replay.Report) {
		t.Helper()
		r.To, r.Share, r.By = domain.Forever, 1, "eva"
		started, err := p.StartReplay(t.Context(), r)
		if err != nil {
			t.Fatal(err)
		}
		done := replayed(t, p, started.ID)
		var report replay.Report
		if err := json.Unmarshal(done.Report, &report); err != nil {
			t.Fatalf("%+v, %v", done, err)
		}
		return done, report
	}
	const lenient = "policy: known-content\nrules: [{id: unchecked, when: 'media.exists(p, p.check != \"complete\")', decide: label}]"
	first, report := ask(domain.Replay{Text: lenient})
	if report.Decisions != 5 || report.Changed != 5 || first.Policy != "known-content" || first.Digest == "" {
		t.Errorf("%+v\n%+v", first, report)
	}
	if again, _ := ask(domain.Replay{Text: lenient}); again.Digest != first.Digest || string(again.Report) != string(first.Report) {
		t.Errorf("repeated it is another:\n%s\n%s", first.Report, again.Report)
	}
	if same, report := ask(domain.Replay{Policy: "known-content"}); report.Decisions != 5 || report.Changed != 0 || report.Reworded != 0 {
		t.Errorf("what was in force says something else: %s", same.Report)
	}
	if _, err := p.CancelReplay(t.Context(), first.ID, "eva"); !errors.Is(err, store.ErrConflict) {
		t.Error(err)
	}
	if _, err := p.StartReplay(t.Context(), domain.Replay{Policy: "nobody"}); !isNotFound(err) {
		t.Error(err)
	}
}
