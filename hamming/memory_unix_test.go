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
	data := sampleSnapshot(t)
	for name, keep := range map[string]int64{"before the codes": 1 << 10, "among the tables": int64(len(data)) / 2} {
		t.Run(name, func(t *testing.T) {
			t.Parallel()
			path := filepath.Join(t.TempDir(), "codes.snapshot")
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
			defer m.free()
			if err := f.Truncate(keep); err != nil {
				t.Fatal(err)
			}
			if err := verifyError(m.data); !errors.Is(err, ErrTruncated) {
				t.Errorf("got %v, want %v", err, ErrTruncated)
			}
		})
	}
}
