package bench

import (
	"os"
	"runtime"
	"runtime/debug"
	"strconv"
	"strings"
	"time"
)

// Origin says where and of what figures were taken.
type Origin struct {
	Machine    string `json:"machine"` // the processor as it calls itself
	Processors int    `json:"processors"`
	Memory     int64  `json:"memory_bytes,omitempty"`
	System     string `json:"system"`
	Go         string `json:"go"`
	Commit     string `json:"commit"` // ends in "+" if files were changed since; "unknown" if the build does not say
	Date       string `json:"date"`
}

// commit is set by the linker where the builder knows better than the Go tool (scripts/bench-build).
var commit = ""

// Here returns where and of what this process takes figures.
func Here() Origin {
	o := Origin{
		Machine:    field("/proc/cpuinfo", "model name"),
		Processors: runtime.GOMAXPROCS(0),
		System:     runtime.GOOS + "/" + runtime.GOARCH,
		Go:         runtime.Version(),
		Commit:     "unknown",
		Date:       time.Now().UTC().Format(time.DateOnly),
	}
	if o.Machine == "" {
		o.Machine = "unknown processor"
	}
	if kernel, err := os.ReadFile("/proc/sys/kernel/osrelease"); err == nil {
		o.System += " " + strings.TrimSpace(string(kernel))
	}
	o.Memory = kilobytes(field("/proc/meminfo", "MemTotal"))
	if commit != "" {
		o.Commit = commit
	} else if info, ok := debug.ReadBuildInfo(); ok {
		for _, s := range info.Settings {
			switch {
			case s.Key == "vcs.revision" && len(s.Value) >= 12:
				o.Commit = s.Value[:12]
			case s.Key == "vcs.modified" && s.Value == "true":
				o.Commit += "+"
			}
		}
	}
	return o
}

// field returns what a file of /proc says of a name, "" where there is no such file or name.
func field(path, name string) string {
	text, err := os.ReadFile(path)
	if err != nil {
		return ""
	}
	for line := range strings.Lines(string(text)) {
		if key, value, ok := strings.Cut(line, ":"); ok && strings.TrimSpace(key) == name {
			return strings.TrimSpace(value)
		}
	}
	return ""
}

// kilobytes reads a size as /proc writes it, such as "1234 kB", in bytes; 0 if it is none.
func kilobytes(s string) int64 {
	n, err := strconv.ParseInt(strings.TrimSuffix(s, " kB"), 10, 64)
	if err != nil {
		return 0
	}
	return n << 10
}

// resident returns the bytes of memory that this process holds now, and the most it ever held. Memory that the index has mapped itself counts,
// which the figures of the Go runtime leave out. Without /proc both are 0.
func resident() (now, most int64) {
	debug.FreeOSMemory()
	if now = kilobytes(field("/proc/self/smaps_rollup", "Rss")); now == 0 {
		now = kilobytes(field("/proc/self/status", "VmRSS"))
	}
	return now, kilobytes(field("/proc/self/status", "VmHWM"))
}

// busy returns the processor time that a process has taken, which is named as in /proc; 0 without that.
func busy(process string) time.Duration {
	text, err := os.ReadFile("/proc/" + process + "/stat")
	if err != nil {
		return 0
	}
	_, after, _ := strings.Cut(string(text), ") ") // the name of the program may hold anything
	fields := strings.Fields(after)
	const user, system = 11, 12 // as counted behind the name
	if len(fields) <= system {
		return 0
	}
	u, _ := strconv.ParseInt(fields[user], 10, 64)
	s, _ := strconv.ParseInt(fields[system], 10, 64)
	return time.Duration(u+s) * 10 * time.Millisecond // the clock of /proc ticks a hundred times a second on every Linux
}

// settle waits until this process is at rest, so that merges that go on behind an insert are neither measured with the first questions nor
// counted as memory. It waits no longer than patience, and returns how long it did.
func settle(stop <-chan struct{}, patience time.Duration) time.Duration {
	return settleOf("self", stop, patience)
}

// settleOf is settle for a process that is named as in /proc.
func settleOf(process string, stop <-chan struct{}, patience time.Duration) time.Duration {
	const look, enough = 50 * time.Millisecond, 2
	begin := time.Now()
	last, calm := busy(process), 0
	for calm < enough && time.Since(begin) < patience {
		select {
		case <-stop:
			return time.Since(begin)
		case <-time.After(look):
		}
		now := busy(process)
		if now-last <= look/5 {
			calm++
		} else {
			calm = 0
		}
		last = now
	}
	return max(0, time.Since(begin)-enough*look)
}
