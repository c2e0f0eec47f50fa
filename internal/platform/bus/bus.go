package bus

import (
	"context"
	"errors"
	"fmt"
	"log/slog"
	"net/url"
	"sync"
	"time"

	"github.com/nats-io/nats-server/v2/server"
	"github.com/nats-io/nats.go"
	"github.com/nats-io/nats.go/jetstream"
)

const (
	ackTimeout    = 30 * time.Second       // longest wait for the acknowledgement of a published event
	reconnectWait = 250 * time.Millisecond // between attempts to reach an external server
	connectWait   = 5 * time.Second        // for one attempt
)

// Bus is a connection to the event streams, with the server behind it when that is embedded. All methods may be called by several goroutines at once.
type Bus struct {
	cfg    Config
	log    *slog.Logger
	srv    *server.Server // nil: external
	nc     *nats.Conn
	js     jetstream.JetStream
	counts counters

	// unsynced is how far back from its newest message the stream may have lost acknowledged messages when the power failed. 0: none.
	unsynced time.Duration

	close func()
}

// Open starts the embedded server or connects to the external one, and makes the streams if they do not exist. It waits for an external server
// until ctx ends; ctx has no meaning for the bus afterwards. The caller must call Close.
func Open(ctx context.Context, cfg Config) (*Bus, error) {
	cfg = cfg.withDefaults()
	if err := cfg.check(); err != nil {
		return nil, err
	}
	b := &Bus{cfg: cfg, log: cfg.Log, unsynced: externalUnsynced}
	if cfg.URL == "" {
		srv, err := startServer(cfg)
		if err != nil {
			return nil, err
		}
		b.srv = srv
		b.unsynced = 2 * cfg.SyncEvery
	}
	b.close = sync.OnceFunc(b.shutdown)
	if err := b.connect(ctx); err != nil {
		b.close()
		return nil, err
	}
	return b, nil
}

// connect tries until the streams are there or ctx ends. The embedded server answers at once or never.
func (b *Bus) connect(ctx context.Context) error {
	trouble := outage{log: b.log.With("server", redact(b.cfg.URL)), what: "the NATS server cannot be used yet"}
	for {
		err := b.tryConnect(ctx)
		if err == nil {
			trouble.end()
			return nil
		}
		if b.srv != nil {
			return err
		}
		trouble.begin(err)
		if pause(ctx, reconnectWait) != nil {
			return fmt.Errorf("NATS server %s cannot be used: %w", redact(b.cfg.URL), err)
		}
	}
}

func (b *Bus) tryConnect(ctx context.Context) error {
	if b.nc == nil {
		nc, err := nats.Connect(b.cfg.URL, b.connectOptions()...)
		if err != nil {
			return fmt.Errorf("connect: %w", err)
		}
		js, err := jetstream.New(nc, jetstream.WithPublishAsyncTimeout(ackTimeout))
		if err != nil {
			nc.Close()
			return fmt.Errorf("connect: %w", err)
		}
		b.nc, b.js = nc, js
	}
	ctx, cancel := context.WithTimeout(ctx, connectWait)
	defer cancel()
	return b.configureStreams(ctx)
}

func (b *Bus) connectOptions() []nats.Option {
	opts := []nats.Option{
		nats.Name("quell"),
		nats.Timeout(connectWait),
		nats.MaxReconnects(-1),
		nats.ReconnectWait(reconnectWait),
		nats.IgnoreAuthErrorAbort(),    // a wrong password on the server's side can be mended there; keep trying
		nats.ReconnectBufSize(-1),      // a publish on a broken connection must fail now, not be sent some time later
		nats.PingInterval(time.Second), // a dead network is noticed in a few seconds
		nats.MaxPingsOutstanding(5),
		nats.DisconnectErrHandler(func(_ *nats.Conn, err error) {
			if err != nil {
				b.log.Warn("connection to the NATS server lost; trying again until it is back", "server", redact(b.cfg.URL), "error", err)
			}
		}),
		nats.ReconnectHandler(func(*nats.Conn) {
			b.log.Info("connection to the NATS server is back", "server", redact(b.cfg.URL))
		}),
		nats.ErrorHandler(func(_ *nats.Conn, s *nats.Subscription, err error) {
			if errors.Is(err, nats.ErrSlowConsumer) {
				return // Listen counts what was dropped
			}
			b.log.Warn("NATS reports an error", "error", err)
		}),
	}
	if b.cfg.CredentialsFile != "" {
		opts = append(opts, nats.UserCredentials(b.cfg.CredentialsFile))
	}
	if b.srv != nil {
		opts = append(opts, nats.InProcessServer(b.srv))
		if u, _, err := parseListen(b.cfg.Listen); err == nil && u.User != nil {
			if password, ok := u.User.Password(); ok {
				opts = append(opts, nats.UserInfo(u.User.Username(), password))
			} else {
				opts = append(opts, nats.Token(u.User.Username()))
			}
		}
	}
	return opts
}

// Close sends what is buffered, ends the connection and stops the embedded server. End Consume, Listen and Relay.Run first. An error means that the
// last acknowledgements may not have arrived, and their events will be delivered again. Closing twice does nothing.
func (b *Bus) Close(ctx context.Context) error {
	defer b.close()
	if !b.nc.IsConnected() {
		return nil
	}
	ctx, cancel := context.WithTimeout(ctx, connectWait)
	defer cancel()
	if err := b.nc.FlushWithContext(ctx); err != nil {
		return fmt.Errorf("close bus: the last acknowledgements may be lost: %w", err)
	}
	return nil
}

func (b *Bus) shutdown() {
	if b.nc != nil {
		b.nc.Close()
	}
	if b.srv != nil {
		stopServer(b.srv)
	}
}

// ClientURL is the address, credentials included, at which other processes reach the same bus; "" when the embedded server has no port.
func (b *Bus) ClientURL() string {
	if b.srv == nil {
		return b.cfg.URL
	}
	addr := b.srv.Addr()
	if addr == nil {
		return ""
	}
	u, _, err := parseListen(b.cfg.Listen)
	if err != nil {
		return ""
	}
	return (&url.URL{Scheme: "nats", User: u.User, Host: addr.String()}).String()
}

// Healthy returns an error that says why the bus cannot take or give events at the moment, or nil.
func (b *Bus) Healthy(ctx context.Context) error {
	if !b.nc.IsConnected() {
		return fmt.Errorf("bus: not connected to the NATS server %s", redact(b.cfg.URL))
	}
	if _, err := b.js.Stream(ctx, eventStream); err != nil {
		return fmt.Errorf("bus: event stream %s: %w", eventStream, err)
	}
	return nil
}
