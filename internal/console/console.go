package console

import (
	"context"
	"errors"
	"log/slog"
	"net/http"
	"time"

	"github.com/quell-project/quell/internal/domain"
)

// Errors that implementations of Record and SignIn wrap, so that the console can say what is the matter. Any other error means that the
// implementation is out of order at the moment.
var (
	// ErrNotFound says that the record holds nothing of that name.
	ErrNotFound = errors.New("not on record")
	// ErrLink says that a sign-in link does not work: it was used, is too old or was never given out.
	ErrLink = errors.New("sign-in link does not work")
	// ErrSession says that a session has ended or never was.
	ErrSession = errors.New("no such session")
)

// Record is what the console reads: the decisions and the uploads they are about, and the banks that uploads are compared with. It MUST be
// safe for concurrent use.
type Record interface {
	// Decisions returns at most q.Limit decisions, newest first.
	Decisions(ctx context.Context, q DecisionQuery) ([]domain.Recorded, error)
	// Decision returns one decision. The error wraps ErrNotFound where there is none.
	Decision(ctx context.Context, id domain.DecisionID) (domain.Recorded, error)
	// Counts returns how many decisions of each verdict were made from one moment up to, not including, another, in spans of the given length
	// that begin at from. Spans without decisions may be left out.
	Counts(ctx context.Context, from, to domain.Time, bucket time.Duration) ([]domain.VerdictCount, error)
	// Unchecked counts like Counts, but only decisions of which a check did not complete.
	Unchecked(ctx context.Context, from, to domain.Time, bucket time.Duration) ([]domain.VerdictCount, error)
	// Rendition returns the veiled picture of one part of an upload. The error wraps ErrNotFound where none is kept.
	Rendition(ctx context.Context, upload domain.UploadID, part string) (mediaType string, data []byte, err error)
	// Banks returns all banks by name.
	Banks(ctx context.Context) ([]domain.Bank, error)
	// BankNamed returns one bank. The error wraps ErrNotFound where there is none.
	BankNamed(ctx context.Context, name string) (domain.Bank, error)
	// Additions returns when the newest entry of each bank was made; banks without entries are absent.
	Additions(ctx context.Context) (map[domain.BankID]domain.Time, error)
	// Matched returns for each bank how many decisions since a moment have a match with it. It reads no more than the newest most matches: if
	// there are more, whole is false and the numbers are too small.
	Matched(ctx context.Context, since domain.Time, most int) (decisions map[domain.BankID]int64, whole bool, err error)
	// Entries returns at most limit entries of a bank with their signals, newest first, beginning with the entry named from or, where the bank
	// does not hold it, the next older one; with "", from the newest.
	Entries(ctx context.Context, bank domain.BankID, from domain.EntryID, limit int) ([]domain.Entry, error)
	// Hunts returns at most limit searches among past uploads that are older than one, newest first; with "", from the newest.
	Hunts(ctx context.Context, before domain.HuntID, limit int) ([]domain.Hunt, error)
	// Hunt returns one search. The error wraps ErrNotFound where there is none.
	Hunt(ctx context.Context, id domain.HuntID) (domain.Hunt, error)
	// HuntDecisions returns at most limit decisions that a search has led to, newest first.
	HuntDecisions(ctx context.Context, id domain.HuntID, limit int) ([]domain.Recorded, error)
}

// Index is the live index: what uploads are compared with at this moment. It MUST be safe for concurrent use.
type Index interface {
	// Ready reports whether the index holds what the record holds. Where it does not, its counts may be wrong.
	Ready() bool
	// Counts returns how many live signals of each type it holds of a bank, by the number of the bank. It MUST be fast: it is asked for every
	// bank whenever somebody looks at them.
	Counts(bank int64) map[domain.SignalType]int64
}

// SignalType is a type of signals as the console needs to know it.
type SignalType struct {
	Name  domain.SignalType
	Limit int  // largest distance that matches, where a bank sets no other
	Exact bool // signals are equal or not: there is no distance, and no limit to set
}

// DecisionQuery says which decisions are wanted. The zero values of all but Limit mean "any".
type DecisionQuery struct {
	Verdict   domain.Verdict    // only this verdict
	Unchecked bool              // only decisions of which a check did not complete
	Before    domain.DecisionID // only decisions older than this one
	Limit     int               // at most so many
}

