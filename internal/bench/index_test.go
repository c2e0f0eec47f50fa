package bench

import (
	"context"
	"encoding/json"
	"errors"
	"math/rand/v2"
	"slices"
	"strings"
	"testing"
	"time"

	"github.com/google/go-cmp/cmp"

	"github.com/quell-project/quell/hamming"
	"github.com/quell-project/quell/internal/bench/corpus"
)

func quiet(string, int, int) {}

func small(t *testing.T, codes string) IndexOptions {
	return IndexOptions{N: 1500, Codes: codes, Seed: 1, Radii: []int{31, 8}, Threads: []int{1, 2}, Questions: 100, Churn: 20 * time.Millisecond, Snapshot: t.TempDir()}
}

func TestEveryRunIsHeldAgainstBruteForce(t *testing.T) {
	t.Parallel()
	for _, codes := range Sets {
		o := small(t, codes)
		results, err := Index(t.Context(), o, quiet)
		if err != nil {
			t.Fatalf("%s: %v", codes, err)
		}
		if len(results) != 4 {
			t.Fatalf("%s: %d results of two radii and two numbers of threads", codes, len(results))
		}
		for i, r := range results {
			if !r.Exact() || r.Recall != 1 || r.CheckedAgainst == 0 || r.CheckedResults == 0 && r.Radius == 31 {
				t.Errorf("%s: recall %v, %d false, of %d", codes, r.Recall, r.FalseResults, r.CheckedResults)
			}
			if (r.Changes != nil) != (i == 0) || (r.Snapshot != nil) != (i == 0) {
				t.Errorf("%s, result %d: what is measured once is in the first result", codes, i)
			}
			for _, p := range r.Passes {
				if p.QPS <= 0 || p.P50 <= 0 || p.P50 > p.P99 || p.P99 > p.Max || !slices.IsSorted(p.Curve) {
					t.Errorf("%s: %+v", codes, p)
				}
			}
		}
		first := results[0]
		if c := first.Scan; c.Rate <= 0 || c.Log != o.N || c.Agreement.True != first.CheckedResults {
			t.Errorf("%s: %+v", codes, c)
		}
		if c := first.Changes; c.InsertsPerSecond == 0 || c.Agreement.Questions == 0 || c.Agreement.True == 0 {
			t.Errorf("%s: %+v", codes, c)
		}
		if s := first.Snapshot; s.Bytes < int64(32*o.N) || s.Open <= 0 || s.Agreement.True != first.CheckedResults {
			t.Errorf("%s: %+v", codes, s)
		}
	}
}

func TestTheResultHasTheKeysThatOthersRead(t *testing.T) {
	t.Parallel()
	o := small(t, "uniform")
	o.Radii, o.Threads = o.Radii[:1], o.Threads[:1]
	results, err := Index(t.Context(), o, quiet)
	if err != nil {
		t.Fatal(err)
	}
	encoded, err := json.Marshal(&results[0])
	if err != nil {
		t.Fatal(err)
	}
	var object map[string]any
	if err := json.Unmarshal(encoded, &object); err != nil {
		t.Fatal(err)
	}
	for _, optional := range []string{"peak_bytes", "changes_peak_bytes", "memory_bytes"} { // where the system tells
		delete(object, optional)
	}
	var keys []string
	for key := range object {
		keys = append(keys, key)
	}
	slices.Sort(keys)
	want := strings.Fields(`batch_qps build_s bytes_per_entry changes_check changes_for_s changes_max_us changes_p50_us changes_p999_us changes_p99_us
		changes_qps checked_questions checked_results codes commit date deletes_per_s false_results first_answer_us go hit_qps inserts_per_s interrupt_us interrupts_per_s kernel
		machine miss_qps n p50_us p99_us passes processors radius random_read_ns recall scan_check scan_log
		scan_pairs_per_s scan_questions seed settle_s snapshot_bytes snapshot_check snapshot_open_s
		snapshot_verify_s snapshot_write_s system threads`)
	if diff := cmp.Diff(want, keys); diff != "" {
		t.Errorf("keys (want -, got +):\n%s", diff)
	}
}

func TestOptionsThatCannotBeMeasuredAreRefused(t *testing.T) {
	t.Parallel()
	for name, spoil := range map[string]func(*IndexOptions){
		"0 codes":            func(o *IndexOptions) { o.N = 0 },
		"2000000000 codes":   func(o *IndexOptions) { o.N = 2_000_000_000 },
		"set of codes":       func(o *IndexOptions) { o.Codes = "round" },
		"radius [31 64]":     func(o *IndexOptions) { o.Radii = []int{31, 64} },
		"radius []":          func(o *IndexOptions) { o.Radii = nil },
		"threads [0]":        func(o *IndexOptions) { o.Threads = []int{0} },
		"0 questions":        func(o *IndexOptions) { o.Questions = 0 },
		"kernel \"abacus\"":  func(o *IndexOptions) { o.Kernel = "abacus" },
		"changes for -1s":    func(o *IndexOptions) { o.Churn = -time.Second },
		"folder for the sna": func(o *IndexOptions) { o.Snapshot = "there/is/none" },
	} {
		o := small(t, "uniform")
		spoil(&o)
		if _, err := Index(t.Context(), o, quiet); err == nil || !strings.Contains(err.Error(), name) {
			t.Errorf("%s: %v", name, err)
		}
	}
}

