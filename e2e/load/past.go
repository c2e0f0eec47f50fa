package main

import (
	"context"
	"fmt"
	"math/rand/v2"
	"net/http"
	"path/filepath"
	"time"

	"github.com/quell-project/quell/e2e/process"
	"github.com/quell-project/quell/hamming"
	"github.com/quell-project/quell/internal/domain"
	"github.com/quell-project/quell/internal/retrohunt/daybook"
)

// fillPast writes fingerprints of uploads that never were, as if they had been decided in the last minutes. The server takes them for its own.
func fillPast(data string, n int) error {
	shelf, err := daybook.OpenShelf(filepath.Join(data, "retrohunt"))
	if err != nil {
		return err
	}
	now := domain.At(time.Now())
	const batch = 10_000
	for done := 0; done < n; done += batch {
		var entries []daybook.Entry
		for range min(batch, n-done) {
			id, err := daybook.ParseUpload(domain.NewID[domain.UploadID]())
			if err != nil {
				return err
			}
			code := hamming.Code{rand.Uint64(), rand.Uint64(), rand.Uint64(), rand.Uint64()}
			entries = append(entries, daybook.Entry{Day: daybook.DayOf(now), Owner: daybook.Owner{Upload: id}, Prints: []domain.Fingerprint{{Type: domain.PDQ, Value: code.String()}}})
		}
		// Decisions are to be read from now on; there are none yet.
		if _, err := shelf.Append(entries, daybook.Place{Decision: string(domain.FirstID[domain.DecisionID](now))}, daybook.DayOf(now)); err != nil {
			return err
		}
	}
	return shelf.Keep()
}

// keepHunting searches past uploads for the bank of fill, again and again until ctx ends, and returns how often it was searched through.
func keepHunting(ctx context.Context, s *process.Server) (times int, err error) {
	type hunt struct{ ID, State string }
	for {
		var h hunt
		status, err := s.Call(ctx, http.DefaultClient, http.MethodPost, "/api/v1/retrohunts", map[string]any{"bank": "load", "unbounded": true}, &h)
		for err == nil && status < 300 && (h.State == "waiting" || h.State == "searching") {
			select {
			case <-ctx.Done():
				return times, nil
			case <-time.After(100 * time.Millisecond):
			}
			status, err = s.Call(ctx, http.DefaultClient, http.MethodGet, "/api/v1/retrohunts/"+h.ID, nil, &h)
		}
		switch {
		case ctx.Err() != nil:
			return times, nil
		case err != nil:
			return times, err
		case status >= 300:
			return times, fmt.Errorf("a search is answered %d", status)
		}
		times++
	}
}
