package hmaimport

import (
	"context"
	"fmt"
	"slices"

	"github.com/quell-project/quell/internal/domain"
)

// takeBanks makes the banks that are missing, and gives the others the share that they have in HMA.
func (t *takeover) takeBanks(ctx context.Context) error {
	rows, err := t.from.banks(ctx)
	if err != nil {
		return err
	}
	t.banks = make(map[int64]bankRow, len(rows))
	for _, row := range rows {
		t.banks[row.id] = row
	}
	return t.tx(ctx, func(tx Tx, s *step) error {
		here, err := banksByName(ctx, tx)
		if err != nil {
			return err
		}
		for _, row := range rows {
			b, known := here[row.name]
			if reason := unusable(row, b); reason != "" {
				s.Banks.NotTaken++
				s.tell(Issue{Outcome: NotTaken, Reason: reason, Bank: row.name})
			} else if err := t.takeBank(ctx, tx, row, b, known, s); err != nil {
				return err
			}
		}
		return nil
	})
}

// unusable says why a bank cannot be taken to the one of its name here, if there is one; "" if it can.
func unusable(row bankRow, here domain.Bank) Reason {
	switch {
	case domain.CheckBankName(row.name) != nil:
		return BankName
	case here.Kind == domain.Negative: // what is known to be harmful would keep other banks from matching
		return BankKind
	}
	return ""
}

// takeBank makes a bank, or changes the share of the one that is known.
func (t *takeover) takeBank(ctx context.Context, tx Tx, row bankRow, here domain.Bank, known bool, s *step) error {
	share, ok := shareOf(row.ratio)
	if !ok {
		s.tell(Issue{Outcome: Altered, Reason: ShareClamped, Bank: row.name, Detail: fmt.Sprintf("%g became %g", row.ratio, share)})
	}
	if !known {
		b := t.newBank(row)
		if b.Kind == domain.KnownCSAM {
			s.tell(Issue{Outcome: Noted, Reason: CSAMBank, Bank: row.name})
		}
		s.Banks.Taken++
		_, err := tx.CreateBank(ctx, b)
		return err
	}
	if here.EnabledShare == share {
		s.Banks.There++
		return nil
	}
	s.Banks.Changed++
	_, err := tx.ChangeBank(ctx, row.name, func(b *domain.Bank) error {
		b.EnabledShare = share
		return nil
	})
	return err
}

// newBank is a bank as it is made here.
func (t *takeover) newBank(row bankRow) domain.Bank {
	share, _ := shareOf(row.ratio)
	b := domain.Bank{Name: row.name, Kind: domain.Known, EnabledShare: share}
	i := slices.IndexFunc(t.exchanges, func(e exchangeRow) bool { return e.id == row.exchange })
	if i >= 0 {
		b.Kind = domain.Exchange{API: t.exchanges[i].api}.BankKind()
	}
	return b
}
