package match

import (
	"context"
	"errors"
	"fmt"
	"io/fs"
	"log/slog"
	"os"
	"path/filepath"
	"sync"
	"sync/atomic"
	"time"

	"github.com/quell-project/quell/hamming"
	"github.com/quell-project/quell/internal/domain"
)

// Truth is where signals and banks are kept.
type Truth interface {
	// IndexVersions returns the number of the newest change of any signal, and a number that grows with every change of bank settings.
	IndexVersions(ctx context.Context) (signals, settings int64, err error)
	// SignalsAfter returns changes of one type behind a change number, in order. The value and the bank of a signal never change.
	SignalsAfter(ctx context.Context, t domain.SignalType, seq int64, limit int) ([]domain.SignalChange, error)
	// Banks returns all banks.
	Banks(ctx context.Context) ([]domain.Bank, error)
	// Evidence returns what is known of signals that are live now.
	Evidence(ctx context.Context, numbers []int64, now domain.Time) ([]domain.Evidence, error)
}

// Kind is a signal type as the index needs to know it.
type Kind struct {
	Name  domain.SignalType
	Limit int // where a bank sets none
	Form  Form
}

// Form is how the signals of a type are compared.
type Form int

const (
	Digests Form = iota // equal or not
	Codes               // of 256 bits, by their distance
	Points              // of pictures, by their codes and by how they lie
)

// KindOf returns the kind of a signal type with its limit; the signals of a type that is exact are equal or not.
func KindOf(name domain.SignalType, limit int, exact bool) Kind {
	switch {
	case exact:
		return Kind{name, limit, Digests}
	case name == domain.Keypoints:
		return Kind{name, limit, Points}
	}
	return Kind{name, limit, Codes}
}

// near reports whether signals need not be equal to match.
func (k Kind) near() bool { return k.Form != Digests }

// Config says what to index and where.
type Config struct {
	Truth Truth
	Kinds []Kind
	// Dir is where snapshots of the index lie between runs; empty: none are kept, every start loads from SQL.
	Dir string
	// StoreID is the identity of the database; a snapshot made for another one is not used.
	StoreID string
	Now     func() time.Time
	Log     *slog.Logger
}

// Index is the live index of all signal types. It is safe for concurrent use.
type Index struct {
	cfg    Config
	tables map[domain.SignalType]*typeTable
	banks  atomic.Pointer[map[int64]domain.Bank] // by number

	catchUp  sync.Mutex // one catching-up at a time
	settings int64      // version of banks, -1 before the first load

	loaded  atomic.Bool               // it has once held all that SQL held
	heard   atomic.Pointer[time.Time] // when SQL last said what is new
	refused atomic.Int64

	verifying sync.WaitGroup // of snapshots
}

// typeTable is the table of one type with the change number up to which it is complete.
type typeTable struct {
	kind Kind

	mu       sync.RWMutex
	current  table
	position int64
}

// at returns the table, which may hold changes beyond the position too.
func (t *typeTable) at() (table, int64) {
	t.mu.RLock()
	defer t.mu.RUnlock()
	return t.current, t.position
}

// set puts another table into place, or the same one that has come further.
func (t *typeTable) set(current table, position int64) {
	t.mu.Lock()
	defer t.mu.Unlock()
	t.current, t.position = current, position
}

// Open makes an index, from snapshots where they can be used. It answers nothing before the first CatchUp. The error says which kind cannot
// be indexed.
func Open(cfg Config) (*Index, error) {
	x := &Index{cfg: cfg, tables: map[domain.SignalType]*typeTable{}, settings: -1}
	x.banks.Store(&map[int64]domain.Bank{})
	x.heard.Store(&time.Time{})
	for _, k := range cfg.Kinds {
		if k.near() && (k.Limit < 0 || k.Limit > hamming.MaxRadius) {
			return nil, fmt.Errorf("signal type %q has the limit %d: it can be 0 to %d", k.Name, k.Limit, hamming.MaxRadius)
		}
		t := &typeTable{kind: k, current: emptyTable(k)}
		if k.Form == Codes && cfg.Dir != "" {
			x.openSnapshot(t)
		}
		x.tables[k.Name] = t
	}
	return x, nil
}

func emptyTable(k Kind) table {
	switch k.Form {
	case Codes:
		return &nearTable{index: hamming.New(hamming.Options{})}
	case Points:
		return newPointTable()
	}
	return newExactTable()
}

func (x *Index) snapshotPath(t domain.SignalType) string {
	return filepath.Join(x.cfg.Dir, x.cfg.StoreID+"."+string(t)+".hamming")
}

// openSnapshot begins with what the last run left, if it can be trusted.
func (x *Index) openSnapshot(t *typeTable) {
	index, err := hamming.Open(x.snapshotPath(t.kind.Name), hamming.Options{})
	switch {
	case err == nil:
		t.set(&nearTable{index: index}, int64(index.Position()))
		x.verifying.Go(func() {
			if err := index.Verify(); err != nil && !errors.Is(err, hamming.ErrClosed) {
				x.cfg.Log.Warn("the snapshot of the index is damaged in part; searches are right but slow until that part is built anew", "type", t.kind.Name, "error", err)
			}
		})
	case !errors.Is(err, fs.ErrNotExist):
		x.cfg.Log.Warn("the snapshot of the index cannot be used; loading from the database instead", "type", t.kind.Name, "error", err)
	}
}

// staleAfter is how long the index answers without news from SQL: after that its "nothing found" means nothing any more.
const staleAfter = time.Minute

// Ready reports whether the index has once held all that SQL held, and has heard from SQL within the last minute.
func (x *Index) Ready() bool {
	return x.loaded.Load() && x.cfg.Now().Sub(*x.heard.Load()) < staleAfter
}

// Loaded reports whether the index has once held all that SQL held.
func (x *Index) Loaded() bool { return x.loaded.Load() }

// Size returns how many signals of a type are live in the index.
func (x *Index) Size(t domain.SignalType) int {
	typed, ok := x.tables[t]
	if !ok {
		return 0
	}
	current, _ := typed.at()
	return current.size()
}

// Counts returns how many signals of each type of a bank, by its number, are live in the index, whether or not they are paused. It takes
// microseconds, however many there are.
func (x *Index) Counts(bank int64) map[domain.SignalType]int64 {
	counts := make(map[domain.SignalType]int64, len(x.tables))
	for name, t := range x.tables {
		current, _ := t.at()
		counts[name] = int64(current.count(bank))
	}
	return counts
}

// Refused returns how many signals could not be indexed since the start.
func (x *Index) Refused() int64 { return x.refused.Load() }

// Save writes snapshots of the tables that have them. It may run beside everything else.
func (x *Index) Save() error {
	if x.cfg.Dir == "" {
		return nil
	}
	if err := os.MkdirAll(x.cfg.Dir, 0o700); err != nil {
		return fmt.Errorf("make the folder for index snapshots: %w", err)
	}
	var errs []error
	for name, t := range x.tables {
		current, position := t.at() // changes that slip into the snapshot behind it are applied again, which is harmless
		near, ok := current.(*nearTable)
		if !ok {
			continue
		}
		if err := near.index.WriteSnapshot(x.snapshotPath(name), uint64(position)); err != nil {
			errs = append(errs, fmt.Errorf("write the snapshot of %s: %w", name, err))
		}
	}
	return errors.Join(errs...)
}

// Close gives up the tables. No other call may follow.
func (x *Index) Close() error {
	var errs []error
	for _, t := range x.tables {
		current, _ := t.at()
		errs = append(errs, current.close())
	}
	x.verifying.Wait()
	return errors.Join(errs...)
}
