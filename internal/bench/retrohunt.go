package bench

import (
	"context"
	"errors"
	"fmt"
	"os"
	"path/filepath"
	"sync/atomic"
	"time"

	"github.com/quell-project/quell/hamming"
	"github.com/quell-project/quell/internal/bench/corpus"
	"github.com/quell-project/quell/internal/domain"
	"github.com/quell-project/quell/internal/retrohunt/daybook"
)

// RetrohuntOptions say what is searched for in what.
type RetrohuntOptions struct {
	N       int   // fingerprints
	Signals []int // new signals, measured one number after the other
	Turned  bool  // look for each turned and mirrored in seven other ways, too
	Radius  int
	Threads int
	Seed    uint64
	Dir     string // for the files
}

// RetrohuntResult is what one search took.
type RetrohuntResult struct {
	Origin
	Conditions
	N       int  `json:"n"`
	Signals int  `json:"signals"`
	Turned  bool `json:"turned"` // each was looked for in eight ways
	Radius  int  `json:"radius"`
	Threads int  `json:"threads"`

	Files         int     `json:"files"`
	BytesPerPrint float64 `json:"bytes_a_fingerprint"`
	WriteSeconds  float64 `json:"write_s"` // of all files, with the making of the codes
	Cold          float64 `json:"cold_s"`  // with nothing of the files in memory; 0: the system does not let go of them
	Warm          float64 `json:"warm_s"`
	Processor     float64 `json:"processor_s"` // time that all processors together took for the warm one, whatever else ran on them
	Planted       int     `json:"planted"`     // uploads that have something that is looked for
	Missed        int     `json:"missed"`      // of these
	False         int     `json:"false"`       // others that were found
}

// Exact reports whether the search has found all that it should, and nothing else.
func (r *RetrohuntResult) Exact() bool { return r.Missed == 0 && r.False == 0 }

// Retrohunt writes files of fingerprints, one an upload, and searches them for new signals: one in ten is near a code that is there.
func Retrohunt(ctx context.Context, o RetrohuntOptions, tell Progress) (results []RetrohuntResult, err error) {
	dir, err := os.MkdirTemp(o.Dir, "quell-bench-retrohunt-")
	if err != nil {
		return nil, err
	}
	defer func() { err = errors.Join(err, os.RemoveAll(dir)) }()
	set := corpus.Uniform{Seed: o.Seed, N: o.N}
	first := RetrohuntResult{Origin: Here(), Conditions: conditions(o.N), N: o.N, Radius: o.Radius, Threads: o.Threads, Turned: o.Turned}
	begin := time.Now()
	shelf, err := fillShelf(ctx, dir, set, tell)
	if err != nil {
		return nil, err
	}
	first.WriteSeconds = time.Since(begin).Seconds()
	files, bytes, err := sizes(dir)
	if err != nil {
		return nil, err
	}
	first.Files, first.BytesPerPrint = len(files), float64(bytes)/float64(o.N)
	for _, n := range o.Signals {
		r := first
		r.Signals = n
		if err := r.search(ctx, shelf, set, files, tell); err != nil {
			return results, err
		}
		results = append(results, r)
	}
	return results, nil
}

// ownerOf is the upload of fingerprint i.
func ownerOf(i int) (o daybook.Owner) {
	for b := range 6 {
		o.Upload[b], o.Account[b] = byte(i>>(8*b)), byte(i>>(8*b+3))
	}
	o.Upload[6], o.Upload[8] = 0x70, 0x80
	return o
}

func indexOf(o daybook.Owner) (i int) {
	for b := range 6 {
		i |= int(o.Upload[b]) << (8 * b)
	}
	return i
}

