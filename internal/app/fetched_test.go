package app

import (
	"bytes"
	"context"
	"net/http"
	"net/http/httptest"
	"strings"
	"testing"

	"github.com/quell-project/quell/internal/domain"
	"github.com/quell-project/quell/internal/pipeline/corpustest"
	"github.com/quell-project/quell/internal/pipeline/ingest"
)

// TestWhatIsFetchedCountsInTheMemoryForUploads checks URLs while there is room for one of them, and none for another, many times over: what was
// held is given back.
func TestWhatIsFetchedCountsInTheMemoryForUploads(t *testing.T) {
	t.Parallel()
	const mebibyte = 1 << 20
	pages := map[string][]byte{
		"/small": corpustest.Zip(corpustest.File{Name: "zeros", Data: make([]byte, mebibyte)}),
		"/large": make([]byte, 4*mebibyte),
		"/grows": corpustest.Zip(corpustest.File{Name: "zeros", Data: bytes.Repeat([]byte("heron"), mebibyte)}),
	}
	host := httptest.NewServer(http.HandlerFunc(func(w http.ResponseWriter, r *http.Request) { _, _ = w.Write(pages[r.URL.Path]) }))
	defer host.Close()
	a := running(t, map[string]string{
		"check.memory": "3MiB", "check.part_bytes": "3MiB", "fetch.bytes": "8MiB", "fetch.allow": strings.TrimPrefix(host.URL, "http://"), "archive.ratio": "10000",
	})
	check := func(path string) []domain.Check {
		d, err := a.pipeline.Check(t.Context(), ingest.Submission{ContentID: domain.ContentID(path + string(domain.NewID[domain.EventID]())), Parts: []ingest.Part{{Name: "url", URL: host.URL + path}}})
		if err != nil {
			t.Fatal(err)
		}
		return d.Checks
	}
	for range 5 {
		if c := check("/large")[0]; c.Detector != "fetch" || c.Status != domain.Failed || !c.Temporary || !strings.Contains(c.Reason, "memory") {
			t.Errorf("%+v", c)
		}
		if c := check("/grows"); len(c) < 4 || c[2].Part != "url/zeros" || c[2].Status != domain.Failed || !c[2].Temporary {
			t.Errorf("%+v", c)
		}
		eventually(t, "there is room again", func() bool { // memory is given back by a goroutine of its own
			c := check("/small")
			return len(c) == 4 && c[2].Detector == "members" && c[2].Status == domain.Complete
		})
	}
	eventually(t, "all memory is given back", func() bool { return free(a, 3*mebibyte) })
}

// free reports whether so much memory for uploads is free, and leaves it so.
func free(a *App, bytes int64) bool {
	ctx, cancel := context.WithCancel(context.Background())
	defer cancel()
	return a.bodies.Take(ctx, bytes)
}
