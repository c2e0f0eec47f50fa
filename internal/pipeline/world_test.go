package pipeline_test

import (
	"bytes"
	"context"
	"encoding/json"
	"errors"
	"fmt"
	"image"
	"image/color"
	"image/color/palette"
	"image/draw"
	"image/gif"
	"image/jpeg"
	"image/png"
	"log/slog"
	"slices"
	"sync"
	"sync/atomic"
	"testing"
	"time"

	"github.com/quell-project/quell/internal/domain"
	"github.com/quell-project/quell/internal/pipeline"
	"github.com/quell-project/quell/internal/pipeline/ingest"
	"github.com/quell-project/quell/internal/pipeline/match"
	"github.com/quell-project/quell/internal/pipeline/media"
	"github.com/quell-project/quell/internal/pipeline/policy"
	"github.com/quell-project/quell/internal/pipeline/signal"
	"github.com/quell-project/quell/policies"
)

// world is a pipeline with real stages on a store, a bank list and a web that are in memory.
type world struct {
	*pipeline.Pipeline
	store *store
	known *known
	web   *web
	eyes  *eyes
	now   atomic.Int64 // domain.Time
}

const start = domain.Time(1_767_225_600_000_000)

func newWorld(t testing.TB) *world {
	t.Helper()
	w := &world{store: &store{}, known: &known{}, web: &web{}, eyes: &eyes{Decoder: media.NewDecoder(media.Limits{})}}
	w.now.Store(int64(start))
	clock := func() time.Time { return domain.Time(w.now.Load()).Std() }
	var kinds []match.Kind
	for _, k := range signal.All() {
		kinds = append(kinds, match.KindOf(k.Name(), k.Limits().Default, k.Limits().Exact()))
	}
	log := slog.New(slog.DiscardHandler)
	index, err := match.Open(match.Config{Truth: w.known, Kinds: kinds, Now: clock, Log: log})
	if err != nil {
		t.Fatal(err)
	}
	t.Cleanup(func() { _ = index.Close() })
	w.Pipeline = &pipeline.Pipeline{
		Limits:  ingest.Limits{Parts: 8, PartBytes: 1 << 20, Fingerprints: 100, Attributes: 1000},
		Uploads: w.store, People: w.store, Inspector: &pipeline.Inspector{Fetch: w.web, Decode: w.eyes, Log: log},
		Index: upToDate{index}, Policy: knownContent(t), Recorder: w.store, Now: clock,
	}
	return w
}

// upToDate lets the index catch up before every look-up.
type upToDate struct{ *match.Index }

func (u upToDate) Lookup(ctx context.Context, content domain.ContentID, prints []match.Fingerprint) ([]domain.Match, error) {
	if err := u.CatchUp(ctx); err != nil {
		return nil, err
	}
	return u.Index.Lookup(ctx, content, prints)
}

func (u upToDate) Search(ctx context.Context, q match.Query) ([]match.Known, error) {
	if err := u.CatchUp(ctx); err != nil {
		return nil, err
	}
	return u.Index.Search(ctx, q)
}

// pass lets time pass.
func (w *world) pass(d time.Duration) { w.now.Store(int64(domain.Time(w.now.Load()).Add(d))) }

// check takes an upload of post-17 through the pipeline.
func (w *world) check(t testing.TB, parts ...ingest.Part) domain.Decision {
	t.Helper()
	d, err := w.Check(t.Context(), ingest.Submission{ContentID: "post-17", Parts: parts})
	if err != nil {
		t.Fatal(err)
	}
	return d
}

// upload returns the only upload there is.
func (w *world) upload(t testing.TB) domain.Upload {
	t.Helper()
	w.store.mu.Lock()
	defer w.store.mu.Unlock()
	if len(w.store.uploads) != 1 {
		t.Fatalf("%d uploads", len(w.store.uploads))
	}
	return w.store.uploads[0]
}

func (w *world) resume(t testing.TB) {
	t.Helper()
	if err := w.Resume(t.Context(), w.upload(t).ID); err != nil {
		t.Fatal(err)
	}
}

func file(name string, data []byte) ingest.Part { return ingest.Part{Name: name, Data: data} }

func url(u string) ingest.Part { return ingest.Part{Name: "url", URL: u} }

// status finds the check of a detector on a part.
func status(d domain.Decision, part, detector string) domain.CheckStatus {
	for _, c := range d.Checks {
		if c.Part == part && c.Detector == detector {
			return c.Status
		}
	}
	return "none"
}

