package app

import (
	"context"
	"errors"
	"time"

	"github.com/quell-project/quell/internal/domain"
	"github.com/quell-project/quell/internal/pipeline"
	"github.com/quell-project/quell/internal/pipeline/match"
	"github.com/quell-project/quell/internal/platform/bus"
	"github.com/quell-project/quell/internal/platform/fetch"
	"github.com/quell-project/quell/internal/platform/obs"
	"github.com/quell-project/quell/internal/platform/store"
)

// The types of this file fit the store, the bus and the fetcher to what the rooms above have asked for. They decide nothing.

// ledger commits decisions.
type ledger struct {
	store   *store.Store
	bus     *bus.Bus
	metrics *obs.Metrics
}

// commitTime is after how long a database that neither commits nor fails is given up, so that a stop does not wait for it forever.
const commitTime = time.Minute

// Commit implements record.Ledger.
func (l ledger) Commit(ctx context.Context, recordings []domain.Recording) (decisions []domain.Decision, err error) {
	ctx, cancel := context.WithTimeout(ctx, commitTime)
	defer cancel()
	err = l.store.Tx(ctx, func(tx *store.Tx) error {
		decisions, err = tx.RecordDecisions(ctx, recordings)
		return err
	})
	if err != nil {
		return nil, err
	}
	l.bus.Wake(bus.WakeOutbox)
	for i, d := range decisions {
		if d.ID == recordings[i].Decision.ID {
			l.metrics.Decided(d)
		}
	}
	return decisions, nil
}

// uploads keeps uploads.
type uploads struct {
	store *store.Store
	bus   *bus.Bus
}

// Known implements pipeline.Uploads.
func (u uploads) Known(ctx context.Context, content domain.ContentID, digest string) (domain.Upload, domain.Decision, bool, error) {
	upload, err := u.store.UploadOf(ctx, content, digest)
	if errors.Is(err, store.ErrNotFound) {
		return domain.Upload{}, domain.Decision{}, false, nil
	}
	if err != nil {
		return domain.Upload{}, domain.Decision{}, false, err
	}
	d, err := u.last(ctx, upload.ID)
	return upload, d, true, err
}

// Pending implements pipeline.Uploads.
func (u uploads) Pending(ctx context.Context, id domain.UploadID) (domain.Upload, domain.Decision, error) {
	upload, err := u.store.Upload(ctx, id)
	if err != nil {
		return domain.Upload{}, domain.Decision{}, err
	}
	d, err := u.last(ctx, id)
	return upload, d, err
}

// last returns the newest decision about an upload, or none.
func (u uploads) last(ctx context.Context, id domain.UploadID) (domain.Decision, error) {
	d, err := u.store.LastDecision(ctx, id)
	if errors.Is(err, store.ErrNotFound) {
		return domain.Decision{}, nil
	}
	return d, err
}

// Accept implements pipeline.Uploads.
func (u uploads) Accept(ctx context.Context, all []domain.Upload) (accepted []domain.Upload, err error) {
	err = u.store.Tx(ctx, func(tx *store.Tx) error {
		accepted, err = tx.AcceptUploads(ctx, all, acceptedEvent)
		return err
	})
	if err == nil {
		u.bus.Wake(bus.WakeOutbox)
	}
	return accepted, err
}

// guardedFetch opens URLs.
type guardedFetch struct{ fetcher *fetch.Fetcher }

// Fetch implements pipeline.Fetcher.
func (g guardedFetch) Fetch(ctx context.Context, url string) ([]byte, error) {
	doc, err := g.fetcher.Get(ctx, url)
	if e, ok := errors.AsType[*fetch.Error](err); ok {
		return nil, &pipeline.FetchError{Reason: e.Reason, Temporary: e.Temporary}
	}
	return doc.Body, err
}

// curation is the store with every change in a transaction of its own and announced at once.
type curation struct {
	*store.Store
	bus   *bus.Bus
	index *match.Index
}

func (c curation) change(ctx context.Context, f func(*store.Tx) error) error {
	err := c.Tx(ctx, f)
	if err == nil {
		c.bus.Wake(bus.WakeOutbox)
	}
	return err
}

