package console

import (
	"bytes"
	"context"
	"errors"
	"fmt"
	"image"
	"image/color"
	"image/png"
	"io"
	"log/slog"
	"math"
	"net/http"
	"net/http/httptest"
	"net/url"
	"slices"
	"strings"
	"sync"
	"testing"
	"time"

	"github.com/quell-project/quell/internal/domain"
)

// now is the moment at which all tests look at the console.
var now = time.Date(2026, 11, 4, 14, 7, 12, 0, time.UTC)

// fakeRecord is a record in memory. Its decisions are newest first; fail makes reads go wrong. While somebody may be reading, it is changed
// under its lock.
type fakeRecord struct {
	sync.Mutex
	rows        []domain.Recorded
	banks       []domain.Bank
	entries     []domain.Entry // of all banks, newest first
	hunts       []domain.Hunt  // newest first
	fail        error          // every read
	failCounts  error          // only the counts
	failRows    error          // only the decisions
	failEntries error          // only the entries
	failMatched error          // only the counts of matches
}

func (f *fakeRecord) Decisions(_ context.Context, q DecisionQuery) ([]domain.Recorded, error) {
	f.Lock()
	defer f.Unlock()
	if err := errors.Join(f.fail, f.failRows); err != nil {
		return nil, err
	}
	var rows []domain.Recorded
	for _, r := range f.rows {
		d := r.Decision
		if q.Verdict != "" && d.Verdict != q.Verdict || q.Unchecked && !d.Unchecked() || q.Before != "" && d.ID >= q.Before || len(rows) == q.Limit {
			continue
		}
		rows = append(rows, r)
	}
	return rows, nil
}

func (f *fakeRecord) Decision(_ context.Context, id domain.DecisionID) (domain.Recorded, error) {
	f.Lock()
	defer f.Unlock()
	for _, r := range f.rows {
		if r.Decision.ID == id {
			return r, f.fail
		}
	}
	return domain.Recorded{}, errors.Join(f.fail, fmt.Errorf("decision %s: %w", id, ErrNotFound))
}

func (f *fakeRecord) Counts(_ context.Context, from, to domain.Time, bucket time.Duration) ([]domain.VerdictCount, error) {
	return f.count(from, to, bucket, func(domain.Decision) bool { return true })
}

func (f *fakeRecord) Unchecked(_ context.Context, from, to domain.Time, bucket time.Duration) ([]domain.VerdictCount, error) {
	return f.count(from, to, bucket, domain.Decision.Unchecked)
}

func (f *fakeRecord) count(from, to domain.Time, bucket time.Duration, counts func(domain.Decision) bool) ([]domain.VerdictCount, error) {
	f.Lock()
	defer f.Unlock()
	if err := errors.Join(f.fail, f.failCounts); err != nil {
		return nil, err
	}
	var out []domain.VerdictCount
	for _, r := range f.rows {
		if d := r.Decision; d.DecidedAt >= from && d.DecidedAt < to && counts(d) {
			begin := from.Add(d.DecidedAt.Sub(from).Truncate(bucket))
			out = append(out, domain.VerdictCount{From: begin, Verdict: d.Verdict, Count: 1})
		}
	}
	return out, nil
}

func (f *fakeRecord) Rendition(_ context.Context, upload domain.UploadID, part string) (string, []byte, error) {
	f.Lock()
	defer f.Unlock()
	for _, r := range f.rows {
		if r.Upload.ID == upload && slices.Contains(r.Renditions, part) {
			return "image/png", veiledPicture(upload), f.fail
		}
	}
	return "", nil, errors.Join(f.fail, ErrNotFound)
}

func (f *fakeRecord) Banks(context.Context) ([]domain.Bank, error) { return f.banks, f.fail }

func (f *fakeRecord) BankNamed(_ context.Context, name string) (domain.Bank, error) {
	for _, b := range f.banks {
		if b.Name == name {
			return b, f.fail
		}
	}
	return domain.Bank{}, errors.Join(f.fail, fmt.Errorf("bank %q: %w", name, ErrNotFound))
}

func (f *fakeRecord) Additions(context.Context) (map[domain.BankID]domain.Time, error) {
	newest := map[domain.BankID]domain.Time{}
	for _, e := range slices.Backward(f.entries) {
		newest[e.BankID] = e.CreatedAt
	}
	return newest, f.fail
}

