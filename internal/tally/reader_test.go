package tally

import (
	"context"
	"errors"
	"fmt"
	"math/rand/v2"
	"slices"
	"sync"
	"testing"
	"time"

	"github.com/google/go-cmp/cmp"

	"github.com/quell-project/quell/internal/domain"
	"github.com/quell-project/quell/internal/platform/store"
)

const noon = domain.Time(1_772_366_400_000_000)

func account(n int) domain.Subject {
	return domain.Subject{Kind: domain.SubjectAccount, Name: fmt.Sprint("user-", n)}
}

// source answers with how often it was asked. Accounts named "user-0" have done nothing.
type source struct {
	mu    sync.Mutex
	asked [][]domain.Subject
	err   error
	wait  chan struct{} // not nil: nothing is answered before it is closed
	began chan struct{} // not nil: is sent to when a question comes
}

func (s *source) Tallies(ctx context.Context, _ domain.Time, subjects []domain.Subject) (map[domain.Subject]domain.Tally, error) {
	if s.began != nil {
		s.began <- struct{}{}
	}
	if s.wait != nil {
		select {
		case <-s.wait:
		case <-ctx.Done():
			return nil, ctx.Err()
		}
	}
	s.mu.Lock()
	defer s.mu.Unlock()
	s.asked = append(s.asked, slices.Clone(subjects))
	tallies := map[domain.Subject]domain.Tally{}
	for _, subject := range subjects {
		if subject != account(0) {
			tallies[subject] = times(len(s.asked))
		}
	}
	return tallies, s.err
}

func times(n int) domain.Tally { return domain.Tally{Uploads: domain.Counts{Week: int64(n)}} }

func (s *source) questions() [][]domain.Subject {
	s.mu.Lock()
	defer s.mu.Unlock()
	return slices.Clone(s.asked)
}

func of(t *testing.T, r *Reader, now domain.Time, subjects ...domain.Subject) map[domain.Subject]domain.Tally {
	t.Helper()
	tallies, err := r.Of(t.Context(), now, subjects)
	if err != nil {
		t.Fatal(err)
	}
	return tallies
}

func TestWhatIsNotFreshIsAskedInOneQuestion(t *testing.T) {
	t.Parallel()
	s := &source{}
	r := New(s)
	for _, c := range []struct {
		after time.Duration
		ask   []domain.Subject
		want  map[domain.Subject]domain.Tally
		asked []domain.Subject // nil: nothing
	}{
		{0, []domain.Subject{account(1), account(0), account(2), account(1)}, map[domain.Subject]domain.Tally{account(0): {}, account(1): times(1), account(2): times(1)}, []domain.Subject{account(1), account(0), account(2)}},
		{Fresh - time.Microsecond, []domain.Subject{account(2), account(1)}, map[domain.Subject]domain.Tally{account(1): times(1), account(2): times(1)}, nil},
		{Fresh - time.Microsecond, []domain.Subject{account(3), account(1)}, map[domain.Subject]domain.Tally{account(1): times(1), account(3): times(2)}, []domain.Subject{account(3)}},
		{Fresh, []domain.Subject{account(3), account(1)}, map[domain.Subject]domain.Tally{account(1): times(3), account(3): times(2)}, []domain.Subject{account(1)}},
		{Fresh, nil, map[domain.Subject]domain.Tally{}, nil},
		{Fresh - ahead, []domain.Subject{account(1)}, map[domain.Subject]domain.Tally{account(1): times(3)}, nil},                                 // somebody who is slow
		{Fresh - ahead - 1000, []domain.Subject{account(1)}, map[domain.Subject]domain.Tally{account(1): times(4)}, []domain.Subject{account(1)}}, // a clock that was set back
	} {
		before := len(s.questions())
		if diff := cmp.Diff(c.want, of(t, r, noon.Add(c.after), c.ask...)); diff != "" {
			t.Errorf("after %v, %v (-want +got):\n%s", c.after, c.ask, diff)
		}
		var asked []domain.Subject
		if q := s.questions()[before:]; len(q) > 1 {
			t.Errorf("%d questions", len(q))
		} else if len(q) == 1 {
			asked = q[0]
		}
		if diff := cmp.Diff(c.asked, asked); diff != "" {
			t.Errorf("after %v, %v: the question (-want +got):\n%s", c.after, c.ask, diff)
		}
	}
}

