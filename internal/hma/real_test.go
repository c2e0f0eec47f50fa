package hma

import (
	"bytes"
	"context"
	"encoding/json"
	"image"
	"image/color"
	"image/gif"
	"image/png"
	"log/slog"
	"mime/multipart"
	"net/http"
	"net/http/httptest"
	"path/filepath"
	"sync"
	"testing"
	"time"

	"github.com/quell-project/quell/internal/demo/art"
	"github.com/quell-project/quell/internal/domain"
	"github.com/quell-project/quell/internal/pipeline"
	"github.com/quell-project/quell/internal/pipeline/match"
	"github.com/quell-project/quell/internal/pipeline/media"
	"github.com/quell-project/quell/internal/pipeline/signal"
	"github.com/quell-project/quell/internal/platform/intake"
	"github.com/quell-project/quell/internal/platform/store"
)

// A real world is the face on a real store, a real index that is always up to date, and real fingerprints. Only the web and the recorder are
// in memory.
type realWorld struct {
	*world
	store    *store.Store
	match    *match.Index
	web      web
	recorder *recorder
	shares   map[domain.SignalType]float64
}

func newRealWorld(t testing.TB, change ...func(*realWorld, *Config)) *realWorld {
	t.Helper()
	log := slog.New(slog.DiscardHandler)
	db, err := store.Open(t.Context(), store.Config{Path: filepath.Join(t.TempDir(), "quell.db"), Log: log})
	if err != nil {
		t.Fatal(err)
	}
	t.Cleanup(func() { _ = db.Close() })
	var kinds []match.Kind
	for _, k := range signal.All() {
		kinds = append(kinds, match.KindOf(k.Name(), k.Limits().Default, k.Limits().Exact()))
	}
	index, err := match.Open(match.Config{Truth: db, Kinds: kinds, Now: time.Now, Log: log})
	if err != nil {
		t.Fatal(err)
	}
	t.Cleanup(func() { _ = index.Close() })
	w := &realWorld{store: db, match: index, web: web{}, recorder: &recorder{}, shares: map[domain.SignalType]float64{}}
	w.world = newWorld(func(_ *world, cfg *Config) {
		cfg.Index = upToDate{index}
		cfg.Banks = curation{Store: db, world: w}
		cfg.Fingerprint = &pipeline.Inspector{Decode: media.NewDecoder(media.Limits{}), Log: log}
		cfg.Fetch, cfg.Recorder = w.web, w.recorder
		cfg.FileBytes = 1 << 20
		cfg.Bodies = intake.New(8 << 20)
		cfg.Faults.TooLarge = func(err error) bool { _, is := intake.IsTooLarge(err); return is }
		cfg.Faults.Busy = intake.IsFull
		for _, f := range change {
			f(w, cfg)
		}
	})
	return w
}

// upToDate lets the index catch up before every look-up.
type upToDate struct{ *match.Index }

func (u upToDate) Search(ctx context.Context, q match.Query) ([]match.Known, error) {
	if err := u.CatchUp(ctx); err != nil {
		return nil, err
	}
	return u.Index.Search(ctx, q)
}

// curation is what of the store the routes of this test need.
type curation struct {
	Curation
	*store.Store
	world *realWorld
}

func (c curation) Shares(context.Context) (map[domain.SignalType]float64, error) {
	return c.world.shares, nil
}

func (c curation) NewestSignal(ctx context.Context, t domain.SignalType) (domain.Time, error) {
	return c.Store.NewestSignal(ctx, t)
}

func (c curation) LiveSignals(ctx context.Context, t domain.SignalType) (int64, error) {
	return c.Store.LiveSignals(ctx, t)
}

// Where both parts of a curation have a method, the store's counts.
func (c curation) Banks(ctx context.Context) ([]domain.Bank, error) { return c.Store.Banks(ctx) }
func (c curation) BankNamed(ctx context.Context, name string) (domain.Bank, error) {
	return c.Store.BankNamed(ctx, name)
}
func (c curation) EntryNumbered(ctx context.Context, n int64) (domain.Entry, error) {
	return c.Store.EntryNumbered(ctx, n)
}

// bank makes a bank.
func (w *realWorld) bank(t testing.TB, name string, share float64, change ...func(*domain.Bank)) domain.Bank {
	t.Helper()
	b := domain.Bank{Name: name, Kind: domain.Known, EnabledShare: share}
	for _, f := range change {
		f(&b)
	}
	err := w.store.Tx(t.Context(), func(tx *store.Tx) (err error) {
		b, err = tx.CreateBank(t.Context(), b)
		return err
	})
	if err != nil {
		t.Fatal(err)
	}
	return b
}