func (f *fakeRecord) Matched(_ context.Context, since domain.Time, most int) (map[domain.BankID]int64, bool, error) {
	decisions, read := map[domain.BankID]int64{}, 0
	for _, r := range f.rows {
		of := map[domain.BankID]bool{}
		for _, m := range r.Decision.Matches {
			if r.Decision.DecidedAt < since || read > most {
				continue
			}
			read++
			if !of[m.BankID] {
				of[m.BankID] = true
				decisions[m.BankID]++
			}
		}
	}
	return decisions, read <= most, errors.Join(f.fail, f.failMatched)
}

func (f *fakeRecord) Entries(_ context.Context, bank domain.BankID, from domain.EntryID, limit int) ([]domain.Entry, error) {
	var found []domain.Entry
	for _, e := range f.entries {
		if e.BankID == bank && (from == "" || e.ID <= from) && len(found) < limit {
			found = append(found, e)
		}
	}
	return found, errors.Join(f.fail, f.failEntries)
}

func (f *fakeRecord) Hunts(_ context.Context, before domain.HuntID, limit int) (found []domain.Hunt, _ error) {
	for _, h := range f.hunts {
		if (before == "" || h.ID < before) && len(found) < limit {
			found = append(found, h)
		}
	}
	return found, f.fail
}

func (f *fakeRecord) Hunt(_ context.Context, id domain.HuntID) (domain.Hunt, error) {
	for _, h := range f.hunts {
		if h.ID == id {
			return h, f.fail
		}
	}
	return domain.Hunt{}, errors.Join(f.fail, ErrNotFound)
}

func (f *fakeRecord) HuntDecisions(_ context.Context, id domain.HuntID, limit int) ([]domain.Recorded, error) {
	h, _ := f.Hunt(context.Background(), id)
	return f.rows[:min(int(h.Progress.Decided), limit, len(f.rows))], f.fail
}

// fakeIndex is a live index of which only the numbers are there.
type fakeIndex struct {
	counts map[int64]map[domain.SignalType]int64 // by number of the bank
	behind bool
}

func (f fakeIndex) Ready() bool { return !f.behind }

func (f fakeIndex) Counts(bank int64) map[domain.SignalType]int64 { return f.counts[bank] }

// veiledPicture draws soft grey shapes that differ from upload to upload, as a rendition of a poster would look.
func veiledPicture(upload domain.UploadID) []byte {
	seed := float64(upload[len(upload)-1]%16) / 16
	const w, h = 160, 120
	img := image.NewGray(image.Rect(0, 0, w, h))
	for y := range h {
		for x := range w {
			u, v := float64(x)/w, float64(y)/h
			blob := math.Exp(-9 * ((u-.3-.4*seed)*(u-.3-.4*seed) + (v-.45)*(v-.45)))
			band := math.Exp(-60 * (v - .8) * (v - .8))
			img.SetGray(x, y, color.Gray{Y: uint8(70 + 90*blob + 60*band + 25*math.Sin(6*u+6*seed))})
		}
	}
	var b bytes.Buffer
	if err := png.Encode(&b, img); err != nil {
		panic(err)
	}
	return b.Bytes()
}

// fakeSignIn knows one link, which works once, and one session.
type fakeSignIn struct {
	token   string
	session string
	expires time.Time // of the next session
	fail    error
}

func (f *fakeSignIn) Redeem(_ context.Context, token string) (string, time.Time, error) {
	if f.fail != nil {
		return "", time.Time{}, f.fail
	}
	if token != f.token || token == "" {
		return "", time.Time{}, fmt.Errorf("redeem: %w", ErrLink)
	}
	f.token, f.session = "", "session-1"
	return f.session, f.expires, nil
}

func (f *fakeSignIn) Person(_ context.Context, session string) (string, error) {
	if f.fail != nil {
		return "", f.fail
	}
	if session != f.session || session == "" {
		return "", fmt.Errorf("session: %w", ErrSession)
	}
	return "Mara Lind", nil
}

func (f *fakeSignIn) End(_ context.Context, session string) error {
	if session == f.session {
		f.session = ""
	}
	return f.fail
}

// site is a console over a fake record, and a person who visits it.
type site struct {
	t        testing.TB
	handler  http.Handler
	record   *fakeRecord
	index    fakeIndex
	signIn   *fakeSignIn
	policies *fakePolicies
	cookie   string
	log      bytes.Buffer
}

