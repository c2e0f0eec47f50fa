package durable

import (
	"os"
	"runtime"
)

// SyncDir makes the names in a folder durable. Where the system cannot sync folders, it does nothing.
func SyncDir(dir string) error {
	d, err := os.Open(dir)
	if err != nil {
		return err
	}
	defer d.Close()
	if err := d.Sync(); err != nil && runtime.GOOS != "windows" {
		return err
	}
	return nil
}
