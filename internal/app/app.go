package app

import (
	"context"
	"errors"
	"fmt"
	"log/slog"
	"net"
	"net/http"
	"path/filepath"
	"time"

	"github.com/quell-project/quell/internal/auth"
	"github.com/quell-project/quell/internal/domain"
	"github.com/quell-project/quell/internal/gate"
	"github.com/quell-project/quell/internal/pipeline"
	"github.com/quell-project/quell/internal/pipeline/ingest"
	"github.com/quell-project/quell/internal/pipeline/match"
	"github.com/quell-project/quell/internal/pipeline/media"
	"github.com/quell-project/quell/internal/pipeline/policy"
	"github.com/quell-project/quell/internal/pipeline/record"
	"github.com/quell-project/quell/internal/pipeline/signal"
	"github.com/quell-project/quell/internal/platform/bus"
	"github.com/quell-project/quell/internal/platform/config"
	"github.com/quell-project/quell/internal/platform/fetch"
	"github.com/quell-project/quell/internal/platform/intake"
	"github.com/quell-project/quell/internal/platform/lifecycle"
	"github.com/quell-project/quell/internal/platform/obs"
	"github.com/quell-project/quell/internal/platform/secret"
	"github.com/quell-project/quell/internal/platform/store"
	"github.com/quell-project/quell/internal/policies"
	"github.com/quell-project/quell/internal/retrohunt"
	"github.com/quell-project/quell/internal/tally"
)

// App is a whole Quell, opened but not yet serving.
type App struct {
	cfg      *config.Config
	version  string
	log      *slog.Logger
	metrics  *obs.Metrics
	store    *store.Store
	bus      *bus.Bus
	relay    *bus.Relay
	index    *match.Index
	recorder *record.Recorder
	policies *gate.Gate
	book     *policies.Book[*policy.Program]
	keeper   *policies.Keeper[*policy.Program]
	desk     desk
	counts   *tally.Reader
	pipeline *pipeline.Pipeline
	auth     *auth.Auth
	bodies   *intake.Budget
	secrets  *secret.Keeper
	handler  http.Handler // of the API, the console and what operators ask
	listener net.Listener
	hma      *site // nil: it has no address of its own
	traffic  traffic
	hunter   *retrohunt.Hunter // nil: fingerprints are not kept
	nudge    chan struct{}     // says to the index that there is something new
	closer   lifecycle.Closer
}

// Open makes everything ready to run: the data folder is locked, the database is up to date, the bus is reachable and the address is taken.
// The caller must Close it.
func Open(ctx context.Context, cfg *config.Config, version string, log *slog.Logger) (*App, error) {
	a := &App{
		cfg: cfg, version: version, log: log, metrics: obs.NewMetrics(version), bodies: intake.New(int64(cfg.CheckMemory)), nudge: make(chan struct{}, 1),
	}
	for _, step := range []struct {
		name string
		do   func(context.Context) error
	}{
		{"take the data folder", a.lockData},
		{"open the database", a.openStore},
		{"open the bus", a.openBus},
		{"open the index", a.openIndex},
		{"compile the policies", a.openPolicies},
		{"set up the corridor", a.openCorridor},
		{"set up retro-hunt", a.openRetrohunt},
		{"set up API and console", a.openFaces},
		{"set up the HMA interface", a.openHMA},
		{"listen", a.listen},
	} {
		if err := step.do(ctx); err != nil {
			a.Close()
			return nil, fmt.Errorf("%s: %w", step.name, err)
		}
	}
	a.watch()
	return a, nil
}

func (a *App) lockData(context.Context) error {
	release, err := lifecycle.Lock(a.cfg.Data)
	if err == nil {
		a.closer.Add("data folder", release)
	}
	return err
}

// OpenStore opens the database that a configuration names. Commands that work beside a running server use it too.
func OpenStore(ctx context.Context, cfg *config.Config, log *slog.Logger) (*store.Store, error) {
	return store.Open(ctx, store.Config{URL: string(cfg.DatabaseURL), Path: filepath.Join(cfg.Data, "quell.db"), Log: log})
}

func (a *App) openStore(ctx context.Context) (err error) {
	if a.store, err = OpenStore(ctx, a.cfg, a.log); err != nil {
		return err
	}
	a.closer.Add("database", a.store.Close)
	a.secrets, err = OpenSecrets(a.cfg)
	return err
}

func (a *App) openBus(ctx context.Context) (err error) {
	c := bus.Config{URL: string(a.cfg.BusURL), CredentialsFile: a.cfg.BusCredentials, Log: a.log.With("part", "bus")}
	if c.URL == "" {
		// The database is synced at every commit; the bus need not be, because the relay sends again what it loses.
		c.Dir, c.Listen, c.SyncEvery = filepath.Join(a.cfg.Data, "bus"), a.cfg.BusListen, time.Second
	}
	if a.bus, err = bus.Open(ctx, c); err != nil {
		return err
	}
	a.closer.Add("bus", func() error { return a.bus.Close(context.Background()) })
	a.relay = bus.NewRelay(a.bus, a.store, 0)
	return nil
}

// kindOf is a signal type as the index knows it.
func kindOf(t signal.Type) match.Kind {
	return match.KindOf(t.Name(), t.Limits().Default, t.Limits().Exact())
}

