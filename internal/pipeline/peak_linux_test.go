package pipeline_test

import (
	"os"
	"syscall"
)

// peakMemory returns the most bytes of memory that a process took.
func peakMemory(p *os.ProcessState) (bytes int64, known bool) {
	usage, ok := p.SysUsage().(*syscall.Rusage)
	if !ok {
		return 0, false
	}
	return usage.Maxrss << 10, true
}
