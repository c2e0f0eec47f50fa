package report

import (
	"encoding/json"
	"flag"
	"os"
	"path/filepath"
	"strings"
	"testing"

	"github.com/google/go-cmp/cmp"

	"github.com/quell-project/quell/internal/bench"
	"github.com/quell-project/quell/internal/bench/corpus"
	"github.com/quell-project/quell/internal/bench/recall"
)

var update = flag.Bool("update", false, "write the golden files anew")

// folder returns a folder of documents with invented results.
func folder(t *testing.T, document string) string {
	t.Helper()
	docs := t.TempDir()
	o := bench.Origin{Machine: "Heron 1", Processors: 2, Memory: 8 << 30, System: "marsh/reed", Go: "go1.0", Commit: "0123456789ab", Date: "2001-02-03"}
	var index, hash, peers, lookups []any
	for _, n := range []int{1_000_000, 10_000, 100_000} {
		for _, threads := range []int{1, 2} {
			for _, radius := range []int{31, 15} {
				for _, codes := range []string{"uniform", "crowded"} {
					if (codes == "crowded" || threads == 2) && radius == 15 {
						continue
					}
					index = append(index, invented(o, n, radius, threads, codes))
				}
			}
		}
	}
	hash = append(hash, bench.HashResult{Origin: o, Rows: []bench.HashRow{
		{From: "pixels", Kind: "grey", Width: 64, Height: 64, Pixels: 4096, Nanos: 45_900, Rate: 89.2},
		{From: "pixels", Kind: "grey", Width: 1024, Height: 1024, Pixels: 1 << 20, Nanos: 5_900_000, Rate: 89.2},
		{From: "file", Kind: "JPEG", Width: 512, Height: 512, Bytes: 50_000, Pixels: 1 << 18, Nanos: 1_500_000, Rate: 170, Allocs: 28},
		{From: "file", Kind: "JPEG", Width: 1152, Height: 864, Bytes: 169_568, Pixels: 995_328, Nanos: 6_000_000, Rate: 166, Allocs: 28},
		{From: "file", Kind: "GIF", Width: 1152, Height: 864, Bytes: 3_169_568, Pixels: 995_328, Nanos: 60_000_000, Rate: 16, Allocs: 99},
	}})
	peers = append(peers,
		Peer{Engine: "Quell", N: 1_000_000, Radius: 31, BuildSeconds: 0.5, BytesPerEntry: 130, MissQPS: 40_000, HitQPS: 39_000, P50: 20, P99: 60, Returned: 500, Date: "2001-02-03"},
		Peer{Engine: "Owl <flat>", N: 1_000_000, Radius: 31, BuildSeconds: 0.1, BytesPerEntry: 32, MissQPS: 100, HitQPS: 100, P50: 9999, P99: 12_000, Returned: 500, Date: "2001-02-03"})
	lookups = append(lookups, inventedHMA(o, 10_000_000), inventedHMA(o, 1_000_000))
	for name, values := range map[string][]any{"index": index, "hash": hash, "peers": peers, "hma": lookups, "edits": {inventedEdits(o)}} {
		write(t, filepath.Join(docs, "benchmarks", name+".jsonl"), values...)
	}
	if err := os.WriteFile(filepath.Join(docs, "benchmarks.md"), []byte(document), 0o600); err != nil {
		t.Fatal(err)
	}
	return docs
}

func write(t *testing.T, path string, values ...any) {
	t.Helper()
	var b strings.Builder
	for _, v := range values {
		if err := json.NewEncoder(&b).Encode(v); err != nil {
			t.Fatal(err)
		}
	}
	if err := os.MkdirAll(filepath.Dir(path), 0o700); err != nil {
		t.Fatal(err)
	}
	if err := os.WriteFile(path, []byte(b.String()), 0o600); err != nil {
		t.Fatal(err)
	}
}

