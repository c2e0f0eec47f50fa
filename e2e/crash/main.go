package main

import (
	"context"
	"errors"
	"flag"
	"fmt"
	"math/rand/v2"
	"net/http"
	"net/url"
	"os"
	"sync"
	"time"

	"github.com/quell-project/quell/e2e/process"
	"github.com/quell-project/quell/internal/domain"
)

func main() {
	kills := flag.Int("kills", 20, "how often the server is killed")
	workers := flag.Int("workers", 16, "clients that send at the same time")
	flag.Parse()
	if err := run(context.Background(), *kills, *workers); err != nil {
		fmt.Fprintln(os.Stderr, "crash:", err)
		os.Exit(1)
	}
}

// promise is what the server has acknowledged about a content.
type promise struct {
	content  string
	decision string // of a 200; empty for a 202
}

type ledger struct {
	mu       sync.Mutex
	promises []promise
}

func (l *ledger) note(p ...promise) {
	l.mu.Lock()
	defer l.mu.Unlock()
	l.promises = append(l.promises, p...)
}

func run(ctx context.Context, kills, workers int) error {
	dir, err := os.MkdirTemp("", "quell-crash-")
	if err != nil {
		return err
	}
	defer os.RemoveAll(dir)
	binary, err := process.Build(ctx, dir)
	if err != nil {
		return err
	}
	var kept ledger
	for n := range kills {
		s, err := process.Start(ctx, binary, dir+"/data")
		if err != nil {
			return fmt.Errorf("start %d: %w", n+1, err)
		}
		before := len(kept.promises)
		loadUntilKilled(ctx, s, n, workers, &kept)
		fmt.Printf("kill %2d: %5d uploads acknowledged\n", n+1, len(kept.promises)-before)
	}
	s, err := process.Start(ctx, binary, dir+"/data")
	if err != nil {
		return fmt.Errorf("start after the last kill: %w", err)
	}
	if err := compare(ctx, s, kept.promises); err != nil {
		s.Kill()
		return err
	}
	return s.Stop()
}

// loadUntilKilled sends uploads from all workers and kills the server in the middle.
func loadUntilKilled(ctx context.Context, s *process.Server, n, workers int, kept *ledger) {
	ctx, stop := context.WithCancel(ctx)
	client := process.Client(workers)
	var group sync.WaitGroup
	for w := range workers {
		group.Go(func() {
			for i := 0; ctx.Err() == nil; i++ {
				name := fmt.Sprintf("content-%d-%d-%d", n, w, i)
				if i%10 == 9 {
					sendBatch(ctx, s, client, name, kept)
				} else {
					sendCheck(ctx, s, client, name, kept)
				}
			}
		})
	}
	time.Sleep(300*time.Millisecond + rand.N(1200*time.Millisecond)) // any moment will do for a crash
	s.Kill()
	stop()
	group.Wait()
}

// upload is a check with a signal that the client computed.
func upload(content string) map[string]any {
	signal := fmt.Sprintf("%016x%016x%016x%016x", rand.Uint64(), rand.Uint64(), rand.Uint64(), rand.Uint64())
	return map[string]any{"content_id": content, "signals": []any{map[string]any{"type": "pdq", "value": signal}}}
}

func sendCheck(ctx context.Context, s *process.Server, client *http.Client, content string, kept *ledger) {
	var answer struct {
		DecisionID string `json:"decision_id"`
	}
	status, err := s.Call(ctx, client, http.MethodPost, "/api/v1/check", upload(content), &answer)
	if err == nil && status == http.StatusOK {
		kept.note(promise{content, answer.DecisionID})
	}
}

func sendBatch(ctx context.Context, s *process.Server, client *http.Client, name string, kept *ledger) {
	var items []any
	var promises []promise
	for i := range 5 {
		content := fmt.Sprintf("%s-item-%d", name, i)
		items, promises = append(items, upload(content)), append(promises, promise{content: content})
	}
	status, err := s.Call(ctx, client, http.MethodPost, "/api/v1/contents", map[string]any{"items": items}, nil)
	if err == nil && status == http.StatusAccepted {
		kept.note(promises...)
	}
}

// compare asks for every content that was acknowledged.
func compare(ctx context.Context, s *process.Server, promises []promise) error {
	client := process.Client(16)
	var faults []error
	waited := 0
	for _, p := range promises {
		for {
			fault, pending := p.check(ctx, s, client)
			if pending && waited < 600 {
				waited++
				time.Sleep(100 * time.Millisecond) // the queue is being worked off
				continue
			}
			if fault != nil {
				faults = append(faults, fault)
			}
			break
		}
	}
	fmt.Printf("%d uploads were acknowledged; %d of them are not on record as they should be\n", len(promises), len(faults))
	if len(faults) > 10 {
		faults = faults[:10]
	}
	return errors.Join(faults...)
}

// check holds one promise against the record. pending says that the decision is still to come.
func (p promise) check(ctx context.Context, s *process.Server, client *http.Client) (fault error, pending bool) {
	var record struct {
		Uploads []struct {
			State     domain.UploadState `json:"state"`
			Decisions []struct {
				ID string `json:"decision_id"`
			} `json:"decisions"`
		} `json:"uploads"`
	}
	status, err := s.Call(ctx, client, http.MethodGet, "/api/v1/contents/"+url.PathEscape(p.content), nil, &record)
	switch {
	case err != nil:
		return fmt.Errorf("%s: %w", p.content, err), false
	case status != http.StatusOK:
		return fmt.Errorf("%s: acknowledged, but the record answers %d", p.content, status), false
	case len(record.Uploads) != 1:
		return fmt.Errorf("%s: %d uploads on record, want 1", p.content, len(record.Uploads)), false
	}
	decisions := record.Uploads[0].Decisions
	if len(decisions) == 0 {
		return fmt.Errorf("%s: not decided", p.content), true
	}
	if len(decisions) != 1 || (p.decision != "" && decisions[0].ID != p.decision) {
		return fmt.Errorf("%s: decided %d times, first as %s; the answer was %s", p.content, len(decisions), decisions[0].ID, p.decision), false
	}
	return nil, false
}
