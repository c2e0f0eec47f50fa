package retrohunt

import (
	"context"
	"fmt"
	"log/slog"
	"os"
	"path/filepath"
	"slices"
	"strings"
	"sync"
	"testing"
	"time"

	"github.com/quell-project/quell/internal/domain"
	"github.com/quell-project/quell/internal/retrohunt/daybook"
)

// record is what was decided, and one hunt, in memory. All of its events but their number are gone from the outbox.
type record struct {
	Past
	Hunts
	Corridor

	mu      sync.Mutex
	last    int64
	decided []domain.PastUpload
	hunt    domain.Hunt // that is not over; none if it has no id
	wanted  []domain.HuntSignal
	found   []domain.UploadID
}

// decide adds the decision about an upload that was made so long ago, and returns the signal that finds it.
func (r *record) decide(ago time.Duration) domain.HuntSignal {
	r.mu.Lock()
	defer r.mu.Unlock()
	at := domain.At(time.Now().Add(-ago))
	f := domain.Fingerprint{Type: domain.MD5, Value: fmt.Sprintf("%032x", len(r.decided)+1)}
	u := domain.Upload{ID: domain.NewID[domain.UploadID](), Parts: []domain.Part{{Fingerprints: []domain.Fingerprint{f}}}}
	r.decided = append(r.decided, domain.PastUpload{Decision: domain.FirstID[domain.DecisionID](at), Upload: u})
	slices.SortFunc(r.decided, func(a, b domain.PastUpload) int { return strings.Compare(string(a.Decision), string(b.Decision)) })
	r.last++
	return domain.HuntSignal{At: 1, Bank: "known", Type: f.Type, Value: f.Value}
}

func (r *record) LastEventSeq(context.Context) (int64, error) {
	r.mu.Lock()
	defer r.mu.Unlock()
	return r.last, nil
}

func (r *record) EventsAfter(context.Context, int64, int) ([]domain.Event, error) { return nil, nil }

func (r *record) DecidedAfter(_ context.Context, after domain.DecisionID, limit int) (all []domain.PastUpload, _ error) {
	r.mu.Lock()
	defer r.mu.Unlock()
	for _, d := range r.decided {
		if d.Decision > after && len(all) < limit {
			all = append(all, d)
		}
	}
	return all, nil
}

func (r *record) HuntKey(_ context.Context, _ int64, fresh string) (string, error) { return fresh, nil }

func (r *record) AskedToForget(context.Context) ([]domain.AccountID, error) { return nil, nil }

func (r *record) DropHuntKeys(context.Context, int64) error { return nil }

func (r *record) HuntNews(context.Context, domain.Time) (n domain.HuntNews, _ error) { return n, nil }

func (r *record) PlanHunts(context.Context, func(before, after domain.Bank) bool) (int, error) {
	return 0, nil
}

func (r *record) UnfinishedHunts(context.Context) (all []domain.Hunt, _ error) {
	r.mu.Lock()
	defer r.mu.Unlock()
	if r.hunt.ID != "" && !r.hunt.Over() {
		all = append(all, r.hunt)
	}
	return all, nil
}

func (r *record) HuntSignals(_ context.Context, h domain.Hunt, _ int) (all []domain.HuntSignal, _ error) {
	for _, s := range r.wanted {
		if s.At > h.Progress.After {
			all = append(all, s)
		}
	}
	return all, nil
}

func (r *record) Banks(context.Context) ([]domain.Bank, error) {
	return []domain.Bank{{ID: "known", Kind: domain.Known, EnabledShare: 1}}, nil
}

func (r *record) Step(_ context.Context, h domain.Hunt, found []domain.UploadID) (domain.Hunt, bool, error) {
	r.mu.Lock()
	defer r.mu.Unlock()
	for _, u := range found {
		if !slices.Contains(r.found, u) {
			r.found = append(r.found, u)
			h.Progress.Found++
		}
	}
	r.hunt = h
	return h, true, nil
}

func (r *record) WaitingFinds(context.Context, domain.HuntID, int) ([]domain.Find, error) {
	return nil, nil
}

func (r *record) CatchUp(context.Context) error { return nil }

// settings are those of a hunter in a record.
func (r *record) settings(dir string) Config {
	c := *config()
	c.Dir, c.Window, c.Past, c.Hunts, c.Corridor = dir, 72*time.Hour, r, r, r
	c.Prints = func(u domain.Upload) []domain.Fingerprint { return u.Parts[0].Fingerprints }
	c.Workers, c.Poll, c.Now, c.Log = 1, time.Millisecond, time.Now, slog.New(slog.DiscardHandler)
	return c
}

