package record_test

import (
	"context"
	"errors"
	"fmt"
	"slices"
	"sync"
	"testing"
	"testing/synctest"
	"time"

	"github.com/google/go-cmp/cmp"

	"github.com/quell-project/quell/internal/domain"
	"github.com/quell-project/quell/internal/pipeline/record"
)

// ledger is a record.Ledger in memory.
type ledger struct {
	mu     sync.Mutex
	groups []int // sizes of the transactions, those that failed too
	kept   map[domain.DecisionID]bool
	open   chan struct{} // if set, every transaction takes one thing from it first
}

var errBad = errors.New("cannot be written")

// Commit refuses a group that has a decision without a verdict in it.
func (l *ledger) Commit(ctx context.Context, all []domain.Recording) ([]domain.Decision, error) {
	l.mu.Lock()
	l.groups = append(l.groups, len(all))
	l.mu.Unlock()
	if l.open != nil {
		<-l.open
	}
	if ctx.Err() != nil {
		return nil, ctx.Err()
	}
	decisions := make([]domain.Decision, len(all))
	for i, r := range all {
		if r.Decision.Verdict == "" {
			return nil, errBad
		}
		decisions[i] = r.Decision
		decisions[i].Reason = "stands"
	}
	l.mu.Lock()
	defer l.mu.Unlock()
	for _, d := range decisions {
		if l.kept == nil {
			l.kept = map[domain.DecisionID]bool{}
		}
		l.kept[d.ID] = true
	}
	return decisions, nil
}

func decision(n int) domain.Recording {
	return domain.Recording{Decision: domain.Decision{ID: domain.DecisionID(fmt.Sprint(n)), Verdict: domain.Allow}}
}

// recordAll records each in a goroutine of its own; the result at i is that of decision i.
func recordAll(t *testing.T, r *record.Recorder, all ...domain.Recording) (wait func() []error) {
	t.Helper()
	errs := make([]error, len(all))
	var group sync.WaitGroup
	for i, one := range all {
		group.Go(func() {
			d, err := r.Record(t.Context(), one)
			if err == nil && (d.ID != one.Decision.ID || d.Reason != "stands") {
				err = fmt.Errorf("got decision %q (%s)", d.ID, d.Reason)
			}
			errs[i] = err
		})
	}
	return func() []error {
		group.Wait()
		return errs
	}
}

func many(n int) []domain.Recording {
	all := make([]domain.Recording, n)
	for i := range all {
		all[i] = decision(i)
	}
	return all
}

func TestWhatComesAloneIsWrittenAtOnce(t *testing.T) {
	t.Parallel()
	synctest.Test(t, func(t *testing.T) {
		l := &ledger{}
		r := record.New(l, nil)
		defer r.Stop()
		started := time.Now()
		for n := range 3 {
			if err := recordAll(t, r, decision(n))()[0]; err != nil {
				t.Error(err)
			}
		}
		if diff := cmp.Diff([]int{1, 1, 1}, l.groups); diff != "" || time.Since(started) != 0 {
			t.Errorf("after %v (-want +got)\n%s", time.Since(started), diff)
		}
	})
}

func TestUnderLoadGroupsFormUpToABound(t *testing.T) {
	t.Parallel()
	synctest.Test(t, func(t *testing.T) {
		l := &ledger{open: make(chan struct{})}
		var committed []int
		r := record.New(l, func(group int) { committed = append(committed, group) })
		first := recordAll(t, r, decision(9999))
		synctest.Wait()
		wait := recordAll(t, r, many(600)...)
		synctest.Wait() // the first is being written, all others have gathered
		close(l.open)
		first()
		for n, err := range wait() {
			if err != nil {
				t.Errorf("decision %d: %v", n, err)
			}
		}
		r.Stop()
		want := []int{1, 256, 256, 88}
		if !slices.Equal(l.groups, want) || !slices.Equal(committed, want) || len(l.kept) != 601 {
			t.Errorf("groups %v, told of %v, %d kept", l.groups, committed, len(l.kept))
		}
	})
}

