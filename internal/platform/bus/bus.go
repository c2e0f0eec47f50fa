package bus

import (
	"context"
	"errors"
	"fmt"
	"log/slog"
	"sync"
	"sync/atomic"
	"time"

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
	where  string    // the server, for people
	srv    *embedded // nil: external
	nc     *nats.Conn
	js     jetstream.JetStream
	counts counters

	publishing atomic.Pointer[error] // why the last Publish failed, nil if it did not

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
	b := &Bus{cfg: cfg, log: cfg.Log, where: redact(cfg.URL), unsynced: externalUnsynced}
	if cfg.URL == "" {
		srv, err := startEmbedded(cfg)
		if err != nil {
			return nil, err
		}
		b.srv = srv
		b.where = "embedded"
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
	trouble := outage{log: b.log.With("server", b.where), what: "the NATS server cannot be used yet"}
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
			return fmt.Errorf("NATS server %s cannot be used: %w", b.where, err)
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
				b.log.Warn("connection to the NATS server lost; trying again until it is back", "server", b.where, "error", err)
			}
		}),
		nats.ReconnectHandler(func(*nats.Conn) {
			b.log.Info("connection to the NATS server is back", "server", b.where)
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
		opts = append(opts, b.srv.credentials()...)
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
		b.srv.stop()
	}
}

// ClientURL is the address, credentials included, at which other processes reach the same bus; "" when the embedded server has no port.
func (b *Bus) ClientURL() string {
	if b.srv == nil {
		return b.cfg.URL
	}
	if b.srv.listen == nil {
		return ""
	}
	return b.srv.listen.String()
}

// Healthy returns an error that says why the bus cannot take or give events at the moment, or nil.
func (b *Bus) Healthy(ctx context.Context) error {
	if b.srv != nil {
		if err := b.srv.healthy(); err != nil {
			return fmt.Errorf("bus: %w", err)
		}
	}
	if !b.nc.IsConnected() {
		return fmt.Errorf("bus: not connected to the NATS server (%s)", b.where)
	}
	if err := b.publishing.Load(); err != nil {
		return fmt.Errorf("bus: %w", *err)
	}
	if _, err := b.js.Stream(ctx, eventStream); err != nil {
		return fmt.Errorf("bus: event stream %s: %w", eventStream, err)
	}
	return nil
}