// visit returns a site whose visitor is signed in.
func visit(t testing.TB, rows ...domain.Recorded) *site {
	t.Helper()
	s := &site{t: t, record: &fakeRecord{rows: rows}, policies: &fakePolicies{}, cookie: "quell=session-0"}
	s.signIn = &fakeSignIn{token: "token-1", session: "session-0", expires: now.Add(12 * time.Hour)}
	s.open(Config{})
	return s
}

// open makes the console anew with settings; what they leave out is the site's.
func (s *site) open(cfg Config) {
	s.t.Helper()
	cfg.Record, cfg.Index, cfg.SignIn, cfg.Version = s.record, s.index, s.signIn, "0.1.0-test"
	cfg.Policies, cfg.Facts = s.policies, s.policies
	cfg.Types = []SignalType{{Name: domain.PDQ, Limit: 31}, {Name: domain.SHA256, Exact: true}, {Name: domain.MD5, Exact: true}}
	cfg.Log = slog.New(slog.NewTextHandler(&s.log, nil))
	if cfg.Now == nil {
		cfg.Now = func() time.Time { return now }
	}
	handler, err := New(cfg)
	if err != nil {
		s.t.Fatal(err)
	}
	s.handler = handler
}

func (s *site) get(path string) *httptest.ResponseRecorder {
	return s.do(httptest.NewRequest(http.MethodGet, path, nil))
}

// post sends a form as the console's own page would.
func (s *site) post(path string, form url.Values) *httptest.ResponseRecorder {
	r := httptest.NewRequest(http.MethodPost, path, strings.NewReader(form.Encode()))
	r.Header.Set("Content-Type", "application/x-www-form-urlencoded")
	r.Header.Set("Origin", "http://"+r.Host)
	return s.do(r)
}

func (s *site) do(r *http.Request) *httptest.ResponseRecorder {
	if s.cookie != "" {
		r.Header.Set("Cookie", s.cookie)
	}
	w := httptest.NewRecorder()
	s.handler.ServeHTTP(w, r)
	return w
}

// body returns the body of an answer, after checking its status.
func body(t testing.TB, w *httptest.ResponseRecorder, status int) string {
	t.Helper()
	b, err := io.ReadAll(w.Body)
	if err != nil {
		t.Fatal(err)
	}
	if w.Code != status {
		t.Fatalf("status %d, want %d:\n%s", w.Code, status, b)
	}
	return string(b)
}

// words returns the catalogue that the site speaks from.
func (s *site) words() *words { return english() }

// id returns a readable identifier of the form that Quell gives out, growing with n.
func id(kind, n int) string { return fmt.Sprintf("019a4c00-%04x-7000-8000-%012x", kind, n) }

// at gives a recorded decision its place in time: the n-th, so long ago.
func at(r domain.Recorded, n int, ago time.Duration) domain.Recorded {
	r.Upload.ID = domain.UploadID(id(1, n))
	r.Decision.ID = domain.DecisionID(id(2, n))
	r.Decision.UploadID, r.Decision.ContentID = r.Upload.ID, r.Upload.ContentID
	r.Decision.Round = max(r.Decision.Round, 1)
	r.Decision.Policy = domain.PolicyRef{ID: "default", Version: 1, Rule: r.Decision.Policy.Rule}
	r.Decision.DecidedAt = domain.At(now.Add(-ago))
	r.Upload.ReceivedAt = domain.At(now.Add(-ago - 40*time.Millisecond))
	return r
}

// checks says that detectors completed on one part.
func checks(part string, detectors ...string) []domain.Check {
	var all []domain.Check
	for _, d := range detectors {
		all = append(all, domain.Check{Detector: d, Part: part, Status: domain.Complete})
	}
	return all
}

// picture is a part with everything that is found out about a picture.
func picture(name string) domain.Part {
	quality := 100
	return domain.Part{
		Name: name, MediaType: "image/jpeg", Size: 184_320, Width: 1280, Height: 960, Frames: 1,
		SHA256: "9f2c6f0b7f1f4d0f8a3d2f6d1b0e5c4a7788990011aabbccddeeff0011223344",
		Fingerprints: []domain.Fingerprint{
			{Type: domain.PDQ, Value: "e3d1a5c7f00f3c3c9696a5a5c3c30f0ff0f06969a5a53c3c9696f00f5a5ac3c3", Quality: &quality},
			{Type: domain.SHA256, Value: "9f2c6f0b7f1f4d0f8a3d2f6d1b0e5c4a7788990011aabbccddeeff0011223344"},
			{Type: domain.MD5, Value: "8b1a9953c4611296a827abf8c47804d7"},
		},
	}
}
