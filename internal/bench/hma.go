package bench

import (
	"context"
	"errors"
	"fmt"
	"os"
	"path/filepath"
	"slices"
	"time"

	"github.com/quell-project/quell/internal/bench/corpus"
)

// HMAOptions say what to measure of a server that clients of HMA ask.
type HMAOptions struct {
	Binary  string // quell
	N       int    // signals in its bank
	Seed    uint64
	Clients []int         // connections that ask at the same time; every number is measured
	Time    time.Duration // how long each kind of question is asked
	Changes int           // additions and withdrawals that are timed, of each kind
	// Dir is the folder for the data. What an earlier run with the same N and Seed has left there is used again, and is kept; "": a folder that is
	// removed in the end.
	Dir string
}

// HMAResult is what was measured of a server of its own process. The program that asks runs on the same processors.
type HMAResult struct {
	N            int         `json:"n"`
	FillSeconds  float64     `json:"fill_s"`     // writing all signals into the database, in this run or the one that did
	LoadSeconds  float64     `json:"load_s"`     // from the start of the process to the first answer, with the index made from the database
	OpenSeconds  float64     `json:"open_s"`     // the same with the snapshot of an orderly end
	RestBytes    int64       `json:"rest_bytes"` // memory of the process before anything was asked
	PeakBytes    int64       `json:"peak_bytes"` // the most it held while it was asked
	DatabaseSize int64       `json:"database_bytes"`
	Passes       []HMAPass   `json:"passes"`
	Changes      []HMAChange `json:"changes"`

	Seed uint64 `json:"seed"`
	Origin
	Conditions
}

// HMAPass is what was measured with questions of one kind.
type HMAPass struct {
	Kind      HMAKind `json:"kind"`
	Clients   int     `json:"clients"`
	Questions int     `json:"questions"`
	Wrong     int     `json:"wrong"` // answers that are not those that follow from what is in the bank
	QPS       float64 `json:"qps"`
	P95       float64 `json:"p95_us"`
	// ServerMicros is the processor time that the server took for a question; 0 where the system does not tell.
	ServerMicros float64 `json:"server_us"`
	Latency
}

// HMAKind says what is asked.
type HMAKind string

// The kinds of questions. Distances of hits are spread evenly over 0 to 31.
const (
	HMAMiss           HMAKind = "miss"                  // GET /m/lookup of a hash near nothing
	HMAHit            HMAKind = "hit"                   // GET /m/lookup of a hash near one signal
	HMAHitDetails     HMAKind = "hit, details"          // the same with include=details
	HMAPicture        HMAKind = "picture, miss"         // POST /m/lookup of a JPEG of one megapixel
	HMAPictureHit     HMAKind = "picture, hit"          // of one whose hash is in a bank
	HMAPictureDetails HMAKind = "picture, hit, details" // the same with include=details
)

// HMAChange is what was measured of changes of one kind: how long it takes from the answer to the change until lookups show it.
type HMAChange struct {
	Kind    string  `json:"kind"`    // "add" or "withdraw"
	Clients int     `json:"clients"` // that ask misses and hits in the meantime, as fast as they are answered
	Count   int     `json:"count"`
	Answer  Latency `json:"answer"` // how long the answer takes
	Effect  Latency `json:"effect"` // and then, until a lookup shows it
}

// Exact reports whether all answers were right.
func (r *HMAResult) Exact() bool {
	return !slices.ContainsFunc(r.Passes, func(p HMAPass) bool { return p.Wrong > 0 })
}

// hmaRun is one run of HMA.
type hmaRun struct {
	HMAOptions
	set      corpus.Uniform
	tell     Progress
	folder   string // of the data
	server   *hmaServer
	pictures []int64 // numbers of the contents that are pictures
	result   HMAResult
}

// hmaRadius is the largest distance that matches for a bank that sets none.
const hmaRadius = 31

// MaxHMAClients bounds connections.
const MaxHMAClients = 1024

func (o *HMAOptions) check() error {
	switch {
	case o.N < 1 || o.N > MaxCodes:
		return fmt.Errorf("%d signals: 1 to %d are possible", o.N, MaxCodes)
	case len(o.Clients) == 0 || slices.Min(o.Clients) < 1 || slices.Max(o.Clients) > MaxHMAClients:
		return fmt.Errorf("clients %d: 1 to %d are possible", o.Clients, MaxHMAClients)
	case o.Time <= 0 || o.Time > time.Hour:
		return fmt.Errorf("%s for each kind of question: more than 0s and at most 1h are possible", o.Time)
	case o.Changes < 0 || o.Changes > 1_000_000:
		return fmt.Errorf("%d changes: 0 to 1000000 are possible", o.Changes)
	}
	return nil
}

// HMA fills a database with random signals, starts a server on it and asks it what clients of HMA ask.
func HMA(ctx context.Context, o HMAOptions, tell Progress) (result HMAResult, err error) {
	if err := o.check(); err != nil {
		return result, err
	}
	r := &hmaRun{HMAOptions: o, tell: tell, set: corpus.Uniform{Seed: o.Seed, N: o.N}}
	if o.Dir == "" {
		if r.folder, err = os.MkdirTemp("", "quell-bench-"); err != nil {
			return result, fmt.Errorf("make a folder for the data: %w", err)
		}
		defer os.RemoveAll(r.folder)
	} else {
		r.folder = filepath.Join(o.Dir, fmt.Sprintf("hma-%d-%d", o.N, o.Seed))
	}
	r.result = HMAResult{N: o.N, Seed: o.Seed, Conditions: conditions(o.N), Origin: Here()}
	if err := r.fill(ctx); err != nil {
		return result, err
	}
	if err := r.starts(ctx); err != nil {
		return result, err
	}
	defer func() {
		if err != nil {
			r.server.kill()
		}
	}()
	if err := r.asks(ctx); err != nil {
		return result, err
	}
	if err := r.changes(ctx); err != nil {
		return result, err
	}
	r.result.PeakBytes = r.server.peak()
	return r.result, r.server.stop()
}

// starts starts the server twice, without and with a snapshot of the index, and leaves it running.
func (r *hmaRun) starts(ctx context.Context) error {
	if err := os.RemoveAll(filepath.Join(r.folder, "index")); err != nil {
		return fmt.Errorf("remove the snapshot: %w", err)
	}
	for i, seconds := range []*float64{&r.result.LoadSeconds, &r.result.OpenSeconds} {
		r.tell("start", i, 2)
		begin := time.Now()
		s, err := startHMA(ctx, r.Binary, r.folder)
		if err != nil {
			return err
		}
		*seconds = rounded(time.Since(begin).Seconds(), 3)
		r.server = s
		if i == 0 {
			if err := s.stop(); err != nil {
				return err
			}
		}
	}
	r.tell("start", 2, 2)
	settleOf(r.server.proc(), ctx.Done(), time.Minute)
	r.result.RestBytes = r.server.resident()
	return errors.Join(context.Cause(ctx), r.measureDatabase())
}
