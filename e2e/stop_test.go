package e2e

import (
	"fmt"
	"net/http"
	"sync"
	"testing"
	"time"

	"github.com/quell-project/quell/e2e/process"
)

// A stop in the middle of work: whoever has an answer finds it on record after the restart, and what was accepted for later is decided then.
func TestAStopUnderLoadFinishesWhatItAccepted(t *testing.T) {
	t.Parallel()
	data := t.TempDir()
	s := start(t, data)
	var mu sync.Mutex
	var answered, accepted []string
	note := func(list *[]string, content string) {
		mu.Lock()
		defer mu.Unlock()
		*list = append(*list, content)
	}
	enough := make(chan struct{})
	client := process.Client(16)
	var group sync.WaitGroup
	for w := range 16 {
		group.Go(func() {
			for i := 0; ; i++ {
				content := fmt.Sprintf("content-%d-%d", w, i)
				path, body, want, list := "/api/v1/check", any(signalUpload(content, randomPDQ())), http.StatusOK, &answered
				if i%5 == 4 {
					path, body, want, list = "/api/v1/contents", map[string]any{"items": []any{body}}, http.StatusAccepted, &accepted
				}
				status, err := s.Call(t.Context(), client, http.MethodPost, path, body, nil)
				if err != nil {
					return // the server no longer listens
				}
				if status != want && status != http.StatusServiceUnavailable {
					t.Errorf("%s: status %d", content, status)
					return
				}
				if status == want {
					note(list, content)
				}
				if w == 0 && i == 20 {
					close(enough)
				}
			}
		})
	}
	<-enough
	if err := s.Stop(); err != nil {
		t.Errorf("the server ended with %v", err)
	}
	group.Wait()
	s = start(t, data)
	for _, content := range append(answered, accepted...) {
		eventually(t, 30*time.Second, content+" is decided", func() bool {
			var c struct{ Verdict string }
			call(t, s, http.MethodGet, "/api/v1/contents/"+content, nil, http.StatusOK, &c)
			return c.Verdict == "allow"
		})
	}
	t.Logf("%d answered, %d accepted", len(answered), len(accepted))
}
