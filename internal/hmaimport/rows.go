package hmaimport

import (
	"context"
	"fmt"

	"github.com/jackc/pgx/v5"

	"github.com/quell-project/quell/internal/exchange"
)

// What is read of one value at most. A cell of PostgreSQL may hold a gigabyte; what is longer than this is of no use here. The lengths of
// texts are in characters, and one more than may be kept, so that a cut shows.
const (
	mostName     = 256
	mostType     = 100
	mostValue    = 300
	mostNote     = 4100
	mostURI      = 17_000
	mostFetchID  = 17_000
	mostDocument = 64 << 10 // bytes of JSON
)

// bankRow is a row of the table bank.
type bankRow struct {
	id       int64
	name     string
	ratio    float64
	exchange int64 // which feeds it; 0: none
}

func (s *Source) banks(ctx context.Context) (banks []bankRow, err error) {
	err = s.each(ctx, func(r pgx.Rows) error {
		var b bankRow
		err := r.Scan(&b.id, &b.name, &b.ratio, &b.exchange)
		banks = append(banks, b)
		return err
	}, fmt.Sprintf(`select id::bigint, left(name, %d), enabled_ratio::float8, coalesce(import_from_exchange_id, 0)::bigint from bank order by id`, mostName))
	if err != nil {
		return nil, fmt.Errorf("read the banks of HMA: %w", err)
	}
	return banks, nil
}

// exchangeRow is a row of the table exchange.
type exchangeRow struct {
	id             int64
	name, api      string
	enabled        bool
	config         *string // JSON; nil: none, or too long
	hasCredentials bool    // newer versions keep them here
	credentials    *string // JSON; nil: none, too long, or not asked for
	fetched        bool    // there is a state of fetching
}

// exchanges reads all exchanges. Credentials that are not wanted do not leave the database.
func (s *Source) exchanges(ctx context.Context, withCredentials bool) (exchanges []exchangeRow, err error) {
	has := s.orElse("exchange", "credentials_json", filled("credentials_json"), "false")
	credentials, fetched := "null", "false"
	if withCredentials {
		credentials = s.orElse("exchange", "credentials_json", document("credentials_json"), "null")
	}
	if s.has("exchange_fetch_status", "collab_id") {
		fetched = `exists (select from exchange_fetch_status f where f.collab_id = e.id)`
	}
	err = s.each(ctx, func(r pgx.Rows) error {
		var e exchangeRow
		err := r.Scan(&e.id, &e.name, &e.api, &e.enabled, &e.config, &e.hasCredentials, &e.credentials, &e.fetched)
		exchanges = append(exchanges, e)
		return err
	}, fmt.Sprintf(`select id::bigint, left(name, %d), left(api_cls, %d), fetching_enabled, %s, %s, %s, %s from exchange e order by id`,
		mostName, mostName, document("typed_config"), has, credentials, fetched))
	if err != nil {
		return nil, fmt.Errorf("read the exchanges of HMA: %w", err)
	}
	return exchanges, nil
}

// credentials reads for which APIs there are credentials, and the credentials themselves if they are wanted.
func (s *Source) credentials(ctx context.Context, wanted bool) (all []credential, err error) {
	if !s.has("exchange_api_config", "default_credentials_json") || !s.has("exchange_api_config", "api") {
		return nil, nil
	}
	column := "null"
	if wanted {
		column = document("default_credentials_json")
	}
	err = s.each(ctx, func(r pgx.Rows) error {
		var c credential
		err := r.Scan(&c.api, &c.document)
		all = append(all, c)
		return err
	}, fmt.Sprintf(`select left(api, %d), %s from exchange_api_config where %s order by id`, mostName, column, filled("default_credentials_json")))
	if err != nil {
		return nil, fmt.Errorf("read the credentials of HMA: %w", err)
	}
	return all, nil
}

// overrideRow is a row of the table signal_type_override.
type overrideRow struct {
	typ   string
	ratio float64
}

func (s *Source) overrides(ctx context.Context) (all []overrideRow, err error) {
	if !s.has("signal_type_override", "name") || !s.has("signal_type_override", "enabled_ratio") {
		return nil, nil
	}
	err = s.each(ctx, func(r pgx.Rows) error {
		var o overrideRow
		err := r.Scan(&o.typ, &o.ratio)
		all = append(all, o)
		return err
	}, fmt.Sprintf(`select left(name, %d), enabled_ratio::float8 from signal_type_override order by id`, mostType))
	if err != nil {
		return nil, fmt.Errorf("read the signal types of HMA: %w", err)
	}
	return all, nil
}

// filled is a condition: a JSON column has something in it. SQLAlchemy writes null as JSON, not as SQL.
func filled(column string) string {
	return fmt.Sprintf(`coalesce(%s::text not in ('null', '{}'), false)`, column)
}

