package bench

import (
	"context"
	"errors"
	"fmt"
	"image"
	"os"
	"path/filepath"
	"runtime"
	"slices"
	"sync"
	"time"

	"golang.org/x/sync/errgroup"

	"github.com/quell-project/quell/hamming"
	"github.com/quell-project/quell/internal/bench/corpus"
)

// Progress is told how far a stage has come. It is called from several goroutines.
type Progress func(stage string, done, total int)

// IndexOptions say what to measure of the index.
type IndexOptions struct {
	N         int    // codes in the index
	Codes     string // one of Sets
	Kernel    string // "": the best one
	Seed      uint64
	Radii     []int         // every one is measured
	Threads   []int         // with every one of these
	Questions int           // of each ordinary kind; fewer of those that take long
	Pictures  []image.Image // from which crops are hashed for the set "real"; none: drawn ones
	Churn     time.Duration // how long to search while codes come and go; 0: not at all
	Patience  time.Duration // how long to wait, at most, for merges to end before anything is measured
	Snapshot  string        // folder for a snapshot that is written and opened; "": none
}

// Sets are the sets of codes there are.
var Sets = []string{"uniform", "real", "crowded"}

// MaxCodes is the most codes an index is measured with.
const MaxCodes = 1_000_000_000

// IndexResult is what was measured of an index with one radius and one number of threads.
type IndexResult struct {
	N              int     `json:"n"`
	Radius         int     `json:"radius"`
	Codes          string  `json:"codes"`
	Threads        int     `json:"threads"`
	BytesPerEntry  float64 `json:"bytes_per_entry"` // growth of the memory of the process; 0 where the system does not tell
	BuildSeconds   float64 `json:"build_s"`         // inserting all codes, in as few batches as there are segments
	MissQPS        float64 `json:"miss_qps"`
	HitQPS         float64 `json:"hit_qps"`
	BatchQPS       float64 `json:"batch_qps"` // misses, thousands in one call
	P50            float64 `json:"p50_us"`    // of misses and hits together
	P99            float64 `json:"p99_us"`
	Recall         float64 `json:"recall"` // share of the results of brute force that the index returned
	FalseResults   int     `json:"false_results"`
	CheckedAgainst int     `json:"checked_questions"` // questions asked of brute force
	CheckedResults int     `json:"checked_results"`   // what it found

	Kernel        string  `json:"kernel"`
	SettleSeconds float64 `json:"settle_s"`             // until merges behind the inserts had ended
	PeakBytes     int64   `json:"peak_bytes,omitempty"` // the most memory the process held up to the end of the build
	Passes        []Pass  `json:"passes"`

	*Scan
	*Changes
	*Snapshot

	Seed uint64 `json:"seed"`
	Origin
	Conditions
}

// Pass is what was measured with questions of one kind.
type Pass struct {
	Kind      corpus.Kind `json:"kind"`
	Questions int         `json:"questions"`
	Returned  int         `json:"returned"` // results, of all questions
	Answered  int         `json:"answered"` // questions that returned something
	QPS       float64     `json:"qps"`
	Latency
	times []time.Duration
}

// Exact reports whether the index answered exactly as brute force does, wherever that was asked.
func (r *IndexResult) Exact() bool {
	good := r.Recall == 1 && r.FalseResults == 0
	if r.Scan != nil {
		good = good && r.Scan.Agreement.exact()
	}
	if r.Changes != nil {
		good = good && r.Changes.Agreement.exact()
	}
	if r.Snapshot != nil {
		good = good && r.Snapshot.Agreement.exact()
	}
	return good
}

// indexRun is one run of Index.
type indexRun struct {
	IndexOptions
	set    corpus.Set
	index  engine
	tell   Progress
	build  IndexResult // what holds for all results
	truths []*truth    // by kind of question, of the radius that is measured
}

// Index builds an index and measures it, once for each radius and number of threads. What is measured once for all of them, such as changes
// and a snapshot, is in the first result.
func Index(ctx context.Context, o IndexOptions, tell Progress) (results []IndexResult, err error) {
	if err := o.check(); err != nil {
		return nil, err
	}
	r := &indexRun{IndexOptions: o, tell: tell}
	if r.index, err = newEngine(o.Kernel); err != nil {
		return nil, err
	}
	defer func() { err = errors.Join(err, r.index.Close()) }()
	r.build.Conditions = conditions(o.N)
	if r.set, err = NewSet(ctx, o, tell); err != nil {
		return nil, err
	}
	if err := r.fill(ctx); err != nil {
		return nil, err
	}
	var firstTruths []*truth
	var firstMisses []hamming.Code
	for _, radius := range o.Radii {
		questions := r.set.Questions(o.Questions, radius)
		r.truths = nil
		for _, threads := range o.Threads {
			result, err := r.measure(ctx, questions, radius, threads)
			if err != nil {
				return results, err
			}
			results = append(results, result)
		}
		if firstTruths == nil {
			firstTruths, firstMisses = r.truths, questions[0].Codes
		}
	}
	r.truths = firstTruths
	return results, r.lifecycle(ctx, firstMisses, &results[0])
}