// store keeps uploads and decisions as the real one does: an upload is a content with a digest, a decision a round of an upload; the first
// written stands.
type store struct {
	mu         sync.Mutex
	uploads    []domain.Upload
	decisions  map[domain.UploadID][]domain.Decision
	renditions map[string][]byte // by part
	reviews    []domain.Review
	reports    []domain.Report
	recorded   int // calls of Record

	failKnown, failAccept, failRecord, failReports error
	beforeRecord                                   func(domain.Recording) // called once, before the next recording; may record itself
}

func (s *store) find(is func(domain.Upload) bool) (*domain.Upload, domain.Decision) {
	i := slices.IndexFunc(s.uploads, is)
	if i < 0 {
		return nil, domain.Decision{}
	}
	u := &s.uploads[i]
	if all := s.decisions[u.ID]; len(all) > 0 {
		return u, all[len(all)-1]
	}
	return u, domain.Decision{}
}

// copied is a value as it comes back from the database.
func copied[T any](v T) (back T) {
	b, err := json.Marshal(v)
	if err == nil {
		err = json.Unmarshal(b, &back)
	}
	if err != nil {
		panic(err)
	}
	return back
}

func (s *store) Known(_ context.Context, content domain.ContentID, digest string) (domain.Upload, domain.Decision, bool, error) {
	s.mu.Lock()
	defer s.mu.Unlock()
	u, d := s.find(func(u domain.Upload) bool { return u.ContentID == content && u.Digest == digest })
	if u == nil {
		return domain.Upload{}, domain.Decision{}, false, s.failKnown
	}
	return copied(*u), copied(d), true, s.failKnown
}

var errUnknown = errors.New("no such upload")

func (s *store) Pending(_ context.Context, id domain.UploadID) (domain.Upload, domain.Decision, error) {
	s.mu.Lock()
	defer s.mu.Unlock()
	u, d := s.find(func(u domain.Upload) bool { return u.ID == id })
	if u == nil {
		return domain.Upload{}, domain.Decision{}, errUnknown
	}
	return copied(*u), copied(d), nil
}

func (s *store) Accept(_ context.Context, uploads []domain.Upload) ([]domain.Upload, error) {
	s.mu.Lock()
	defer s.mu.Unlock()
	if s.failAccept != nil {
		return nil, s.failAccept
	}
	accepted := make([]domain.Upload, len(uploads))
	for i, u := range uploads {
		accepted[i] = copied(*s.put(u))
	}
	return accepted, nil
}

// put adds an upload that is new and returns the one that stands for it.
func (s *store) put(u domain.Upload) *domain.Upload {
	if known, _ := s.find(func(k domain.Upload) bool { return k.ContentID == u.ContentID && k.Digest == u.Digest }); known != nil {
		return known
	}
	s.uploads = append(s.uploads, copied(u))
	return &s.uploads[len(s.uploads)-1]
}

func (s *store) DecisionsOf(_ context.Context, id domain.DecisionID) (domain.Upload, []domain.Decision, error) {
	s.mu.Lock()
	defer s.mu.Unlock()
	for _, u := range s.uploads {
		all := copied(s.decisions[u.ID])
		if slices.ContainsFunc(all, func(d domain.Decision) bool { return d.ID == id }) {
			slices.Reverse(all)
			return copied(u), all, nil
		}
	}
	return domain.Upload{}, nil, errUnknown
}

func (s *store) ReportsOf(_ context.Context, content domain.ContentID, limit int) (of []domain.Report, _ error) {
	s.mu.Lock()
	defer s.mu.Unlock()
	for _, r := range slices.Backward(s.reports) {
		if r.ContentID == content && len(of) < limit {
			of = append(of, r)
		}
	}
	return of, s.failReports
}

func (s *store) NewestUpload(_ context.Context, content domain.ContentID) (domain.Upload, bool, error) {
	s.mu.Lock()
	defer s.mu.Unlock()
	for _, u := range slices.Backward(s.uploads) {
		if u.ContentID == content {
			return u, true, nil
		}
	}
	return domain.Upload{}, false, nil
}

// meanwhile takes what is to happen before the next recording.
func (s *store) meanwhile() func(domain.Recording) {
	s.mu.Lock()
	defer s.mu.Unlock()
	f := s.beforeRecord
	s.beforeRecord = nil
	return f
}

