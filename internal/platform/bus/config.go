package bus

import (
	"errors"
	"fmt"
	"log/slog"
	"net"
	"net/url"
	"os"
	"strconv"
	"strings"
	"time"
)

// Config says where the bus is and how long it keeps events. Either URL or Dir must be set.
type Config struct {
	// URL of an external NATS server, or several separated by commas; "nats://user:password@host:4222", "nats://token@host" and "tls://host" work.
	// Empty: the server runs inside this process and keeps its files in Dir.
	URL string
	// CredentialsFile is a NATS credentials file (JWT and key) for the external server. Empty: none.
	CredentialsFile string
	// Replicas is the number of servers of the external cluster that hold a copy of each stream. 0: one for streams that are made now,
	// and no change to streams that exist.
	Replicas int

	// Dir is the directory of the embedded server. Only one process may use it at a time; whoever opens the bus holds a lock over it.
	Dir string
	// Listen makes the embedded server reachable for other processes of this machine: "127.0.0.1:4222", or with the user and password they
	// must show, "nats://user:password@127.0.0.1:4222". Port 0 takes any free port, see [Bus.ClientURL]. Only loopback addresses are allowed.
	// Empty: no port is opened at all.
	Listen string
	// SyncEvery is how often the embedded server flushes events to the disk. 0: before each acknowledgement. A longer time gives more events
	// a second on slow disks; the relay then sends the events of the last moments before a stop again, as it does for external servers.
	SyncEvery time.Duration

	// Retention is the longest time an event stays in the stream, consumed or not. 0: 7 days.
	Retention time.Duration
	// MaxBytes is the largest size of the event stream; beyond it the oldest events are dropped. 0: 1 GiB.
	MaxBytes int64

	// Log receives what operators should know. nil: slog.Default.
	Log *slog.Logger
}

func (c Config) withDefaults() Config {
	if c.Retention == 0 {
		c.Retention = 7 * 24 * time.Hour
	}
	if c.MaxBytes == 0 {
		c.MaxBytes = 1 << 30
	}
	if c.Log == nil {
		c.Log = slog.Default()
	}
	return c
}

func (c Config) check() error {
	var errs []error
	if (c.URL == "") == (c.Dir == "") {
		errs = append(errs, errors.New("give either the URL of an external server or the directory of the embedded one"))
	}
	if c.URL != "" && (c.Listen != "" || c.SyncEvery != 0) {
		errs = append(errs, errors.New("listen and sync-every are for the embedded server; an external server has its own configuration"))
	}
	if c.URL == "" && (c.CredentialsFile != "" || c.Replicas != 0) {
		errs = append(errs, errors.New("credentials file and replicas are for an external server; the embedded one has neither"))
	}
	if c.Retention < dedupeWindow {
		errs = append(errs, fmt.Errorf("retention %v is too short: at least %v", c.Retention, dedupeWindow))
	}
	if c.MaxBytes < 1<<20 {
		errs = append(errs, fmt.Errorf("stream size %d is too small: at least 1 MiB", c.MaxBytes))
	}
	if c.SyncEvery < 0 || c.SyncEvery > maxSyncEvery {
		errs = append(errs, fmt.Errorf("sync-every %v is out of range: 0 to %v", c.SyncEvery, maxSyncEvery))
	}
	if c.Replicas < 0 || c.Replicas > 5 {
		errs = append(errs, fmt.Errorf("replicas %d is out of range: 0 to 5", c.Replicas))
	}
	if c.CredentialsFile != "" {
		if _, err := os.Stat(c.CredentialsFile); err != nil {
			errs = append(errs, fmt.Errorf("credentials file: %w", err))
		}
	}
	if _, err := parseListen(c.Listen); err != nil {
		errs = append(errs, err)
	}
	if err := errors.Join(errs...); err != nil {
		return fmt.Errorf("bus configuration: %w", err)
	}
	return nil
}

// parseListen reads the loopback address of the embedded server; nil if there is none.
func parseListen(s string) (*url.URL, error) {
	if s == "" {
		return nil, nil
	}
	if !strings.Contains(s, "://") {
		s = "nats://" + s
	}
	u, err := url.Parse(s)
	if err != nil {
		return nil, errors.New("listen address cannot be read: write 127.0.0.1:4222 or nats://user:password@127.0.0.1:4222")
	}
	if _, err := strconv.ParseUint(u.Port(), 10, 16); err != nil {
		return nil, fmt.Errorf("listen address %q needs a port, 0 for any", u.Redacted())
	}
	if ip := net.ParseIP(u.Hostname()); ip == nil || !ip.IsLoopback() {
		return nil, fmt.Errorf("listen address %q is not a loopback address: use 127.0.0.1, or an external NATS server for other machines", u.Redacted())
	}
	return u, nil
}

// redact hides passwords and tokens of a list of server addresses.
func redact(urls string) string {
	list := strings.Split(urls, ",")
	for i, s := range list {
		u, err := url.Parse(strings.TrimSpace(s))
		if err != nil {
			list[i] = "(unreadable address)"
			continue
		}
		if u.User != nil {
			u.User = url.User("…")
		}
		list[i] = strings.ReplaceAll(u.String(), url.QueryEscape("…"), "…")
	}
	return strings.Join(list, ",")
}
