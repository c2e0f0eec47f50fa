package recall

import (
	"time"

	"golang.org/x/sys/unix"
)

// processor returns how long the thread has had a processor, or 0 where that is not told.
func processor() time.Duration {
	var t unix.Timespec
	if err := unix.ClockGettime(unix.CLOCK_THREAD_CPUTIME_ID, &t); err != nil {
		return 0
	}
	return time.Duration(t.Nano())
}
