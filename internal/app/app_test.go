package app

import (
	"context"
	"fmt"
	"log/slog"
	"net/http"
	"strings"
	"testing"
	"time"

	"github.com/quell-project/quell/internal/domain"
	"github.com/quell-project/quell/internal/pipeline/ingest"
	"github.com/quell-project/quell/internal/platform/config"
	"github.com/quell-project/quell/internal/platform/store"
)

// running opens an app on a folder of its own and runs it until the test ends; change may alter it before it runs.
func running(t *testing.T, set map[string]string, change ...func(*App)) *App {
	t.Helper()
	flags := map[string]string{"data": t.TempDir(), "listen": "127.0.0.1:0"}
	for k, v := range set {
		flags[k] = v
	}
	cfg, _, err := config.Load(config.Sources{Flags: flags, Env: func(string) (string, bool) { return "", false }})
	if err != nil {
		t.Fatal(err)
	}
	a, err := Open(t.Context(), cfg, "test", slog.New(slog.DiscardHandler))
	if err != nil {
		t.Fatal(err)
	}
	for _, f := range change {
		f(a)
	}
	ctx, stop := context.WithCancel(context.Background())
	ended := make(chan error, 1)
	go func() { ended <- a.Run(ctx) }()
	t.Cleanup(func() {
		stop()
		if err := <-ended; err != nil {
			t.Errorf("the run ended with %v", err)
		}
		if err := a.Close(); err != nil {
			t.Errorf("close: %v", err)
		}
	})
	eventually(t, "it is ready", func() bool {
		answer, err := http.Get(a.Address() + "/readyz")
		if err != nil {
			return false
		}
		answer.Body.Close()
		return answer.StatusCode == http.StatusOK
	})
	return a
}

func eventually(t *testing.T, what string, is func() bool) {
	t.Helper()
	for deadline := time.Now().Add(30 * time.Second); !is(); time.Sleep(5 * time.Millisecond) {
		if time.Now().After(deadline) {
			t.Fatalf("it never comes to be that %s", what)
		}
	}
}

func TestPoisonInTheQueueBecomesADeadLetterAndStopsNobody(t *testing.T) {
	t.Parallel()
	a := running(t, nil)
	poison := []string{`{"upload_id":"there-is-no-such-upload"}`, `{"upload_id":7}`, `not even JSON`}
	err := a.store.Tx(t.Context(), func(tx *store.Tx) error {
		for _, body := range poison {
			tx.Emit(domain.Event{ID: domain.NewID[domain.EventID](), Subject: domain.SubjectUploadAccepted, Body: []byte(body)})
		}
		return nil
	})
	if err != nil {
		t.Fatal(err)
	}
	accepted, err := a.pipeline.Accept(t.Context(), []ingest.Submission{{ContentID: "healthy", Parts: []ingest.Part{{Name: "signals",
		Fingerprints: []domain.Fingerprint{{Type: domain.MD5, Value: strings.Repeat("0", 32)}}}}}})
	if err != nil {
		t.Fatal(err)
	}
	eventually(t, "the healthy upload behind the poison is decided", func() bool {
		u, err := a.store.Upload(t.Context(), accepted[0].ID)
		return err == nil && u.State == domain.Decided
	})
	eventually(t, "all poison lies in the dead-letter stream", func() bool {
		dead, err := a.bus.DeadLetters(t.Context(), 10)
		return err == nil && len(dead) == len(poison)
	})
}

func TestASignalThatExpiresNoLongerCounts(t *testing.T) {
	t.Parallel()
	a := running(t, nil)
	c := curation{a.store, a.bus, a.index}
	bank, err := c.CreateBank(t.Context(), domain.Bank{Name: "known", Kind: domain.Known, EnabledShare: 1})
	if err != nil {
		t.Fatal(err)
	}
	known := domain.Fingerprint{Type: domain.MD5, Value: strings.Repeat("ab", 16)}
	_, err = c.AddEntry(t.Context(), domain.Entry{BankID: bank.ID, Signals: []domain.Signal{{Type: known.Type, Value: known.Value,
		Provenance: domain.Provenance{Source: "test", Confidence: 1}, ExpiresAt: domain.At(time.Now().Add(2 * time.Second))}}})
	if err != nil {
		t.Fatal(err)
	}
	tries := 0
	verdict := func() domain.Verdict {
		tries++
		d, err := a.pipeline.Check(t.Context(), ingest.Submission{ContentID: domain.ContentID(fmt.Sprintf("try-%d", tries)),
			Parts: []ingest.Part{{Name: "signals", Fingerprints: []domain.Fingerprint{known}}}})
		if err != nil {
			t.Fatal(err)
		}
		return d.Verdict
	}
	eventually(t, "it is blocked", func() bool { return verdict() == domain.Block })
	eventually(t, "it has expired", func() bool { return verdict() == domain.Allow })
	eventually(t, "the index no longer holds it", func() bool { return a.index.Size(domain.MD5) == 0 })
}
