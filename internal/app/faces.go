package app

import (
	"context"
	"encoding/json"
	"errors"
	"fmt"
	"net"
	"net/http"
	"strings"
	"time"

	"github.com/quell-project/quell/internal/api"
	"github.com/quell-project/quell/internal/auth"
	"github.com/quell-project/quell/internal/console"
	"github.com/quell-project/quell/internal/domain"
	"github.com/quell-project/quell/internal/pipeline"
	"github.com/quell-project/quell/internal/pipeline/match"
	"github.com/quell-project/quell/internal/pipeline/record"
	"github.com/quell-project/quell/internal/pipeline/signal"
	"github.com/quell-project/quell/internal/platform/config"
	"github.com/quell-project/quell/internal/platform/intake"
	"github.com/quell-project/quell/internal/platform/store"
	"github.com/quell-project/quell/internal/policies"
)

// safeKey is from how many characters on a key that an operator chose is not warned about.
const safeKey = 16

// openFaces joins API, console and what operators ask into one handler.
func (a *App) openFaces(ctx context.Context) error {
	a.auth = auth.New(Vault{a.store}, time.Now)
	if a.cfg.APIKey != "" {
		if len(a.cfg.APIKey) < safeKey {
			a.log.Warn("the API key of api.key is short enough to be guessed; use random ones, as `quell key create` makes them", "characters", len(a.cfg.APIKey))
		}
		if err := a.auth.PresetKey(ctx, "preset", string(a.cfg.APIKey)); err != nil {
			return err
		}
	}
	pages, err := console.New(console.Config{
		Record: consoleRecord{a.store}, Index: a.index, SignIn: signIn{a.auth}, Policies: consolePolicies{policyDesk{a.keeper, a.desk}, a.counts}, Facts: a.consoleFacts(), Replays: consoleReplays{replays{a.store}},
		Types: consoleTypes(), HMA: hmaAddress(a.cfg), Now: time.Now, Log: a.log.With("part", "console"),
		SecureCookies: strings.HasPrefix(a.cfg.URL, "https://"), Version: a.version,
	})
	if err != nil {
		return err
	}
	mux := http.NewServeMux()
	mux.Handle("/api/", a.traffic.counted(a.api()))
	mux.HandleFunc("GET /healthz", func(w http.ResponseWriter, _ *http.Request) { answer(w, http.StatusOK, map[string]any{"alive": true}) })
	mux.HandleFunc("GET /readyz", a.ready)
	mux.Handle("GET /metrics", a.metrics.Handler())
	mux.Handle("/", pages)
	a.handler = mux
	return nil
}

func (a *App) api() http.Handler {
	var types []api.SignalType
	for _, t := range signal.All() {
		types = append(types, api.SignalType{Name: t.Name(), DefaultLimit: t.Limits().Default, MaxLimit: t.Limits().Max, Parse: t.Parse})
	}
	policyDesk := policyDesk{a.keeper, a.desk}
	return api.New(api.Config{
		Corridor: a.pipeline, Records: records{a.store}, Banks: curation{a.store, a.bus, a.index}, Hunts: hunting{a.store, a.hunter != nil, int64(a.cfg.RetrohuntMost)},
		People: people{a.pipeline, a.store, a.bus}, Fingerprint: a.pipeline.Inspector, Explanations: a.explainer(), Keys: a.auth, Bodies: a.bodies,
		Policies: policyDesk, Snoozes: policyDesk, Alarms: policyDesk, Replays: replays{a.store},
		Faults: api.Faults{
			NotFound: isNotFound, Conflict: isConflict, Malformed: isMalformed, Busy: isBusy, Denied: isDenied, Full: intake.IsFull, TooLarge: intake.IsTooLarge,
		},
		Limits:      api.Limits{PartBytes: int64(a.cfg.CheckPartBytes), Parts: a.cfg.CheckParts, Batch: a.cfg.CheckBatch, Time: time.Duration(a.cfg.CheckTime)},
		SignalTypes: types, Observe: a.metrics.Request, Version: a.version, Log: a.log.With("part", "api"),
	})
}

// The faces tell errors of the rooms behind them apart by these.

func isNotFound(err error) bool {
	return errors.Is(err, store.ErrNotFound) || errors.Is(err, policies.ErrNotThere)
}
func isMalformed(err error) bool { return errors.Is(err, policies.ErrMalformed) }
func isConflict(err error) bool {
	return errors.Is(err, store.ErrConflict) || errors.Is(err, policies.ErrRefused) || errors.Is(err, errNoHunts) || errors.Is(err, pipeline.ErrSuperseded)
}
func isDenied(err error) bool { return errors.Is(err, auth.ErrDenied) }

func isBusy(err error) bool {
	return errors.Is(err, match.ErrNotReady) || errors.Is(err, record.ErrStopped) || errors.Is(err, context.DeadlineExceeded) || errors.Is(err, context.Canceled)
}

// ready says whether checks can be answered: the index holds what SQL holds, and SQL answers. The bus is not needed for that: what is not
// published now is published later.
func (a *App) ready(w http.ResponseWriter, r *http.Request) {
	ctx, cancel := context.WithTimeout(r.Context(), 2*time.Second)
	defer cancel()
	state := map[string]any{"index": a.index.Ready(), "database": a.store.Ping(ctx) == nil, "bus": a.bus.Healthy(ctx) == nil}
	ready := state["index"] == true && state["database"] == true
	state["ready"] = ready
	if !ready {
		answer(w, http.StatusServiceUnavailable, state)
		return
	}
	answer(w, http.StatusOK, state)
}

