package api_test

import (
	"bytes"
	"context"
	"encoding/json"
	"errors"
	"fmt"
	"io"
	"log/slog"
	"maps"
	"mime/multipart"
	"net/http"
	"net/http/httptest"
	"net/textproto"
	"slices"
	"strings"
	"sync"
	"testing"
	"time"

	"github.com/quell-project/quell/internal/api"
	"github.com/quell-project/quell/internal/domain"
	"github.com/quell-project/quell/internal/pipeline/ingest"
	"github.com/quell-project/quell/internal/pipeline/match"
	"github.com/quell-project/quell/internal/pipeline/signal"
	"github.com/quell-project/quell/internal/platform/intake"
	"github.com/quell-project/quell/internal/policies"
)

// A world is the API with small rooms behind it that keep everything in memory. A submission matches if it has the known signal or the known
// file.
type world struct {
	http.Handler
	*corridor
	banks   *banks
	hunts   *hunts
	people  *people
	rules   *rules
	replays *replays
	keys    *keys
	log     *bytes.Buffer

	mu     sync.Mutex
	routes []string // "route status" of every request
}

const (
	goodKey   = "qk_good"
	knownPDQ  = "f8f8f0cee0f4a84f06370a22038f63f0b36e2ed596621e1d33e6b39c4e9c9b22"
	knownFile = "a picture that is known"
	blankFile = "a picture with nothing in it"
)

var (
	errNotFound = errors.New("not found")
	errConflict = errors.New("already exists")
	errBusy     = errors.New("not ready")
	errDenied   = errors.New("not valid")
	noon        = domain.At(time.Date(2026, 7, 1, 12, 0, 0, 0, time.UTC))
)

// newWorld makes a world; change may alter its configuration.
func newWorld(change ...func(*api.Config)) *world {
	w := &world{
		corridor: &corridor{limits: ingest.Limits{Parts: 4, PartBytes: 1000, Fingerprints: 100, Attributes: 2000}},
		banks:    &banks{entries: map[domain.BankID][]domain.Entry{}},
		hunts:    &hunts{},
		rules:    newRules(),
		keys:     &keys{valid: map[string]string{goodKey: "test"}},
		log:      &bytes.Buffer{},
	}
	w.people = &people{corridor: w.corridor}
	w.replays = &replays{}
	cfg := api.Config{
		Corridor: w.corridor, Records: w.corridor, Banks: w.banks, Hunts: w.hunts, People: w.people, Policies: w.rules, Snoozes: w.rules, Alarms: w.rules, Replays: w.replays,
		Fingerprint: fingerprinter{}, Explanations: explanations{}, Keys: w.keys, Bodies: intake.New(64 << 20),
		Faults: api.Faults{
			NotFound:  func(err error) bool { return errors.Is(err, errNotFound) || errors.Is(err, policies.ErrNotThere) },
			Conflict:  func(err error) bool { return errors.Is(err, errConflict) || errors.Is(err, policies.ErrRefused) },
			Malformed: func(err error) bool { return errors.Is(err, policies.ErrMalformed) },
			Busy: func(err error) bool {
				return errors.Is(err, errBusy) || errors.Is(err, context.DeadlineExceeded) || errors.Is(err, context.Canceled)
			},
			Denied: func(err error) bool { return errors.Is(err, errDenied) },
			Full:   intake.IsFull, TooLarge: intake.IsTooLarge,
		},
		Limits: api.Limits{PartBytes: 1000, Parts: 4, Batch: 5, Time: time.Minute},
		Observe: func(route string, status int, _ time.Duration) {
			w.mu.Lock()
			defer w.mu.Unlock()
			w.routes = append(w.routes, fmt.Sprintf("%s %d", route, status))
		},
		Version: "test", Log: slog.New(slog.NewTextHandler(w.log, nil)),
	}
	for _, t := range signal.All() {
		cfg.SignalTypes = append(cfg.SignalTypes, api.SignalType{Name: t.Name(), DefaultLimit: t.Limits().Default, MaxLimit: t.Limits().Max, Parse: t.Parse})
	}
	for _, f := range change {
		f(&cfg)
	}
	w.Handler = api.New(cfg)
	return w
}

