package store

import (
	"context"
	"database/sql"
	"fmt"

	"github.com/quell-project/quell/internal/domain"
)

// LiveSignal is a signal that counts, with what a summary of the known needs to know of it.
type LiveSignal struct {
	Type   domain.SignalType
	Value  string
	Labels []string
}

// Live returns up to limit signals of some types that count in a bank at a moment, in the order of their numbers, behind the signal with the
// given number: none that are withdrawn or expired, and none of an entry that is paused. At least one type must be named.
func (q queries) Live(ctx context.Context, bank domain.BankID, types []domain.SignalType, now domain.Time, after int64, limit int) (signals []LiveSignal, last int64, err error) {
	args := []any{bank, after, now, limit}
	list := params(len(args), len(types))
	for _, t := range types {
		args = append(args, t)
	}
	err = eachRow(ctx, q.q, `select number, type, value, labels from signals
		where bank_id = $1 and number > $2 and withdrawn_at = 0 and (expires_at = 0 or expires_at > $3)
		and entry_id not in (select id from entries where paused_until > 0 and paused_until > $3) and type in `+list+` order by number limit $4`, args, func(r *sql.Rows) error {
		var s LiveSignal
		err := r.Scan(&last, &s.Type, &s.Value, jsonText[[]string]{&s.Labels})
		signals = append(signals, s)
		return err
	})
	if err != nil {
		return nil, 0, fmt.Errorf("list live signals: %w", err)
	}
	return signals, last, nil
}

// CountLive returns how many signals of each type Live returns.
func (q queries) CountLive(ctx context.Context, bank domain.BankID, now domain.Time) (map[domain.SignalType]int64, error) {
	return q.countByType(ctx, `select type, count(*) from signals where bank_id = $1 and withdrawn_at = 0 and (expires_at = 0 or expires_at > $2)
		and entry_id not in (select id from entries where paused_until > 0 and paused_until > $2) group by type`, bank, now)
}
