package hmaimport_test

import (
	"context"
	"encoding/json"
	"testing"

	"github.com/google/go-cmp/cmp"

	"github.com/quell-project/quell/internal/domain"
	"github.com/quell-project/quell/internal/hmaimport"
	"github.com/quell-project/quell/internal/hmaimport/hmatest"
	"github.com/quell-project/quell/internal/platform/store"
)

// prepare fills a store with what is in the way of the sample: a bank of known good content with the name of one of HMA, and entries that have
// numbers which contents of HMA have.
func prepare(t *testing.T, s *store.Store) {
	t.Helper()
	change(t, s, func(ctx context.Context, tx *store.Tx) error {
		if _, err := tx.CreateBank(ctx, domain.Bank{Name: "GOOD_PICTURES", Kind: domain.Negative, EnabledShare: 1}); err != nil {
			return err
		}
		own, err := tx.CreateBank(ctx, domain.Bank{Name: "own", Kind: domain.Known, EnabledShare: 1})
		if err != nil {
			return err
		}
		for range 2 {
			_, err := tx.AddEntry(ctx, domain.Entry{BankID: own.ID, Signals: []domain.Signal{{Type: domain.MD5, Value: "000000000000000000000000000000aa", Provenance: domain.Provenance{Source: "own", Confidence: 1}}}})
			if err != nil {
				return err
			}
		}
		return nil
	})
}

func TestContentsComeWithAllThatHMAKnowsOfThem(t *testing.T) {
	each(t, func(t *testing.T, d hmatest.Database, s *store.Store) {
		run(t, d, s, hmaimport.Options{})
		banks := map[domain.BankID]string{}
		all, err := s.Banks(t.Context())
		if err != nil {
			t.Fatal(err)
		}
		for _, b := range all {
			banks[b.ID] = b.Name
		}
		for _, c := range []struct {
			id             int64
			bank, source   string
			note, metadata string
			pausedUntil    domain.Time
			signals        map[domain.SignalType]string
		}{
			{1, "POSTERS", "hma", "seen twice", `{"content_id":"post-17","content_uri":"https://example.com/17?a=1&b=<2>","json":{"a":{},"n":1.50}}`, 0,
				map[domain.SignalType]string{domain.PDQ: "f8f8f0cee0f4a84f06370a22038f63f0b36e2ed596621e1d33e6b39c4e9c9b22", domain.MD5: "900150983cd24fb0d6963f7d28e17f72"}},
			{2, "POSTERS", "hma", "", `{"content_uri":"https://example.com/2"}`, domain.Forever,
				map[domain.SignalType]string{domain.SHA256: "ba7816bf8f01cfea414140de5dae2223b00361a396177a9cb410ff61f20015ad"}},
			{3, "POSTERS", "hma", "", `{"content_id":"three","content_uri":"https://example.com/own"}`, 1_900_000_000_000_000,
				map[domain.SignalType]string{domain.PDQ: "0000000000000000000000000000000000000000000000000000000000000003"}},
			{4, "NCMEC_INDUSTRY", "NCMEC_INDUSTRY", "", `{"collab":{"NCMEC_INDUSTRY":["42-image1"]}}`, 0,
				map[domain.SignalType]string{domain.PDQ: "0000000000000000000000000000000000000000000000000000000000000004"}},
			{5, "SEED_SAMPLE", "SEED_SAMPLE", "", `{"collab":{"SEED_SAMPLE":["('pdq', 'f8f8f0cee0f4a84f06370a22038f63f0b36e2ed596621e1d33e6b39c4e9c9b22')"]}}`, 0,
				map[domain.SignalType]string{domain.PDQ: "0000000000000000000000000000000000000000000000000000000000000005"}},
			{10, "POSTERS", "hma", "two lines and  [31m colour", "", 0,
				map[domain.SignalType]string{domain.PDQ: "0000000000000000000000000000000000000000000000000000000000000010"}},
			{11, "POSTERS", "hma", "", "", 2_147_483_647_000_000, map[domain.SignalType]string{domain.MD5: "ab091cd6709b8c2f8510cc64a6e15223"}},
			{12, "POSTERS", "hma", "", `{"content_id":"twelve"}`, 0, map[domain.SignalType]string{domain.MD5: "00000000000000000000000000000012"}},
			{14, "POSTERS", "hma", "", `{"content_id":"a\u0000b","json":{"c":"\ud800"}}`, 0,
				map[domain.SignalType]string{domain.PDQ: "0000000000000000000000000000000000000000000000000000000000000014"}},
			{2147483647, "POSTERS", "hma", "the last id there is", "", 0,
				map[domain.SignalType]string{domain.PDQ: "0000000000000000000000000000000000000000000000000000000000000099"}},
		} {
			e := entry(t, s, c.id)
			signals := map[domain.SignalType]string{}
			for _, sig := range e.Signals {
				signals[sig.Type] = sig.Value
				if sig.Provenance.Source != c.source || sig.Provenance.Confidence != 1 {
					t.Errorf("content %d: provenance %+v", c.id, sig.Provenance)
				}
			}
			if banks[e.BankID] != c.bank || e.Note != c.note || string(e.Metadata) != c.metadata || e.PausedUntil != c.pausedUntil {
				t.Errorf("content %d: bank %s, note %q, metadata %s, paused until %s", c.id, banks[e.BankID], e.Note, e.Metadata, e.PausedUntil)
			}
			if diff := cmp.Diff(c.signals, signals); diff != "" {
				t.Errorf("content %d (-want +got):\n%s", c.id, diff)
			}
		}
		if at := entry(t, s, 1).Signals[0].Provenance.AddedAt.String(); at != "2023-11-14T22:13:20.123456Z" {
			t.Errorf("the signal was added at %s", at)
		}
		if deep := entry(t, s, 15).Metadata; len(deep) == 0 || domain.CheckMetadata(deep) != nil {
			t.Errorf("metadata of many floors: %.80s", deep)
		}
	})
}