// corridor decides at once and remembers what it decided.
type corridor struct {
	limits ingest.Limits
	before func(ctx context.Context) error // what happens before anything is recorded; may be nil

	mu          sync.Mutex
	submissions []ingest.Submission // what was recorded, in order
	uploads     []domain.Upload
	decisions   []domain.Decision // of the upload at the same place; without an id: none yet
}

func (c *corridor) Judge(s ingest.Submission) error { return c.limits.Check(s) }

func (c *corridor) Check(ctx context.Context, s ingest.Submission) (domain.Decision, error) {
	i, err := c.record(ctx, s)
	if err != nil {
		return domain.Decision{}, err
	}
	c.mu.Lock()
	defer c.mu.Unlock()
	if c.decisions[i].ID == "" {
		c.uploads[i].State = domain.Decided
		c.decisions[i] = decide(i, c.uploads[i])
	}
	return c.decisions[i], nil
}

func (c *corridor) Accept(ctx context.Context, submissions []ingest.Submission) (uploads []domain.Upload, err error) {
	for _, s := range submissions {
		i, err := c.record(ctx, s)
		if err != nil {
			return nil, err
		}
		c.mu.Lock()
		uploads = append(uploads, c.uploads[i])
		c.mu.Unlock()
	}
	return uploads, nil
}

// Lookup finds what decide would, and remembers nothing.
func (c *corridor) Lookup(ctx context.Context, s ingest.Submission) ([]domain.Part, []domain.Check, []match.Known, error) {
	if err := c.limits.CheckNameless(s); err != nil {
		return nil, nil, nil, err
	}
	if c.before != nil {
		if err := c.before(ctx); err != nil {
			return nil, nil, nil, err
		}
	}
	u := s.Upload(noon)
	d := decide(0, u)
	var known []match.Known
	for _, m := range d.Matches {
		known = append(known, match.Known{Match: m, Evidence: domain.Evidence{
			Number: 7, Signal: "signal-1", Value: knownPDQ, Entry: m.Entry, EntryNumber: 3, Note: "first seen in June", Metadata: json.RawMessage(`{"case":"17"}`),
			Provenance: domain.Provenance{Source: "demo", AddedAt: noon, Confidence: 0.9},
		}})
	}
	return u.Parts, d.Checks, known, nil
}

// record returns the place of a submission, which is the old one if it is known.
func (c *corridor) record(ctx context.Context, s ingest.Submission) (int, error) {
	if err := c.limits.Check(s); err != nil {
		return 0, err
	}
	if c.before != nil {
		if err := c.before(ctx); err != nil {
			return 0, err
		}
	}
	c.mu.Lock()
	defer c.mu.Unlock()
	u := s.Upload(noon)
	known := slices.IndexFunc(c.uploads, func(k domain.Upload) bool { return k.ContentID == u.ContentID && k.Digest == u.Digest })
	if known >= 0 {
		return known, nil
	}
	u.ID = domain.UploadID(fmt.Sprintf("upload-%d", len(c.uploads)+1))
	c.submissions, c.uploads, c.decisions = append(c.submissions, s), append(c.uploads, u), append(c.decisions, domain.Decision{})
	return len(c.uploads) - 1, nil
}

func decide(i int, u domain.Upload) domain.Decision {
	d := domain.Decision{
		ID: domain.DecisionID(fmt.Sprintf("decision-%d", i+1)), UploadID: u.ID, ContentID: u.ContentID, Round: 1, Verdict: domain.Allow,
		Policy: domain.PolicyRef{ID: "default", Version: 1, Rule: "no-match"}, Reason: "Nothing known was found.", DecidedAt: noon,
	}
	for _, p := range u.Parts {
		d.Checks = append(d.Checks, domain.Check{Detector: "pdq", Part: p.Name, Status: domain.Complete})
		known := p.Size == int64(len(knownFile))
		for _, f := range p.Fingerprints {
			known = known || f.Value == knownPDQ
		}
		if known {
			d.Verdict, d.Policy.Rule, d.Reason = domain.Block, "known-near", p.Name+" is a near copy of a known item."
			d.Matches = append(d.Matches, domain.Match{
				Bank: "demo-known", BankKind: domain.Known, Entry: "entry-1", SignalType: domain.PDQ, Distance: 6, Limit: 31, Part: p.Name, Sources: []string{"demo"},
			})
		}
	}
	return d
}

