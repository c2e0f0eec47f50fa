package app

import (
	"path/filepath"
	"testing"
	"time"

	"github.com/quell-project/quell/internal/domain"
	"github.com/quell-project/quell/internal/platform/store"
	"github.com/quell-project/quell/internal/platform/store/storetest"
)

// TestOldTalliesAreMergedAndDropped starts on a database in which something was counted hours and weeks ago.
func TestOldTalliesAreMergedAndDropped(t *testing.T) {
	t.Parallel()
	folder := t.TempDir()
	cfg := store.Config{Path: filepath.Join(folder, "quell.db")}
	hour := time.Now().Truncate(time.Hour).Add(-5 * time.Hour)
	for _, at := range []time.Time{hour, hour.Add(30 * time.Minute), hour.AddDate(0, 0, -14)} {
		cfg.Now = func() time.Time { return at }
		s, err := store.Open(t.Context(), cfg)
		if err != nil {
			t.Fatal(err)
		}
		if err := s.Tx(t.Context(), func(tx *store.Tx) error { return tx.CountReports(t.Context(), []domain.Upload{{ContentID: "post"}}) }); err != nil {
			t.Fatal(err)
		}
		if err := s.Close(); err != nil {
			t.Fatal(err)
		}
	}
	running(t, map[string]string{"data": folder})
	db := storetest.SQL(t, cfg)
	eventually(t, "one hour is left", func() bool {
		var rows, reports int64
		var start domain.Time
		err := db.QueryRowContext(t.Context(), `select count(*), sum(reports), min(start) from tallies`).Scan(&rows, &reports, &start)
		return err == nil && rows == 1 && reports == 2 && start == domain.At(hour)
	})
}