func TestBanksAndExchangesComeWithTheirSettings(t *testing.T) {
	each(t, func(t *testing.T, d hmatest.Database, s *store.Store) {
		run(t, d, s, hmaimport.Options{Vault: vault{}})
		got := stateOf(t, s)
		shares, kinds := map[string]float64{}, map[string]domain.BankKind{}
		for _, b := range got.Banks {
			shares[b.Name], kinds[b.Name] = b.EnabledShare, b.Kind
		}
		want := map[string]float64{"POSTERS": 1, "NCMEC_INDUSTRY": 0.25, "SEED_SAMPLE": 0, "NEW_NAME": 1, "RENAMED": 1, "TOO_MUCH": 1, "NOT_A_NUMBER": 0, "GOOD_PICTURES": 1, "EMPTY": 0}
		if diff := cmp.Diff(want, shares); diff != "" {
			t.Errorf("banks (-want +got):\n%s", diff)
		}
		if kinds["NCMEC_INDUSTRY"] != domain.KnownCSAM || kinds["POSTERS"] != domain.Known {
			t.Errorf("kinds %v", kinds)
		}
		exchanges := []domain.Exchange{
			{Name: "NCMEC_INDUSTRY", API: "ncmec", Enabled: true, Config: json.RawMessage(`{"environment":"https://exttest.cybertip.org/hashsharing","only_esp_ids":[1,3]}`)},
			{Name: "RENAMED", API: "stop_ncii", Enabled: true, Config: json.RawMessage(`{}`)},
			{Name: "SEED_SAMPLE", API: "sample", Config: json.RawMessage(`{}`)},
		}
		if diff := cmp.Diff(exchanges, got.Exchanges); diff != "" {
			t.Errorf("exchanges (-want +got):\n%s", diff)
		}
		if diff := cmp.Diff(map[domain.SignalType]float64{domain.PDQ: 0.5, domain.MD5: 0}, got.Shares); diff != "" {
			t.Errorf("shares (-want +got):\n%s", diff)
		}
		if sealed, err := s.Credentials(t.Context(), "ncmec"); err != nil || sealed != `sealed for ncmec:{"password":"not-a-real-password","user":"heron"}` {
			t.Errorf("credentials %q, %v", sealed, err)
		}
		if has, err := s.HasCredentials(t.Context(), "tat"); has || err != nil {
			t.Errorf("half of the credentials were taken, %v", err)
		}
	})
}

