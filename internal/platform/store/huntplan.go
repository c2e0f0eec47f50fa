package store

import (
	"context"
	"database/sql"
	"fmt"
	"maps"

	"github.com/quell-project/quell/internal/domain"
)

// notePause keeps in mind, in the transaction that pauses an entry or resumes it, when its signals are to be hunted for: what was uploaded during
// the pause was not compared with them.
func (tx *Tx) notePause(ctx context.Context, e domain.Entry) (err error) {
	if e.PausedUntil > tx.now {
		_, err = tx.q.ExecContext(ctx, `insert into hunted_pauses (entry_id, due_at) values ($1, $2) on conflict (entry_id) do update set due_at = excluded.due_at`, e.ID, e.PausedUntil)
	} else {
		_, err = tx.q.ExecContext(ctx, `update hunted_pauses set due_at = $1 where entry_id = $2`, tx.now, e.ID)
	}
	if err != nil {
		return fmt.Errorf("note the pause of entry %s: %w", e.ID, err)
	}
	return nil
}

// HuntPlan says what PlanHunts goes by.
type HuntPlan struct {
	Types []domain.SignalType // that can be hunted for
	Most  int64               // uploads that a hunt may find
	// Looser reports whether a bank lets anything match that it did not let match before.
	Looser func(before, after domain.Bank) bool
}

// PlanHunts makes hunts for everything that came to count since it was last called: signals that are new or count again, banks whose settings let
// more match, entries whose pause has ended. What it has seen is written down in the same transaction, so nothing is forgotten and nothing is
// hunted for twice. It returns how many hunts it made.
func (tx *Tx) PlanHunts(ctx context.Context, plan HuntPlan) (made int, err error) {
	for _, part := range []func(context.Context, HuntPlan) (int, error){tx.planSignals, tx.planBanks, tx.planEntries} {
		n, err := part(ctx, plan)
		if err != nil {
			return 0, fmt.Errorf("plan hunts: %w", err)
		}
		made += n
	}
	return made, nil
}

func (tx *Tx) planSignals(ctx context.Context, plan HuntPlan) (int, error) {
	news, err := tx.HuntNews(ctx, tx.now)
	from, newest := news.Hunted, news.Newest
	if err != nil || from == newest {
		return 0, err
	}
	if newest < from { // the database was put back to an earlier state
		from = newest
	}
	h := domain.Hunt{Reason: domain.HuntSignals, From: from, To: min(newest, from+domain.MaxHuntBatch)}
	if _, err := tx.q.ExecContext(ctx, `update counters set value = $1 where name = $2`, h.To, counterHunted); err != nil {
		return 0, err
	}
	return tx.huntFor(ctx, h, plan)
}

func (tx *Tx) planBanks(ctx context.Context, plan HuntPlan) (made int, err error) {
	seen := map[domain.BankID]domain.Bank{}
	err = eachRow(ctx, tx.q, `select bank_id, kind, limits, enabled_share from hunted_banks`, nil, func(r *sql.Rows) error {
		var b domain.Bank
		err := r.Scan(&b.ID, &b.Kind, jsonText[map[domain.SignalType]int]{&b.Limits}, &b.EnabledShare)
		seen[b.ID] = b
		return err
	})
	if err != nil {
		return 0, err
	}
	banks, err := tx.Banks(ctx)
	if err != nil {
		return 0, err
	}
	for _, b := range banks {
		before, known := seen[b.ID]
		if known && before.Kind == b.Kind && before.EnabledShare == b.EnabledShare && maps.Equal(before.Limits, b.Limits) {
			continue
		}
		_, limits, err := limitsOf(b)
		if err != nil {
			return 0, err
		}
		_, err = tx.q.ExecContext(ctx, `insert into hunted_banks (bank_id, kind, limits, enabled_share) values ($1, $2, $3, $4)
			on conflict (bank_id) do update set kind = excluded.kind, limits = excluded.limits, enabled_share = excluded.enabled_share`,
			b.ID, b.Kind, limits, b.EnabledShare)
		if err != nil {
			return 0, err
		}
		if !known || !plan.Looser(before, b) { // the signals of a new bank are new
			continue
		}
		n, err := tx.huntFor(ctx, domain.Hunt{Reason: domain.HuntBank, Bank: b.ID, BankName: b.Name}, plan)
		if err != nil {
			return 0, err
		}
		made += n
	}
	return made, nil
}

// huntFor makes a hunt if it has anything to look for.
func (tx *Tx) huntFor(ctx context.Context, h domain.Hunt, plan HuntPlan) (made int, err error) {
	h.Most = plan.Most
	if h.Signals, err = tx.CountHuntSignals(ctx, h, plan.Types); err != nil || h.Signals == 0 {
		return 0, err
	}
	_, err = tx.CreateHunt(ctx, h)
	return 1, err
}

// pausesAtOnce bounds how many entries are looked at in one transaction.
const pausesAtOnce = 200

func (tx *Tx) planEntries(ctx context.Context, plan HuntPlan) (made int, err error) {
	var due []domain.Hunt
	err = eachRow(ctx, tx.q, `select p.entry_id, e.bank_id, b.name, b.kind, e.withdrawn_at, b.removed_at from hunted_pauses p join entries e on e.id = p.entry_id join banks b on b.id = e.bank_id
		where p.due_at <= $1 order by p.due_at limit $2`, []any{tx.now, pausesAtOnce}, func(r *sql.Rows) error {
		h := domain.Hunt{Reason: domain.HuntEntry}
		var kind domain.BankKind
		var withdrawn, removed domain.Time
		err := r.Scan(&h.Entry, &h.Bank, &h.BankName, &kind, &withdrawn, &removed)
		if kind == domain.Negative || withdrawn+removed > 0 {
			h.Bank = "" // nothing to hunt for
		}
		due = append(due, h)
		return err
	})
	if err != nil {
		return 0, err
	}
	for _, h := range due {
		if _, err := tx.q.ExecContext(ctx, `delete from hunted_pauses where entry_id = $1`, h.Entry); err != nil {
			return 0, err
		}
		if h.Bank == "" {
			continue
		}
		n, err := tx.huntFor(ctx, h, plan)
		if err != nil {
			return 0, err
		}
		made += n
	}
	return made, nil
}
