package api

import (
	"context"
	"log/slog"
	"net/http"
	"time"

	"github.com/danielgtaylor/huma/v2" // routes, validation and OpenAPI 3.1 from Go types on the standard mux; one module
	"github.com/danielgtaylor/huma/v2/adapters/humago"

	"github.com/quell-project/quell/internal/domain"
	"github.com/quell-project/quell/internal/pipeline/ingest"
	"github.com/quell-project/quell/internal/pipeline/match"
)

// Corridor takes submissions to their verdicts.
type Corridor interface {
	// Check returns the recorded decision for a submission; what is wrong with one is an ingest.Fault.
	Check(ctx context.Context, s ingest.Submission) (domain.Decision, error)
	// Judge returns the ingest.Fault of a submission that Check would not take.
	Judge(s ingest.Submission) error
	// Lookup inspects a submission, which need not name its content, and returns what it is made of, how far it could be looked at, and what
	// of it is known. Nothing is written down.
	Lookup(ctx context.Context, s ingest.Submission) ([]domain.Part, []domain.Check, []match.Known, error)
	// Accept writes submissions down, to be decided later, all or none, and returns for each the upload that stands for it.
	Accept(ctx context.Context, submissions []ingest.Submission) ([]domain.Upload, error)
}

// Records are what was recorded. What is not there is an error for which Faults.NotFound is true.
type Records interface {
	// Uploads returns the uploads of a content, newest first, at least one.
	Uploads(ctx context.Context, content domain.ContentID, limit int) ([]domain.Upload, error)
	// RecordedOf returns the decisions about an upload, newest first; there may be none yet.
	RecordedOf(ctx context.Context, upload domain.UploadID) ([]domain.Recorded, error)
	Recorded(ctx context.Context, id domain.DecisionID) (domain.Recorded, error)
	Decisions(ctx context.Context, q DecisionQuery) ([]domain.Recorded, error)
}

// DecisionQuery says which decisions are wanted, newest first.
type DecisionQuery struct {
	Verdict domain.Verdict    // only this verdict; empty: any
	Before  domain.DecisionID // only older ones; empty: from the newest
	Limit   int
}

// Banks is the curation of known content. What is not there is an error for which Faults.NotFound is true.
type Banks interface {
	Banks(ctx context.Context) ([]domain.Bank, error)
	BankNamed(ctx context.Context, name string) (domain.Bank, error)
	// CountSignals returns how many live signals of each type a bank holds, at least as of a second ago.
	CountSignals(ctx context.Context, bank domain.Bank) (map[domain.SignalType]int64, error)
	// CreateBank adds a bank; a taken name is an error for which Faults.Conflict is true.
	CreateBank(ctx context.Context, b domain.Bank) (domain.Bank, error)
	// ChangeBank lets change work on a bank and keeps the result, all in one transaction; a taken name is a conflict.
	ChangeBank(ctx context.Context, name string, change func(*domain.Bank) error) (domain.Bank, error)
	// RemoveBank takes a bank with all that is in it out of effect and frees its name.
	RemoveBank(ctx context.Context, id domain.BankID) error
	// Entries returns entries in the order they were added, behind the one named after.
	Entries(ctx context.Context, bank domain.BankID, after domain.EntryID, limit int) ([]domain.Entry, error)
	Entry(ctx context.Context, bank domain.BankID, id domain.EntryID) (domain.Entry, error)
	AddEntry(ctx context.Context, e domain.Entry) (domain.Entry, error)
	// ChangeEntry changes an entry that is not withdrawn and returns it as it is then.
	ChangeEntry(ctx context.Context, bank domain.BankID, id domain.EntryID, change domain.EntryChange) (domain.Entry, error)
	// WithdrawEntry takes an entry out of effect; doing so twice does nothing.
	WithdrawEntry(ctx context.Context, bank domain.BankID, id domain.EntryID) error
}

// Fingerprinter makes signals of a file that is added to a bank.
type Fingerprinter interface {
	// Fingerprints returns what can stand for a file, and one check for every detector that ran.
	Fingerprints(ctx context.Context, data []byte) ([]domain.Fingerprint, []domain.Check)
}

// Keys recognises programs.
type Keys interface {
	// Key returns the name of a valid API key. For one that is not valid Faults.Denied is true of the error.
	Key(ctx context.Context, key string) (name string, err error)
}

// Bodies bounds what requests may send.
type Bodies interface {
	// Admit bounds the body of a request to most bytes and reserves memory for it; release gives the memory back. A body that is too large is an
	// error for which Faults.TooLarge is true, here or when it is read; where there is no memory for it Faults.Full is.
	Admit(w http.ResponseWriter, r *http.Request, most int64) (release func(), err error)
}

// Faults tells errors of the rooms behind apart.
type Faults struct {
	NotFound func(error) bool // nothing has this name or id
	Conflict func(error) bool // the name is taken
	// Malformed says that what was asked has no meaning.
	Malformed func(error) bool
	Busy      func(error) bool // not now, but perhaps in a moment
	Denied    func(error) bool // the key is not valid
	Full      func(error) bool // there is no memory for the body at the moment
	TooLarge  func(error) (limit int64, is bool)
}

// Limits bound requests. All must be above zero.
type Limits struct {
	PartBytes int64         // one file
	Parts     int           // parts of one upload
	Batch     int           // items of an asynchronous batch
	Time      time.Duration // longest time a request is read and worked on
}

// Config joins the API to the rooms behind it.
type Config struct {
	Corridor     Corridor
	Records      Records
	Banks        Banks
	Hunts        Hunts
	People       People
	Policies     Policies
	Snoozes      Snoozes
	Alarms       Alarms
	Replays      Replays
	Fingerprint  Fingerprinter
	Explanations Explanations // nil: nothing is kept that could be explained
	Keys         Keys
	Bodies       Bodies
	Faults       Faults
	Limits       Limits
	SignalTypes  []SignalType
	// Observe is told of every request; route is one of a fixed set and holds nothing that a client chose. May be nil.
	Observe func(route string, status int, took time.Duration)
	Version string
	Log     *slog.Logger
}

// SignalType is a signal type as the API accepts it.
type SignalType struct {
	Name         domain.SignalType
	DefaultLimit int // where a bank sets none
	MaxLimit     int
	Parse        func(string) (string, error)
}

type server struct {
	Config
	huma   huma.API
	routes *http.ServeMux // of everything that needs a key
}

// New returns the handler of everything under /api/. It is safe for concurrent use.
func New(cfg Config) http.Handler {
	s := &server{Config: cfg, routes: http.NewServeMux()}
	s.huma = humago.New(s.routes, describedBy(cfg.Version))
	s.checkRoutes()
	s.lookupRoutes()
	s.batchRoutes()
	s.recordRoutes()
	s.bankRoutes()
	s.entryRoutes()
	s.huntRoutes()
	s.explanationRoutes()
	s.peopleRoutes()
	s.policyRoutes()
	s.snoozeRoutes()
	s.replayRoutes()

	top := http.NewServeMux()
	top.Handle("GET /api/openapi.json", s.document())
	top.Handle("GET /api/docs/", viewer())
	top.Handle("GET /api/docs", http.RedirectHandler("/api/docs/", http.StatusPermanentRedirect))
	top.Handle("/api/v1/", s.signedIn(s.routes))
	top.HandleFunc("/api/", func(w http.ResponseWriter, r *http.Request) {
		writeProblem(w, nothingAt(r.URL.Path))
	})
	return s.observed(problemsOnly(top))
}