func (s *store) Record(_ context.Context, r domain.Recording) (domain.Decision, error) {
	if f := s.meanwhile(); f != nil {
		f(r)
	}
	s.mu.Lock()
	defer s.mu.Unlock()
	s.recorded++
	if s.failRecord != nil {
		return domain.Decision{}, s.failRecord
	}
	u := s.put(r.Upload)
	for _, d := range s.decisions[u.ID] {
		if d.Round == r.Decision.Round {
			return d, nil
		}
	}
	r.Decision.UploadID = u.ID
	if leaf, event, err := r.Seal(r.Decision); err != nil || leaf.Digest == "" || event.Subject == "" {
		return domain.Decision{}, fmt.Errorf("%v, %v, %w", leaf, event, err)
	}
	u.State, u.Attempts, u.DueAt, u.Parts = r.Upload.State, r.Upload.Attempts, r.Upload.DueAt, copied(r.Upload.Parts)
	if s.decisions == nil {
		s.decisions, s.renditions = map[domain.UploadID][]domain.Decision{}, map[string][]byte{}
	}
	s.decisions[u.ID] = append(s.decisions[u.ID], copied(r.Decision))
	for _, p := range r.Renditions {
		s.renditions[p.Part] = p.Data
	}
	if r.Review != nil {
		s.reviews = append(s.reviews, copied(*r.Review))
	}
	return r.Decision, nil
}

// known is what is known: banks whose entries have one signal each.
type known struct {
	mu      sync.Mutex
	banks   []domain.Bank
	signals []domain.SignalChange
	types   []domain.SignalType
	fail    error
}

// add lists a file in a bank, by the signals of some types.
func (k *known) add(t testing.TB, kind domain.BankKind, data []byte, types ...domain.SignalType) {
	t.Helper()
	in := pipeline.Inspector{Decode: media.NewDecoder(media.Limits{}), Log: slog.New(slog.DiscardHandler)}
	prints, _ := in.Fingerprints(t.Context(), data)
	for _, f := range prints {
		if slices.Contains(types, f.Type) {
			k.put(kind, f.Type, f.Value)
		}
	}
}

// put lists a signal in the bank of a kind.
func (k *known) put(kind domain.BankKind, t domain.SignalType, value string) {
	k.mu.Lock()
	defer k.mu.Unlock()
	bank := slices.IndexFunc(k.banks, func(b domain.Bank) bool { return b.Kind == kind })
	if bank < 0 {
		bank = len(k.banks)
		k.banks = append(k.banks, domain.Bank{Name: string(kind), Kind: kind, EnabledShare: 1, Number: int64(bank + 1)})
	}
	n := int64(len(k.signals) + 1)
	k.signals = append(k.signals, domain.SignalChange{Seq: n, Number: n, Bank: int64(bank + 1), Value: value, Live: true})
	k.types = append(k.types, t)
}

// live takes a signal out of effect, or back into it.
func (k *known) live(t testing.TB, number int64, live bool) {
	t.Helper()
	k.mu.Lock()
	defer k.mu.Unlock()
	i := slices.IndexFunc(k.signals, func(c domain.SignalChange) bool { return c.Number == number })
	change := k.signals[i]
	change.Seq, change.Live = k.signals[len(k.signals)-1].Seq+1, live
	k.signals = append(k.signals, change)
	k.types = append(k.types, k.types[i])
}

func (k *known) IndexVersions(context.Context) (int64, int64, error) {
	k.mu.Lock()
	defer k.mu.Unlock()
	return int64(len(k.signals)), int64(len(k.banks)), k.fail
}

func (k *known) Banks(context.Context) ([]domain.Bank, error) {
	k.mu.Lock()
	defer k.mu.Unlock()
	return slices.Clone(k.banks), nil
}

func (k *known) SignalsAfter(_ context.Context, t domain.SignalType, seq int64, _ int) (changes []domain.SignalChange, _ error) {
	k.mu.Lock()
	defer k.mu.Unlock()
	for i, c := range k.signals {
		if c.Seq > seq && k.types[i] == t {
			changes = append(changes, c)
		}
	}
	return changes, nil
}

func (k *known) Evidence(_ context.Context, numbers []int64, _ domain.Time) (found []domain.Evidence, _ error) {
	for _, n := range numbers {
		found = append(found, domain.Evidence{Number: n, Signal: domain.SignalID(fmt.Sprintf("signal-%d", n)), Entry: domain.EntryID(fmt.Sprintf("entry-%d", n)), Provenance: domain.Provenance{Source: "marsh watch"}})
	}
	return found, nil
}

// web is what URLs bring: bytes or a failure. A URL that is not on it is never answered.
type web struct {
	mu      sync.Mutex
	pages   map[string]any // []byte or error
	fetched []string
}

func (w *web) put(url string, page any) {
	w.mu.Lock()
	defer w.mu.Unlock()
	if w.pages == nil {
		w.pages = map[string]any{}
	}
	w.pages[url] = page
}

