package bus

import (
	"errors"
	"fmt"
	"log/slog"
	"net"
	"net/url"
	"os"
	"path/filepath"
	"strconv"
	"strings"
	"sync"
	"time"

	"github.com/nats-io/nats-server/v2/server"
	"github.com/nats-io/nats.go"
)

// Limits of the embedded server. All are given because 0 does not mean "none" to it: it would take a share of the machine instead.
const (
	maxMemory  = 32 << 20 // no stream of ours lives in memory
	maxStore   = 1 << 40  // the size of each stream is its real limit; a figure near it would refuse to change Config.MaxBytes
	maxPayload = 8 << 20
)

// How often the server is looked at, and the longest wait between two restarts.
const (
	watchEvery = 2 * time.Second
	watchPause = time.Minute
)

// embedded is the server inside this process.
//
// JetStream stops writing to a stream for good after one failed write, a full disk for example, and answers no publish from then on. So
// the server is watched, and started anew as soon as the disk takes writes again. Clients, ours included, see a short loss of the connection.
type embedded struct {
	cfg    Config
	log    *slog.Logger
	listen *url.URL // where other processes find it, nil: nowhere
	quit   chan struct{}
	done   chan struct{}

	mu  sync.Mutex
	srv *server.Server // nil while it is replaced
}

func startEmbedded(cfg Config) (*embedded, error) {
	if err := os.MkdirAll(cfg.Dir, 0o700); err != nil {
		return nil, fmt.Errorf("bus directory: %w", err)
	}
	listen, err := parseListen(cfg.Listen)
	if err != nil {
		return nil, err
	}
	e := &embedded{cfg: cfg, log: cfg.Log, listen: listen, quit: make(chan struct{}), done: make(chan struct{})}
	if err := e.start(); err != nil {
		return nil, err
	}
	if listen != nil {
		listen.Host = e.srv.Addr().String() // with port 0, any was taken; the next server must be found at the same place
	}
	go e.watch()
	return e, nil
}

func (e *embedded) stop() {
	close(e.quit)
	<-e.done
	e.halt()
}

// InProcessConn gives the client a connection to whichever server is the present one.
func (e *embedded) InProcessConn() (net.Conn, error) {
	srv, err := e.current()
	if err != nil {
		return nil, err
	}
	return srv.InProcessConn()
}

// credentials are what the server asks of its clients, of this process too.
func (e *embedded) credentials() []nats.Option {
	if e.listen == nil || e.listen.User == nil {
		return nil
	}
	if password, ok := e.listen.User.Password(); ok {
		return []nats.Option{nats.UserInfo(e.listen.User.Username(), password)}
	}
	return []nats.Option{nats.Token(e.listen.User.Username())}
}

func (e *embedded) current() (*server.Server, error) {
	e.mu.Lock()
	defer e.mu.Unlock()
	if e.srv == nil {
		return nil, errors.New("the embedded NATS server is being restarted")
	}
	return e.srv, nil
}

// healthy returns an error that says why the server cannot work.
func (e *embedded) healthy() error {
	srv, err := e.current()
	if err != nil {
		return err
	}
	if h := srv.Healthz(nil); h.Error != "" {
		return fmt.Errorf("embedded NATS server: %s", h.Error)
	}
	return nil
}

// watch starts the server anew when it cannot go on, once the directory can be written to.
func (e *embedded) watch() {
	defer close(e.done)
	trouble := outage{log: e.log, what: "the embedded NATS server cannot work"}
	wait := watchEvery
	for {
		select {
		case <-e.quit:
			return
		case <-time.After(wait):
		}
		err := e.healthy()
		if err == nil {
			trouble.end()
			wait = watchEvery
			continue
		}
		trouble.begin(err)
		if e.writable() != nil {
			continue
		}
		wait = min(2*wait, watchPause)
		e.halt()
		if err := e.start(); err != nil {
			e.log.Error("the embedded NATS server could not be restarted", "error", err)
		}
	}
}

// writable tries whether the disk takes more than a few bytes.
func (e *embedded) writable() error {
	probe := filepath.Join(e.cfg.Dir, "probe")
	defer os.Remove(probe)
	return os.WriteFile(probe, make([]byte, 1<<20), 0o600)
}

// forget removes what the server has on disk about a consumer that it could not load.
func (e *embedded) forget(consumer string) error {
	return os.RemoveAll(filepath.Join(e.cfg.Dir, server.JetStreamStoreDir, server.DEFAULT_GLOBAL_ACCOUNT, "streams", eventStream, "obs", consumer))
}

// start starts the server and returns when it is ready or has failed.
func (e *embedded) start() error {
	srv, err := server.NewServer(e.options())
	if err != nil {
		return fmt.Errorf("embedded NATS server: %w", err)
	}
	log := &serverLog{log: e.log.With("component", "nats-server")}
	srv.SetLoggerV2(log, false, false, false)
	srv.Start()
	if reason := log.fatal(); reason != "" {
		halt(srv)
		return fmt.Errorf("embedded NATS server in %s did not start: %s", e.cfg.Dir, reason)
	}
	e.mu.Lock()
	e.srv = srv
	e.mu.Unlock()
	return nil
}

func (e *embedded) halt() {
	e.mu.Lock()
	srv := e.srv
	e.srv = nil
	e.mu.Unlock()
	if srv != nil {
		halt(srv)
	}
}

func halt(srv *server.Server) {
	srv.Shutdown()
	srv.WaitForShutdown()
}

func (e *embedded) options() *server.Options {
	opts := &server.Options{
		ServerName:             "quell",
		DontListen:             true, // such a server also forms no cluster routes: embedded means one node
		NoSigs:                 true,
		DisableJetStreamBanner: true,
		JetStream:              true,
		StoreDir:               e.cfg.Dir,
		JetStreamMaxMemory:     maxMemory,
		JetStreamMaxStore:      maxStore,
		SyncAlways:             e.cfg.SyncEvery == 0, // by default JetStream acknowledges first and syncs up to two minutes later
		SyncInterval:           e.cfg.SyncEvery,
		MaxPayload:             maxPayload,
	}
	if e.listen == nil {
		return opts
	}
	opts.DontListen = false
	opts.Host = e.listen.Hostname()
	opts.Port, _ = strconv.Atoi(e.listen.Port()) // parseListen has read it
	if opts.Port == 0 {
		opts.Port = server.RANDOM_PORT
	}
	if password, ok := e.listen.User.Password(); ok {
		opts.Username, opts.Password = e.listen.User.Username(), password
	} else {
		opts.Authorization = e.listen.User.Username()
	}
	return opts
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

// Fatalf does not end the process: start returns the first such message as its error.
func (l *serverLog) Fatalf(format string, v ...any) {
	l.mu.Lock()
	defer l.mu.Unlock()
	if l.reason == "" {
		l.reason = text(format, v)
	}
}

func (l *serverLog) Errorf(format string, v ...any)  { l.log.Error(text(format, v)) }
func (l *serverLog) Warnf(format string, v ...any)   { l.log.Warn(text(format, v)) }
func (l *serverLog) Noticef(format string, v ...any) { l.log.Debug(text(format, v)) }
func (l *serverLog) Debugf(string, ...any)           {}
func (l *serverLog) Tracef(string, ...any)           {}

func text(format string, v []any) string { return strings.TrimSpace(fmt.Sprintf(format, v...)) }