// recorded says how many uploads were written down.
func (c *corridor) recorded() int {
	c.mu.Lock()
	defer c.mu.Unlock()
	return len(c.uploads)
}

func (c *corridor) Uploads(_ context.Context, content domain.ContentID, limit int) ([]domain.Upload, error) {
	c.mu.Lock()
	defer c.mu.Unlock()
	var found []domain.Upload
	for _, u := range slices.Backward(c.uploads) {
		if u.ContentID == content && len(found) < limit {
			found = append(found, u)
		}
	}
	if found == nil {
		return nil, fmt.Errorf("content %q: %w", content, errNotFound)
	}
	return found, nil
}

func (c *corridor) RecordedOf(_ context.Context, upload domain.UploadID) (found []domain.Recorded, err error) {
	return c.pick(func(d domain.Decision) bool { return d.UploadID == upload }, 100), nil
}

func (c *corridor) Recorded(_ context.Context, id domain.DecisionID) (domain.Recorded, error) {
	found := c.pick(func(d domain.Decision) bool { return d.ID == id }, 1)
	if found == nil {
		return domain.Recorded{}, fmt.Errorf("decision %q: %w", id, errNotFound)
	}
	return found[0], nil
}

func (c *corridor) Decisions(_ context.Context, q api.DecisionQuery) ([]domain.Recorded, error) {
	before := q.Before == ""
	return c.pick(func(d domain.Decision) bool {
		if !before {
			before = d.ID == q.Before
			return false
		}
		return q.Verdict == "" || d.Verdict == q.Verdict
	}, q.Limit), nil
}

// pick returns decisions for which want is true, newest first.
func (c *corridor) pick(want func(domain.Decision) bool, limit int) (found []domain.Recorded) {
	c.mu.Lock()
	defer c.mu.Unlock()
	for i, d := range slices.Backward(c.decisions) {
		if d.ID != "" && want(d) && len(found) < limit {
			found = append(found, domain.Recorded{Upload: c.uploads[i], Decision: d})
		}
	}
	return found
}

// banks keeps banks and entries; ids are counted.
type banks struct {
	mu      sync.Mutex
	all     []domain.Bank
	entries map[domain.BankID][]domain.Entry
}

func (b *banks) Banks(context.Context) ([]domain.Bank, error) {
	b.mu.Lock()
	defer b.mu.Unlock()
	return slices.Clone(b.all), nil
}

func (b *banks) BankNamed(_ context.Context, name string) (domain.Bank, error) {
	b.mu.Lock()
	defer b.mu.Unlock()
	for _, bank := range b.all {
		if bank.Name == name {
			return bank, nil
		}
	}
	return domain.Bank{}, fmt.Errorf("bank %q: %w", name, errNotFound)
}

func (b *banks) CountSignals(_ context.Context, bank domain.Bank) (map[domain.SignalType]int64, error) {
	b.mu.Lock()
	defer b.mu.Unlock()
	counts := map[domain.SignalType]int64{}
	for _, e := range b.entries[bank.ID] {
		for _, s := range e.Signals {
			if s.WithdrawnAt == 0 {
				counts[s.Type]++
			}
		}
	}
	return counts, nil
}

func (b *banks) CreateBank(ctx context.Context, bank domain.Bank) (domain.Bank, error) {
	if _, err := b.BankNamed(ctx, bank.Name); err == nil {
		return domain.Bank{}, fmt.Errorf("bank %q: %w", bank.Name, errConflict)
	}
	b.mu.Lock()
	defer b.mu.Unlock()
	bank.ID, bank.CreatedAt = domain.BankID(fmt.Sprintf("bank-%d", len(b.all)+1)), noon
	b.all = append(b.all, bank)
	return bank, nil
}

func (b *banks) ChangeBank(ctx context.Context, name string, change func(*domain.Bank) error) (domain.Bank, error) {
	bank, err := b.BankNamed(ctx, name)
	if err == nil {
		bank.Limits = maps.Clone(bank.Limits)
		err = change(&bank)
	}
	if other, _ := b.BankNamed(ctx, bank.Name); err == nil && other.ID != "" && other.ID != bank.ID {
		err = fmt.Errorf("bank %q: %w", bank.Name, errConflict)
	}
	if err != nil {
		return bank, err
	}
	b.mu.Lock()
	defer b.mu.Unlock()
	for i := range b.all {
		if b.all[i].ID == bank.ID {
			b.all[i] = bank
		}
	}
	return bank, nil
}

