package match_test

import (
	"crypto/sha256"
	"fmt"
	"log/slog"
	"os"
	"path/filepath"
	"slices"
	"testing"

	"github.com/quell-project/quell/internal/domain"
	"github.com/quell-project/quell/internal/pipeline/match"
)

// saved returns a truth of some signals and a folder with the snapshots of its index.
func saved(t *testing.T) (m *truth, dir string) {
	t.Helper()
	m, dir = &truth{}, filepath.Join(t.TempDir(), "index")
	b := m.bank(whole("heron", domain.Known))
	for n := range 10 {
		m.add(b, domain.PDQ, code(n, 0))
		m.add(b, domain.SHA256, sha(n))
	}
	x := open(t, m, func(c *match.Config) { c.Dir = dir })
	catchUp(t, x)
	if err := x.Save(); err != nil {
		t.Fatal(err)
	}
	m.asked = nil
	return m, dir
}

func TestASnapshotSavesTheReadingOfWhatItHolds(t *testing.T) {
	t.Parallel()
	m, dir := saved(t)
	m.setLive(1, false)
	x := open(t, m, func(c *match.Config) { c.Dir = dir })
	if x.Size(domain.PDQ) != 10 || x.Ready() {
		t.Errorf("opened with %d signals, ready %v: a snapshot is not what SQL holds now", x.Size(domain.PDQ), x.Ready())
	}
	catchUp(t, x)
	if from := m.asked[0]; from != 20 {
		t.Errorf("asked for changes from %d: they are in the snapshot", from)
	}
	if x.Size(domain.PDQ) != 9 || x.Size(domain.SHA256) != 10 {
		t.Errorf("%d and %d signals", x.Size(domain.PDQ), x.Size(domain.SHA256))
	}
	if counts := x.Counts(m.banks[0].Number); counts[domain.PDQ] != 9 || counts[domain.SHA256] != 10 {
		t.Errorf("the bank counts %v", counts)
	}
	found := lookup(t, x, print("file-1", domain.PDQ, code(0, 0)), print("file-1", domain.PDQ, code(5, 3)))
	if len(found) != 1 || found[0].Entry != "entry-11" || found[0].Distance != 3 {
		t.Errorf("%+v", found)
	}
}

func TestASnapshotIsNotUsed(t *testing.T) {
	t.Parallel()
	for name, c := range map[string]struct {
		change func(t *testing.T, m *truth, file string)
		store  string
		warns  bool
	}{
		"of another database": {store: "store-2"},
		"that is torn": {warns: true, change: func(t *testing.T, _ *truth, file string) {
			data, err := os.ReadFile(file)
			if err != nil {
				t.Fatal(err)
			}
			data[len(data)-1] ^= 1
			write(t, file, data)
		}},
		"that is cut off": {warns: true, change: func(t *testing.T, _ *truth, file string) {
			if err := os.Truncate(file, 100); err != nil {
				t.Fatal(err)
			}
		}},
		"that is something else": {warns: true, change: func(t *testing.T, _ *truth, file string) { write(t, file, []byte("a shopping list")) }},
		"that is a folder": {warns: true, change: func(t *testing.T, _ *truth, file string) {
			if err := os.Remove(file); err != nil {
				t.Fatal(err)
			}
			if err := os.Mkdir(file, 0o700); err != nil {
				t.Fatal(err)
			}
		}},
		"of later than the database": {warns: true, change: func(_ *testing.T, m *truth, _ string) { m.signals, m.seq = m.signals[:4], 4 }},
	} {
		t.Run(name, func(t *testing.T) {
			t.Parallel()
			m, dir := saved(t)
			if c.change != nil {
				c.change(t, m, filepath.Join(dir, "store-1.pdq.hamming"))
			}
			log := &logged{}
			x := open(t, m, func(cfg *match.Config) {
				cfg.Dir, cfg.Log = dir, slog.New(slog.NewTextHandler(log, nil))
				if c.store != "" {
					cfg.StoreID = c.store
				}
			})
			catchUp(t, x)
			if !slices.Contains(m.asked, 0) || x.Size(domain.PDQ) != len(m.signals)/2 {
				t.Errorf("asked from %v, %d signals", m.asked, x.Size(domain.PDQ))
			}
			if (log.count("level=WARN") == 1) != c.warns {
				t.Errorf("log:\n%s", log.text.String())
			}
			if found := lookup(t, x, print("file-1", domain.PDQ, code(1, 0))); len(found) != 1 {
				t.Errorf("found %v", found)
			}
		})
	}
}

// Damage that does not touch the signals themselves costs time, not a match.
func TestASnapshotWithDamagedTablesIsUsedAndMended(t *testing.T) {
	t.Parallel()
	m, dir := &truth{}, filepath.Join(t.TempDir(), "index")
	b := m.bank(whole("heron", domain.Known))
	for n := range 5000 { // enough that the index has tables
		m.add(b, domain.PDQ, spreadCode(n))
	}
	x := open(t, m, func(c *match.Config) { c.Dir = dir })
	catchUp(t, x)
	if err := x.Save(); err != nil {
		t.Fatal(err)
	}
	file := filepath.Join(dir, "store-1.pdq.hamming")
	data, err := os.ReadFile(file)
	if err != nil {
		t.Fatal(err)
	}
	data[len(data)-1000] ^= 1
	write(t, file, data)
	m.asked = nil
	log := &logged{}
	y := open(t, m, func(c *match.Config) { c.Dir, c.Log = dir, slog.New(slog.NewTextHandler(log, nil)) })
	catchUp(t, y)
	if len(m.asked) != 2 || y.Size(domain.PDQ) != 5000 {
		t.Errorf("asked %d times, %d signals: only the two exact types have to be read anew", len(m.asked), y.Size(domain.PDQ))
	}
	for n := range 5000 {
		if found := lookup(t, y, print("file-1", domain.PDQ, spreadCode(n))); len(found) != 1 || found[0].Distance != 0 {
			t.Fatalf("signal %d: found %v", n, found)
		}
	}
	if err := y.Close(); err != nil {
		t.Fatal(err)
	}
	if log.count("damaged in part") != 1 {
		t.Errorf("log:\n%s", log.text.String())
	}
}

// spreadCode returns codes that are far from each other.
func spreadCode(n int) string { return fmt.Sprintf("%x", sha256.Sum256([]byte{byte(n), byte(n >> 8)})) }

func TestWithoutAFolderNothingIsSaved(t *testing.T) {
	t.Parallel()
	m, _ := saved(t)
	if err := caughtUp(t, m).Save(); err != nil {
		t.Error(err)
	}
}

func TestSaveSaysWhatWentWrong(t *testing.T) {
	t.Parallel()
	m, dir := saved(t)
	file := filepath.Join(dir, "a file")
	write(t, file, nil)
	x := open(t, m, func(c *match.Config) { c.Dir = file })
	if err := x.Save(); err == nil {
		t.Error("a file was taken for a folder")
	}
}

func write(t *testing.T, file string, data []byte) {
	t.Helper()
	if err := os.WriteFile(file, data, 0o600); err != nil {
		t.Fatal(err)
	}
}
