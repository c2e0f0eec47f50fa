package hmaimport

import (
	"net/url"
	"strings"
	"testing"

	"github.com/quell-project/quell/internal/hmaimport/hmatest"
)

func TestURLsOfDatabases(t *testing.T) {
	t.Parallel()
	for _, good := range []string{
		"postgres://user:secret@db/hma", "postgresql://user:secret@db:5433/hma?sslmode=disable", "postgresql+psycopg2://user:secret@db/hma",
		"postgres://db/hma", "postgres://user:se%40cr%2Fet@db/hma",
	} {
		if cfg, err := configOf(good); err != nil || cfg.Host != "db" || cfg.Database != "hma" {
			t.Errorf("%s: %v", good, err)
		}
	}
	for _, bad := range []string{
		"", "user:secret@db", "mysql://user:secret@db/hma", "postgres:user:secret@db", "postgres://user:12/secret@db/hma", "postgres://user:12#secret@db/hma",
		"postgres://user:12?secret@db/hma", "postgres://user:se%zzcret@db/hma", "postgres://user:secret@db:port/hma", "postgres://user:secret@db/hma?sslmode=secret",
		"postgres://user:secret@db/hma?connect_timeout=secret", "postgres://user:secret\n@db/hma", "host=db password=secret",
	} {
		_, err := configOf(bad)
		if err == nil {
			t.Errorf("%s was read", bad)
		} else if strings.Contains(err.Error(), "secret") {
			t.Errorf("%s: the error shows the password: %v", bad, err)
		}
	}
}

func TestErrorsDoNotShowThePassword(t *testing.T) {
	t.Parallel()
	d := hmatest.Empty(t)
	u, err := url.Parse(d.URL)
	if err != nil {
		t.Fatal(err)
	}
	const wrong = "wrong-and-secret"
	for _, change := range []func(u *url.URL){
		func(u *url.URL) { u.User = url.UserPassword(u.User.Username(), wrong) },
		func(u *url.URL) { u.User = url.UserPassword("nobody", wrong) },
		func(u *url.URL) { u.User, u.Host = url.UserPassword("nobody", wrong), "127.0.0.1:1" },
		func(u *url.URL) { u.User, u.Host = url.UserPassword("nobody", wrong), "no-such-host.invalid" },
		func(u *url.URL) { u.User, u.Path = url.UserPassword(u.User.Username(), wrong), "/no_such_database" },
	} {
		broken := *u
		change(&broken)
		_, err := Open(t.Context(), broken.String())
		if err == nil || strings.Contains(err.Error(), wrong) || !strings.Contains(err.Error(), "reach the database of HMA at ") {
			t.Errorf("%v", err)
		}
	}
}

func TestADatabaseThatIsNoneOfHMAIsRefused(t *testing.T) {
	t.Parallel()
	for _, spoil := range []string{`drop table content_signal`, `alter table bank rename name to title`} {
		d := hmatest.Empty(t)
		d.Run(t, spoil)
		if _, err := Open(t.Context(), d.URL); err == nil || !strings.Contains(err.Error(), "this is no database of HMA, or the user may not read it") {
			t.Errorf("%s: %v", spoil, err)
		}
	}
}

// TestTheSourceIsNotWrittenTo holds for whoever may write, too.
func TestTheSourceIsNotWrittenTo(t *testing.T) {
	t.Parallel()
	d := hmatest.Sample(t)
	reader, err := url.Parse(d.URL)
	if err != nil {
		t.Fatal(err)
	}
	d.Run(t, `grant delete on bank to `+reader.User.Username())
	s, err := Open(t.Context(), d.URL)
	if err != nil {
		t.Fatal(err)
	}
	defer s.Close()
	if _, err := s.conn.Exec(t.Context(), `delete from bank`); err == nil || !strings.Contains(err.Error(), "read-only transaction") {
		t.Errorf("a deletion: %v", err)
	}
}

// TestPicklesAreNotRead holds that the role which all tests read with may not read them: whoever asked for them would be refused.
func TestPicklesAreNotRead(t *testing.T) {
	t.Parallel()
	d := hmatest.Sample(t)
	s, err := Open(t.Context(), d.URL)
	if err != nil {
		t.Fatal(err)
	}
	defer s.Close()
	if s.has("exchange_data", "pickled_fetch_signal_metadata") || !s.has("exchange_data", "fetch_id") {
		t.Errorf("of exchange_data may be read: %v", s.columns["exchange_data"])
	}
	if _, err := s.conn.Exec(t.Context(), `select pickled_fetch_signal_metadata from exchange_data`); err == nil || !strings.Contains(err.Error(), "permission denied") {
		t.Errorf("the pickles: %v", err)
	}
}

// TestWhatChangesMeanwhileIsNotSeen: the source is as of one moment.
func TestWhatChangesMeanwhileIsNotSeen(t *testing.T) {
	t.Parallel()
	d := hmatest.Many(t, 10)
	s, err := Open(t.Context(), d.URL)
	if err != nil {
		t.Fatal(err)
	}
	defer s.Close()
	first, err := s.page(t.Context(), 0, 5, nil)
	if err != nil || len(first) != 5 {
		t.Fatalf("%d contents, %v", len(first), err)
	}
	d.Run(t, `delete from bank_content where id > 7; update content_signal set signal_val = 'changed'`)
	second, err := s.page(t.Context(), first[4].id, 50, nil)
	if err != nil || len(second) != 5 || second[0].signals[0].value == "changed" {
		t.Errorf("%d contents, %v", len(second), err)
	}
}
