package hmaimport

import (
	"bytes"
	"context"
	"encoding/json"
	"fmt"

	"github.com/quell-project/quell/internal/domain"
	"github.com/quell-project/quell/internal/exchange"
)

// takeExchanges makes the exchanges that are missing, and enables or disables the others as they are in HMA.
func (t *takeover) takeExchanges(ctx context.Context) error {
	fed := map[int64]string{}
	for _, b := range t.banks {
		fed[b.exchange] = b.name
	}
	return t.tx(ctx, func(tx Tx, s *step) error {
		all, err := tx.Exchanges(ctx)
		if err != nil {
			return err
		}
		here := make(map[string]domain.Exchange, len(all))
		for _, e := range all {
			here[e.Name] = e
		}
		banks, err := banksByName(ctx, tx)
		if err != nil {
			return err
		}
		for _, row := range t.exchanges {
			e, reason, detail := exchangeOf(row)
			if reason == "" && banks[row.name].Kind == domain.Negative {
				reason = BankKind
			}
			if reason != "" {
				s.Exchanges.NotTaken++
				s.tell(Issue{Outcome: NotTaken, Reason: reason, Exchange: row.name, API: row.api, Detail: plain(detail)})
				continue
			}
			if err := takeExchange(ctx, tx, e, here, s); err != nil {
				return err
			}
			if name, ok := fed[row.id]; ok && name != row.name {
				s.tell(Issue{Outcome: Altered, Reason: ExchangeBank, Exchange: row.name, Bank: name})
			}
			if row.enabled {
				s.tell(Issue{Outcome: Noted, Reason: NotFetched, Exchange: row.name, API: row.api})
			}
			if row.fetched {
				s.tell(Issue{Outcome: Noted, Reason: CheckpointLeft, Exchange: row.name, API: row.api})
			}
		}
		return nil
	})
}

// exchangeOf reads an exchange, or says why it cannot be taken.
func exchangeOf(row exchangeRow) (e domain.Exchange, reason Reason, detail string) {
	api, ok := exchange.Named(row.api)
	switch {
	case domain.CheckBankName(row.name) != nil: // its bank has its name
		return e, BankName, ""
	case !ok:
		return e, ExchangeAPI, ""
	case row.config == nil:
		return e, ExchangeConfig, fmt.Sprintf("more than %d bytes", mostDocument)
	}
	config, _, err := api.Parse(json.RawMessage(*row.config))
	if err != nil {
		return e, ExchangeConfig, err.Error()
	}
	return domain.Exchange{Name: row.name, API: api.Name, Config: config, Enabled: row.enabled}, "", ""
}

func takeExchange(ctx context.Context, tx Tx, e domain.Exchange, here map[string]domain.Exchange, s *step) (err error) {
	known, ok := here[e.Name]
	switch {
	case !ok:
		s.Exchanges.Taken++
		_, err = tx.AdoptExchange(ctx, e)
	case known.API != e.API || !bytes.Equal(known.Config, e.Config):
		s.Exchanges.NotTaken++
		s.tell(Issue{Outcome: NotTaken, Reason: ExchangeDiffers, Exchange: e.Name, API: e.API})
	case known.Enabled != e.Enabled:
		s.Exchanges.Changed++
		_, err = tx.EnableExchange(ctx, e.Name, e.Enabled)
	default:
		s.Exchanges.There++
	}
	return err
}