func TestADryRunWritesNothing(t *testing.T) {
	each(t, func(t *testing.T, d hmatest.Database, s *store.Store) {
		prepare(t, s)
		before := stateOf(t, s)
		r, _ := run(t, d, s, hmaimport.Options{DryRun: true, Sync: true, Vault: vault{}})
		if r.Tallies.Contents.Taken == 0 {
			t.Error("nothing would be taken")
		}
		if diff := cmp.Diff(before, stateOf(t, s)); diff != "" {
			t.Errorf("after a dry run (-want +got):\n%s", diff)
		}
	})
}

func TestASecondImportChangesNothing(t *testing.T) {
	each(t, func(t *testing.T, d hmatest.Database, s *store.Store) {
		prepare(t, s)
		first, _ := run(t, d, s, hmaimport.Options{Vault: vault{}, PageSize: 3})
		before := stateOf(t, s)
		second, _ := run(t, d, s, hmaimport.Options{Vault: vault{}, PageSize: 5, Sync: true})
		if diff := cmp.Diff(before, stateOf(t, s)); diff != "" {
			t.Errorf("the second import made a change:\n%s", diff)
		}
		for _, c := range []struct {
			what          string
			first, second hmaimport.Tally
		}{
			{"exchanges", first.Tallies.Exchanges, second.Tallies.Exchanges},
			{"banks", first.Tallies.Banks, second.Tallies.Banks},
			{"contents", first.Tallies.Contents, second.Tallies.Contents},
			{"signals", first.Tallies.Signals, second.Tallies.Signals},
			{"credentials", first.Tallies.Credentials, second.Tallies.Credentials},
		} {
			want := hmaimport.Tally{There: c.first.Taken + c.first.There + c.first.Changed, NotTaken: c.first.NotTaken}
			if c.second != want {
				t.Errorf("%s: first %+v, second %+v", c.what, c.first, c.second)
			}
		}
	})
}

func TestAnImportThatIsCutOffAnywhereIsFinishedByTheNext(t *testing.T) {
	t.Parallel()
	storetestEach(t, func(t *testing.T, s, whole *store.Store) {
		d := hmatest.Many(t, 60)
		run(t, d, whole, hmaimport.Options{PageSize: 7})
		for cut := 0; ; cut++ {
			from := open(t, d)
			ctx, cancel := context.WithCancel(t.Context())
			to := &cutOff{target: target{s}, after: cut}
			if cut%2 == 1 {
				to.cancel = cancel
			}
			_, err := hmaimport.Run(ctx, from, to, hmaimport.Options{PageSize: 7})
			cancel()
			from.Close()
			if err == nil {
				break
			}
			if cut > 100 {
				t.Fatalf("no import came to its end: %v", err)
			}
		}
		if diff := cmp.Diff(stateOf(t, whole), stateOf(t, s)); diff != "" {
			t.Errorf("after being cut off again and again (-whole +cut):\n%s", diff)
		}
	})
}

