package hma

import (
	"context"
	"encoding/json"
	"log/slog"
	"net/http"
	"net/netip"
	"slices"
	"time"

	"golang.org/x/sync/semaphore"

	"github.com/quell-project/quell/internal/domain"
	"github.com/quell-project/quell/internal/pipeline/match"
)

// Index finds known content.
type Index interface {
	// Search returns what fingerprints match.
	Search(ctx context.Context, q match.Query) ([]match.Known, error)
	// Loaded reports whether the index has once held all that SQL held, Ready whether it has also heard from SQL within the last minute.
	Loaded() bool
	Ready() bool
	// Size returns how many signals of a type are live in the index.
	Size(t domain.SignalType) int
}

// Fingerprinter makes fingerprints of files.
type Fingerprinter interface {
	// Examine returns every fingerprint of a file of the types that are named, usable or not, with the checks made.
	Examine(ctx context.Context, data []byte, types ...domain.SignalType) ([]domain.Fingerprint, []domain.Check)
}

// Fetcher opens URLs that clients name. A failure is a *FetchError, or an error of ctx.
type Fetcher interface {
	Fetch(ctx context.Context, url string) (data []byte, mediaType string, err error)
}

// FetchError says why a URL was not fetched.
type FetchError struct {
	Kind   FetchKind
	Reason string // one plain sentence part, safe to show
}

// FetchKind tells failures apart that HMA answers differently.
type FetchKind int

// The kinds of failure.
const (
	FetchFailed   FetchKind = iota // the host did not deliver
	FetchRefused                   // the URL is none that may be opened
	FetchTooLarge                  // the file is larger than the limit
	FetchNoRoom                    // there is no memory for it at the moment
)

// Error returns the reason.
func (e *FetchError) Error() string { return e.Reason }

// Curation is where banks and entries are kept. What is not there is an error for which Faults.NotFound is true.
type Curation interface {
	Banks(ctx context.Context) ([]domain.Bank, error)
	BankNamed(ctx context.Context, name string) (domain.Bank, error)
	// CreateBank adds a bank; a taken name is an error for which Faults.Conflict is true.
	CreateBank(ctx context.Context, b domain.Bank) (domain.Bank, error)
	// ChangeBank lets change work on a bank and keeps the result, all in one transaction; a taken name is a conflict.
	ChangeBank(ctx context.Context, name string, change func(*domain.Bank) error) (domain.Bank, error)
	// RemoveBank takes a bank with all that is in it out of effect and frees its name.
	RemoveBank(ctx context.Context, id domain.BankID) error
	// EntryNumbered returns an entry by its number, withdrawn or not.
	EntryNumbered(ctx context.Context, number int64) (domain.Entry, error)
	AddEntry(ctx context.Context, e domain.Entry) (domain.Entry, error)
	ChangeEntry(ctx context.Context, bank domain.BankID, id domain.EntryID, change domain.EntryChange) (domain.Entry, error)
	WithdrawEntry(ctx context.Context, bank domain.BankID, id domain.EntryID) error
	// NewestSignal returns when the newest change of a signal of a type was made, zero if there is none.
	NewestSignal(ctx context.Context, t domain.SignalType) (domain.Time, error)
	// LiveSignals returns how many signals of a type are live in SQL. It may take a while.
	LiveSignals(ctx context.Context, t domain.SignalType) (int64, error)
	// Shares returns the share of lookups for which a signal type counts on this face; absent is 1.
	Shares(ctx context.Context) (map[domain.SignalType]float64, error)
	SetShare(ctx context.Context, t domain.SignalType, share float64) error
}

// Exchanges are where signals come from. What is not there is an error for which Faults.NotFound is true.
type Exchanges interface {
	// Exchanges returns all by name.
	Exchanges(ctx context.Context) ([]domain.Exchange, error)
	Exchange(ctx context.Context, name string) (domain.Exchange, error)
	// CreateExchange adds an exchange with a bank of its name; a name that an exchange or a bank has is a conflict.
	CreateExchange(ctx context.Context, e domain.Exchange) (domain.Exchange, error)
	EnableExchange(ctx context.Context, name string, enabled bool) (domain.Exchange, error)
	// RemoveExchange removes an exchange and its bank.
	RemoveExchange(ctx context.Context, name string) error
	// HasCredentials reports whether credentials for an API are kept.
	HasCredentials(ctx context.Context, api string) (bool, error)
	// SetCredentials keeps credentials for an API, encrypted; none removes them.
	SetCredentials(ctx context.Context, api string, credentials json.RawMessage) error
}

// Recorder writes down that a content was looked up and what it matched.
type Recorder interface {
	Note(ctx context.Context, content domain.ContentID, prints []domain.Fingerprint, matches []domain.Match) error
}

// Keys recognises programs.
type Keys interface {
	// Key returns the name of a valid API key. For one that is not valid Faults.Denied is true of the error.
	Key(ctx context.Context, key string) (name string, err error)
}

// Bodies bounds what requests may send.
type Bodies interface {
	// Admit bounds the body of a request to most bytes and reserves memory for it; release gives the memory back. A body that is too large is an
	// error for which Faults.TooLarge is true, here or when it is read; where there is no memory Faults.Busy is.
	Admit(w http.ResponseWriter, r *http.Request, most int64) (release func(), err error)
}

// Faults tells errors of the rooms behind apart.
type Faults struct {
	NotFound func(error) bool // nothing has this name or number
	Conflict func(error) bool // the name is taken
	Busy     func(error) bool // not now, but perhaps in a moment
	Denied   func(error) bool // the key is not valid
	TooLarge func(error) bool // the body is too large
}

// Recording says which lookups leave a record.
type Recording string

// The ways of recording.
const (
	RecordNone    Recording = "none"
	RecordMatches Recording = "matches" // lookups that found something
	RecordAll     Recording = "all"
)

// Config joins the face to the rooms behind it.
type Config struct {
	Index       Index
	Fingerprint Fingerprinter
	Fetch       Fetcher
	Banks       Curation
	Exchanges   Exchanges
	Recorder    Recorder
	Record      Recording
	Keys        Keys           // nil: no key is asked for
	Allow       []netip.Prefix // who may ask; empty: nobody
	Bodies      Bodies
	Faults      Faults
	FileBytes   int64         // largest file, sent or fetched
	Time        time.Duration // longest time a request is read and worked on
	// Observe is told of every request; route is one of a fixed set and holds nothing that a client chose. May be nil.
	Observe func(route string, status int, took time.Duration)
	Version string
	Log     *slog.Logger
}

// face is the handler of everything.
type face struct {
	Config
	routes    *router
	crossSite *http.CrossOriginProtection
	shares    *shares
	counting  *semaphore.Weighted // of signals in SQL
}

// New returns the handler of the whole face. It is safe for concurrent use. It may be mounted under a path by http.StripPrefix, but not behind an
// http.ServeMux: that one redirects paths with repeated slashes, which clients of HMA send.
func New(cfg Config) http.Handler {
	f := &face{Config: cfg, crossSite: http.NewCrossOriginProtection(), shares: &shares{source: cfg.Banks.Shares}, counting: semaphore.NewWeighted(1)}
	f.routes = newRouter(slices.Concat(
		f.metaRoutes(),
		f.hashRoutes(),
		f.matchRoutes(),
		f.bankRoutes(),
		f.contentRoutes(),
		f.exchangeRoutes(),
		f.signalTypeRoutes(),
	))
	return f
}