func TestOneThatCannotBeWrittenTakesNoOthersWithIt(t *testing.T) {
	t.Parallel()
	synctest.Test(t, func(t *testing.T) {
		l := &ledger{open: make(chan struct{})}
		var committed []int
		r := record.New(l, func(group int) { committed = append(committed, group) })
		first := recordAll(t, r, decision(100))
		synctest.Wait()
		all := many(5)
		all[3].Decision.Verdict = ""
		wait := recordAll(t, r, all...)
		synctest.Wait()
		close(l.open)
		first()
		for n, err := range wait() {
			if bad := n == 3; bad != errors.Is(err, errBad) || bad != (err != nil) {
				t.Errorf("decision %d: %v", n, err)
			}
		}
		r.Stop()
		if want := []int{1, 5, 1, 1, 1, 1, 1}; !slices.Equal(l.groups, want) || !slices.Equal(committed, []int{1, 1, 1, 1, 1}) {
			t.Errorf("groups %v, told of %v", l.groups, committed)
		}
	})
}

func TestStopWritesWhatWasAcceptedAndRefusesWhatComesLater(t *testing.T) {
	t.Parallel()
	synctest.Test(t, func(t *testing.T) {
		l := &ledger{open: make(chan struct{})}
		r := record.New(l, nil)
		wait := recordAll(t, r, many(300)...)
		synctest.Wait()
		var stopped sync.WaitGroup
		stopped.Go(r.Stop)
		stopped.Go(r.Stop) // twice does no harm
		synctest.Wait()
		if _, err := r.Record(t.Context(), decision(999)); !errors.Is(err, record.ErrStopped) {
			t.Errorf("while stopping: %v", err)
		}
		close(l.open)
		stopped.Wait()
		for n, err := range wait() {
			if err != nil || !l.kept[domain.DecisionID(fmt.Sprint(n))] {
				t.Errorf("decision %d: %v", n, err)
			}
		}
		if _, err := r.Record(t.Context(), decision(999)); !errors.Is(err, record.ErrStopped) || l.kept["999"] {
			t.Errorf("after the end: %v", err)
		}
	})
}

// TestWhoLosesPatienceUndoesNothing cancels one of a group that is being written.
func TestWhoLosesPatienceUndoesNothing(t *testing.T) {
	t.Parallel()
	synctest.Test(t, func(t *testing.T) {
		l := &ledger{open: make(chan struct{})}
		r := record.New(l, nil)
		ctx, cancel := context.WithCancel(t.Context())
		impatient := make(chan error, 1)
		go func() {
			_, err := r.Record(ctx, decision(7))
			impatient <- err
		}()
		synctest.Wait()
		wait := recordAll(t, r, many(3)...)
		synctest.Wait()
		cancel()
		if err := <-impatient; !errors.Is(err, context.Canceled) {
			t.Error(err)
		}
		close(l.open)
		for n, err := range wait() {
			if err != nil {
				t.Errorf("decision %d: %v", n, err)
			}
		}
		r.Stop()
		if !l.kept["7"] {
			t.Error("what was accepted is not written")
		}
	})
}

func TestWhoWaitsForAPlaceMayGiveUp(t *testing.T) {
	t.Parallel()
	synctest.Test(t, func(t *testing.T) {
		l := &ledger{open: make(chan struct{})}
		r := record.New(l, nil)
		first := recordAll(t, r, decision(5000))
		synctest.Wait()
		wait := recordAll(t, r, many(4*256)...) // one is being written, and the queue is full
		synctest.Wait()
		ctx, cancel := context.WithTimeout(t.Context(), time.Second)
		defer cancel()
		if _, err := r.Record(ctx, decision(9999)); !errors.Is(err, context.DeadlineExceeded) {
			t.Error(err)
		}
		close(l.open)
		first()
		wait()
		r.Stop()
		if len(l.kept) != 1+4*256 || l.kept["9999"] {
			t.Errorf("%d kept", len(l.kept))
		}
	})
}

// TestStopDuringRecording is for the race detector: whatever is answered without an error is kept, and nothing else.
func TestStopDuringRecording(t *testing.T) {
	t.Parallel()
	for range 20 {
		l := &ledger{}
		r := record.New(l, nil)
		wait := recordAll(t, r, many(50)...)
		r.Stop()
		for n, err := range wait() {
			kept := l.kept[domain.DecisionID(fmt.Sprint(n))]
			if kept != (err == nil) || err != nil && !errors.Is(err, record.ErrStopped) {
				t.Errorf("decision %d: %v, kept %v", n, err, kept)
			}
		}
	}
}