func TestLaterChangesComeOver(t *testing.T) {
	each(t, func(t *testing.T, d hmatest.Database, s *store.Store) {
		run(t, d, s, hmaimport.Options{})
		d.Run(t, `update bank set enabled_ratio = 0.5 where name = 'POSTERS';
			update bank_content set disable_until_ts = 0, note = 'another note' where id = 1;
			update bank_content set disable_until_ts = 1 where id = 2;
			update content_signal set signal_val = '0000000000000000000000000000000000000000000000000000000000000033' where content_id = 3;
			update exchange set fetching_enabled = false where name = 'NCMEC_INDUSTRY';
			delete from bank_content where id in (4, 21);
			insert into bank_content (id, bank_id, disable_until_ts) values (30, 1, 1);
			insert into content_signal (content_id, signal_type, signal_val) values (30, 'pdq', '0000000000000000000000000000000000000000000000000000000000000030')`)
		live := func(number int64) (n int) {
			for _, sig := range entry(t, s, number).Signals {
				if sig.WithdrawnAt == 0 {
					n++
				}
			}
			return n
		}

		r, issues := run(t, d, s, hmaimport.Options{})
		if got := r.Tallies.Contents; got.Taken != 1 || got.Changed != 3 || got.Withdrawn != 0 {
			t.Errorf("contents %+v", got)
		}
		if r.Tallies.Banks.Changed != 1 || r.Tallies.Exchanges.Changed != 1 {
			t.Errorf("%+v", r.Tallies)
		}
		if e := entry(t, s, 1); e.PausedUntil != domain.Forever || e.Note != "another note" {
			t.Errorf("content 1 is %+v", e)
		}
		if e := entry(t, s, 2); e.PausedUntil != 0 {
			t.Errorf("content 2 is %+v", e)
		}
		if live(3) != 2 || live(4) != 1 || live(21) != 1 {
			t.Error("without --sync something was withdrawn")
		}
		var gone []int64
		for _, i := range issues {
			if i.Reason == hmaimport.ContentGoneThere || i.Reason == hmaimport.SignalGoneThere {
				gone = append(gone, i.Content)
			}
		}
		if diff := cmp.Diff([]int64{3, 4, 21}, gone); diff != "" {
			t.Errorf("told to be gone (-want +got):\n%s", diff)
		}

		for again := range 2 {
			r, _ = run(t, d, s, hmaimport.Options{Sync: true})
			if got := r.Tallies.Contents.Withdrawn; got != 2-2*again {
				t.Errorf("%d contents withdrawn", got)
			}
			if live(3) != 1 || live(4) != 0 || live(21) != 0 || live(1) != 2 {
				t.Error("--sync did not withdraw what is gone, and nothing else")
			}
			if entry(t, s, 4).WithdrawnAt == 0 {
				t.Error("the entry of a content that is gone is not withdrawn")
			}
		}
	})
}

func TestNumbersThatAreTakenAreReplacedAndTold(t *testing.T) {
	each(t, func(t *testing.T, d hmatest.Database, s *store.Store) {
		prepare(t, s)
		for range 2 { // told every time, because it goes on to matter
			_, issues := run(t, d, s, hmaimport.Options{PageSize: 2})
			numbers := map[int64]int64{}
			for _, i := range issues {
				if i.Reason == hmaimport.NumberTaken {
					numbers[i.Content] = i.Number
				}
			}
			// Above all that HMA has: no later content finds its own taken.
			want := map[int64]int64{-5: 2147483648, 1: 2147483649, 2: 2147483650}
			if diff := cmp.Diff(want, numbers); diff != "" {
				t.Errorf("numbers (-want +got):\n%s", diff)
			}
			if e := entry(t, s, 2147483649); e.Note != "seen twice" {
				t.Errorf("number 2147483649 is %+v", e)
			}
		}
	})
}