// takeShares takes the shares of lookups for which signal types count.
func (t *takeover) takeShares(ctx context.Context) error {
	rows, err := t.from.overrides(ctx)
	if err != nil {
		return err
	}
	return t.tx(ctx, func(tx Tx, s *step) error {
		here, err := tx.Shares(ctx)
		if err != nil {
			return err
		}
		for _, row := range rows {
			typ, known := exchange.SignalType(row.typ)
			if !known {
				s.tell(Issue{Outcome: Noted, Reason: TypeShareLeft, Type: row.typ})
				continue
			}
			share, ok := shareOf(row.ratio)
			if !ok {
				s.tell(Issue{Outcome: Altered, Reason: ShareClamped, Type: row.typ, Detail: fmt.Sprintf("%g became %g", row.ratio, share)})
			}
			was, ok := here[typ]
			if !ok {
				was = 1
			}
			if was == share {
				s.SignalTypes.There++
				continue
			}
			s.SignalTypes.Changed++
			if err := tx.SetShare(ctx, typ, share); err != nil {
				return err
			}
		}
		return nil
	})
}

// credential is one set of credentials for an API.
type credential struct {
	api, exchange string // exchange: of which it is there; "" if of all of the API
	document      *string
}

// takeCredentials takes the credentials for APIs, if they are wanted. Older versions of HMA keep one set for an API, as Quell does; newer ones
// keep one for each exchange, of which the first is taken.
func (t *takeover) takeCredentials(ctx context.Context) error {
	all, err := t.from.credentials(ctx, t.opts.Vault != nil)
	if err != nil {
		return err
	}
	for _, e := range t.exchanges {
		if e.hasCredentials {
			all = append(all, credential{api: e.api, exchange: e.name, document: e.credentials})
		}
	}
	if t.opts.Vault == nil {
		for _, c := range all {
			t.tell(Issue{Outcome: Noted, Reason: CredentialsLeft, API: c.api, Exchange: c.exchange})
		}
		return nil
	}
	return t.tx(ctx, func(tx Tx, s *step) error {
		taken := map[string]json.RawMessage{}
		for _, c := range all {
			if err := t.takeCredential(ctx, tx, c, taken, s); err != nil {
				return err
			}
		}
		return nil
	})
}

func (t *takeover) takeCredential(ctx context.Context, tx Tx, c credential, taken map[string]json.RawMessage, s *step) error {
	credentials, reason, detail := credentialsOf(c)
	if reason == "" && taken[c.api] != nil && !bytes.Equal(taken[c.api], credentials) {
		reason = CredentialsDiffer
	}
	if reason != "" {
		s.Credentials.NotTaken++
		s.tell(Issue{Outcome: NotTaken, Reason: reason, API: c.api, Exchange: c.exchange, Detail: detail})
		return nil
	}
	if taken[c.api] != nil {
		return nil // the same as those of another exchange
	}
	taken[c.api] = credentials
	has, err := tx.HasCredentials(ctx, c.api)
	if err != nil {
		return err
	}
	if has {
		sealed, err := tx.Credentials(ctx, c.api)
		if err != nil {
			return err
		}
		if known, err := t.opts.Vault.Open(c.api, sealed); err == nil && bytes.Equal(known, credentials) {
			s.Credentials.There++
			return nil
		}
		s.Credentials.Changed++ // also if what is here cannot be opened any more
	} else {
		s.Credentials.Taken++
	}
	if t.opts.DryRun {
		return nil // a vault may make its key when it first seals
	}
	sealed, err := t.opts.Vault.Seal(c.api, credentials)
	if err != nil {
		return fmt.Errorf("seal the credentials for %s: %w", c.api, err)
	}
	return tx.SetCredentials(ctx, c.api, sealed)
}

// credentialsOf reads credentials, or says why they cannot be taken. No detail repeats a value of them.
func credentialsOf(c credential) (credentials json.RawMessage, reason Reason, detail string) {
	api, ok := exchange.Named(c.api)
	switch {
	case !ok:
		return nil, CredentialsUnusable, "Quell does not know the API"
	case c.document == nil:
		return nil, CredentialsUnusable, fmt.Sprintf("more than %d bytes", mostDocument)
	}
	credentials, err := api.ParseCredentials(json.RawMessage(*c.document))
	if err != nil {
		return nil, CredentialsUnusable, plain(err.Error())
	}
	return credentials, "", ""
}
