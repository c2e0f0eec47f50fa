package console

import (
	"context"
	"errors"
	"net/http"
	"strconv"
	"time"

	"github.com/quell-project/quell/internal/domain"
	"github.com/quell-project/quell/internal/pipeline/policy"
)

// How much of the life of a policy its page shows.
const (
	stepsShown   = 20
	snoozesRead  = 500 // of all policies
	changesShown = 20
	shadowSpan   = 7 * 24 * time.Hour
)

// policyView is what the page of a policy shows.
type policyView struct {
	policyRow
	Chosen  domain.PolicyVersion // whose text is shown
	Text    policyText
	Changes []policy.Change // from the live version to the chosen one
	Differs bool            // there is a live version, and it is another one
	Steps   []domain.PolicyStep
	Snoozes []domain.Snooze // that are not over
	Shadow  *shadow         // nil: none looks on
	Refused string          // why the last thing asked for was not done
}

// policySummary is what the first line of the page of a policy says.
type policySummary struct {
	Live, Canary, Shadow *domain.PolicyVersion
	Waiting              int64
}

// policyPage shows one policy.
func (c *console) policyPage(w http.ResponseWriter, r *http.Request, person string) {
	c.showPolicy(w, r, person, http.StatusOK, "")
}

// showPolicy shows the policy that the path names; refused says why something was not done.
func (c *console) showPolicy(w http.ResponseWriter, r *http.Request, person string, status int, refused string) {
	ctx, cancel := context.WithTimeout(r.Context(), readTimeout)
	defer cancel()
	v, err := c.readPolicy(ctx, r.PathValue("name"), r.URL.Query().Get("version"))
	switch {
	case errors.Is(err, ErrNotFound):
		c.show(w, r, http.StatusNotFound, notice{Said: c.words.Policies.None, Person: person, Room: policiesRoom, Home: true})
	case err != nil:
		c.broken(w, r, person, err)
	default:
		c.outage.end()
		v.Refused = refused
		f := c.frame(person).in(policiesRoom)
		c.render(w, r, status, page(f, plain(v.Policy.Name), "", policyMain(f, v)))
	}
}

// readPolicy reads what the page needs. number is the version to show; "" leaves that open.
func (c *console) readPolicy(ctx context.Context, name, number string) (v policyView, err error) {
	if v.PolicyLife, err = c.Policies.Policy(ctx, name); err != nil {
		return v, err
	}
	n, err := choose(v.PolicyLife, number)
	if err != nil {
		return v, err
	}
	if v.Chosen, err = c.Policies.PolicyVersion(ctx, name, n); err != nil {
		return v, err
	}
	v.Text = readText(v.Chosen.Text)
	if err := c.compare(ctx, &v); err != nil {
		return v, err
	}
	if v.Steps, err = c.Policies.PolicySteps(ctx, name, "", stepsShown); err != nil {
		return v, err
	}
	now := domain.At(c.Now())
	all, err := c.Policies.Snoozes(ctx, "", snoozesRead)
	if err != nil {
		return v, err
	}
	for _, s := range all {
		if s.Policy == name && s.Until > now {
			v.Snoozes = append(v.Snoozes, s)
		}
	}
	if s := in(v.PolicyLife, domain.PolicyShadow); s != nil {
		if v.Shadow, err = c.readShadow(ctx, *s, now); err != nil {
			return v, err
		}
	}
	v.Tally = c.tallies(ctx, []domain.PolicyLife{v.PolicyLife})(name)
	return v, nil
}

// choose returns which version to show: the one that is asked for, else the one about which somebody has to say something, else the live one, else the
// newest.
func choose(l domain.PolicyLife, number string) (int, error) {
	if number != "" {
		n, err := strconv.Atoi(number)
		if err != nil {
			return 0, ErrNotFound
		}
		return n, nil
	}
	if w := waiting(l); len(w) > 0 {
		return w[0].Number, nil
	}
	if live := in(l, domain.PolicyLive); live != nil {
		return live.Number, nil
	}
	if len(l.Versions) == 0 {
		return 0, ErrNotFound
	}
	return l.Versions[len(l.Versions)-1].Number, nil
}

// compare says what is different in the chosen version from the live one, where both can be read.
func (c *console) compare(ctx context.Context, v *policyView) error {
	live := in(v.PolicyLife, domain.PolicyLive)
	if live == nil || live.Number == v.Chosen.Number {
		return nil
	}
	now, err := c.Policies.PolicyVersion(ctx, v.Policy.Name, live.Number)
	if err != nil {
		return err
	}
	if a, _ := policy.Read([]byte(now.Text)); a != nil && v.Text.document != nil {
		v.Differs, v.Changes = true, policy.Diff(a, v.Text.document)
	}
	return nil
}

// summary says what is asked.
func (v policyView) summary() policySummary {
	return policySummary{
		Live: in(v.PolicyLife, domain.PolicyLive), Canary: in(v.PolicyLife, domain.PolicyCanary), Shadow: in(v.PolicyLife, domain.PolicyShadow),
		Waiting: int64(len(waiting(v.PolicyLife))),
	}
}

// before returns the version that a rollback would make live, and whether there is one.
func (v policyView) before() (int, bool) {
	b := v.Policy.Before
	if len(b) == 0 {
		return 0, false
	}
	return b[len(b)-1], true
}

// shadow compares what a version that only looks on would have decided with what stood.
type shadow struct {
	Version        int
	Cells          verdictMatrix
	Total, Changed int64
	Changes        []domain.ShadowChange
}

func (c *console) readShadow(ctx context.Context, v domain.PolicyVersion, now domain.Time) (*shadow, error) {
	counts, err := c.Policies.ShadowCounts(ctx, v.Policy, v.Number, now.Add(-shadowSpan), now)
	if err != nil {
		return nil, err
	}
	s := &shadow{Version: v.Number, Cells: verdictMatrix{}}
	for _, n := range counts {
		s.Cells[change{n.Stood, n.Verdict}] += n.Count
		s.Total += n.Count
		if n.Stood != n.Verdict {
			s.Changed += n.Count
		}
	}
	s.Changes, err = c.Policies.ShadowChanges(ctx, v.Policy, v.Number, "", changesShown)
	return s, err
}