func TestABankThatWasRemovedHereComesBackWithItsNumbers(t *testing.T) {
	each(t, func(t *testing.T, d hmatest.Database, s *store.Store) {
		run(t, d, s, hmaimport.Options{})
		b, err := s.BankNamed(t.Context(), "POSTERS")
		if err != nil {
			t.Fatal(err)
		}
		change(t, s, func(ctx context.Context, tx *store.Tx) error { return tx.RemoveBank(ctx, b.ID) })
		_, issues := run(t, d, s, hmaimport.Options{})
		for _, i := range issues {
			if i.Reason == hmaimport.NumberTaken && i.Content > 0 {
				t.Errorf("%+v", i)
			}
		}
		if e := entry(t, s, 1); e.BankID == b.ID || e.Note != "seen twice" {
			t.Errorf("number 1 is %+v", e)
		}
	})
}

func TestAContentOfABankThatWasRenamedThereIsNotTakenTwice(t *testing.T) {
	each(t, func(t *testing.T, d hmatest.Database, s *store.Store) {
		run(t, d, s, hmaimport.Options{})
		d.Run(t, `update bank set name = 'PLACARDS' where name = 'POSTERS'`)
		r, issues := run(t, d, s, hmaimport.Options{Sync: true})
		told := 0
		for _, i := range issues {
			if i.Reason == hmaimport.ContentElsewhere {
				told++
			}
		}
		if told == 0 || r.Tallies.Contents.Withdrawn != 0 || len(stateOf(t, s).Entries["PLACARDS"]) > 1 { // the one without a number of its own
			t.Errorf("%d contents told to be elsewhere, %+v, %d entries", told, r.Tallies.Contents, len(stateOf(t, s).Entries["PLACARDS"]))
		}
	})
}

func TestOlderAndNewerVersionsOfHMAAreReadToo(t *testing.T) {
	each(t, func(t *testing.T, d hmatest.Database, s *store.Store) {
		// Before 1.1.3 contents had neither notes nor metadata.
		d.Run(t, `alter table bank_content drop column note, drop column bank_content_metadata; drop table exchange_api_config, exchange_fetch_status, signal_type_override`)
		r, _ := run(t, d, s, hmaimport.Options{Vault: vault{}})
		if e := entry(t, s, 4); r.Tallies.Contents.Taken == 0 || string(e.Metadata) != `{"collab":{"NCMEC_INDUSTRY":["42-image1"]}}` || entry(t, s, 1).Note != "" {
			t.Errorf("%+v, content 4 is %+v", r.Tallies, e)
		}

		// Later than 1.1.7 each exchange has credentials of its own.
		d.Run(t, `alter table exchange add column credentials_json json;
			insert into exchange (id, name, api_cls, typed_config) select id, name, 'ncmec', '{"environment": "https://exttest.cybertip.org/hashsharing"}' from (values (20, 'SAME'), (21, 'OTHER')) e (id, name);
			update exchange set credentials_json = json_build_object('user', 'heron', 'password', case name when 'OTHER' then 'b' else 'a' end) where api_cls = 'ncmec';
			update exchange set credentials_json = 'null' where api_cls = 'sample'`)
		_, issues := run(t, d, s, hmaimport.Options{})
		left := 0
		for _, i := range issues {
			if i.Reason == hmaimport.CredentialsLeft {
				left++
			}
		}
		if has, err := s.HasCredentials(t.Context(), "ncmec"); has || err != nil || left != 3 {
			t.Errorf("%d credentials told to stay behind, taken %v, %v", left, has, err)
		}
		r, issues = run(t, d, s, hmaimport.Options{Vault: vault{}})
		if sealed, err := s.Credentials(t.Context(), "ncmec"); err != nil || sealed != `sealed for ncmec:{"password":"a","user":"heron"}` {
			t.Errorf("credentials %q, %v", sealed, err)
		}
		if i := issues[0]; i.Reason != hmaimport.CredentialsDiffer || i.Exchange != "OTHER" || r.Tallies.Credentials != (hmaimport.Tally{Taken: 1, NotTaken: 1}) {
			t.Errorf("%+v, %+v", i, r.Tallies.Credentials)
		}
	})
}
