package lifecycle

import (
	"fmt"
	"os"
	"path/filepath"

	"github.com/gofrs/flock" // one file lock for all systems; small, kept by the Go community around Gopher Academy
)

// Lock makes a data folder if need be and takes it for this process, until the returned function is called or the process ends in any way.
func Lock(dir string) (release func() error, err error) {
	if err := os.MkdirAll(dir, 0o700); err != nil {
		return nil, fmt.Errorf("make the data folder: %w", err)
	}
	l := flock.New(filepath.Join(dir, "lock"))
	held, err := l.TryLock()
	if err != nil {
		return nil, fmt.Errorf("lock the data folder %s: %w", dir, err)
	}
	if !held {
		return nil, fmt.Errorf("the data folder %s is in use by another quell: stop that one, or name another folder with --data", dir)
	}
	return l.Unlock, nil
}
