package store

import (
	"context"
	"database/sql"
	"errors"
	"fmt"

	"github.com/quell-project/quell/internal/domain"
)

// HuntSignals returns up to limit live signals that a hunt looks for, behind the one it has come to, in order.
func (q queries) HuntSignals(ctx context.Context, h domain.Hunt, types []domain.SignalType, limit int) (signals []domain.HuntSignal, err error) {
	collect := func(r *sql.Rows) error {
		var s domain.HuntSignal
		err := r.Scan(&s.At, &s.Bank, &s.Type, &s.Value)
		signals = append(signals, s)
		return err
	}
	after := h.Progress.After
	switch {
	case h.Entry != "":
		list, args := ofTypes(types, h.Entry, after, limit)
		err = eachRow(ctx, q.q, `select number, bank_id, type, value from signals where entry_id = $1 and number > $2 and withdrawn_at = 0 and type in `+list+` order by number limit $3`, args, collect)
	case h.Bank != "":
		list, args := ofTypes(types, h.Bank, after, limit)
		err = eachRow(ctx, q.q, `select number, bank_id, type, value from signals where bank_id = $1 and number > $2 and withdrawn_at = 0 and type in `+list+` order by number limit $3`, args, collect)
	default:
		// One type after the other, as the index lies. A hunt for changes spans so few that all of them are one batch.
		for _, t := range types {
			if err == nil {
				err = eachRow(ctx, q.q, `select s.seq, s.bank_id, s.type, s.value from signals s join banks b on b.id = s.bank_id
					where s.type = $1 and s.seq > $2 and s.seq <= $3 and s.withdrawn_at = 0 and b.kind <> 'negative' and b.removed_at = 0 order by s.seq limit $4`, []any{t, after, h.To, limit}, collect)
			}
		}
	}
	if err != nil {
		return nil, fmt.Errorf("read the signals of hunt %s: %w", h.ID, err)
	}
	return signals, nil
}

// ofTypes returns the list of parameters for signal types that follow some others, and all of them.
func ofTypes(types []domain.SignalType, others ...any) (list string, args []any) {
	list = params(len(others), len(types))
	for _, t := range types {
		others = append(others, t)
	}
	return list, others
}

// CountHuntSignals returns how many signals a hunt looks for, from its beginning.
func (q queries) CountHuntSignals(ctx context.Context, h domain.Hunt, types []domain.SignalType) (n int64, err error) {
	switch {
	case h.Entry != "":
		list, args := ofTypes(types, h.Entry)
		err = q.q.QueryRowContext(ctx, `select count(*) from signals where entry_id = $1 and withdrawn_at = 0 and type in `+list, args...).Scan(&n)
	case h.Bank != "":
		list, args := ofTypes(types, h.Bank)
		err = q.q.QueryRowContext(ctx, `select count(*) from signals where bank_id = $1 and withdrawn_at = 0 and type in `+list, args...).Scan(&n)
	default:
		for _, t := range types {
			var of int64
			err = errors.Join(err, q.q.QueryRowContext(ctx, `select count(*) from signals s join banks b on b.id = s.bank_id
				where s.type = $1 and s.seq > $2 and s.seq <= $3 and s.withdrawn_at = 0 and b.kind <> 'negative' and b.removed_at = 0`, t, h.From, h.To).Scan(&of))
			n += of
		}
	}
	if err != nil {
		return 0, fmt.Errorf("count the signals of a hunt: %w", err)
	}
	return n, nil
}

// HuntNews asks whether PlanHunts has anything to do, which is cheaper than calling it.
func (q queries) HuntNews(ctx context.Context, now domain.Time) (n domain.HuntNews, err error) {
	var resumed int
	err = q.q.QueryRowContext(ctx, `select h.value, s.value, b.value, (select count(*) from (select 1 from hunted_pauses where due_at <= $1 limit 1) as due)
		from counters h, counters s, counters b where h.name = 'hunted' and s.name = 'signal' and b.name = 'settings'`, now).Scan(&n.Hunted, &n.Newest, &n.Settings, &resumed)
	if err != nil {
		err = fmt.Errorf("read how far signals are hunted for: %w", err)
	}
	n.Resumed = resumed > 0
	return n, err
}

