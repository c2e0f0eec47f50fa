//go:build darwin || dragonfly || freebsd || linux || netbsd || openbsd

package hamming

import (
	"errors"
	"os"
	"path/filepath"
	"testing"
)

func TestAFileThatShrinksWhileItIsVerifiedIsRefused(t *testing.T) {
	t.Parallel()
	path := filepath.Join(t.TempDir(), "codes.snapshot")
	data := sampleSnapshot(t)
	if err := os.WriteFile(path, data, 0o600); err != nil {
		t.Fatal(err)
	}
	f, err := os.OpenFile(path, os.O_RDWR, 0)
	if err != nil {
		t.Fatal(err)
	}
	defer f.Close()
	m, err := mapFile(f, len(data))
	if err != nil {
		t.Fatal(err)
	}
	defer m.close()
	if err := f.Truncate(1 << 16); err != nil {
		t.Fatal(err)
	}
	if _, _, err := verify(m.data); !errors.Is(err, ErrTruncated) {
		t.Errorf("got %v, want %v", err, ErrTruncated)
	}
}