// invented is a result in which every figure follows from what was asked.
func invented(o bench.Origin, n, radius, threads int, codes string) bench.IndexResult {
	took := float64(n)/100_000 + float64(radius)
	r := bench.IndexResult{
		N: n, Radius: radius, Codes: codes, Threads: threads, BytesPerEntry: 130, BuildSeconds: float64(n) / 3e6,
		MissQPS: float64(threads) * 1e6 / took, HitQPS: float64(threads) * 9e5 / took, BatchQPS: 4e6 / took, P50: took, P99: 3 * took, Recall: 1, CheckedAgainst: 100, CheckedResults: 99, Kernel: "beak", Conditions: bench.Conditions{RandomReadNanos: 7, InterruptsPerSec: 11, InterruptedMicros: 13}, Origin: o,
	}
	l := bench.Latency{P50: took, P90: 2 * took, P99: 3 * took, Max: 9 * took}
	for p := range 101 {
		l.Curve = append(l.Curve, took*(0.5+float64(p)/100))
	}
	kinds := []corpus.Kind{corpus.Miss, corpus.Hit}
	if codes == "crowded" {
		kinds = append(kinds, corpus.Crowd, corpus.NearCrowd)
	}
	for _, k := range kinds {
		r.Passes = append(r.Passes, bench.Pass{Kind: k, Questions: 10, Returned: 100, QPS: 1e6 / took, Latency: l})
	}
	if radius == 31 && threads == 1 {
		r.Changes = &bench.Changes{InsertsPerSecond: 200_000, DeletesPerSecond: 200_000, P50: 2 * took, P99: 6 * took, Max: 900}
		r.Scan = &bench.Scan{Log: n, Questions: 100, Rate: 9.5e9}
		r.Snapshot = &bench.Snapshot{Bytes: int64(n) * 130, Write: 0.5, Open: 0.012, FirstAnswer: 123.4, Verify: 0.4}
	}
	return r
}

// inventedHMA is a result in which every figure follows from what was asked.
func inventedHMA(o bench.Origin, n int) bench.HMAResult {
	r := bench.HMAResult{
		N: n, FillSeconds: float64(n) / 1e4, LoadSeconds: float64(n) / 1e6, OpenSeconds: 0.2, RestBytes: int64(n) * 130, PeakBytes: int64(n) * 200, DatabaseSize: int64(n) * 800,
		Conditions: bench.Conditions{RandomReadNanos: 7, InterruptsPerSec: 11, InterruptedMicros: 13}, Origin: o,
	}
	for i, kind := range []bench.HMAKind{bench.HMAMiss, bench.HMAHit, bench.HMAHitDetails, bench.HMAPicture, bench.HMAPictureHit, bench.HMAPictureDetails} {
		for _, clients := range []int{1, 8} {
			took := float64(i+1) * float64(n) / 1e5 * float64(clients)
			p := bench.HMAPass{Kind: kind, Clients: clients, Questions: 1000, QPS: 1e6 / took, P95: 2.5 * took, ServerMicros: took / 2, Latency: bench.Latency{P50: took, P90: 2 * took, P99: 3 * took, Max: 9 * took}}
			for percent := range 101 {
				p.Curve = append(p.Curve, took*(0.5+float64(percent)/100))
			}
			r.Passes = append(r.Passes, p)
		}
	}
	for _, clients := range []int{0, 8} {
		took := float64(clients+1) * 1000
		for _, kind := range []string{"add", "withdraw"} {
			r.Changes = append(r.Changes, bench.HMAChange{Kind: kind, Clients: clients, Count: 300, Answer: bench.Latency{P50: took, P99: 3 * took}, Effect: bench.Latency{P50: took / 5, P99: took / 2, Max: took}})
		}
	}
	return r
}

// inventedEdits is a result of two methods, the second of two views.
func inventedEdits(o bench.Origin) recall.Result {
	few, many := map[string]int{"whole": 10}, map[string]int{"whole": 10, "mirrored": 80}
	edited := func(name, group string, found int, views map[string]int) recall.EditResult {
		return recall.EditResult{Edit: name, Group: group, Asked: 100, Found: found, Recall: float64(found) / 100, Low: 0, High: 1, First: views, Views: views}
	}
	plain := recall.MethodResult{
		Name: "plain PDQ", Mean: 0.1, BytesPerKnown: 32, Micros: 500, Micros99: 900, ProcessorMicros: 480, Unedited: edited("unedited", "", 100, few),
		Edits: []recall.EditResult{edited("mirror", "turn", 10, few), edited("crop-5", "crop", 10, few)},
		Unrelated: &recall.UnrelatedCount{Pictures: 100, Real: 80, Sources: 40, Pairs: 9700, Bound: 3e-4,
			Tail: &recall.Tail{Least: 60, Median: 90, InMillion: 0.02}},
		Guards: []recall.GuardCount{{Kind: "table", Pictures: 30, Matching: 2, Themselves: 2}},
	}
	views := plain
	views.Name, views.Mean, views.BytesPerKnown, views.Guards = "heron's", 0.9, 256, nil
	views.Edits = []recall.EditResult{edited("mirror", "turn", 90, many), edited("crop-5", "crop", 90, many)}
	views.Edits[1].False = map[string]int{"mirrored": 3}
	views.Unrelated = &recall.UnrelatedCount{Pictures: 100, Real: 80, Sources: 40, Pairs: 9700, Matches: 1, Views: map[string]int{"mirrored": 1}, Bound: 5e-4, Examples: []string{"crop 1 of reed.png ~ drawn 90 (mirrored)"}}
	return recall.Result{Half: recall.Test, Pictures: 100, Known: 300, Found: recall.Counts{Files: 400, Refused: 100, Versions: 50, Groups: 250}, Seed: 1, Methods: []recall.MethodResult{plain, views}, Origin: o}
}

