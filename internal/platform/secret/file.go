package secret

import (
	"crypto/rand"
	"encoding/hex"
	"errors"
	"fmt"
	"io/fs"
	"os"
	"path/filepath"
	"runtime"

	"github.com/quell-project/quell/internal/platform/durable"
)

// errNoFile means that there is no key file yet.
var errNoFile = fmt.Errorf("%w: the key file is missing; put it back, or set secret.key", ErrNoKey)

// readKey reads a key file that nobody else may read.
func readKey(path string) ([]byte, error) {
	info, err := os.Stat(path)
	if errors.Is(err, fs.ErrNotExist) {
		return nil, fmt.Errorf("%s: %w", path, errNoFile)
	}
	if err != nil {
		return nil, fmt.Errorf("the key file: %w", err)
	}
	if info.Mode().Perm()&0o077 != 0 && runtime.GOOS != "windows" { // where the bits say nothing
		return nil, fmt.Errorf("the key file %s can be read by others (mode %04o): run chmod 600 on it, and think about whether somebody did", path, info.Mode().Perm())
	}
	if info.Size() > 1024 {
		return nil, fmt.Errorf("the key file %s has %d bytes: that is no key", path, info.Size())
	}
	text, err := os.ReadFile(path)
	if err != nil {
		return nil, fmt.Errorf("the key file: %w", err)
	}
	key, err := ParseKey(string(text))
	if err != nil {
		return nil, fmt.Errorf("the key file %s: %w; put the old file back, or move it away to begin anew: what was sealed with it is then lost", path, err)
	}
	return key, nil
}

// makeKey writes a key file with a new key. It appears whole or not at all; of several processes one makes it and the others read it.
func makeKey(path string) ([]byte, error) {
	key := make([]byte, keySize)
	rand.Read(key)                                              // never fails
	temp, err := os.CreateTemp(filepath.Dir(path), ".secret-*") // with mode 0600
	if err != nil {
		return nil, fmt.Errorf("make the key file: %w", err)
	}
	defer os.Remove(temp.Name())
	_, err = temp.WriteString(hex.EncodeToString(key) + "\n")
	err = errors.Join(err, temp.Sync(), temp.Close())
	if err == nil {
		err = os.Link(temp.Name(), path)
	}
	if errors.Is(err, fs.ErrExist) {
		return readKey(path)
	}
	if err == nil {
		err = durable.SyncDir(filepath.Dir(path)) // a key that is gone after a power cut takes with it all that was sealed
	}
	if err != nil {
		return nil, fmt.Errorf("make the key file: %w", err)
	}
	return key, nil
}
