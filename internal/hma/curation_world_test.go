package hma_test

import (
	"bytes"
	"context"
	"encoding/json"
	"errors"
	"log/slog"
	"mime/multipart"
	"net/http"
	"net/http/httptest"
	"net/netip"
	"path/filepath"
	"strings"
	"testing"
	"time"

	"github.com/google/go-cmp/cmp"

	"github.com/quell-project/quell/internal/demo/art"
	"github.com/quell-project/quell/internal/domain"
	"github.com/quell-project/quell/internal/hma"
	"github.com/quell-project/quell/internal/pipeline"
	"github.com/quell-project/quell/internal/pipeline/match"
	"github.com/quell-project/quell/internal/pipeline/media"
	"github.com/quell-project/quell/internal/pipeline/signal"
	"github.com/quell-project/quell/internal/platform/intake"
	"github.com/quell-project/quell/internal/platform/secret"
	"github.com/quell-project/quell/internal/platform/store"
)

// A server is the whole face on a real store, a real index, real fingerprints and real secrets. Only the web is in memory.
type server struct {
	t       *testing.T
	handler http.Handler
	store   *store.Store
	index   *match.Index
	secrets *secret.Keeper
	web     web
	log     bytes.Buffer
}

func newServer(t *testing.T) *server {
	t.Helper()
	s := &server{t: t, web: web{}}
	log := slog.New(slog.NewTextHandler(&s.log, nil))
	var err error
	if s.store, err = store.Open(t.Context(), store.Config{Path: filepath.Join(t.TempDir(), "quell.db"), Log: log}); err != nil {
		t.Fatal(err)
	}
	t.Cleanup(func() { _ = s.store.Close() })
	var kinds []match.Kind
	for _, k := range signal.All() {
		kinds = append(kinds, match.KindOf(k.Name(), k.Limits().Default, k.Limits().Exact()))
	}
	if s.index, err = match.Open(match.Config{Truth: s.store, Kinds: kinds, Now: time.Now, Log: log}); err != nil {
		t.Fatal(err)
	}
	t.Cleanup(func() { _ = s.index.Close() })
	if s.secrets, err = secret.New(secret.Config{File: filepath.Join(t.TempDir(), "secret.key")}); err != nil {
		t.Fatal(err)
	}
	s.handler = hma.New(hma.Config{
		Index: s.index, Fingerprint: &pipeline.Inspector{Decode: media.NewDecoder(media.Limits{}), Log: log}, Fetch: s.web,
		Banks: curator{s.store}, Exchanges: exchanges{curator{s.store}, s}, Record: hma.RecordNone, Bodies: intake.New(8 << 20),
		Allow: []netip.Prefix{netip.MustParsePrefix("192.0.2.0/24")},
		Faults: hma.Faults{
			NotFound: func(err error) bool { return errors.Is(err, store.ErrNotFound) },
			Conflict: func(err error) bool { return errors.Is(err, store.ErrConflict) },
			Busy:     func(err error) bool { return errors.Is(err, match.ErrNotReady) || intake.IsFull(err) },
			Denied:   func(error) bool { return false },
			TooLarge: func(err error) bool { _, is := intake.IsTooLarge(err); return is },
		},
		FileBytes: 1 << 20, Time: time.Minute, Version: "test", Log: log,
	})
	return s
}

// catchUp has the index read what SQL holds.
func (s *server) catchUp() {
	s.t.Helper()
	if err := s.index.CatchUp(s.t.Context()); err != nil {
		s.t.Fatal(err)
	}
}

// send sends a request; a body that begins like JSON is declared as that.
func (s *server) send(method, target, body string) *httptest.ResponseRecorder {
	r := httptest.NewRequest(method, target, strings.NewReader(body))
	if body != "" {
		r.Header.Set("Content-Type", "application/json")
	}
	return s.do(r)
}

func (s *server) do(r *http.Request) *httptest.ResponseRecorder {
	answer := httptest.NewRecorder()
	s.handler.ServeHTTP(answer, r)
	return answer
}

// step is one request of a test, and what is to be answered.
type step struct {
	method, target, body string
	status               int
	answer               string
}

// walk takes steps one after the other.
func (s *server) walk(steps []step) {
	s.t.Helper()
	for _, c := range steps {
		got := s.send(c.method, c.target, c.body)
		if diff := cmp.Diff(c.answer, got.Body.String()); got.Code != c.status || diff != "" {
			s.t.Errorf("%s %s %.200s: %d, want %d (-want +got):\n%s", c.method, c.target, c.body, got.Code, c.status, diff)
		}
	}
}