func (b *banks) RemoveBank(_ context.Context, id domain.BankID) error {
	b.mu.Lock()
	defer b.mu.Unlock()
	b.all = slices.DeleteFunc(b.all, func(bank domain.Bank) bool { return bank.ID == id })
	return nil
}

func (b *banks) ChangeEntry(ctx context.Context, bank domain.BankID, id domain.EntryID, change domain.EntryChange) (domain.Entry, error) {
	e, err := b.Entry(ctx, bank, id)
	if err == nil && e.WithdrawnAt != 0 {
		err = fmt.Errorf("entry %q: %w", id, errNotFound)
	}
	if err != nil {
		return domain.Entry{}, err
	}
	if change.Note != nil {
		e.Note = *change.Note
	}
	if change.PausedUntil != nil {
		e.PausedUntil = *change.PausedUntil
	}
	if change.Metadata != nil {
		e.Metadata = change.Metadata
	}
	b.mu.Lock()
	defer b.mu.Unlock()
	for i := range b.entries[bank] {
		if b.entries[bank][i].ID == id {
			b.entries[bank][i] = e
		}
	}
	return e, nil
}

func (b *banks) Entries(_ context.Context, bank domain.BankID, after domain.EntryID, limit int) (found []domain.Entry, err error) {
	b.mu.Lock()
	defer b.mu.Unlock()
	for _, e := range b.entries[bank] {
		if e.ID > after && len(found) < limit {
			found = append(found, e)
		}
	}
	return found, nil
}

func (b *banks) Entry(_ context.Context, bank domain.BankID, id domain.EntryID) (domain.Entry, error) {
	b.mu.Lock()
	defer b.mu.Unlock()
	for _, e := range b.entries[bank] {
		if e.ID == id {
			return e, nil
		}
	}
	return domain.Entry{}, fmt.Errorf("entry %q: %w", id, errNotFound)
}

func (b *banks) AddEntry(_ context.Context, e domain.Entry) (domain.Entry, error) {
	b.mu.Lock()
	defer b.mu.Unlock()
	e.Number = int64(len(b.entries[e.BankID]) + 1)
	e.ID, e.CreatedAt = domain.EntryID(fmt.Sprintf("entry-%03d", e.Number)), noon
	for i := range e.Signals {
		e.Signals[i].ID, e.Signals[i].Provenance.AddedAt = domain.SignalID(fmt.Sprintf("signal-%d", i+1)), noon
	}
	b.entries[e.BankID] = append(b.entries[e.BankID], e)
	return e, nil
}

func (b *banks) WithdrawEntry(_ context.Context, bank domain.BankID, id domain.EntryID) error {
	b.mu.Lock()
	defer b.mu.Unlock()
	for i, e := range b.entries[bank] {
		if e.ID != id {
			continue
		}
		if e.WithdrawnAt == 0 {
			e.WithdrawnAt = noon.Add(time.Hour * time.Duration(1+i))
			e.Signals = slices.Clone(e.Signals)
			for j := range e.Signals {
				e.Signals[j].WithdrawnAt = e.WithdrawnAt
			}
			b.entries[bank][i] = e
		}
		return nil
	}
	return fmt.Errorf("entry %q: %w", id, errNotFound)
}

// fingerprinter knows two pictures; everything else is not a picture.
type fingerprinter struct{}

func (fingerprinter) Fingerprints(_ context.Context, data []byte) ([]domain.Fingerprint, []domain.Check) {
	exact := domain.Fingerprint{Type: domain.MD5, Value: "d41d8cd98f00b204e9800998ecf8427e"}
	checks := []domain.Check{{Detector: "pdq", Part: "file", Status: domain.Complete}, {Detector: "md5", Part: "file", Status: domain.Complete}}
	switch string(data) {
	case knownFile:
		return []domain.Fingerprint{{Type: domain.PDQ, Value: knownPDQ, Quality: new(100)}, exact}, checks
	case blankFile:
		checks[0].Reason = "There is too little in the picture."
	default:
		checks[0].Status, checks[0].Reason = domain.Unsupported, "This is no picture that can be read."
	}
	return []domain.Fingerprint{exact}, checks
}

type keys struct {
	mu    sync.Mutex
	valid map[string]string
	err   error // instead of looking
}