func TestARunCanBeStoppedInEveryStage(t *testing.T) {
	t.Parallel()
	for _, stage := range []string{"hash crops", "build", "ask, radius", "compare with brute", "ask while", "compare the changed"} {
		ctx, stop := context.WithCancel(t.Context())
		codes := "uniform"
		if stage == "hash crops" {
			codes = "real"
		}
		o := small(t, codes)
		o.Churn = time.Minute
		if stage == "compare the changed" {
			o.Churn = time.Millisecond
		}
		_, err := Index(ctx, o, func(what string, _, _ int) {
			if strings.HasPrefix(what, stage) {
				stop()
			}
		})
		if !errors.Is(err, context.Canceled) {
			t.Errorf("stopped at %q: %v", stage, err)
		}
		stop()
	}
}

func TestEveryKernelOfThisProcessorCanBeMeasured(t *testing.T) {
	t.Parallel()
	for _, kernel := range hamming.Kernels() {
		o := small(t, "uniform")
		o.Kernel, o.Radii, o.Threads = kernel.String(), o.Radii[:1], o.Threads[:1]
		results, err := Index(t.Context(), o, quiet)
		if err != nil || results[0].Kernel != kernel.String() || !results[0].Exact() || results[0].BatchQPS <= 0 {
			t.Errorf("%s: %+v, %v", kernel, results, err)
		}
	}
}

func TestPercentilesAreOfTheNearestRank(t *testing.T) {
	t.Parallel()
	hundred := make([]time.Duration, 100)
	for i := range hundred {
		hundred[i] = time.Duration(i+1) * time.Microsecond
	}
	for _, test := range []struct {
		times   []time.Duration
		percent float64
		want    float64
	}{
		{hundred, 0, 1}, {hundred, 1, 1}, {hundred, 1.1, 2}, {hundred, 50, 50}, {hundred, 99, 99}, {hundred, 99.9, 100}, {hundred, 100, 100},
		{hundred[:1], 50, 1}, {hundred[:2], 50, 1}, {hundred[:2], 51, 2}, {hundred[:3], 50, 2},
	} {
		if got := percentile(test.times, test.percent); got != test.want {
			t.Errorf("%v %% of %d is %v, want %v", test.percent, len(test.times), got, test.want)
		}
	}
	if l := summarize(nil); l.P50 != 0 || l.Curve != nil {
		t.Errorf("of nothing: %+v", l)
	}
	rand.Shuffle(100, func(i, j int) { hundred[i], hundred[j] = hundred[j], hundred[i] })
	if l := summarize(hundred); l.P50 != 50 || l.P90 != 90 || l.P99 != 99 || l.Max != 100 || len(l.Curve) != 101 {
		t.Errorf("of 1 to 100 µs: %+v", l)
	}
}

// TestWrongAnswersAreNoticed lets an index lie in every way it could.
func TestWrongAnswersAreNoticed(t *testing.T) {
	t.Parallel()
	set := corpus.Uniform{Seed: 1, N: 500}
	questions := set.Questions(50, 20)[1]
	at := func(i int) hamming.Entry { return hamming.Entry{ID: uint64(i), Code: set.Code(i)} }
	truth, err := seek(t.Context(), questions.Codes, set.N, at, 20, func(int) {})
	if err != nil {
		t.Fatal(err)
	}
	for name, test := range map[string]struct {
		lie  func([]hamming.Hit) []hamming.Hit
		want Agreement
	}{
		"honest":         {func(h []hamming.Hit) []hamming.Hit { return h }, Agreement{50, 50, 0, 0}},
		"finds nothing":  {func(h []hamming.Hit) []hamming.Hit { return nil }, Agreement{50, 50, 50, 0}},
		"finds too much": {func(h []hamming.Hit) []hamming.Hit { return append(h, hamming.Hit{ID: 1000}) }, Agreement{50, 50, 0, 50}},
		"finds it twice": {func(h []hamming.Hit) []hamming.Hit { return append(h, h...) }, Agreement{50, 50, 0, 50}},
		"misjudges":      {func(h []hamming.Hit) []hamming.Hit { h[0].Distance ^= 1; return h }, Agreement{50, 50, 50, 50}},
	} {
		i := 0
		got, err := truth.compare(t.Context(), func(dst []hamming.Hit, q hamming.Code) ([]hamming.Hit, error) {
			honest := hamming.Hit{ID: uint64(questions.Planted[i]), Distance: i % 21}
			i++
			return test.lie(append(dst, honest)), nil
		})
		if err != nil || got != test.want {
			t.Errorf("%s: %+v, want %+v, %v", name, got, test.want, err)
		}
	}
}

func TestThisMachineIsNamed(t *testing.T) {
	t.Parallel()
	o := Here()
	if o.Machine == "" || o.Processors < 1 || !strings.HasPrefix(o.Go, "go1.") || len(o.Date) != len(time.DateOnly) || o.Commit == "" {
		t.Errorf("%+v", o)
	}
}