// entry adds an entry of one signal, and returns its number.
func (w *realWorld) entry(t testing.TB, b domain.Bank, kind domain.SignalType, value string, change ...func(*domain.Entry)) int64 {
	t.Helper()
	e := domain.Entry{BankID: b.ID, Signals: []domain.Signal{{Type: kind, Value: value, Provenance: domain.Provenance{Source: "test", Confidence: 1}}}}
	for _, f := range change {
		f(&e)
	}
	err := w.store.Tx(t.Context(), func(tx *store.Tx) (err error) {
		e, err = tx.AddEntry(t.Context(), e)
		return err
	})
	if err != nil {
		t.Fatal(err)
	}
	return e.Number
}

// pause pauses an entry for good.
func (w *realWorld) pause(t testing.TB, b domain.Bank, number int64) {
	t.Helper()
	err := w.store.Tx(t.Context(), func(tx *store.Tx) error {
		e, err := w.store.EntryNumbered(t.Context(), number)
		if err != nil {
			return err
		}
		until := domain.Forever
		_, err = tx.ChangeEntry(t.Context(), b.ID, e.ID, domain.EntryChange{PausedUntil: &until})
		return err
	})
	if err != nil {
		t.Fatal(err)
	}
}

// web is a map of URLs.
type web map[string]document

// document is what is at a URL, or why there is nothing.
type document struct {
	data      []byte
	mediaType string
	err       error
}

func (w web) Fetch(_ context.Context, url string) ([]byte, string, error) {
	p, there := w[url]
	if !there {
		return nil, "", &FetchError{FetchFailed, "there is nothing at this URL (the host answered 404)"}
	}
	return p.data, p.mediaType, p.err
}

// recorder remembers.
type recorder struct {
	mu    sync.Mutex
	notes []note
	fail  error
}

type note struct {
	content domain.ContentID
	prints  []domain.Fingerprint
	matches []domain.Match
}

func (r *recorder) Note(_ context.Context, content domain.ContentID, prints []domain.Fingerprint, matches []domain.Match) error {
	r.mu.Lock()
	defer r.mu.Unlock()
	r.notes = append(r.notes, note{content, prints, matches})
	return r.fail
}

// The pictures of these tests are drawn.

func pngOf(img image.Image) []byte {
	var b bytes.Buffer
	if err := png.Encode(&b, img); err != nil {
		panic(err)
	}
	return b.Bytes()
}

func photo(seed uint64) []byte { return pngOf(art.Picture(seed, 256)) }

func blank() []byte { return pngOf(image.NewGray(image.Rect(0, 0, 128, 128))) }

// animation shows a blank frame and then a picture.
func animation(seed uint64) []byte {
	picture := art.Picture(seed, 128)
	empty := image.NewPaletted(picture.Bounds(), color.Palette{color.Black, color.White})
	grey := make(color.Palette, 256)
	for i := range grey {
		grey[i] = color.Gray{Y: uint8(i)}
	}
	second := image.NewPaletted(picture.Bounds(), grey)
	for y := range picture.Bounds().Dy() {
		for x := range picture.Bounds().Dx() {
			second.Set(x, y, picture.At(x, y))
		}
	}
	var b bytes.Buffer
	if err := gif.EncodeAll(&b, &gif.GIF{Image: []*image.Paletted{empty, second}, Delay: []int{10, 10}}); err != nil {
		panic(err)
	}
	return b.Bytes()
}

// part is a part of a form; without a file name it is a field.
type part struct{ field, fileName, data string }

// form sends a form.
func (w *world) form(t testing.TB, target string, parts ...part) *httptest.ResponseRecorder {
	t.Helper()
	var b bytes.Buffer
	m := multipart.NewWriter(&b)
	for _, p := range parts {
		to, err := m.CreateFormField(p.field)
		if p.fileName != "" {
			to, err = m.CreateFormFile(p.field, p.fileName)
		}
		if err != nil {
			t.Fatal(err)
		}
		_, _ = to.Write([]byte(p.data))
	}
	_ = m.Close()
	return w.post(target, m.FormDataContentType(), b.String())
}

// hashesOf is an answer of /h/hash.
func hashesOf(t testing.TB, answer *httptest.ResponseRecorder) (hashes map[string]string) {
	t.Helper()
	if answer.Code != http.StatusOK || json.Unmarshal(answer.Body.Bytes(), &hashes) != nil {
		t.Fatalf("%d %s", answer.Code, answer.Body)
	}
	return hashes
}
