package replay

import (
	"cmp"
	"context"
	"errors"
	"fmt"
	"runtime"
	"slices"
	"sync"

	"github.com/quell-project/quell/internal/domain"
	"github.com/quell-project/quell/internal/pipeline/policy"
)

// Source is where facts are kept.
type Source interface {
	// CutFacts returns the last of the next n decisions with facts from one on, before another; empty: there are none.
	CutFacts(ctx context.Context, from, before domain.DecisionID, n int) (domain.DecisionID, error)
	// EachFacts calls each for the wanted ones of the decisions from one to another, in order. What each is given holds until the next call.
	EachFacts(ctx context.Context, from, last domain.DecisionID, want func(domain.DecisionID) bool, each func(*domain.KeptFacts) error) error
}

// Version is a version of a policy that is asked.
type Version struct {
	Name    string // empty: as its text says
	Number  int
	Program *policy.Program
}

func (v Version) name() string { return cmp.Or(v.Name, v.Program.Document.Name) }

// InPlace returns the versions in force with another one in the place of that of the same policy, or behind them if there is none, and where it is.
func InPlace(force []Version, other Version) (all []Version, at int) {
	all = slices.Clone(force)
	for i := range all {
		if all[i].name() == other.name() {
			all[i] = other
			return all, i
		}
	}
	return append(all, other), len(all)
}

// Opinion is what a person has said of a decision.
type Opinion struct {
	Verdict domain.Verdict
	Sample  bool // the decision was drawn at random, so that it may be counted for recall
}

// Options say what is replayed.
type Options struct {
	From, To domain.Time // decisions made from one moment to before another; zero: all
	Share    float64     // of the decisions, 0..1
	Seed     string      // the same seed chooses the same ones
	Versions []Version   // that are asked, in their order
	Replayed int         // which of them is the one in question
	Opinions map[domain.DecisionID]Opinion
	Minutes  float64 // that a person takes for a case that is held
	Most     int     // how many changed decisions the report lists
	Workers  int     // 0: one for each processor
}

// piece is how many decisions a worker takes at once.
const piece = 2048

// behind is greater than every id.
const behind = domain.DecisionID("g")

type span struct{ from, last domain.DecisionID }

// Run replays. tell hears how many of how many pieces are done; it may be nil.
func Run(ctx context.Context, src Source, o Options, tell func(done, total int)) (*Report, error) {
	if len(o.Versions) == 0 {
		return nil, errors.New("there is no policy to replay")
	}
	spans, err := o.cut(ctx, src)
	if err != nil {
		return nil, err
	}
	ctx, cancel := context.WithCancelCause(ctx)
	defer cancel(nil)
	work := make(chan int)
	collected := newCollector(&o, len(spans), tell)
	var workers sync.WaitGroup
	for range o.workers() {
		workers.Go(func() {
			for i := range work {
				t, err := o.replay(ctx, src, spans[i])
				if err != nil {
					cancel(err)
					return
				}
				collected.add(i, t)
			}
		})
	}
	for i := range spans {
		select {
		case work <- i:
			continue
		case <-ctx.Done():
		}
		break
	}
	close(work)
	workers.Wait()
	if err := context.Cause(ctx); err != nil {
		return nil, fmt.Errorf("replay: %w", err)
	}
	return collected.report(), nil
}

func (o *Options) workers() int {
	if o.Workers > 0 {
		return o.Workers
	}
	return runtime.GOMAXPROCS(0)
}

// cut cuts what is replayed into pieces.
func (o *Options) cut(ctx context.Context, src Source) (spans []span, err error) {
	from, before := domain.FirstID[domain.DecisionID](o.From), behind
	if o.To != 0 {
		before = domain.FirstID[domain.DecisionID](o.To)
	}
	for {
		last, err := src.CutFacts(ctx, from, before, piece)
		if err != nil || last == "" {
			return spans, err
		}
		spans = append(spans, span{from, last})
		from = last + "0" // no id lies between
	}
}

// replay asks about the decisions of a piece.
func (o *Options) replay(ctx context.Context, src Source, s span) (*tally, error) {
	t := newTally(o)
	want := func(id domain.DecisionID) bool { return id.InShare(o.Seed, o.Share) }
	err := src.EachFacts(ctx, s.from, s.last, want, func(kept *domain.KeptFacts) error {
		var facts policy.Facts
		if err := facts.Decode(kept.Body); err != nil {
			t.unreadable(kept, err)
			return ctx.Err()
		}
		facts.AccountID = kept.Account
		t.add(kept, &facts, ask(o.Versions, &facts))
		return ctx.Err()
	})
	return t, err
}

// ask asks all versions, as the gate does.
func ask(versions []Version, facts *policy.Facts) policy.Outcome {
	judged := make([]policy.Judged, len(versions))
	for i, v := range versions {
		judged[i] = policy.Judged{Name: v.name(), Version: v.Number, Ruling: v.Program.Judge(facts, v.Number)}
	}
	return policy.Combine(judged)
}

// collector joins the tallies of pieces in their order, whenever they come.
type collector struct {
	o     *Options
	tell  func(done, total int)
	mu    sync.Mutex
	early map[int]*tally
	next  int
	total int
	sum   *sum
}

func newCollector(o *Options, total int, tell func(done, total int)) *collector {
	if tell == nil {
		tell = func(int, int) {}
	}
	return &collector{o: o, tell: tell, early: map[int]*tally{}, total: total, sum: newSum(o)}
}

func (c *collector) add(i int, t *tally) {
	c.mu.Lock()
	defer c.mu.Unlock()
	c.early[i] = t
	for ready := c.early[c.next]; ready != nil; ready = c.early[c.next] {
		delete(c.early, c.next)
		c.sum.add(ready)
		c.next++
	}
	c.tell(c.next, c.total)
}

func (c *collector) report() *Report { return c.sum.report() }