// A decision may have an id before that of another, and be committed after it. A process that ends in between must not leave it out.
func TestFillingByIDsGoesOnBeforeWhereItEnded(t *testing.T) {
	t.Parallel()
	r := &record{}
	for i := range fillDecisions {
		r.decide(time.Hour - time.Duration(i)*time.Second)
	}
	shelf, err := daybook.OpenShelf(t.TempDir())
	if err != nil {
		t.Fatal(err)
	}
	cfg := r.settings("")
	if more, err := (&filler{Config: &cfg, shelf: shelf}).fill(t.Context()); err != nil || !more {
		t.Fatal(more, err)
	}
	late := r.decide(time.Hour - (fillDecisions-5)*time.Second + time.Millisecond)
	again := &filler{Config: &cfg, shelf: shelf}
	for more := true; more; {
		if more, err = again.fill(t.Context()); err != nil {
			t.Fatal(err)
		}
	}
	digest, err := daybook.ParseDigest(late.Value)
	if err != nil {
		t.Fatal(err)
	}
	_, number := shelf.Open()
	found, _, err := shelf.Search(number, &daybook.Wanted{MD5: daybook.NewDigestSet([]daybook.Digest{digest})}, &daybook.Buffers{}, func() error { return nil })
	if err != nil || len(found) != 1 {
		t.Errorf("%d uploads are found, %v", len(found), err)
	}
}

// Around midnight decisions are not committed in the order of their days. A row has the key of the day in whose part it comes to lie, or its account
// could not be forgotten.
func TestARowHasTheKeyOfItsPart(t *testing.T) {
	t.Parallel()
	r := &record{}
	shelf, err := daybook.OpenShelf(t.TempDir())
	if err != nil {
		t.Fatal(err)
	}
	cfg := r.settings("")
	f := &filler{Config: &cfg, shelf: shelf}
	var entries []daybook.Entry
	for i, day := range []daybook.Day{f.today(), f.today() - 1} {
		r.decide(time.Minute)
		u := r.decided[i].Upload
		u.AccountID = "ana"
		if entries, err = f.enter(t.Context(), entries, day, u); err != nil {
			t.Fatal(err)
		}
	}
	if entries[1].Day != f.today() || entries[0].Owner.Account != entries[1].Owner.Account {
		t.Errorf("%+v", entries)
	}
}

// Damage that shows when a part is searched must not stop all hunts for good: the folder is filled again.
func TestAFileThatIsDamagedMeanwhileIsFilledAgain(t *testing.T) {
	t.Parallel()
	dir := t.TempDir()
	r := &record{}
	r.wanted = []domain.HuntSignal{r.decide(24 * time.Hour)}
	r.decide(time.Minute)
	h := New(r.settings(dir))
	ctx, stop := context.WithCancel(t.Context())
	ended := make(chan error, 1)
	go func() { ended <- h.Run(ctx) }()
	await := func(what string, is func() bool) {
		t.Helper()
		for end := time.Now().Add(20 * time.Second); !is(); time.Sleep(time.Millisecond) {
			if time.Now().After(end) {
				t.Fatal("never: " + what)
			}
		}
	}
	var files []string
	await("two files", func() bool {
		files, _ = filepath.Glob(filepath.Join(dir, "*.daybook"))
		kept, _ := h.Kept()
		return kept == 2 && len(files) == 2
	})
	slices.Sort(files)
	if err := os.Truncate(files[0], 120); err != nil {
		t.Fatal(err)
	}
	r.mu.Lock()
	r.hunt = domain.Hunt{ID: "hunt", State: domain.HuntWaiting}
	r.mu.Unlock()
	await("it is found", func() bool {
		r.mu.Lock()
		defer r.mu.Unlock()
		return len(r.found) == 1
	})
	stop()
	if err := <-ended; err != nil {
		t.Error(err)
	}
}

// A signal that matches everything is not written down for everything.
func TestASearchEndsOnceItHasFoundTooMuch(t *testing.T) {
	t.Parallel()
	r := &record{}
	shelf, err := daybook.OpenShelf(t.TempDir())
	if err != nil {
		t.Fatal(err)
	}
	f := domain.Fingerprint{Type: domain.MD5, Value: strings.Repeat("1f", 16)}
	var entries []daybook.Entry
	for i := range 2*stepFinds + 1 {
		o := daybook.Owner{Upload: [16]byte{byte(i >> 16), byte(i >> 8), byte(i)}}
		entries = append(entries, daybook.Entry{Day: 20_000, Owner: o, Prints: []domain.Fingerprint{f}})
	}
	if _, err := shelf.Append(entries, daybook.Place{Position: 1}, 20_000); err != nil {
		t.Fatal(err)
	}
	signals := []domain.HuntSignal{{At: 1, Bank: "known", Type: f.Type, Value: f.Value}}
	h := New(r.settings(""))
	hunt, err := h.search(t.Context(), shelf, domain.Hunt{ID: "hunt", Most: 3}, signals, true)
	if err != nil || hunt.Progress.Found != stepFinds {
		t.Errorf("found %d, %v", hunt.Progress.Found, err)
	}
	if hunt, err = h.decide(t.Context(), hunt); err != nil || hunt.State != domain.HuntHalted {
		t.Errorf("%+v, %v", hunt, err)
	}
}
