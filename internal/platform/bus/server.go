package bus

import (
	"fmt"
	"log/slog"
	"strings"
	"sync"

	"github.com/nats-io/nats-server/v2/server"
)

// Limits of the embedded server. Both are given because 0 does not mean "none" to it: it would take a share of the machine instead.
const (
	maxMemory  = 32 << 20 // no stream of ours lives in memory
	maxStore   = 1 << 40  // the size of each stream is its real limit; a figure near it would refuse streams after Config.MaxBytes is lowered
	maxPayload = 8 << 20
)

// startServer starts the NATS server inside this process. It returns when the server is ready or has failed.
func startServer(cfg Config) (*server.Server, error) {
	opts := &server.Options{
		ServerName:             "quell",
		DontListen:             true, // a server without a client port also forms no cluster routes: embedded means one node
		NoSigs:                 true,
		DisableJetStreamBanner: true,
		JetStream:              true,
		StoreDir:               cfg.Dir,
		JetStreamMaxMemory:     maxMemory,
		JetStreamMaxStore:      maxStore,
		SyncAlways:             cfg.SyncEvery == 0, // by default JetStream acknowledges first and syncs up to two minutes later
		SyncInterval:           cfg.SyncEvery,
		MaxPayload:             maxPayload,
	}
	if cfg.Listen != "" {
		u, port, err := parseListen(cfg.Listen)
		if err != nil {
			return nil, err
		}
		opts.DontListen = false
		opts.Host, opts.Port = u.Hostname(), port
		if port == 0 {
			opts.Port = server.RANDOM_PORT
		}
		if password, ok := u.User.Password(); ok {
			opts.Username, opts.Password = u.User.Username(), password
		} else {
			opts.Authorization = u.User.Username()
		}
	}
	srv, err := server.NewServer(opts)
	if err != nil {
		return nil, fmt.Errorf("embedded NATS server: %w", err)
	}
	log := &serverLog{log: cfg.Log.With("component", "nats-server")}
	srv.SetLoggerV2(log, false, false, false)
	srv.Start()
	if reason := log.fatal(); reason != "" {
		stopServer(srv)
		return nil, fmt.Errorf("embedded NATS server in %s did not start: %s", cfg.Dir, reason)
	}
	return srv, nil
}

func stopServer(srv *server.Server) {
	srv.Shutdown()
	srv.WaitForShutdown()
}

// serverLog passes the server's log on. What NATS calls notices is the daily business of one of our parts, so it is debug here.
type serverLog struct {
	log *slog.Logger

	mu     sync.Mutex
	reason string
}

func (l *serverLog) fatal() string {
	l.mu.Lock()
	defer l.mu.Unlock()
	return l.reason
}

// Fatalf does not end the process: startServer returns the first such message as its error.
func (l *serverLog) Fatalf(format string, v ...any) {
	l.mu.Lock()
	defer l.mu.Unlock()
	if l.reason == "" {
		l.reason = text(format, v)
	}
	l.log.Error(text(format, v))
}

func (l *serverLog) Errorf(format string, v ...any)  { l.log.Error(text(format, v)) }
func (l *serverLog) Warnf(format string, v ...any)   { l.log.Warn(text(format, v)) }
func (l *serverLog) Noticef(format string, v ...any) { l.log.Debug(text(format, v)) }
func (l *serverLog) Debugf(string, ...any)           {}
func (l *serverLog) Tracef(string, ...any)           {}

func text(format string, v []any) string { return strings.TrimSpace(fmt.Sprintf(format, v...)) }