// CreateBank implements api.Banks.
func (c curation) CreateBank(ctx context.Context, b domain.Bank) (created domain.Bank, err error) {
	err = c.change(ctx, func(tx *store.Tx) error {
		created, err = tx.CreateBank(ctx, b)
		return err
	})
	return created, err
}

// CountSignals implements api.Banks: by the index, which knows it at once, where SQL reads every signal.
func (c curation) CountSignals(ctx context.Context, b domain.Bank) (map[domain.SignalType]int64, error) {
	if c.index.Ready() {
		return c.index.Counts(b.Number), nil
	}
	return c.Store.CountSignals(ctx, b.ID)
}

// ChangeBank implements api.Banks.
func (c curation) ChangeBank(ctx context.Context, name string, change func(*domain.Bank) error) (changed domain.Bank, err error) {
	err = c.change(ctx, func(tx *store.Tx) error {
		changed, err = tx.ChangeBank(ctx, name, change)
		return err
	})
	return changed, err
}

// RemoveBank implements hma.Curation.
func (c curation) RemoveBank(ctx context.Context, id domain.BankID) error {
	return c.change(ctx, func(tx *store.Tx) error { return tx.RemoveBank(ctx, id) })
}

// ChangeEntry implements hma.Curation.
func (c curation) ChangeEntry(ctx context.Context, bank domain.BankID, id domain.EntryID, change domain.EntryChange) (changed domain.Entry, err error) {
	err = c.change(ctx, func(tx *store.Tx) error {
		changed, err = tx.ChangeEntry(ctx, bank, id, change)
		return err
	})
	return changed, err
}

// SetShare implements hma.Curation.
func (c curation) SetShare(ctx context.Context, t domain.SignalType, share float64) error {
	return c.change(ctx, func(tx *store.Tx) error { return tx.SetShare(ctx, t, share) })
}

// AddEntry implements api.Banks.
func (c curation) AddEntry(ctx context.Context, e domain.Entry) (added domain.Entry, err error) {
	err = c.change(ctx, func(tx *store.Tx) error {
		added, err = tx.AddEntry(ctx, e)
		return err
	})
	return added, err
}

// WithdrawEntry implements api.Banks.
func (c curation) WithdrawEntry(ctx context.Context, bank domain.BankID, id domain.EntryID) error {
	return c.change(ctx, func(tx *store.Tx) error { return tx.WithdrawEntry(ctx, bank, id) })
}

// Vault is the store as the keeper of keys, links and sessions.
type Vault struct{ Store *store.Store }

// KeyName implements auth.Vault.
func (v Vault) KeyName(ctx context.Context, hash string) (string, error) {
	k, err := v.Store.KeyByHash(ctx, hash)
	return k.Name, err
}

// PutKey implements auth.Vault.
func (v Vault) PutKey(ctx context.Context, name, hash string) error {
	return v.Store.Tx(ctx, func(tx *store.Tx) error { return tx.PutKey(ctx, name, hash) })
}

// PutSignInLink implements auth.Vault.
func (v Vault) PutSignInLink(ctx context.Context, hash, person string, expires domain.Time) error {
	return v.Store.Tx(ctx, func(tx *store.Tx) error { return tx.PutSignInLink(ctx, hash, person, expires) })
}

// UseSignInLink implements auth.Vault.
func (v Vault) UseSignInLink(ctx context.Context, hash string) (person string, err error) {
	err = v.Store.Tx(ctx, func(tx *store.Tx) error {
		person, err = tx.UseSignInLink(ctx, hash)
		return err
	})
	return person, err
}

// PutSession implements auth.Vault.
func (v Vault) PutSession(ctx context.Context, hash, person string, expires domain.Time) error {
	return v.Store.Tx(ctx, func(tx *store.Tx) error { return tx.PutSession(ctx, hash, person, expires) })
}

// PersonOfSession implements auth.Vault.
func (v Vault) PersonOfSession(ctx context.Context, hash string, now domain.Time) (string, error) {
	return v.Store.PersonOfSession(ctx, hash, now)
}

// EndSession implements auth.Vault.
func (v Vault) EndSession(ctx context.Context, hash string) error {
	return v.Store.Tx(ctx, func(tx *store.Tx) error { return tx.EndSession(ctx, hash) })
}

// NotFound implements auth.Vault.
func (v Vault) NotFound(err error) bool { return errors.Is(err, store.ErrNotFound) }
