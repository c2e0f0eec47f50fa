package bench

import (
	"context"
	"encoding/json"
	"errors"
	"fmt"
	"math/rand/v2"
	"os"
	"path/filepath"
	"time"

	"github.com/quell-project/quell/internal/bench/rules"
	"github.com/quell-project/quell/internal/domain"
	"github.com/quell-project/quell/internal/pipeline/policy"
	"github.com/quell-project/quell/internal/platform/store"
	"github.com/quell-project/quell/internal/replay"
)

// ReplayOptions say what is replayed.
type ReplayOptions struct {
	N        int    // decisions
	Rules    int    // of the policy
	Threads  int    // that judge
	Seed     uint64 // equal seeds give equal facts
	Dir      string // for the SQLite file
	Postgres string // URL of an empty database to fill instead
}

// ReplayResult is what replays took.
type ReplayResult struct {
	Origin
	Conditions
	Engine        string  `json:"engine"`
	N             int     `json:"n"`
	Rules         int     `json:"rules"`
	Threads       int     `json:"threads"`
	BytesPerFacts float64 `json:"bytes_a_decision"` // of the encoded facts, without the other columns
	WriteSeconds  float64 `json:"write_s"`          // of all facts, with the making of them
	ReadSeconds   float64 `json:"read_s"`           // of all facts by one reader, without looking at them
	Seconds       float64 `json:"replay_s"`         // the faster of two replays
	Processor     float64 `json:"processor_s"`      // that all processors together took for it, in this process
	PerSecond     float64 `json:"decisions_per_s"`
	Changed       int64   `json:"changed"`
	Digest        string  `json:"digest"`
	Identical     bool    `json:"identical"` // the reports of both are the same to the last bit
}

// Replay fills a database with the facts of made-up decisions and replays them twice.
func Replay(ctx context.Context, o ReplayOptions, tell Progress) (r ReplayResult, err error) {
	dir, err := os.MkdirTemp(o.Dir, "quell-bench-replay-")
	if err != nil {
		return r, err
	}
	defer func() { err = errors.Join(err, os.RemoveAll(dir)) }()
	cfg := store.Config{Path: filepath.Join(dir, "quell.db")}
	if o.Postgres != "" {
		cfg = store.Config{URL: o.Postgres}
	}
	s, err := store.Open(ctx, cfg)
	if err != nil {
		return r, err
	}
	defer s.Close()
	program, found := policy.Load(rules.Text(o.Rules))
	if program == nil {
		return r, found
	}
	r = ReplayResult{Origin: Here(), Conditions: conditions(o.N), Engine: s.Engine(), N: o.N, Rules: o.Rules, Threads: o.Threads}
	if err := r.fill(ctx, s, o, tell); err != nil {
		return r, err
	}
	begin := time.Now()
	err = s.EachFacts(ctx, "", "g", func(domain.DecisionID) bool { return true }, func(*domain.KeptFacts) error { return nil })
	if err != nil {
		return r, err
	}
	r.ReadSeconds = time.Since(begin).Seconds()
	return r, r.replay(ctx, s, replay.Options{
		Share: 1, Versions: []replay.Version{{Number: 2, Program: program}}, Minutes: 3, Most: 1000, Workers: o.Threads,
	}, tell)
}

// fill writes the facts.
func (r *ReplayResult) fill(ctx context.Context, s *store.Store, o ReplayOptions, tell Progress) error {
	const batch = 5000
	if last, err := s.CutFacts(ctx, "", "g", 1); err != nil || last != "" {
		return errors.Join(err, errors.New("the database has facts already: give an empty one"))
	}
	made, begin, bytes := madeFacts{rand.New(rand.NewPCG(o.Seed, 0)), o.N}, time.Now(), 0
	for i := 0; i < o.N; i += batch {
		tell("writing", i, o.N)
		var some []domain.KeptFacts
		for k := i; k < min(i+batch, o.N); k++ {
			kept, err := made.kept(k)
			if err != nil {
				return err
			}
			bytes += len(kept.Body)
			some = append(some, kept)
		}
		if err := s.Tx(ctx, func(tx *store.Tx) error { return tx.KeepFacts(ctx, some) }); err != nil {
			return err
		}
	}
	r.WriteSeconds, r.BytesPerFacts = time.Since(begin).Seconds(), float64(bytes)/float64(o.N)
	return nil
}

// replay replays twice.
func (r *ReplayResult) replay(ctx context.Context, s *store.Store, o replay.Options, tell Progress) error {
	var first string
	for round := range 2 {
		begin, before := time.Now(), busy("self")
		report, err := replay.Run(ctx, s, o, func(done, total int) { tell("replaying", done, total) })
		if err != nil {
			return err
		}
		if took := time.Since(begin).Seconds(); round == 0 || took < r.Seconds {
			r.Seconds, r.Processor = took, (busy("self") - before).Seconds()
		}
		if report.Decisions != int64(r.N) || report.Unreadable > 0 {
			return fmt.Errorf("%d of %d decisions were replayed, %d are unreadable", report.Decisions, r.N, report.Unreadable)
		}
		text, err := json.Marshal(report)
		if err != nil {
			return err
		}
		whole := string(text)
		r.Changed, r.Digest, r.Identical = report.Changed, report.Digest, whole == first
		first = whole
	}
	r.PerSecond = float64(r.N) / r.Seconds
	return nil
}
