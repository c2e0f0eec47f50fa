package console

import (
	"context"
	"net/http"
	"strings"
	"time"

	"github.com/quell-project/quell/internal/domain"
)

// banks is what the list of all banks shows.
type banks struct {
	Rows    []bankView
	Types   []SignalType
	Behind  bool   // the index does not hold what the record holds
	BankAPI string // address of the banks of the API as this browser reaches it
	HMA     string // address of the API that is compatible with HMA; "": it is off
}

// bankView is a bank with what is in it.
type bankView struct {
	domain.Bank
	Live  map[domain.SignalType]int64 // signals in the live index
	Added domain.Time                 // when the newest entry was made; 0: nothing ever was
	Day   matched                     // decisions of the last 24 h with a match
}

// matched is how many decisions of a stretch of time have a match with a bank.
type matched struct {
	Decisions int64
	Part      bool // there are more
	Fail      bool // it could not be read
}

// mostMatches bounds how many matches are read to count decisions: so many take a few hundredths of a second.
const mostMatches = 20_000

// day is the stretch of time over which the list of banks counts matches.
const day = 24 * time.Hour

// matched returns a function that says how many decisions of the last so long each bank matched. A page does not do without its banks because
// these cannot be counted.
func (c *console) matched(ctx context.Context, last time.Duration) func(domain.BankID) matched {
	decisions, whole, err := c.Record.Matched(ctx, domain.At(c.Now().Add(-last)), mostMatches)
	if err != nil {
		c.Log.ErrorContext(ctx, "console: matches of banks cannot be counted", "err", err)
	}
	return func(id domain.BankID) matched { return matched{decisions[id], !whole, err != nil} }
}

// matchedSays writes how many decisions there are.
func (f frame) matchedSays(m matched) string {
	switch n := f.Number(m.Decisions); {
	case m.Fail:
		return f.NotCounted
	case m.Part:
		return f.AtLeast(n)
	default:
		return n
	}
}

// total returns how many signals are live.
func (b bankView) total() int64 {
	var n int64
	for _, live := range b.Live {
		n += live
	}
	return n
}

// off reports whether the bank counts for no content.
func (b bankView) off() bool { return b.EnabledShare <= 0 }

// limit returns the largest distance at which signals of a type match.
func (b bankView) limit(t SignalType) int {
	if limit, set := b.Limits[t.Name]; set {
		return limit
	}
	return t.Limit
}

// banksPage shows all banks.
func (c *console) banksPage(w http.ResponseWriter, r *http.Request, person string) {
	ctx, cancel := context.WithTimeout(r.Context(), readTimeout)
	defer cancel()
	v, err := c.readBanks(ctx)
	if err != nil {
		c.broken(w, r, person, err)
		return
	}
	c.outage.end()
	v.BankAPI, v.HMA = c.origin(r)+"/api/v1/banks", c.HMA
	if strings.HasPrefix(v.HMA, "/") {
		v.HMA = c.origin(r) + v.HMA
	}
	f := c.frame(person).in(banksRoom)
	c.render(w, r, http.StatusOK, page(f, f.Banks, "", banksMain(f, v)))
}

func (c *console) readBanks(ctx context.Context) (banks, error) {
	v := banks{Types: c.Types, Behind: !c.Index.Ready()}
	all, err := c.Record.Banks(ctx)
	if err != nil {
		return v, err
	}
	added, err := c.Record.Additions(ctx)
	if err != nil {
		return v, err
	}
	lastDay := c.matched(ctx, day)
	for _, b := range all {
		v.Rows = append(v.Rows, bankView{Bank: b, Live: c.Index.Counts(b.Number), Added: added[b.ID], Day: lastDay(b.ID)})
	}
	return v, nil
}

// summary adds up.
func (v banks) summary() banksSummary {
	s := banksSummary{Banks: int64(len(v.Rows))}
	for _, b := range v.Rows {
		s.Signals += b.total()
		switch {
		case b.off():
			s.Off++
		case b.EnabledShare < 1:
			s.Partial++
		}
	}
	return s
}

// newBankCommands are the ways to make a bank and put something in, each as whole commands that can be pasted into a terminal.
func newBankCommands(v banks) (cli, api, hma string) {
	const content = "  -H 'Content-Type: application/json' \\\n"
	cli = "quell bank create known-posters\n" +
		"quell bank import known-posters list.csv"
	api = "curl " + v.BankAPI + " \\\n" +
		"  -H \"Authorization: Bearer $QUELL_API_KEY\" \\\n" + content +
		"  -d '{\"name\":\"known-posters\",\"kind\":\"known\"}'"
	if v.HMA != "" {
		hma = "curl " + v.HMA + "/c/banks \\\n" + content +
			"  -d '{\"name\":\"KNOWN_POSTERS\"}'"
	}
	return cli, api, hma
}