func TestManyWhoAskTheSameWaitForOneAnswer(t *testing.T) {
	t.Parallel()
	s := &source{wait: make(chan struct{}), began: make(chan struct{}, 1)}
	r := New(s)
	impatient, leave := context.WithCancel(t.Context())
	left := make(chan error)
	go func() {
		_, err := r.Of(impatient, noon, []domain.Subject{account(1)})
		left <- err
	}()
	<-s.began
	var all sync.WaitGroup
	for range 20 {
		all.Go(func() {
			tallies, err := r.Of(t.Context(), noon, []domain.Subject{account(1)})
			if err != nil || tallies[account(1)] != times(1) {
				t.Errorf("%v, %v", tallies, err)
			}
		})
	}
	leave() // whoever asked first does not wait for the answer
	if err := <-left; !errors.Is(err, context.Canceled) {
		t.Errorf("whoever left was told %v", err)
	}
	close(s.wait)
	all.Wait()
	if n := len(s.questions()); n != 1 {
		t.Errorf("%d questions, want 1", n)
	}
}

func TestAFailureIsToldAndNotRemembered(t *testing.T) {
	t.Parallel()
	s := &source{err: errors.New("no database")}
	r := New(s)
	if _, err := r.Of(t.Context(), noon, []domain.Subject{account(1), account(2)}); !errors.Is(err, s.err) {
		t.Errorf("got %v", err)
	}
	if len(r.known) != 0 || r.recent.Len() != 0 {
		t.Errorf("%d answers are remembered", len(r.known))
	}
	s.err = nil
	if got := of(t, r, noon, account(1)); got[account(1)] != times(2) {
		t.Errorf("got %v", got)
	}
}

func TestMemoryIsBounded(t *testing.T) {
	t.Parallel()
	s := &source{}
	r := New(s)
	var subjects []domain.Subject
	for i := range most {
		subjects = append(subjects, account(i))
	}
	of(t, r, noon, subjects...)
	of(t, r, noon, account(0))                 // is used again
	of(t, r, noon, account(most), account(-1)) // take the place of 1 and 2
	of(t, r, noon, account(0), account(3))     // are remembered
	if n := len(s.questions()); n != 2 {
		t.Errorf("%d questions, want 2", n)
	}
	of(t, r, noon, account(1), account(3), account(2))
	if q := s.questions(); len(q) != 3 || !slices.Equal(q[2], []domain.Subject{account(1), account(2)}) {
		t.Errorf("the last question was %v", q[len(q)-1])
	}
	if len(r.known) != most || r.recent.Len() != most {
		t.Errorf("%d and %d answers are remembered, want %d", len(r.known), r.recent.Len(), most)
	}
}

// TestNobodyIsToldOldNews lets many ask at random, of a source that always knows more.
func TestNobodyIsToldOldNews(t *testing.T) {
	t.Parallel()
	var clock sync.Mutex
	now, asked := noon, map[domain.Subject][]domain.Time{}
	r := New(sourceFunc(func(_ context.Context, at domain.Time, subjects []domain.Subject) (map[domain.Subject]domain.Tally, error) {
		clock.Lock()
		defer clock.Unlock()
		tallies := map[domain.Subject]domain.Tally{}
		for _, s := range subjects {
			asked[s] = append(asked[s], at)
			tallies[s] = domain.Tally{Reports: domain.Counts{Hour: int64(at)}}
		}
		return tallies, nil
	}))
	var all sync.WaitGroup
	for w := range 4 {
		random := rand.New(rand.NewPCG(uint64(w), 1))
		all.Go(func() {
			for range 500 { // in less than ahead, all together
				clock.Lock()
				now = now.Add(time.Duration(random.Int64N(int64(20 * time.Millisecond))))
				at := now
				clock.Unlock()
				a, b := account(random.IntN(5)), account(random.IntN(5))
				tallies, err := r.Of(t.Context(), at, []domain.Subject{a, b})
				for _, s := range []domain.Subject{a, b} {
					if age := at.Sub(domain.Time(tallies[s].Reports.Hour)); err != nil || age >= Fresh {
						t.Errorf("what is told is %v old, %v", age, err)
					}
				}
			}
		})
	}
	all.Wait()
	for s, times := range asked {
		slices.Sort(times)
		for i, at := range times[1:] {
			if at.Sub(times[i]) < Fresh {
				t.Errorf("%s was asked for %v after it was asked for", s.Name, at.Sub(times[i]))
			}
		}
	}
}

type sourceFunc func(context.Context, domain.Time, []domain.Subject) (map[domain.Subject]domain.Tally, error)

func (f sourceFunc) Tallies(ctx context.Context, now domain.Time, subjects []domain.Subject) (map[domain.Subject]domain.Tally, error) {
	return f(ctx, now, subjects)
}

var _ Source = (*store.Store)(nil)

// BenchmarkOf reads eight subjects that are remembered, as many processors at once.
func BenchmarkOf(b *testing.B) {
	r := New(&source{})
	var subjects []domain.Subject
	for i := range 8 {
		subjects = append(subjects, account(i))
	}
	b.ReportAllocs()
	b.RunParallel(func(pb *testing.PB) {
		for pb.Next() {
			if _, err := r.Of(b.Context(), noon, subjects); err != nil {
				b.Error(err)
				return
			}
		}
	})
}
