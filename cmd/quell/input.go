package main

import (
	"context"
	"errors"
	"fmt"
	"io"
	"os"
	"strings"

	"github.com/quell-project/quell/internal/app"
	"github.com/quell-project/quell/internal/platform/config"
	"github.com/quell-project/quell/internal/platform/fetch"
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

// isURL reports whether an argument is a URL and no file.
func isURL(name string) bool {
	return strings.HasPrefix(name, "http://") || strings.HasPrefix(name, "https://")
}

// readFileOrURL is readInput that also opens URLs, within the limits that a server with this configuration has: a list of URLs may come from
// anywhere.
func readFileOrURL(ctx context.Context, name string, cfg *config.Config) ([]byte, error) {
	if !isURL(name) {
		return readInput(name, cfg.CheckPartBytes)
	}
	fetcher, err := app.NewFetcher(cfg, version(), nil, nil)
	if err != nil {
		return nil, err
	}
	doc, err := fetcher.Get(ctx, name)
	if e, ok := errors.AsType[*fetch.Error](err); ok {
		return nil, errors.New(e.Reason)
	}
	return doc.Body, err
}

// reason takes from an error of a file what is not its name, which is printed before it.
func reason(err error) error {
	if e, ok := errors.AsType[*os.PathError](err); ok {
		return e.Err
	}
	return err
}
