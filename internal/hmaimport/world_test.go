package hmaimport_test

import (
	"context"
	"encoding/json"
	"errors"
	"testing"

	"github.com/quell-project/quell/internal/domain"
	"github.com/quell-project/quell/internal/hmaimport"
	"github.com/quell-project/quell/internal/hmaimport/hmatest"
	"github.com/quell-project/quell/internal/platform/store"
	"github.com/quell-project/quell/internal/platform/store/storetest"
)

// target is a store as the package writes to it.
type target struct{ *store.Store }

func (t target) Tx(ctx context.Context, f func(hmaimport.Tx) error) error {
	return t.Store.Tx(ctx, func(tx *store.Tx) error { return f(tx) })
}

// open opens a database of HMA for the length of a test.
func open(t testing.TB, d hmatest.Database) *hmaimport.Source {
	t.Helper()
	s, err := hmaimport.Open(t.Context(), d.URL)
	if err != nil {
		t.Fatal(err)
	}
	t.Cleanup(s.Close)
	return s
}

// run imports as the options say, and returns the report and every issue.
func run(t testing.TB, d hmatest.Database, s *store.Store, opts hmaimport.Options) (hmaimport.Report, []hmaimport.Issue) {
	t.Helper()
	from := open(t, d)
	defer from.Close()
	var issues []hmaimport.Issue
	opts.Tell = func(i hmaimport.Issue) { issues = append(issues, i) }
	r, err := hmaimport.Run(t.Context(), from, target{s}, opts)
	if err != nil {
		t.Fatal(err)
	}
	return r, issues
}

// each runs a test on a fresh store of each engine, beside an HMA with the sample.
func each(t *testing.T, test func(t *testing.T, d hmatest.Database, s *store.Store)) {
	t.Parallel()
	storetest.Each(t, func(t *testing.T, cfg store.Config) {
		test(t, hmatest.Sample(t), storetest.Open(t, cfg))
	})
}

// state is everything that an import can write. Ids and moments that are given here are left out.
type state struct {
	Banks     []domain.Bank
	Entries   map[string][]domain.Entry // by bank
	Exchanges []domain.Exchange
	Shares    map[domain.SignalType]float64
	Signals   int64 // changes of signals there ever were
}

func stateOf(t testing.TB, s *store.Store) (all state) {
	t.Helper()
	var err error
	check := func(err error) {
		t.Helper()
		if err != nil {
			t.Fatal(err)
		}
	}
	all.Entries = map[string][]domain.Entry{}
	all.Banks, err = s.Banks(t.Context())
	check(err)
	for i := range all.Banks {
		b := &all.Banks[i]
		entries, err := s.Entries(t.Context(), b.ID, "", 100_000)
		check(err)
		for j := range entries {
			e := &entries[j]
			e.ID, e.BankID, e.CreatedAt = "", "", 0
			for k := range e.Signals {
				e.Signals[k].ID, e.Signals[k].EntryID = "", ""
			}
		}
		all.Entries[b.Name] = entries
		b.ID, b.CreatedAt = "", 0
	}
	all.Exchanges, err = s.Exchanges(t.Context())
	check(err)
	for i := range all.Exchanges {
		all.Exchanges[i].Bank, all.Exchanges[i].CreatedAt = "", 0
	}
	all.Shares, err = s.Shares(t.Context())
	check(err)
	all.Signals, err = s.Counter(t.Context(), "signal")
	check(err)
	return all
}

// entry returns an entry by its number.
func entry(t testing.TB, s *store.Store, number int64) domain.Entry {
	t.Helper()
	e, err := s.EntryNumbered(t.Context(), number)
	if err != nil {
		t.Fatal(err)
	}
	return e
}

// change changes a store in one transaction.
func change(t testing.TB, s *store.Store, f func(ctx context.Context, tx *store.Tx) error) {
	t.Helper()
	if err := s.Tx(t.Context(), func(tx *store.Tx) error { return f(t.Context(), tx) }); err != nil {
		t.Fatal(err)
	}
}

// vault seals so that a test can see what is sealed.
type vault struct{}

func (vault) Seal(api string, credentials json.RawMessage) (string, error) {
	return "sealed for " + api + ":" + string(credentials), nil
}

func (vault) Open(api, sealed string) (json.RawMessage, error) {
	prefix := "sealed for " + api + ":"
	if len(sealed) < len(prefix) || sealed[:len(prefix)] != prefix {
		return nil, errors.New("damaged")
	}
	return json.RawMessage(sealed[len(prefix):]), nil
}

// storetestEach runs a test on two fresh stores of each engine.
func storetestEach(t *testing.T, test func(t *testing.T, a, b *store.Store)) {
	t.Helper()
	for _, e := range storetest.Engines() {
		t.Run(e.Name, func(t *testing.T) {
			t.Parallel()
			test(t, storetest.Open(t, e.Fresh(t)), storetest.Open(t, e.Fresh(t)))
		})
	}
}

// cutOff is a target that dies in a transaction, after it has made some others: at its start, so that every question of it is refused, or at
// its end, before it is committed.
type cutOff struct {
	target
	after  int
	cancel func() // nil: at the end
}

func (c *cutOff) Tx(ctx context.Context, f func(hmaimport.Tx) error) error {
	c.after--
	if c.after < 0 && c.cancel != nil {
		c.cancel()
	}
	return c.target.Tx(ctx, func(tx hmaimport.Tx) error {
		if err := f(tx); err != nil {
			return err
		}
		if c.after < 0 {
			return errors.New("killed")
		}
		return nil
	})
}