const place = "# Title\nby hand\n\n" + begin + "\nold\n" + end + "\n\nby hand too\n"

func TestTheReportIsAsItWasReadAndLookedAt(t *testing.T) {
	t.Parallel()
	docs := folder(t, place)
	written, err := Write(docs)
	if err != nil {
		t.Fatal(err)
	}
	if len(written) != 9 {
		t.Errorf("wrote %q, want a document and eight charts", written)
	}
	for _, path := range written {
		got, err := os.ReadFile(path)
		if err != nil {
			t.Fatal(err)
		}
		golden := filepath.Join("testdata", strings.Replace(filepath.Base(path), ".md", ".md.txt", 1)) // its links lead nowhere here
		if *update {
			if err := os.WriteFile(golden, got, 0o644); err != nil {
				t.Fatal(err)
			}
		}
		want, err := os.ReadFile(golden)
		if err != nil {
			t.Fatal(err)
		}
		if diff := cmp.Diff(string(want), string(got)); diff != "" {
			t.Errorf("%s (want -, got +):\n%s\nIf it is meant, look at it and run: go test ./internal/bench/report -update", golden, diff)
		}
	}
	if again, err := Write(docs); err != nil || len(again) != len(written) {
		t.Errorf("the second time: %q, %v", again, err)
	}
}

func TestWithoutResultsNothingIsDrawn(t *testing.T) {
	t.Parallel()
	docs := t.TempDir()
	if err := os.WriteFile(filepath.Join(docs, "benchmarks.md"), []byte(place), 0o600); err != nil {
		t.Fatal(err)
	}
	written, err := Write(docs)
	if err != nil || len(written) != 1 {
		t.Fatalf("%q, %v", written, err)
	}
	text, err := os.ReadFile(written[0])
	if err != nil {
		t.Fatal(err)
	}
	if want := strings.Replace(place, "old\n", "", 1); string(text) != want {
		t.Errorf("the document is %q, want %q", text, want)
	}
}

func TestWhatCannotBeReportedIsNamed(t *testing.T) {
	t.Parallel()
	docs := folder(t, "# Title\n"+begin+"\n")
	if _, err := Write(docs); err == nil || !strings.Contains(err.Error(), "has no place for what was measured") {
		t.Errorf("without an end mark: %v", err)
	}
	docs = folder(t, place)
	if err := os.WriteFile(filepath.Join(docs, "benchmarks", "hash.jsonl"), []byte("{}\n{"), 0o600); err != nil {
		t.Fatal(err)
	}
	if _, err := Write(docs); err == nil || !strings.Contains(err.Error(), "hash.jsonl, value 2") {
		t.Errorf("with half a result: %v", err)
	}
	if err := os.Remove(filepath.Join(docs, "benchmarks.md")); err != nil {
		t.Fatal(err)
	}
	if _, err := Write(docs); err == nil {
		t.Error("without a document there is a report")
	}
}

// TestTheDocumentsAreWhatTheirResultsSay holds docs/benchmarks.md and its charts to the results that are kept beside them.
func TestTheDocumentsAreWhatTheirResultsSay(t *testing.T) {
	t.Parallel()
	docs := filepath.Join("..", "..", "..", "docs")
	copied := t.TempDir()
	for _, part := range []string{"benchmarks", "benchmarks.md"} {
		from := filepath.Join(docs, part)
		if info, err := os.Stat(from); err == nil && info.IsDir() {
			if err := os.CopyFS(filepath.Join(copied, part), os.DirFS(from)); err != nil {
				t.Fatal(err)
			}
		} else if text, err := os.ReadFile(from); err == nil {
			if err := os.WriteFile(filepath.Join(copied, part), text, 0o600); err != nil {
				t.Fatal(err)
			}
		}
	}
	written, err := Write(copied)
	if err != nil {
		t.Fatal(err)
	}
	for _, path := range written {
		rel, err := filepath.Rel(copied, path)
		if err != nil {
			t.Fatal(err)
		}
		want, _ := os.ReadFile(path)
		if got, err := os.ReadFile(filepath.Join(docs, rel)); err != nil || string(got) != string(want) {
			t.Errorf("docs/%s is not what the results in docs/benchmarks make; run: go run ./cmd/quell bench report (%v)", rel, err)
		}
	}
}