func (w *web) Fetch(ctx context.Context, url string) ([]byte, error) {
	w.mu.Lock()
	page := w.pages[url]
	w.fetched = append(w.fetched, url)
	w.mu.Unlock()
	switch page := page.(type) {
	case []byte:
		return page, nil
	case error:
		return nil, page
	}
	<-ctx.Done()
	return nil, &pipeline.FetchError{Reason: "the fetch took longer than its time limit", Temporary: true}
}

// calls returns how often anything was fetched.
func (w *web) calls() int {
	w.mu.Lock()
	defer w.mu.Unlock()
	return len(w.fetched)
}

// busy and gone are failures of URLs that may pass and will not.
var (
	busy = &pipeline.FetchError{Reason: "the host answered 503 instead of a document", Temporary: true}
	gone = &pipeline.FetchError{Reason: "there is nothing at this URL (the host answered 404)"}
)

// eyes is the real decoder, counted; fail, if set, takes its place.
type eyes struct {
	*media.Decoder
	decoded atomic.Int64
	fail    atomic.Pointer[error]
}

func (e *eyes) failing(err error) { e.fail.Store(&err) }

func (e *eyes) Decode(ctx context.Context, data []byte, visit func(media.Frame) error) (media.Picture, error) {
	e.decoded.Add(1)
	if err := e.fail.Load(); err != nil && *err != nil {
		return media.Picture{MediaType: "image/png"}, *err
	}
	return e.Decoder.Decode(ctx, data, visit)
}

// slow is the failure of a decoder that had no time.
var slow = &media.Error{Status: media.Failed, Reason: "Reading the file took longer than 10s.", Err: context.DeadlineExceeded}

// picture draws discs on a slope; pictures of different seeds look nothing alike.
func picture(seed int) *image.RGBA {
	const side = 128
	img := image.NewRGBA(image.Rect(0, 0, side, side))
	for y := range side {
		for x := range side {
			v := (x*(1+seed%3) + y) / 4
			for disc := range 9 {
				at := (disc + 1) * (seed*2 + 3)
				dx, dy := x-at*29%side, y-at*53%side
				if dx*dx+dy*dy < 100+at*17%400 {
					v = 60 + (disc*91+seed*40)%196
				}
			}
			img.Set(x, y, color.RGBA{uint8(v), uint8(v), uint8(255 - v), 255})
		}
	}
	return img
}

func pngOf(img image.Image) []byte {
	var b bytes.Buffer
	if err := png.Encode(&b, img); err != nil {
		panic(err)
	}
	return b.Bytes()
}

// copyOf is the picture of a seed in another file.
func copyOf(seed int) []byte {
	var b bytes.Buffer
	if err := jpeg.Encode(&b, picture(seed), &jpeg.Options{Quality: 50}); err != nil {
		panic(err)
	}
	return b.Bytes()
}

// blank is a picture with nothing on it.
func blank() []byte { return pngOf(image.NewGray(image.Rect(0, 0, 64, 64))) }

// animation shows pictures one after the other.
func animation(frames ...image.Image) []byte {
	var g gif.GIF
	for _, f := range frames {
		p := image.NewPaletted(f.Bounds(), palette.Plan9)
		draw.Draw(p, p.Rect, f, image.Point{}, draw.Src)
		g.Image, g.Delay = append(g.Image, p), append(g.Delay, 10)
	}
	var b bytes.Buffer
	if err := gif.EncodeAll(&b, &g); err != nil {
		panic(err)
	}
	return b.Bytes()
}

// alone is the policy that a service starts with, without anything that policies are told beside what was found.
type alone struct{ *policy.Program }

func (a alone) Decide(_ context.Context, in policy.Input) policy.Decided {
	facts := in.Gather(func(domain.Subject) *domain.Tally { return nil })
	return policy.Decided{Outcome: policy.Combine([]policy.Judged{{Name: a.Document.Name, Ruling: a.Judge(facts, 0)}}), Facts: facts}
}

// decided is an outcome about an upload, as a policy of a test says it.
func decided(o policy.Outcome, in policy.Input) policy.Decided {
	return policy.Decided{Outcome: o, Facts: in.Gather(func(domain.Subject) *domain.Tally { return nil })}
}

func knownContent(t testing.TB) pipeline.Policy {
	t.Helper()
	text, err := policies.Files.ReadFile("known-content.yaml")
	if err != nil {
		t.Fatal(err)
	}
	program, found := policy.Load(text)
	if program == nil {
		t.Fatal(found)
	}
	return alone{program}
}
