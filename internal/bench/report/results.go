package report

import (
	"encoding/json"
	"errors"
	"fmt"
	"io"
	"io/fs"
	"os"
	"path/filepath"
	"slices"

	"github.com/quell-project/quell/internal/bench"
	"github.com/quell-project/quell/internal/bench/corpus"
	"github.com/quell-project/quell/internal/bench/recall"
)

// results are what was kept of measurements.
type results struct {
	index []bench.IndexResult
	hash  *bench.HashResult // nil: not measured
	peers []Peer
	hma   []bench.HMAResult // the smallest first
	edits *recall.Result    // nil: not measured

	retrohunt []bench.RetrohuntResult
	replay    []bench.ReplayResult
}

// Peer is what another search engine did with the codes and questions of an index, next to what Quell did with the same.
type Peer struct {
	Engine        string  `json:"engine"`
	N             int     `json:"n"`
	Radius        int     `json:"radius"`
	BuildSeconds  float64 `json:"build_s"`
	BytesPerEntry float64 `json:"bytes_per_entry"`
	MissQPS       float64 `json:"miss_qps"`
	HitQPS        float64 `json:"hit_qps"`
	P50           float64 `json:"p50_us"`
	P99           float64 `json:"p99_us"`
	Returned      int     `json:"returned"` // results of the questions that all engines were asked
	Machine       string  `json:"machine,omitempty"`
	Commit        string  `json:"commit,omitempty"` // of Quell alone
	Date          string  `json:"date"`
}

// quellEngine is Quell among the peers.
const quellEngine = "Quell"

// read reads what a folder holds; what was not measured is not there.
func read(folder string) (r results, err error) {
	if r.index, err = lines[bench.IndexResult](filepath.Join(folder, "index.jsonl")); err != nil {
		return r, err
	}
	hashes, err := lines[bench.HashResult](filepath.Join(folder, "hash.jsonl"))
	if err != nil {
		return r, err
	}
	if len(hashes) > 0 {
		r.hash = &hashes[len(hashes)-1]
	}
	if r.peers, err = lines[Peer](filepath.Join(folder, "peers.jsonl")); err != nil {
		return r, err
	}
	if r.hma, err = lines[bench.HMAResult](filepath.Join(folder, "hma.jsonl")); err != nil {
		return r, err
	}
	slices.SortStableFunc(r.hma, func(a, b bench.HMAResult) int { return a.N - b.N })
	edited, err := lines[recall.Result](filepath.Join(folder, "edits.jsonl"))
	if err != nil {
		return r, err
	}
	if n := len(edited); n > 0 && len(edited[n-1].Methods) > 0 {
		r.edits = &edited[n-1]
	}
	if r.retrohunt, err = lines[bench.RetrohuntResult](filepath.Join(folder, "retrohunt.jsonl")); err != nil {
		return r, err
	}
	r.replay, err = lines[bench.ReplayResult](filepath.Join(folder, "replay.jsonl"))
	return r, err
}

// lines reads one value after the other.
func lines[T any](path string) (values []T, err error) {
	f, err := os.Open(path)
	if errors.Is(err, fs.ErrNotExist) {
		return nil, nil
	} else if err != nil {
		return nil, fmt.Errorf("read results: %w", err)
	}
	defer f.Close()
	for d := json.NewDecoder(f); ; {
		var v T
		if err := d.Decode(&v); err == io.EOF {
			return values, nil
		} else if err != nil {
			return nil, fmt.Errorf("read results: %s, value %d: %w", path, len(values)+1, err)
		}
		values = append(values, v)
	}
}

// The measurement that all others are variations of.
const (
	usualRadius  = 31
	usualThreads = 1
	usualCodes   = "uniform"
)

// pick returns the results that are wanted, in the order of a number.
func pick(all []bench.IndexResult, wanted func(bench.IndexResult) bool, by func(bench.IndexResult) int) (some []bench.IndexResult) {
	for _, r := range all {
		if wanted(r) {
			some = append(some, r)
		}
	}
	slices.SortStableFunc(some, func(a, b bench.IndexResult) int { return by(a) - by(b) })
	return some
}

func codes(r bench.IndexResult) int   { return r.N }
func radius(r bench.IndexResult) int  { return r.Radius }
func threads(r bench.IndexResult) int { return r.Threads }

// bySize returns the usual results, the smallest index first.
func (r *results) bySize() []bench.IndexResult {
	return pick(r.index, func(r bench.IndexResult) bool {
		return r.Radius == usualRadius && r.Threads == usualThreads && r.Codes == usualCodes
	}, codes)
}

// byRadius returns the results of one index by radius.
func (r *results) byRadius(n int) []bench.IndexResult {
	return pick(r.index, func(r bench.IndexResult) bool {
		return r.N == n && r.Threads == usualThreads && r.Codes == usualCodes
	}, radius)
}

// byThreads returns the results of one index by the number of threads.
func (r *results) byThreads(n int) []bench.IndexResult {
	return pick(r.index, func(r bench.IndexResult) bool {
		return r.N == n && r.Radius == usualRadius && r.Codes == usualCodes
	}, threads)
}

// sizes lists the indexes of which there is more than one result in a series, the largest first.
func (r *results) sizes(series func(n int) []bench.IndexResult) (sizes []int) {
	for _, one := range r.bySize() {
		if len(series(one.N)) > 1 {
			sizes = append(sizes, one.N)
		}
	}
	slices.Reverse(sizes)
	return sizes
}

func pass(r bench.IndexResult, kind corpus.Kind) (bench.Pass, bool) {
	i := slices.IndexFunc(r.Passes, func(p bench.Pass) bool { return p.Kind == kind })
	if i < 0 {
		return bench.Pass{}, false
	}
	return r.Passes[i], true
}