// DecidedAfter returns up to limit decisions behind one, by their ids, each with its upload, but only those for which the upload was looked at.
func (q queries) DecidedAfter(ctx context.Context, after domain.DecisionID, limit int) ([]domain.PastUpload, error) {
	var all []domain.PastUpload
	err := eachRow(ctx, q.q, `select d.id, `+qualified("u", uploadColumns)+` from decisions d join uploads u on u.id = d.upload_id
		where d.id > $1 and d.cause in ('upload', 'retry') order by d.id limit $2`, []any{after, limit}, func(r *sql.Rows) error {
		var d domain.PastUpload
		err := r.Scan(append([]any{&d.Decision}, uploadFields(&d.Upload)...)...)
		all = append(all, d)
		return err
	})
	if err != nil {
		return nil, fmt.Errorf("read what was decided: %w", err)
	}
	return all, nil
}

// UploadsByID returns those of some uploads that are on record, in no order.
func (q queries) UploadsByID(ctx context.Context, ids []domain.UploadID) ([]domain.Upload, error) {
	var uploads []domain.Upload
	err := eachRowIn(ctx, q, `select `+uploadColumns+` from uploads where id in %s`, nil, ids, func(r *sql.Rows) error {
		var u domain.Upload
		err := r.Scan(uploadFields(&u)...)
		uploads = append(uploads, u)
		return err
	})
	if err != nil {
		return nil, fmt.Errorf("read uploads: %w", err)
	}
	return uploads, nil
}

// HuntKey returns the key of a day, which is fresh if there was none.
func (tx *Tx) HuntKey(ctx context.Context, day int64, fresh string) (key string, err error) {
	if _, err = tx.q.ExecContext(ctx, `insert into hunt_keys (day, key) values ($1, $2) on conflict (day) do nothing`, day, fresh); err == nil {
		err = tx.q.QueryRowContext(ctx, `select key from hunt_keys where day = $1`, day).Scan(&key)
	}
	if err != nil {
		return "", fmt.Errorf("read the key of a day: %w", err)
	}
	return key, nil
}

// HuntKeys returns the keys of all days of which there are any.
func (q queries) HuntKeys(ctx context.Context) (map[int64]string, error) {
	keys := map[int64]string{}
	err := eachRow(ctx, q.q, `select day, key from hunt_keys`, nil, func(r *sql.Rows) error {
		var day int64
		var key string
		err := r.Scan(&day, &key)
		keys[day] = key
		return err
	})
	if err != nil {
		return nil, fmt.Errorf("read the keys of days: %w", err)
	}
	return keys, nil
}

// DropHuntKeys deletes the keys of days before one.
func (tx *Tx) DropHuntKeys(ctx context.Context, before int64) error {
	if _, err := tx.q.ExecContext(ctx, `delete from hunt_keys where day < $1`, before); err != nil {
		return fmt.Errorf("delete the keys of days: %w", err)
	}
	return nil
}

// AskToForget has the fingerprints of an account deleted by whoever keeps them.
func (tx *Tx) AskToForget(ctx context.Context, account domain.AccountID) error {
	if _, err := tx.q.ExecContext(ctx, `insert into hunt_forgets (account_id) values ($1) on conflict (account_id) do nothing`, account); err != nil {
		return fmt.Errorf("ask to forget an account: %w", err)
	}
	return nil
}

// AskedToForget returns the accounts whose fingerprints are to be deleted.
func (q queries) AskedToForget(ctx context.Context) ([]domain.AccountID, error) {
	var accounts []domain.AccountID
	err := eachRow(ctx, q.q, `select account_id from hunt_forgets`, nil, func(r *sql.Rows) error {
		var a domain.AccountID
		err := r.Scan(&a)
		accounts = append(accounts, a)
		return err
	})
	if err != nil {
		return nil, fmt.Errorf("read which accounts are to be forgotten: %w", err)
	}
	return accounts, nil
}

// Forgotten says that there are no fingerprints of an account any more.
func (tx *Tx) Forgotten(ctx context.Context, account domain.AccountID) error {
	if _, err := tx.q.ExecContext(ctx, `delete from hunt_forgets where account_id = $1`, account); err != nil {
		return fmt.Errorf("note that an account is forgotten: %w", err)
	}
	return nil
}