// lifecycle measures what is measured once: a scan, a snapshot, changes, and the snapshot opened after the index is closed, since two indexes at a time
// would need twice the memory.
func (r *indexRun) lifecycle(ctx context.Context, misses []hamming.Code, first *IndexResult) (err error) {
	if first.Scan, err = r.scan(ctx, first.Radius); err != nil {
		return err
	}
	if r.Snapshot != "" {
		folder, err := os.MkdirTemp(r.Snapshot, "quell-bench-")
		if err != nil {
			return fmt.Errorf("make a folder for the snapshot: %w", err)
		}
		defer os.RemoveAll(folder)
		if first.Snapshot, err = r.write(filepath.Join(folder, "codes.snapshot")); err != nil {
			return err
		}
	}
	if r.Churn > 0 {
		if first.Changes, err = r.change(ctx, misses, first.Radius); err != nil {
			return err
		}
	}
	if first.Snapshot == nil {
		return nil
	}
	if err := r.index.Close(); err != nil {
		return err
	}
	return r.open(ctx, first.Snapshot, first.Radius)
}

func (o *IndexOptions) check() error {
	switch {
	case o.N < 1 || o.N > MaxCodes:
		return fmt.Errorf("%d codes: 1 to %d are possible", o.N, MaxCodes)
	case !slices.Contains(Sets, o.Codes):
		return fmt.Errorf("there is no set of codes %q; there are %q", o.Codes, Sets)
	case len(o.Radii) == 0 || slices.Min(o.Radii) < 0 || slices.Max(o.Radii) > hamming.MaxRadius:
		return fmt.Errorf("radius %d: 0 to %d are possible", o.Radii, hamming.MaxRadius)
	case len(o.Threads) == 0 || slices.Min(o.Threads) < 1 || slices.Max(o.Threads) > 1024:
		return fmt.Errorf("threads %d: 1 to 1024 are possible", o.Threads)
	case o.Questions < 1 || o.Questions > 10_000_000:
		return fmt.Errorf("%d questions: 1 to 10000000 are possible", o.Questions)
	case o.Churn < 0:
		return fmt.Errorf("changes for %s: not below 0", o.Churn)
	}
	return nil
}

// NewSet makes the set of codes that the options name.
func NewSet(ctx context.Context, o IndexOptions, tell Progress) (corpus.Set, error) {
	switch o.Codes {
	case "real":
		return corpus.NewPictures(ctx, o.Seed, o.N, o.Pictures, func(done int) { tell("hash crops of pictures", done, o.N) })
	case "crowded":
		return corpus.Crowded{Seed: o.Seed, N: o.N}, nil
	}
	return corpus.Uniform{Seed: o.Seed, N: o.N}, nil
}

// fill inserts all codes and measures what that takes. The entries are made in batches outside the time, and let go before memory is measured.
func (r *indexRun) fill(ctx context.Context) error {
	before, _ := resident()
	batches := (r.N + batchSize - 1) / batchSize
	size := (r.N + batches - 1) / batches
	entries := make([]hamming.Entry, 0, size)
	var took time.Duration
	r.tell("build", 0, r.N)
	for first := 0; first < r.N; first += size {
		entries = entries[:min(size, r.N-first)]
		if err := r.generate(ctx, entries, first); err != nil {
			return err
		}
		begin := time.Now()
		if err := r.index.InsertBatch(entries); err != nil {
			return err
		}
		took += time.Since(begin)
		r.tell("build", first+len(entries), r.N)
	}
	entries = nil // to be freed
	settled := settle(ctx.Done(), r.Patience)
	after, most := resident()
	r.build = IndexResult{
		Conditions: r.build.Conditions,
		N:          r.N, Codes: r.Codes, Seed: r.Seed, Kernel: r.index.kernel.String(), Origin: Here(),
		BuildSeconds: rounded(took.Seconds(), 4), SettleSeconds: rounded(settled.Seconds(), 3), PeakBytes: most,
	}
	if before > 0 {
		r.build.BytesPerEntry = rounded(float64(after-before)/float64(r.N), 1)
	}
	return context.Cause(ctx)
}

// generate makes the entries from first on, on all processors.
func (r *indexRun) generate(ctx context.Context, entries []hamming.Entry, first int) error {
	g, gctx := errgroup.WithContext(ctx)
	workers := runtime.GOMAXPROCS(0)
	share := (len(entries) + workers - 1) / workers
	for from := 0; from < len(entries); from += share {
		g.Go(func() error {
			for i := from; i < min(from+share, len(entries)); i++ {
				entries[i] = hamming.Entry{ID: uint64(first + i), Code: r.set.Code(first + i)}
			}
			return context.Cause(gctx)
		})
	}
	return g.Wait()
}

