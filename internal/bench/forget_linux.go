package bench

import (
	"os"

	"golang.org/x/sys/unix"
)

// forget has the system let go of what it holds of files in memory, and reports whether it does.
func forget(files []string) bool {
	for _, path := range files {
		f, err := os.Open(path)
		if err != nil {
			return false
		}
		err = unix.Fadvise(int(f.Fd()), 0, 0, unix.FADV_DONTNEED)
		f.Close()
		if err != nil {
			return false
		}
	}
	return true
}
