package pipeline_test

import (
	"context"
	"encoding/json"
	"fmt"
	"maps"
	"math/rand/v2"
	"os"
	"os/exec"
	"slices"
	"strconv"
	"strings"
	"testing"
	"time"
	"unicode/utf8"

	"github.com/quell-project/quell/internal/domain"
	"github.com/quell-project/quell/internal/pipeline"
	"github.com/quell-project/quell/internal/pipeline/corpustest"
	"github.com/quell-project/quell/internal/pipeline/ingest"
	"github.com/quell-project/quell/internal/pipeline/media"
)

// The corpus: mutants of every format, and the bombs, all of them looked at by a process of its own, which must end by itself. "make corpus" runs
// all of it.
const (
	mutants    = 10_000 // a tenth under the race detector, which takes ten times as long
	corpusSeed = 20_260_101
	// fileTime is how long the look at one file may take by the budget. On an idle machine a mutant takes a few milliseconds, and the worst bomb
	// three seconds.
	fileTime = time.Minute
)

// What the process that looks at the corpus is given. It holds no more than one file at a time, each within these.
var (
	corpusMedia  = media.Limits{Pixels: 16_000_000, Frames: 64, Work: 64_000_000, Memory: 64 << 20, Parallel: 1, Time: fileTime / 2}
	corpusBudget = pipeline.Budget{Depth: 3, Files: 64, Bytes: 32 << 20, Ratio: 200, Pixels: 128_000_000, Frames: 256}
)

// corpusMemory is what the process may take at most, in bytes: what it takes to be there at all and to make the files (a bomb has up to 60 MB, and is
// copied as it is made), pixels, members at three depths, and the same again that the collector may leave lying about.
const corpusMemory = 320 << 20

// corpusTally is what the process prints at its end.
type corpusTally struct {
	Files    int
	Statuses map[string]int // of the worst check of a file
}

func TestTheCorpusDoesNoHarm(t *testing.T) {
	if os.Getenv("QUELL_CORPUS") != "" {
		t.Skip("this is the process that looks at it")
	}
	mutants := mutants
	if underRace {
		mutants /= 10
	}
	cmd := exec.CommandContext(t.Context(), os.Args[0], "-test.run=^TestLookAtTheCorpus$", "-test.v", "-test.timeout=15m")
	cmd.Env = append(os.Environ(), "QUELL_CORPUS="+strconv.Itoa(mutants), "GOMEMLIMIT="+strconv.Itoa(corpusMemory*3/4))
	out, err := cmd.CombinedOutput()
	if err != nil {
		t.Fatalf("the process ended with %v; the last it said:\n%s", err, out[max(0, len(out)-4000):])
	}
	var tally corpusTally
	for line := range strings.Lines(string(out)) {
		if text, ok := strings.CutPrefix(line, "tally "); ok {
			if err := json.Unmarshal([]byte(text), &tally); err != nil {
				t.Fatal(err)
			}
		}
	}
	if want := mutants + len(corpustest.Bombs()); tally.Files != want {
		t.Errorf("%d files were looked at, want %d", tally.Files, want)
	}
	for _, status := range []domain.CheckStatus{domain.Complete, domain.Partial, domain.Failed, domain.Unsupported} {
		if tally.Statuses[string(status)] < mutants/100 {
			t.Errorf("%d files are %s: the corpus does not try that", tally.Statuses[string(status)], status)
		}
	}
	peak, known := peakMemory(cmd.ProcessState)
	t.Logf("%v, at most %d MiB of memory", tally.Statuses, peak>>20)
	if known && !underRace && peak > corpusMemory {
		t.Errorf("it took %d bytes of memory, want at most %d", peak, corpusMemory)
	}
}

// TestLookAtTheCorpus is what the process runs. Files are told apart by their number, so that one that did harm can be made again.
func TestLookAtTheCorpus(t *testing.T) {
	n, err := strconv.Atoi(os.Getenv("QUELL_CORPUS"))
	if err != nil {
		t.Skip("run by TestTheCorpusDoesNoHarm")
	}
	w := newWorld(t)
	w.eyes.Decoder = media.NewDecoder(corpusMedia)
	w.Inspector.Budget = corpusBudget
	w.Limits.PartBytes = 64 << 20
	tally := corpusTally{Statuses: map[string]int{}}
	look := func(name string, data []byte) {
		tally.Files++
		tally.Statuses[string(w.lookAtHostile(t, name, data))]++
	}
	for i := range n {
		look(fmt.Sprintf("mutant %d", i), mutant(i))
	}
	for _, b := range corpustest.Bombs() {
		look(b.Name, b.Make())
	}
	line, err := json.Marshal(tally)
	if err != nil {
		t.Fatal(err)
	}
	fmt.Printf("\ntally %s\n", line)
}

// mutant makes one file of the corpus.
func mutant(i int) []byte {
	r := rand.New(rand.NewPCG(corpusSeed, uint64(i)))
	formats := corpustest.Formats()
	other := formats[r.IntN(len(formats))].Make(r)
	data := corpustest.Mutate(r, formats[i%len(formats)].Make(r), other)
	switch r.IntN(8) { // a reader that is never reached finds nothing: some come packed
	case 0:
		return corpustest.StoredZip(corpustest.File{Name: "a", Data: data}, corpustest.File{Name: "b", Data: other})
	case 1:
		return corpustest.SVG(data)
	case 2:
		return corpustest.Gzip("", corpustest.Tar(corpustest.File{Name: "a", Data: data}))
	}
	return data
}

// lookAtHostile looks at a file, and holds what is said of it to what may be said. It returns the status of the worst check.
func (w *world) lookAtHostile(t *testing.T, name string, data []byte) domain.CheckStatus {
	ctx, cancel := context.WithTimeout(t.Context(), fileTime)
	defer cancel()
	parts, checks, _, err := w.Lookup(ctx, ingest.Submission{Parts: []ingest.Part{{Name: "file-1", Data: data}}})
	if err != nil || ctx.Err() != nil {
		t.Fatalf("%s: %v, %v", name, err, ctx.Err())
	}
	order := []domain.CheckStatus{domain.Complete, domain.Unsupported, domain.Partial, domain.Failed}
	worst, detectors := 0, map[string]bool{}
	for _, c := range checks {
		rank := slices.Index(order, c.Status)
		if rank < 0 || c.Detector == "corridor" || c.Temporary || rank > 0 && c.Reason == "" || !utf8.ValidString(c.Reason) || len(c.Reason) > 2000 {
			t.Errorf("%s: %+v", name, c)
		}
		worst = max(worst, rank)
		if c.Part == "file-1" {
			detectors[c.Detector] = true
		}
	}
	delete(detectors, "members")
	if got := slices.Sorted(maps.Keys(detectors)); !slices.Equal(got, []string{"md5", "pdq", "sha256"}) {
		t.Errorf("%s: checked by %v", name, got)
	}
	names, frames := map[string]bool{}, 0
	for _, p := range parts {
		if names[p.Name] || !strings.HasPrefix(p.Name, "file-1") || domain.CheckText(p.Name, 512) != nil || p.Inside != "" && !names[p.Inside] {
			t.Errorf("%s: a part %q inside %q", name, p.Name, p.Inside)
		}
		names[p.Name] = true
		seen := map[int]bool{}
		for _, f := range p.Fingerprints {
			if f.Type == domain.PDQ {
				seen[f.Frame] = true
			}
		}
		frames += len(seen)
	}
	if len(parts) > 1+corpusBudget.Files || frames > corpusBudget.Frames {
		t.Errorf("%s: %d parts with %d frames", name, len(parts), frames)
	}
	return order[worst]
}
