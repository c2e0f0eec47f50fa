package bench

import (
	"context"
	"errors"
	"fmt"
	"os"
	"path/filepath"
	"strconv"
	"strings"
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

// filledFile is where a fill notes how many seconds it took, once it is complete.
func (r *hmaRun) filledFile() string { return filepath.Join(r.folder, "filled") }

// fill writes all signals into a new database as an import of a list does, in larger transactions: signal i becomes entry number i+1. A database
// that is already filled is left as it is.
func (r *hmaRun) fill(ctx context.Context) (err error) {
	if note, err := os.ReadFile(r.filledFile()); err == nil {
		r.result.FillSeconds, err = strconv.ParseFloat(strings.TrimSpace(string(note)), 64)
		return err
	}
	if err := os.RemoveAll(r.folder); err != nil { // what is left of a run that was cut off
		return fmt.Errorf("remove the data of an earlier run: %w", err)
	}
	s, err := store.Open(ctx, store.Config{Path: r.databasePath()})
	if err != nil {
		return err
	}
	defer func() {
		if err = errors.Join(err, s.Close()); err == nil {
			err = os.WriteFile(r.filledFile(), fmt.Append(nil, r.result.FillSeconds), 0o600)
		}
	}()
	begin := time.Now()
	bank, err := createBanks(ctx, s)
	records := make([]domain.ListRecord, 0, fillBatch)
	for first := 0; first < r.N && err == nil; first += fillBatch {
		r.tell("fill the database", first, r.N)
		records = records[:0]
		for i := first; i < min(first+fillBatch, r.N); i++ {
			records = append(records, domain.ListRecord{Ref: strconv.Itoa(1e9 + i), Type: domain.PDQ, Value: r.set.Code(i).String(), Provenance: domain.Provenance{Source: "bench"}})
		}
		err = s.Tx(ctx, func(tx *store.Tx) error {
			_, err := tx.ApplyRecords(ctx, bank, records)
			return err
		})
	}
	r.result.FillSeconds = rounded(time.Since(begin).Seconds(), 2)
	return err
}

// createBanks makes the banks and returns that which is filled.
func createBanks(ctx context.Context, s *store.Store) (filled domain.BankID, err error) {
	err = s.Tx(ctx, func(tx *store.Tx) error {
		for _, name := range []string{changedBank, pictureBank, filledBank} {
			b, err := tx.CreateBank(ctx, domain.Bank{Name: name, Kind: domain.Known, EnabledShare: 1})
			if err != nil {
				return err
			}
			filled = b.ID
		}
		return nil
	})
	return filled, err
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