// document is an expression for the text of a JSON column; null if it is too long.
func document(column string) string {
	return fmt.Sprintf(`case when octet_length(%s::text) <= %d then %s::text end`, column, mostDocument, column)
}

// contentRow is a row of the table bank_content, with the signals of it that may be of use and where it comes from.
type contentRow struct {
	id, bank      int64
	disabledUntil int64
	uri           *string
	metadata      *string // JSON; nil: none, or too long
	metadataBytes int64
	note          *string
	exchange      *string // nil: added by hand
	fetchID       *string
	signals       []signalRow
}

// signalRow is a row of the table content_signal.
type signalRow struct {
	typ     string
	value   string
	created float64 // seconds since 1970; may be infinite
}

// count returns how many contents there are, and the largest of those ids of them that are at most so large.
func (s *Source) count(ctx context.Context, most int64) (n int, largest int64, err error) {
	err = s.conn.QueryRow(ctx, `select count(*), coalesce(max(id) filter (where id <= $1::bigint), 0)::bigint from bank_content`, most).Scan(&n, &largest)
	if err != nil {
		return 0, 0, fmt.Errorf("count the contents of HMA: %w", err)
	}
	return n, largest, nil
}

// page returns up to limit contents in the order of their ids, behind the content with the given id, with their signals. Signals of types that
// cannot be taken are not kept but told: a content may have any number of them.
func (s *Source) page(ctx context.Context, after int64, limit int, strange func(c contentRow, typ string)) ([]contentRow, error) {
	contents := make([]contentRow, 0, limit)
	err := s.each(ctx, func(r pgx.Rows) error {
		var c contentRow
		err := r.Scan(&c.id, &c.bank, &c.disabledUntil, &c.uri, &c.metadata, &c.metadataBytes, &c.note, &c.exchange, &c.fetchID)
		contents = append(contents, c)
		return err
	}, fmt.Sprintf(`select c.id::bigint, c.bank_id::bigint, c.disable_until_ts::bigint, left(c.original_content_uri, %d), %s, %s, %s, left(e.name, %d), left(d.fetch_id, %d)
		from bank_content c left join exchange_data d on d.id = c.imported_from_id left join exchange e on e.id = d.collab_id
		where c.id > $1::bigint order by c.id limit $2`,
		mostURI,
		s.orElse("bank_content", "bank_content_metadata", document("c.bank_content_metadata"), "null"),
		s.orElse("bank_content", "bank_content_metadata", "coalesce(octet_length(c.bank_content_metadata::text), 0)::bigint", "0::bigint"),
		s.orElse("bank_content", "note", fmt.Sprintf("left(c.note, %d)", mostNote), "null"),
		mostName, mostFetchID), after, limit)
	if err == nil && len(contents) > 0 {
		err = s.fillSignals(ctx, after, contents, strange)
	}
	if err != nil {
		return nil, fmt.Errorf("read the contents of HMA behind content %d: %w", after, err)
	}
	return contents, nil
}

// fillSignals reads the signals of a page of contents; both are in the order of the contents.
func (s *Source) fillSignals(ctx context.Context, after int64, contents []contentRow, strange func(c contentRow, typ string)) error {
	at := 0
	return s.each(ctx, func(r pgx.Rows) error {
		var id int64
		var sig signalRow
		if err := r.Scan(&id, &sig.typ, &sig.value, &sig.created); err != nil {
			return err
		}
		for contents[at].id < id { // ends: the last content of the page is the last that was asked for
			at++
		}
		_, known := exchange.SignalType(sig.typ)
		switch {
		case contents[at].id != id: // of no content, which a foreign key forbids
		case known:
			contents[at].signals = append(contents[at].signals, sig)
		default:
			strange(contents[at], sig.typ)
		}
		return nil
	}, fmt.Sprintf(`select content_id::bigint, left(signal_type, %d), left(signal_val, %d), extract(epoch from create_time)::float8
		from content_signal where content_id > $1::bigint and content_id <= $2::bigint order by content_id, signal_type`, mostType, mostValue), after, contents[len(contents)-1].id)
}

// gone returns which of some contents are not there.
func (s *Source) gone(ctx context.Context, ids []int64) (missing []int64, err error) {
	err = s.each(ctx, func(r pgx.Rows) error {
		var id int64
		err := r.Scan(&id)
		missing = append(missing, id)
		return err
	}, `select w.id from unnest($1::bigint[]) w (id) where not exists (select from bank_content c where c.id = w.id) order by 1`, ids)
	if err != nil {
		return nil, fmt.Errorf("look for contents of HMA: %w", err)
	}
	return missing, nil
}