// fillShelf writes the codes of a set as uploads of thirty days.
func fillShelf(ctx context.Context, dir string, set corpus.Uniform, tell Progress) (*daybook.Shelf, error) {
	const days, batch, today = 30, 10_000, daybook.Day(20_000)
	shelf, err := daybook.OpenShelf(dir)
	if err != nil {
		return nil, err
	}
	for i := 0; i < set.N; i += batch {
		tell("writing", i, set.N)
		day := today + daybook.Day(i*days/set.N)
		var entries []daybook.Entry
		for k := i; k < min(i+batch, set.N); k++ {
			entries = append(entries, daybook.Entry{Day: day, Owner: ownerOf(k), Prints: []domain.Fingerprint{{Type: domain.PDQ, Value: set.Code(k).String()}}})
		}
		if _, err = shelf.Append(entries, daybook.Place{Position: int64(i + 1)}, day); err != nil {
			return nil, err
		}
		if ctx.Err() != nil {
			return nil, ctx.Err()
		}
	}
	// The open part stands in memory as long as it is open: closed, it is read like the others.
	_, err = shelf.Append(nil, daybook.Place{Position: int64(set.N + 1)}, today+days)
	return shelf, errors.Join(err, shelf.Keep())
}

func sizes(dir string) (files []string, bytes int64, err error) {
	if files, err = filepath.Glob(filepath.Join(dir, "*")); err != nil {
		return nil, 0, err
	}
	for _, f := range files {
		info, err := os.Stat(f)
		if err != nil {
			return nil, 0, err
		}
		bytes += info.Size()
	}
	return files, bytes, nil
}

// search measures a search with nothing of the files in memory, and again.
func (r *RetrohuntResult) search(ctx context.Context, shelf *daybook.Shelf, set corpus.Uniform, files []string, tell Progress) error {
	w := &daybook.Wanted{Radius: r.Radius}
	planted := map[int]bool{}
	for _, q := range set.Questions(r.Signals, r.Radius) {
		for i, c := range q.Codes {
			if hit := i%10 == 9 || r.Signals == 1; hit == (q.Kind == corpus.Hit) {
				w.Codes = append(w.Codes, c)
				if hit {
					planted[q.Planted[i]] = true
				}
			}
		}
	}
	if r.Turned {
		for _, c := range w.Codes[:r.Signals:r.Signals] {
			for turn := range 7 {
				w.Codes = append(w.Codes, turnedCode(c, turn))
			}
		}
	}
	for _, pass := range []struct {
		took *float64
		cold bool
	}{{&r.Cold, true}, {&r.Warm, false}} {
		if pass.cold && !forget(files) {
			continue
		}
		before := busy("self")
		found, took, err := r.once(ctx, shelf, w, tell)
		if err != nil {
			return err
		}
		*pass.took, r.Processor = took.Seconds(), (busy("self") - before).Seconds()
		r.judge(planted, found)
	}
	return nil
}

// judge compares what was found with what was planted.
func (r *RetrohuntResult) judge(planted, found map[int]bool) {
	r.Planted, r.Missed, r.False = len(planted), 0, 0
	for i := range planted {
		if !found[i] {
			r.Missed++
		}
	}
	for i := range found {
		if !planted[i] {
			r.False++
		}
	}
}

func (r *RetrohuntResult) once(ctx context.Context, shelf *daybook.Shelf, w *daybook.Wanted, tell Progress) (map[int]bool, time.Duration, error) {
	rests := make([]func() error, r.Threads)
	for i := range rests {
		rests[i] = ctx.Err
	}
	found := map[int]bool{}
	var compared atomic.Int64
	begin := time.Now()
	err := shelf.SearchAll(0, w, rests, func(f daybook.Found) error {
		tell(fmt.Sprintf("searching for %d", r.Signals), int(compared.Add(int64(f.Compared))), r.N)
		for _, o := range f.Owners {
			found[indexOf(o)] = true
		}
		return nil
	})
	return found, time.Since(begin), err
}

// turnedCode stands for a code turned in one of seven ways: another one, and as costly to compare with.
func turnedCode(c hamming.Code, turn int) hamming.Code {
	for i := range c {
		c[i] ^= 0x9e3779b97f4a7c15 * uint64(turn+1)
	}
	return c
}