func (a *App) openIndex(ctx context.Context) error {
	id, err := a.store.ID(ctx)
	if err != nil {
		return err
	}
	var kinds []match.Kind
	for _, t := range signal.All() {
		kinds = append(kinds, kindOf(t))
	}
	a.index, err = match.Open(match.Config{Truth: a.store, Kinds: kinds, Dir: filepath.Join(a.cfg.Data, "index"), StoreID: id, Now: time.Now, Log: a.log.With("part", "index")})
	if err != nil {
		return err
	}
	a.closer.Add("index", func() error {
		if err := a.index.Save(); err != nil {
			a.log.Warn("no snapshot of the index was kept; the next start loads it from the database", "error", err)
		}
		return a.index.Close()
	})
	return nil
}

func (a *App) openCorridor(context.Context) error {
	fetcher, err := NewFetcher(a.cfg, a.version, nil, a.bodies.Take) // given back when the look at the upload ends
	if err != nil {
		return err
	}
	decoder := media.NewDecoder(media.Limits{Pixels: int64(a.cfg.MediaPixels), Frames: a.cfg.MediaFrames, Memory: int64(a.cfg.MediaMemory), Time: time.Duration(a.cfg.MediaTime), JPEG: media.Detail(a.cfg.MediaJPEG)})
	a.recorder = record.New(ledger{a.store, a.bus, a.metrics}, a.metrics.Committed)
	a.closer.Add("recorder", func() error { a.recorder.Stop(); return nil })
	a.pipeline = &pipeline.Pipeline{
		Limits:  ingest.Limits{Parts: a.cfg.CheckParts, PartBytes: int64(a.cfg.CheckPartBytes), Fingerprints: a.cfg.CheckSignals, Attributes: int(a.cfg.CheckAttributes)},
		Uploads: uploads{a.store, a.bus}, People: a.store, Index: a.index,
		Inspector: &pipeline.Inspector{
			Fetch: guardedFetch{fetcher}, Decode: decoder, Budget: budget(a.cfg), Member: int64(a.cfg.CheckPartBytes), Room: a.bodies.Take,
			Views: pipeline.Views{Pictures: a.cfg.ViewsPictures, Within: a.cfg.ViewsWithin, Points: a.cfg.ViewsPoints},
			Known: a.mayKnow, Log: a.log.With("part", "corridor"),
		},
		Policy: a.policies, Recorder: a.recorder, Now: time.Now,
	}
	return nil
}

// mayKnow reports whether the index has, or may yet get, signals of a type.
func (a *App) mayKnow(t domain.SignalType) bool { return !a.index.Loaded() || a.index.Size(t) > 0 }

// budget is what one upload may cost.
func budget(cfg *config.Config) pipeline.Budget {
	return pipeline.Budget{
		Depth: cfg.ArchiveDepth, Files: cfg.ArchiveFiles, Bytes: int64(cfg.ArchiveBytes), Ratio: int64(cfg.ArchiveRatio),
		Pixels: int64(cfg.CheckPixels), Frames: cfg.CheckFrames,
	}
}

// NewFetcher makes the guarded opener of URLs that a configuration describes, for some hosts or, if none are named, for all. With room, what it
// fetches needs that. Commands that open URLs themselves use it too.
func NewFetcher(cfg *config.Config, version string, hosts []string, room func(context.Context, int64) bool) (*fetch.Fetcher, error) {
	allow, err := fetch.ParseAllow(cfg.FetchAllow)
	if err != nil {
		return nil, fmt.Errorf("fetch.allow: %w", err)
	}
	return fetch.New(fetch.Config{
		MaxBytes: int64(cfg.FetchBytes), Timeout: time.Duration(cfg.FetchTime), Hosts: hosts, Room: room, Allow: allow, UserAgent: "quell/" + version,
	})
}

func (a *App) listen(context.Context) (err error) {
	if a.listener, err = net.Listen("tcp", a.cfg.Listen); err != nil {
		return fmt.Errorf("%w; name another address with --listen", err)
	}
	a.closer.Add("listener", func() error { a.listener.Close(); return nil }) // the server may have closed it
	return nil
}

// URL is where the API and the console are reached.
func (a *App) URL() string {
	if a.cfg.URL != "" {
		return a.cfg.URL
	}
	return a.Address()
}

// Address is where this process itself listens.
func (a *App) Address() string { return "http://" + a.listener.Addr().String() }

// Auth makes keys and sign-in links.
func (a *App) Auth() *auth.Auth { return a.auth }

// Close gives everything back. It must not be called while Run runs.
func (a *App) Close() error { return a.closer.Close() }

// Run serves until ctx ends or a part fails, then finishes what was accepted.
func (a *App) Run(ctx context.Context) error {
	g := lifecycle.Group{Log: a.log}
	g.Add("leader", a.lead)
	g.Add("index", func(ctx context.Context) error { return a.index.Run(ctx, a.nudge) })
	g.Add("news of banks", a.listenForBanks)
	g.Add("news of policies", a.listenForPolicies)
	g.Add("policies", func(ctx context.Context) error {
		return a.repeat(ctx, followEvery, "follow the policies", a.followPolicies)
	})
	g.Add("uploads that wait", a.workOff)
	g.Add("reports of users", a.hearReports)
	g.Add("index snapshots", a.keepSnapshots)
	g.Add("server", site{a.handler, a.listener, a.log}.serve)
	if a.hma != nil {
		g.Add("HMA interface", a.hma.serve)
	}
	return g.Run(ctx)
}

// CatchUp brings the index and the policies up to date at once instead of within a moment.
func (a *App) CatchUp(ctx context.Context) error {
	return errors.Join(a.index.CatchUp(ctx), a.followPolicies(ctx))
}