func (k *keys) Key(_ context.Context, key string) (string, error) {
	k.mu.Lock()
	defer k.mu.Unlock()
	if k.err != nil {
		return "", k.err
	}
	if name, ok := k.valid[key]; ok {
		return name, nil
	}
	return "", errDenied
}

// An answer is what came back.
type answer struct {
	status int
	header http.Header
	body   []byte
}

// send sends a request with the good key.
func send(h http.Handler, method, path, contentType string, body io.Reader) answer {
	r := httptest.NewRequest(method, path, body)
	r.Header.Set("Authorization", "Bearer "+goodKey)
	if contentType != "" {
		r.Header.Set("Content-Type", contentType)
	}
	return ask(h, r)
}

func ask(h http.Handler, r *http.Request) answer {
	w := httptest.NewRecorder()
	h.ServeHTTP(w, r)
	return answer{w.Code, w.Result().Header, w.Body.Bytes()}
}

func get(h http.Handler, path string) answer { return send(h, http.MethodGet, path, "", nil) }

func postJSON(h http.Handler, path, document string) answer {
	return send(h, http.MethodPost, path, "application/json", strings.NewReader(document))
}

// part is one part of a form.
type part struct {
	name, filename, body string
	header               map[string]string // in addition
}

// formOf writes a form.
func formOf(parts ...part) (contentType string, body *bytes.Buffer) {
	body = &bytes.Buffer{}
	w := multipart.NewWriter(body)
	for _, p := range parts {
		h := textproto.MIMEHeader{}
		h.Set("Content-Disposition", fmt.Sprintf("form-data; name=%q", p.name))
		if p.filename != "" {
			h.Set("Content-Disposition", fmt.Sprintf("form-data; name=%q; filename=%q", p.name, p.filename))
		}
		for k, v := range p.header {
			h.Set(k, v)
		}
		pw, err := w.CreatePart(h)
		if err == nil {
			_, err = io.WriteString(pw, p.body)
		}
		if err != nil {
			panic(err) // a buffer takes everything
		}
	}
	if err := w.Close(); err != nil {
		panic(err)
	}
	return w.FormDataContentType(), body
}

func postForm(h http.Handler, path string, parts ...part) answer {
	contentType, body := formOf(parts...)
	return send(h, http.MethodPost, path, contentType, body)
}

// object reads the answer as a JSON object with the status that is wanted.
func (a answer) object(t testing.TB, status int) map[string]any {
	t.Helper()
	if a.status != status || a.header.Get("Content-Type") != "application/json" {
		t.Fatalf("answered %d %s, want %d application/json: %s", a.status, a.header.Get("Content-Type"), status, a.body)
	}
	var v map[string]any
	if err := json.Unmarshal(a.body, &v); err != nil {
		t.Fatalf("the answer is not JSON: %v: %s", err, a.body)
	}
	return v
}

// A problemDocument is RFC 9457 with the list of faults.
type problemDocument struct {
	Type, Title, Detail string
	Status              int
	Errors              []struct{ Location, Message string }
}

// problem reads the answer as a problem document of a status, and wants every place named, in this order.
func (a answer) problem(t testing.TB, status int, places ...string) problemDocument {
	t.Helper()
	var p problemDocument
	d := json.NewDecoder(bytes.NewReader(a.body))
	d.DisallowUnknownFields()
	if err := d.Decode(&p); err != nil {
		t.Fatalf("answered %d with no problem document: %v: %s", a.status, err, a.body)
	}
	if a.status != status || p.Status != status || p.Type != "about:blank" || p.Title != http.StatusText(status) || p.Detail == "" {
		t.Errorf("answered %d %+v, want %d with all that belongs to a problem", a.status, p, status)
	}
	if got := a.header.Get("Content-Type"); got != "application/problem+json" {
		t.Errorf("Content-Type is %q", got)
	}
	if a.header.Get("X-Content-Type-Options") != "nosniff" {
		t.Errorf("a browser may read the answer as something else")
	}
	var got []string
	for _, e := range p.Errors {
		if e.Message == "" {
			t.Errorf("the fault at %q has no message", e.Location)
		}
		got = append(got, e.Location)
	}
	if !slices.Equal(got, places) {
		t.Errorf("faults at %q, want %q: %s", got, places, a.body)
	}
	return p
}
