package bench

import (
	"context"
	"errors"
	"fmt"
	"os"
	"path/filepath"
	"strconv"
	"time"

	"github.com/quell-project/quell/internal/domain"
	"github.com/quell-project/quell/internal/platform/store"
)

// The banks of a run. What changes is in banks of its own, so that the numbers of the filled one follow from the order in which it was filled.
const (
	filledBank  = "FILLED"
	changedBank = "CHANGED"
	pictureBank = "PICTURES"
)

// fillBatch is how many signals are written in one transaction.
const fillBatch = 20_000

func (r *hmaRun) databasePath() string { return filepath.Join(r.folder, "quell.db") }

// fill writes all signals into a new database as an import of a list does, in larger transactions: signal i becomes entry number i+1. A database
// that is already filled is left as it is.
func (r *hmaRun) fill(ctx context.Context) (err error) {
	s, err := store.Open(ctx, store.Config{Path: r.databasePath()})
	if err != nil {
		return err
	}
	defer func() { err = errors.Join(err, s.Close()) }()
	bank, err := s.BankNamed(ctx, filledBank)
	if err == nil {
		counts, err := s.CountSignals(ctx, bank.ID)
		if err == nil && counts[domain.PDQ] != int64(r.N) {
			err = fmt.Errorf("%s holds %d of %d signals: an earlier run was cut off; remove it", r.folder, counts[domain.PDQ], r.N)
		}
		return err
	}
	if !errors.Is(err, store.ErrNotFound) {
		return err
	}
	begin := time.Now()
	err = s.Tx(ctx, func(tx *store.Tx) error {
		for _, name := range []string{filledBank, changedBank, pictureBank} {
			b, err := tx.CreateBank(ctx, domain.Bank{Name: name, Kind: domain.Known, EnabledShare: 1})
			if err != nil {
				return err
			}
			if name == filledBank {
				bank = b
			}
		}
		return nil
	})
	records := make([]domain.ListRecord, 0, fillBatch)
	for first := 0; first < r.N && err == nil; first += fillBatch {
		r.tell("fill the database", first, r.N)
		records = records[:0]
		for i := first; i < min(first+fillBatch, r.N); i++ {
			records = append(records, domain.ListRecord{Ref: strconv.Itoa(1e9 + i), Type: domain.PDQ, Value: r.set.Code(i).String(), Provenance: domain.Provenance{Source: "bench"}})
		}
		err = s.Tx(ctx, func(tx *store.Tx) error {
			_, err := tx.ApplyRecords(ctx, bank.ID, records)
			return err
		})
	}
	r.result.FillSeconds = rounded(time.Since(begin).Seconds(), 2)
	return err
}

// measureDatabase notes the size of the database.
func (r *hmaRun) measureDatabase() error {
	info, err := os.Stat(r.databasePath())
	if err != nil {
		return fmt.Errorf("measure the database: %w", err)
	}
	r.result.DatabaseSize = info.Size()
	return nil
}
