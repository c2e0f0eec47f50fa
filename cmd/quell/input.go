package main

import (
	"errors"
	"fmt"
	"io"
	"os"

	"github.com/quell-project/quell/internal/platform/config"
)

// openInput opens a file, or the standard input for "-".
func openInput(name string) (*os.File, error) {
	if name == "-" {
		return os.Stdin, nil
	}
	return os.Open(name)
}

// readInput reads a file, or the standard input for "-", if it is not larger than what Quell checks.
func readInput(name string, largest config.Bytes) ([]byte, error) {
	f, err := openInput(name)
	if err != nil {
		return nil, reason(err)
	}
	defer f.Close()
	data, err := io.ReadAll(io.LimitReader(f, int64(largest)+1))
	if err != nil {
		return nil, reason(err)
	}
	if len(data) > int(largest) {
		return nil, fmt.Errorf("larger than %s, which is the limit for one file (check.part_bytes)", largest)
	}
	return data, nil
}

// reason takes from an error of a file what is not its name, which is printed before it.
func reason(err error) error {
	if e, ok := errors.AsType[*os.PathError](err); ok {
		return e.Err
	}
	return err
}