func answer(w http.ResponseWriter, status int, v any) {
	w.Header().Set("Content-Type", "application/json")
	w.Header().Set("Cache-Control", "no-store")
	w.WriteHeader(status)
	_ = json.NewEncoder(w).Encode(v)
}

// records is the store as the API reads it.
type records struct{ *store.Store }

// Decisions implements api.Records.
func (r records) Decisions(ctx context.Context, q api.DecisionQuery) ([]domain.Recorded, error) {
	return r.RecordedPage(ctx, store.Selection{Verdict: q.Verdict, Before: q.Before, Limit: q.Limit})
}

// consoleRecord is the store as the console reads it.
type consoleRecord struct{ store *store.Store }

// Decisions implements console.Record.
func (c consoleRecord) Decisions(ctx context.Context, q console.DecisionQuery) ([]domain.Recorded, error) {
	return c.store.RecordedPage(ctx, store.Selection(q))
}

// Decision implements console.Record.
func (c consoleRecord) Decision(ctx context.Context, id domain.DecisionID) (domain.Recorded, error) {
	r, err := c.store.Recorded(ctx, id)
	return r, consoleError(err)
}

// Counts implements console.Record.
func (c consoleRecord) Counts(ctx context.Context, from, to domain.Time, bucket time.Duration) ([]domain.VerdictCount, error) {
	return c.store.VerdictCounts(ctx, from, to, bucket)
}

// Unchecked implements console.Record.
func (c consoleRecord) Unchecked(ctx context.Context, from, to domain.Time, bucket time.Duration) ([]domain.VerdictCount, error) {
	return c.store.UncheckedCounts(ctx, from, to, bucket)
}

// Rendition implements console.Record.
func (c consoleRecord) Rendition(ctx context.Context, upload domain.UploadID, part string) (string, []byte, error) {
	r, err := c.store.Rendition(ctx, upload, part)
	return r.MediaType, r.Data, consoleError(err)
}

// Banks implements console.Record.
func (c consoleRecord) Banks(ctx context.Context) ([]domain.Bank, error) { return c.store.Banks(ctx) }

// BankNamed implements console.Record.
func (c consoleRecord) BankNamed(ctx context.Context, name string) (domain.Bank, error) {
	b, err := c.store.BankNamed(ctx, name)
	return b, consoleError(err)
}

// Additions implements console.Record.
func (c consoleRecord) Additions(ctx context.Context) (map[domain.BankID]domain.Time, error) {
	return c.store.Additions(ctx)
}

// Matched implements console.Record.
func (c consoleRecord) Matched(ctx context.Context, since domain.Time, most int) (map[domain.BankID]int64, bool, error) {
	return c.store.Matched(ctx, since, most)
}

// Entries implements console.Record.
func (c consoleRecord) Entries(ctx context.Context, bank domain.BankID, from domain.EntryID, limit int) ([]domain.Entry, error) {
	return c.store.NewestEntries(ctx, bank, from, limit)
}

// Hunts implements console.Record.
func (c consoleRecord) Hunts(ctx context.Context, before domain.HuntID, limit int) ([]domain.Hunt, error) {
	return c.store.Hunts(ctx, before, limit)
}

// Hunt implements console.Record.
func (c consoleRecord) Hunt(ctx context.Context, id domain.HuntID) (domain.Hunt, error) {
	h, err := c.store.Hunt(ctx, id)
	return h, consoleError(err)
}

// HuntDecisions implements console.Record.
func (c consoleRecord) HuntDecisions(ctx context.Context, id domain.HuntID, limit int) ([]domain.Recorded, error) {
	return c.store.HuntDecisions(ctx, id, "", limit)
}

// hmaAddress is where the face for clients of HMA is reached: an address, a path at the main address, or "" where it is off.
func hmaAddress(c *config.Config) string {
	host, port, err := net.SplitHostPort(c.HMAListen)
	if err != nil {
		return c.HMAPrefix
	}
	if host == "" || net.ParseIP(host).IsUnspecified() {
		host = "localhost"
	}
	return hmaScheme(c) + net.JoinHostPort(host, port)
}

// hmaScheme is how that address is spoken to.
func hmaScheme(c *config.Config) string {
	if c.HMACert != "" {
		return "https://"
	}
	return "http://"
}

// consoleTypes are the signal types as the console needs to know them.
func consoleTypes() []console.SignalType {
	var types []console.SignalType
	for _, t := range signal.All() {
		types = append(types, console.SignalType{Name: t.Name(), Limit: t.Limits().Default, Exact: t.Limits().Exact()})
	}
	return types
}

// consoleError turns an error into one that the console knows.
func consoleError(err error) error {
	switch {
	case isNotFound(err):
		return fmt.Errorf("%w: %w", console.ErrNotFound, err)
	case isConflict(err), isMalformed(err):
		return console.Refusal(err.Error())
	}
	if faults, ok := errors.AsType[domain.PolicyFaults](err); ok {
		return console.Refusal(faults.Error())
	}
	return err
}

// signIn is auth as the console uses it.
type signIn struct{ *auth.Auth }

// Redeem implements console.SignIn.
func (s signIn) Redeem(ctx context.Context, token string) (string, time.Time, error) {
	session, expires, err := s.Auth.Redeem(ctx, token)
	if isDenied(err) {
		err = errors.Join(console.ErrLink, err)
	}
	return session, expires, err
}

// Person implements console.SignIn.
func (s signIn) Person(ctx context.Context, session string) (string, error) {
	person, err := s.Auth.Person(ctx, session)
	if isDenied(err) {
		err = errors.Join(console.ErrSession, err)
	}
	return person, err
}