// measure asks all questions and holds some of the answers against brute force.
func (r *indexRun) measure(ctx context.Context, questions []corpus.Questions, radius, threads int) (IndexResult, error) {
	result := r.build
	result.Radius, result.Threads = radius, threads
	var ordinary []time.Duration
	for _, q := range questions {
		stage := fmt.Sprintf("ask, radius %d, threads %d, %s", radius, threads, q.Kind)
		r.tell(stage, 0, len(q.Codes))
		pass, err := r.ask(ctx, q, radius, threads)
		if err != nil {
			return result, err
		}
		r.tell(stage, len(q.Codes), len(q.Codes))
		switch q.Kind {
		case corpus.Miss:
			result.MissQPS = pass.QPS
			// As many as were asked one by one: where one takes long, so do all.
			if result.BatchQPS, err = r.batch(ctx, q.Codes[:pass.Questions], radius, threads); err != nil {
				return result, err
			}
			ordinary = append(ordinary, pass.times...)
		case corpus.Hit:
			result.HitQPS = pass.QPS
			ordinary = append(ordinary, pass.times...)
		}
		pass.times = nil
		result.Passes = append(result.Passes, pass)
	}
	slices.Sort(ordinary)
	result.P50, result.P99 = percentile(ordinary, 50), percentile(ordinary, 99)
	if err := r.seekTruth(ctx, questions, radius); err != nil {
		return result, err
	}
	agreement, err := r.agreement(ctx, r.index, radius)
	if err != nil {
		return result, err
	}
	batched, err := r.batchAgreement(ctx, radius)
	result.CheckedAgainst, result.CheckedResults = agreement.Questions, agreement.True
	agreement = agreement.plus(batched)
	result.Recall, result.FalseResults = agreement.recall(), agreement.False
	return result, err
}

// longestPass is how long questions of one kind are asked. Where answers take long, the last questions are not asked.
const longestPass = 10 * time.Second

// ask puts the questions to the index, every one for the first time, and times each. The threads share them.
func (r *indexRun) ask(ctx context.Context, q corpus.Questions, radius, threads int) (Pass, error) {
	times := make([]time.Duration, len(q.Codes))
	pass := Pass{Kind: q.Kind}
	var mu sync.Mutex
	runtime.GC() // not in the middle of it
	g, gctx := errgroup.WithContext(ctx)
	begin := time.Now()
	for worker := range threads {
		g.Go(func() error {
			var hits []hamming.Hit
			asked, returned, answered := 0, 0, 0
			for i := worker; i < len(q.Codes); i += threads {
				var err error
				start := time.Now()
				if start.Sub(begin) > longestPass {
					break
				}
				hits, err = r.index.Search(hits[:0], q.Codes[i], radius)
				times[i] = time.Since(start)
				if err != nil {
					return err
				}
				asked++
				if returned += len(hits); len(hits) > 0 {
					answered++
				}
				if id := q.Planted[i]; id >= 0 && !slices.ContainsFunc(hits, func(h hamming.Hit) bool { return h.ID == uint64(id) }) {
					return fmt.Errorf("the index is not exact: code %v is within %d bits of entry %d, which was not found", q.Codes[i], radius, id)
				}
				if i%1024 < threads && gctx.Err() != nil {
					return context.Cause(gctx)
				}
			}
			mu.Lock()
			defer mu.Unlock()
			pass.Questions += asked
			pass.Returned += returned
			pass.Answered += answered
			return nil
		})
	}
	if err := g.Wait(); err != nil {
		return pass, err
	}
	pass.QPS = rounded(float64(pass.Questions)/time.Since(begin).Seconds(), 1)
	pass.times = slices.DeleteFunc(times, func(d time.Duration) bool { return d == 0 }) // not asked
	pass.Latency = summarize(pass.times)
	return pass, nil
}

// seekTruth asks brute force what the answers are, for as many questions of each kind as time allows.
func (r *indexRun) seekTruth(ctx context.Context, questions []corpus.Questions, radius int) error {
	if r.truths != nil {
		return nil // of the same radius with other threads
	}
	for _, q := range questions {
		some := q.Codes[:min(len(q.Codes), sample(r.N)/len(questions))]
		if q.Kind == corpus.Crowd {
			some = some[:min(len(some), 20)] // each returns a whole crowd
		}
		at := func(i int) hamming.Entry { return hamming.Entry{ID: uint64(i), Code: r.set.Code(i)} }
		t, err := seek(ctx, some, r.N, at, radius, func(done int) { r.tell("compare with brute force, "+string(q.Kind), done, r.N) })
		if err != nil {
			return err
		}
		r.truths = append(r.truths, t)
	}
	return nil
}

// agreement holds an index against brute force.
func (r *indexRun) agreement(ctx context.Context, x engine, radius int) (all Agreement, err error) {
	for _, t := range r.truths {
		a, err := t.compare(ctx, func(dst []hamming.Hit, q hamming.Code) ([]hamming.Hit, error) { return x.Search(dst, q, radius) })
		if err != nil {
			return all, err
		}
		all = all.plus(a)
	}
	return all, nil
}
