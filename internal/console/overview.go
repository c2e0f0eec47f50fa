package console

import (
	"context"
	"errors"
	"net/http"
	"sync"
	"time"

	"github.com/quell-project/quell/internal/domain"
)

// readTimeout bounds how long a page waits for the record before it says that there is no answer.
const readTimeout = 5 * time.Second

// overview is what the first page shows.
type overview struct {
	List      list
	Summary   summary
	Counts    counts
	Chart     string // SVG; "": the counts could not be read
	Rows      []domain.Recorded
	RowsFail  bool              // the decisions could not be read
	Older     domain.DecisionID // the last row, where there are more behind it
	FirstTime bool              // nothing was ever decided
	Alarms    []domain.Alarm    // that nobody has taken note of
	CheckAPI  string            // address of the check gate as this browser reaches it
}

// overviewPage serves the whole page.
func (c *console) overviewPage(w http.ResponseWriter, r *http.Request, person string) {
	if v, ok := c.readOverview(w, r, person); ok {
		f := c.frame(person).in(overviewRoom)
		c.render(w, r, http.StatusOK, page(f, f.Overview, v.List.live(), overviewMain(f, v)))
	}
}

// overviewPart serves only what lies between the head and the foot of the page, for the module that keeps it fresh.
func (c *console) overviewPart(w http.ResponseWriter, r *http.Request, person string) {
	if v, ok := c.readOverview(w, r, person); ok {
		c.render(w, r, http.StatusOK, overviewMain(c.frame(person), v))
	}
}

// readOverview reads what the page needs. It answers the request itself, and returns false, where there is nothing to show.
func (c *console) readOverview(w http.ResponseWriter, r *http.Request, person string) (overview, bool) {
	l, err := parseList(r.URL.Query())
	if err != nil {
		c.show(w, r, http.StatusBadRequest, notice{Said: c.words.BadQuery, Person: person, Home: true})
		return overview{}, false
	}
	v := overview{List: l, Counts: newCounts(l.Span, c.Now()), CheckAPI: c.origin(r) + "/api/v1/check"}
	ctx, cancel := context.WithTimeout(r.Context(), readTimeout)
	defer cancel()

	var listErr, countErr, alarmErr error
	var wg sync.WaitGroup
	wg.Go(func() { listErr = c.readRows(ctx, &v) })
	wg.Go(func() { countErr = c.readCounts(ctx, &v) })
	wg.Go(func() { v.Alarms, alarmErr = c.Policies.Alarms(ctx, true, "", alarmsShown) })
	wg.Wait()
	if listErr != nil && countErr != nil {
		c.broken(w, r, person, errors.Join(listErr, countErr))
		return overview{}, false
	}
	c.outage.end()
	if alarmErr != nil {
		c.Log.ErrorContext(ctx, "console: alarms cannot be read", "err", alarmErr)
	}
	if listErr != nil {
		c.Log.ErrorContext(ctx, "console: decisions cannot be read", "err", listErr)
		v.RowsFail = true
	}
	if countErr != nil {
		c.Log.ErrorContext(ctx, "console: counts cannot be read", "err", countErr)
	}
	v.FirstTime = len(v.Rows) == 0 && v.Summary.Checked == 0 && listErr == nil && countErr == nil && l == l.all()
	return v, true
}

// readRows reads one decision more than a page holds, to know whether there are older ones.
func (c *console) readRows(ctx context.Context, v *overview) error {
	rows, err := c.Record.Decisions(ctx, DecisionQuery{
		Verdict: v.List.Verdict, Unchecked: v.List.Unchecked, Before: v.List.Before, Limit: pageSize + 1,
	})
	if err != nil {
		return err
	}
	if len(rows) > pageSize {
		rows = rows[:pageSize]
		v.Older = rows[pageSize-1].Decision.ID
	}
	v.Rows = rows
	return nil
}

func (c *console) readCounts(ctx context.Context, v *overview) error {
	n := v.Counts
	decided, err := c.Record.Counts(ctx, n.From, n.to(), n.Step)
	if err != nil {
		return err
	}
	unchecked, err := c.Record.Unchecked(ctx, n.From, n.to(), n.Step)
	if err != nil {
		return err
	}
	n.add(decided, unchecked)
	v.Summary = n.summary(v.List.Span)
	v.Chart, err = n.drawing(c.words, v.Summary)
	return err
}

// origin returns how this browser reaches Quell, for the examples on empty pages.
func (c *console) origin(r *http.Request) string {
	scheme := "http://"
	if c.SecureCookies {
		scheme = "https://"
	}
	return scheme + r.Host
}

// live returns where the module finds a fresh rendering of the list; "" for older parts, which do not change.
func (l list) live() string {
	if l.Before != "" {
		return ""
	}
	return "/latest" + l.query()
}

// whyEmpty says why the list shows nothing.
func (f frame) whyEmpty(v overview) string {
	switch name := v.List.name(); {
	case v.RowsFail:
		return f.ListBroken
	case v.List.Before != "":
		return f.NoneOlder
	case name == "all":
		return f.None
	case name == "unchecked":
		return f.NoneOf(f.Unchecked)
	default:
		return f.NoneOf(f.verdict(v.List.Verdict))
	}
}

// firstUploadCommand is a whole call of the check gate that can be pasted into a terminal.
func firstUploadCommand(checkAPI string) string {
	return "curl " + checkAPI + " \\\n" +
		"  -H \"Authorization: Bearer $QUELL_API_KEY\" \\\n" +
		"  -F 'content={\"content_id\":\"post-1\"};type=application/json' \\\n" +
		"  -F file=@picture.jpg"
}
