package hmaimport

import (
	"context"
	"encoding/json"

	"github.com/quell-project/quell/internal/domain"
)

// Store is where an HMA is taken to.
type Store interface {
	// Tx runs f in one transaction and commits it; an error of f undoes all of it and is returned. It may run f again, so f does nothing
	// that lasts but through the Tx.
	Tx(ctx context.Context, f func(Tx) error) error
}

// Tx is a transaction of a store.
type Tx interface {
	Banks(ctx context.Context) ([]domain.Bank, error)
	CreateBank(ctx context.Context, b domain.Bank) (domain.Bank, error)
	ChangeBank(ctx context.Context, name string, change func(*domain.Bank) error) (domain.Bank, error)
	// LockBanks keeps others from changing the contents of banks. A transaction that changes several calls it first.
	LockBanks(ctx context.Context, ids []domain.BankID) error

	// EntriesReferred returns those entries of a bank that have one of the references, by reference.
	EntriesReferred(ctx context.Context, bank domain.BankID, refs []string) (map[string]domain.Entry, error)
	// EntriesNumbered returns those entries of any bank that have one of the numbers, by number and without their signals.
	EntriesNumbered(ctx context.Context, numbers []int64) (map[int64]domain.Entry, error)
	// ReserveNumbers keeps the numbers up to the given one for records that want them.
	ReserveNumbers(ctx context.Context, upTo int64) error
	// ApplyRecords brings a bank in line with records, as package bank wants it of a store.
	ApplyRecords(ctx context.Context, bank domain.BankID, records []domain.ListRecord) (domain.ListOutcome, error)
	// Listed returns up to limit signals of a bank as records, behind the signal with the given number.
	Listed(ctx context.Context, bank domain.BankID, after int64, limit int) (records []domain.ListRecord, last int64, err error)

	Exchanges(ctx context.Context) ([]domain.Exchange, error)
	// AdoptExchange adds an exchange to the bank of its name, which is made if it is not there.
	AdoptExchange(ctx context.Context, e domain.Exchange) (domain.Exchange, error)
	EnableExchange(ctx context.Context, name string, enabled bool) (domain.Exchange, error)

	// Shares returns the share of lookups for which signal types count; absent is 1.
	Shares(ctx context.Context) (map[domain.SignalType]float64, error)
	SetShare(ctx context.Context, t domain.SignalType, share float64) error

	HasCredentials(ctx context.Context, api string) (bool, error)
	Credentials(ctx context.Context, api string) (sealed string, err error)
	SetCredentials(ctx context.Context, api, sealed string) error
}

// Vault seals credentials before they are kept.
type Vault interface {
	Seal(api string, credentials json.RawMessage) (sealed string, err error)
	Open(api, sealed string) (json.RawMessage, error)
}