// SignIn knows who is at the other end. It MUST be safe for concurrent use.
type SignIn interface {
	// Redeem turns the token of a one-time link into a session. The error wraps ErrLink where the link does not work.
	Redeem(ctx context.Context, token string) (session string, expires time.Time, err error)
	// Person returns the name of whoever the session belongs to. The error wraps ErrSession where it belongs to nobody.
	Person(ctx context.Context, session string) (name string, err error)
	// End ends a session. Ending one that has ended is no error.
	End(ctx context.Context, session string) error
}

// Config is what the console needs.
type Config struct {
	Record        Record
	Index         Index
	SignIn        SignIn
	Policies      Policies
	Facts         Facts            // nil: none are kept, and no decision is explained
	Replays       Replays          // nil: there is no such room
	Types         []SignalType     // all that there are, in the order in which people see them
	Now           func() time.Time // nil: the time of the machine
	Log           *slog.Logger     // nil: nothing is logged
	SecureCookies bool             // whether people come by HTTPS: cookies are then sent by no other way
	Version       string           // of Quell, for the foot of the page
	HMA           string           // where the face for clients of HMA is: an address, or a path at the address of the console; "": nowhere
}

// console holds what all pages share. Its fields do not change after New, but for those that guard themselves.
type console struct {
	Config
	words  *words
	assets assets
	outage outage
}

// New returns the handler of the whole console: "/" and everything below it that is not an asset needs a session; unknown paths answer 404.
// The handler is safe for concurrent use. New does no input or output.
func New(cfg Config) (http.Handler, error) {
	if cfg.Record == nil || cfg.Index == nil || cfg.SignIn == nil || cfg.Policies == nil {
		return nil, errors.New("console: Record, Index, SignIn and Policies must be set")
	}
	if cfg.Now == nil {
		cfg.Now = time.Now
	}
	if cfg.Log == nil {
		cfg.Log = slog.New(slog.DiscardHandler)
	}
	files, err := loadAssets()
	if err != nil {
		return nil, err
	}
	c := &console{Config: cfg, words: english(), assets: files}

	mux := http.NewServeMux()
	mux.HandleFunc("GET /{$}", c.signedIn(c.overviewPage))
	mux.HandleFunc("GET /latest", c.signedIn(c.overviewPart))
	mux.HandleFunc("GET /decisions/{id}", c.signedIn(c.decisionPage))
	mux.HandleFunc("GET /banks", c.signedIn(c.banksPage))
	mux.HandleFunc("GET /banks/{name}", c.signedIn(c.bankPage))
	mux.HandleFunc("GET /banks/id/{id}", c.signedIn(c.bankByID))
	mux.HandleFunc("GET /retrohunts", c.signedIn(c.huntsPage))
	mux.HandleFunc("GET /retrohunts/{id}", c.signedIn(c.huntPage))
	mux.HandleFunc("GET /policies", c.signedIn(c.policiesPage))
	mux.HandleFunc("GET /policies/{name}", c.signedIn(c.policyPage))
	mux.HandleFunc("POST /policies/{name}/requests/{id}", c.signedIn(c.act(c.answerMove)))
	mux.HandleFunc("POST /policies/{name}/rollback", c.signedIn(c.act(c.rollback)))
	mux.HandleFunc("POST /policies/{name}/steps/{id}/review", c.signedIn(c.act(c.review)))
	mux.HandleFunc("POST /policies/{name}/snoozes/{id}/end", c.signedIn(c.act(c.endSnooze)))
	mux.HandleFunc("POST /alarms/{id}/acknowledge", c.signedIn(c.acknowledge))
	if cfg.Replays != nil {
		mux.HandleFunc("GET /replays", c.signedIn(c.replaysPage))
		mux.HandleFunc("GET /replays/{id}", c.signedIn(c.replayPage))
		mux.HandleFunc("GET /replays/{id}/latest", c.signedIn(c.replayPart))
		mux.HandleFunc("POST /policies/{name}/replays", c.signedIn(c.startReplay))
	}
	mux.HandleFunc("GET /renditions/{upload}/{part}", c.signedIn(c.rendition))
	mux.HandleFunc("GET /sign-in", c.signInPage)
	mux.HandleFunc("POST /sign-in", c.redeem)
	mux.HandleFunc("GET /sign-out", c.signedIn(c.signOutPage))
	mux.HandleFunc("POST /sign-out", c.signOut)
	mux.Handle("GET "+assetPrefix+"{name}", c.assets)
	mux.HandleFunc("/", func(w http.ResponseWriter, r *http.Request) { c.notFound(w, r, "") })
	return c.guarded(mux), nil
}