// message is an answer that says something.
func message(text string) string {
	b, _ := json.Marshal(text)
	return `{"message":` + string(b) + "}\n"
}

// form is a form with fields, in pairs, and a file.
func form(target, field string, file []byte, fields ...string) *http.Request {
	var b bytes.Buffer
	w := multipart.NewWriter(&b)
	for i := 0; i < len(fields); i += 2 {
		_ = w.WriteField(fields[i], fields[i+1])
	}
	if field != "" {
		part, _ := w.CreateFormFile(field, "file")
		_, _ = part.Write(file)
	}
	_ = w.Close()
	r := httptest.NewRequest(http.MethodPost, target, &b)
	r.Header.Set("Content-Type", w.FormDataContentType())
	return r
}

// poster is a drawn picture, as a file.
func poster(t *testing.T, seed uint64) []byte {
	t.Helper()
	file, _, err := art.Encode(art.Poster(seed, 300))
	if err != nil {
		t.Fatal(err)
	}
	return file
}

// web has a file at each URL.
type web map[string][]byte

// Fetch implements hma.Fetcher.
func (w web) Fetch(_ context.Context, url string) ([]byte, string, error) {
	file, there := w[url]
	if !there {
		return nil, "", &hma.FetchError{Kind: hma.FetchFailed, Reason: "there is nothing"}
	}
	return file, http.DetectContentType(file), nil
}

// curator is the store with every change in a transaction of its own.
type curator struct{ *store.Store }

func in[T any](ctx context.Context, s *store.Store, f func(*store.Tx) (T, error)) (v T, err error) {
	err = s.Tx(ctx, func(tx *store.Tx) error {
		v, err = f(tx)
		return err
	})
	return v, err
}

func (c curator) CreateBank(ctx context.Context, b domain.Bank) (domain.Bank, error) {
	return in(ctx, c.Store, func(tx *store.Tx) (domain.Bank, error) { return tx.CreateBank(ctx, b) })
}

func (c curator) ChangeBank(ctx context.Context, name string, change func(*domain.Bank) error) (domain.Bank, error) {
	return in(ctx, c.Store, func(tx *store.Tx) (domain.Bank, error) { return tx.ChangeBank(ctx, name, change) })
}

func (c curator) RemoveBank(ctx context.Context, id domain.BankID) error {
	return c.Tx(ctx, func(tx *store.Tx) error { return tx.RemoveBank(ctx, id) })
}

func (c curator) AddEntry(ctx context.Context, e domain.Entry) (domain.Entry, error) {
	return in(ctx, c.Store, func(tx *store.Tx) (domain.Entry, error) { return tx.AddEntry(ctx, e) })
}

func (c curator) ChangeEntry(ctx context.Context, bank domain.BankID, id domain.EntryID, change domain.EntryChange) (domain.Entry, error) {
	return in(ctx, c.Store, func(tx *store.Tx) (domain.Entry, error) { return tx.ChangeEntry(ctx, bank, id, change) })
}

func (c curator) WithdrawEntry(ctx context.Context, bank domain.BankID, id domain.EntryID) error {
	return c.Tx(ctx, func(tx *store.Tx) error { return tx.WithdrawEntry(ctx, bank, id) })
}

func (c curator) SetShare(ctx context.Context, t domain.SignalType, share float64) error {
	return c.Tx(ctx, func(tx *store.Tx) error { return tx.SetShare(ctx, t, share) })
}

// exchanges is the store as the keeper of exchanges and their sealed credentials.
type exchanges struct {
	curator
	server *server
}

func (x exchanges) CreateExchange(ctx context.Context, e domain.Exchange) (domain.Exchange, error) {
	return in(ctx, x.Store, func(tx *store.Tx) (domain.Exchange, error) { return tx.CreateExchange(ctx, e) })
}

func (x exchanges) EnableExchange(ctx context.Context, name string, enabled bool) (domain.Exchange, error) {
	return in(ctx, x.Store, func(tx *store.Tx) (domain.Exchange, error) { return tx.EnableExchange(ctx, name, enabled) })
}

func (x exchanges) RemoveExchange(ctx context.Context, name string) error {
	return x.Tx(ctx, func(tx *store.Tx) error { return tx.RemoveExchange(ctx, name) })
}

func (x exchanges) SetCredentials(ctx context.Context, api string, credentials json.RawMessage) (err error) {
	sealed := ""
	if len(credentials) > 0 {
		if sealed, err = x.server.secrets.Seal(api, credentials); err != nil {
			return err
		}
	}
	return x.Tx(ctx, func(tx *store.Tx) error { return tx.SetCredentials(ctx, api, sealed) })
}
