package retrohunt

import (
	"context"
	"log/slog"
	"time"

	"github.com/quell-project/quell/internal/domain"
)

// Past is what was decided, as SQL has it.
type Past interface {
	// EventsAfter returns events behind a position of the outbox, in order; old ones may be gone.
	EventsAfter(ctx context.Context, seq int64, limit int) ([]domain.Event, error)
	LastEventSeq(ctx context.Context) (int64, error)
	// DecidedAfter returns decisions behind one, by their ids, each with its upload, but not those that a hunt has led to.
	DecidedAfter(ctx context.Context, after domain.DecisionID, limit int) ([]domain.PastUpload, error)
	// UploadsByID returns those of some uploads that are on record, in no order.
	UploadsByID(ctx context.Context, ids []domain.UploadID) ([]domain.Upload, error)
	// HuntKey returns the key of a day for hashes of accounts, which is fresh if there was none.
	HuntKey(ctx context.Context, day int64, fresh string) (key string, err error)
	// HuntKeys returns the keys of all days.
	HuntKeys(ctx context.Context) (map[int64]string, error)
	// AskedToForget returns the accounts whose fingerprints are to be deleted, and Forgotten says of one that they are.
	AskedToForget(ctx context.Context) ([]domain.AccountID, error)
	Forgotten(ctx context.Context, account domain.AccountID) error
	// DropHuntKeys deletes the keys of days before one.
	DropHuntKeys(ctx context.Context, before int64) error
}

// Hunts are the rows of hunts.
type Hunts interface {
	HuntNews(ctx context.Context, now domain.Time) (domain.HuntNews, error)
	// PlanHunts makes hunts for all that came to count since it was last called. Looser says which changes of a bank let more match.
	PlanHunts(ctx context.Context, looser func(before, after domain.Bank) bool) (made int, err error)
	UnfinishedHunts(ctx context.Context) ([]domain.Hunt, error)
	// HuntSignals returns live signals that a hunt looks for, behind the one it has come to, in order.
	HuntSignals(ctx context.Context, h domain.Hunt, limit int) ([]domain.HuntSignal, error)
	Banks(ctx context.Context) ([]domain.Bank, error)
	// Step writes down, in one transaction, how far a hunt has come and what it has found; it counts what is new. goesOn is false for a hunt that
	// somebody has cancelled.
	Step(ctx context.Context, h domain.Hunt, found []domain.UploadID) (after domain.Hunt, goesOn bool, err error)
	WaitingFinds(ctx context.Context, id domain.HuntID, limit int) ([]domain.Find, error)
	// Settle writes down what became of finds, and counts it.
	Settle(ctx context.Context, h domain.Hunt, finds []domain.Find) (after domain.Hunt, goesOn bool, err error)
}

// Corridor decides.
type Corridor interface {
	// CatchUp brings the live index up to date.
	CatchUp(ctx context.Context) error
	// Reconsider looks an upload up again and decides, if that says anything new. An upload that is not on record is an error for which
	// Config.NotFound is true.
	Reconsider(ctx context.Context, id domain.UploadID) (d domain.Decision, made bool, err error)
}

// Config says what to hunt in and how. All fields must be set, but for those that say otherwise.
type Config struct {
	Dir    string        // folder of the fingerprints
	Window time.Duration // how long fingerprints are kept
	Grace  time.Duration // longer than any check may take, with its commit
	Past   Past
	Hunts  Hunts
	// Corridor decides about what was found.
	Corridor Corridor
	NotFound func(error) bool
	// Prints returns the fingerprints of an upload that are looked up.
	Prints func(domain.Upload) []domain.Fingerprint
	// Derived returns the fingerprints that a picture would have turned or mirrored, which have to be nearer than others by Margin.
	Derived func(domain.Fingerprint) []domain.Fingerprint
	Margin  int
	// Limit returns the largest distance at which signals of a type match in a bank; below 0 none does.
	Limit func(domain.Bank, domain.SignalType) int
	// Busy reports whether checks are under way, which come first; nil: never.
	Busy    func() bool
	Workers int // of a search
	// Poll is how often it is looked for what there is to do; 0: twice a second.
	Poll time.Duration
	Now  func() time.Time
	Log  *slog.Logger
}
