package replay

import (
	"cmp"
	"fmt"
	"slices"
	"strings"
	"time"

	"github.com/quell-project/quell/internal/domain"
	"github.com/quell-project/quell/internal/pipeline/policy"
)

// verdicts is how many there are.
const verdicts = 5

// tally counts the outcomes of one piece, or of all.
type tally struct {
	o          *Options
	from, last domain.Time
	decisions  int64
	broken     int64
	trouble    string
	outcomes   []byte // what the digest is over

	cells    [verdicts][verdicts]int64
	recorded map[string]int64 // by version
	others   int64
	reworded int64
	changes  []Change
	groups   [len(groupNames)]lines
	notices  map[string]int64
	accounts map[domain.AccountID]int64
	hit      []domain.AccountID // in the order in which they are first hit
	opinions opinions
}

// opinions counts how people judge what was and what would have been decided.
type opinions struct {
	reviewed, sample        int64
	blocks, acts            [2]struct{ right, of int64 } // before, after
	newBlocks, newActs      int64                        // not reviewed
	shouldAct, found, finds int64                        // of the sample: that should be acted on, and that were and would have been
}

// lines are the pairs of a group by what they have in common.
type lines map[string]*pairs

func (l lines) of(name string) *pairs {
	if l[name] == nil {
		l[name] = &pairs{}
	}
	return l[name]
}

var groupNames = [...]string{"bank", "surface", "account age", "language"}

func newTally(o *Options) *tally {
	t := &tally{o: o, recorded: map[string]int64{}, notices: map[string]int64{}, accounts: map[domain.AccountID]int64{}}
	for i := range t.groups {
		t.groups[i] = lines{}
	}
	return t
}

func (t *tally) unreadable(kept *domain.KeptFacts, err error) {
	if t.broken++; t.trouble == "" {
		t.trouble = fmt.Sprintf("The facts of decision %s cannot be read: %v", kept.Decision, err)
	}
}

// add counts a decision with what would have been decided.
func (t *tally) add(kept *domain.KeptFacts, f *policy.Facts, out policy.Outcome) {
	if t.decisions++; t.from == 0 {
		t.from = kept.DecidedAt
	}
	t.last = kept.DecidedAt
	was, now := kept.Verdict, out.Verdict
	t.note(kept, &out)
	t.cells[max(was.Rank(), 0)][max(now.Rank(), 0)]++
	t.recorded[versionName(kept.Policy.ID, kept.Policy.Version)]++
	if !t.o.asks(kept.Policy) {
		t.others++
	}
	if out.Then.Notice != "" {
		t.notices[out.Then.Notice]++
	}
	t.group(f, acts(was), acts(now))
	t.judge(kept, now)
	switch {
	case was != now:
		t.change(kept, f, &out)
	case kept.Policy.ID != out.Policy.ID || kept.Policy.Rule != out.Policy.Rule:
		t.reworded++
	}
}

// asks reports whether a version on record is asked, or another version of the same policy in its place.
func (o *Options) asks(on domain.PolicyRef) bool {
	for i, v := range o.Versions {
		if v.name() == on.ID {
			return v.Number == on.Version || i == o.Replayed
		}
	}
	return false
}

func acts(v domain.Verdict) bool { return v.Rank() >= domain.Hold.Rank() }

func versionName(name string, number int) string { return fmt.Sprintf("%s@%d", name, number) }

// note adds an outcome to what the digest is over.
func (t *tally) note(kept *domain.KeptFacts, out *policy.Outcome) {
	t.outcomes = fmt.Appendf(t.outcomes, "%s %s %s@%d %s > %s %s@%d %s\n", kept.Decision, kept.Verdict, kept.Policy.ID, kept.Policy.Version, kept.Policy.Rule,
		out.Verdict, out.Policy.ID, out.Policy.Version, out.Policy.Rule)
}

// group counts an upload with those that it has something in common with.
func (t *tally) group(f *policy.Facts, was, now bool) {
	count := func(group int, name string) {
		t.groups[group].of(name).count(was, now)
	}
	seen := make([]string, 0, 4)
	for i := range f.Matches {
		if bank := f.Matches[i].Bank.Name; !slices.Contains(seen, bank) {
			seen = append(seen, bank)
			count(0, bank)
		}
	}
	if len(seen) == 0 {
		count(0, "no match")
	}
	count(1, cmp.Or(f.Content.Surface, notSaid))
	count(2, age(f))
	count(3, cmp.Or(f.Content.Language, notSaid))
}

// notSaid is the line of what the service did not say.
const notSaid = "not said"

// age names the span in which the age of an account lies.
func age(f *policy.Facts) string {
	if f.Account == nil || f.Account.CreatedAt == 0 {
		return notSaid
	}
	const day = 24 * time.Hour
	old := f.Now.Sub(f.Account.CreatedAt)
	for _, s := range []struct {
		under time.Duration
		name  string
	}{{day, "under a day"}, {7 * day, "under a week"}, {30 * day, "under a month"}, {365 * day, "under a year"}} {
		if old < s.under {
			return s.name
		}
	}
	return "a year or more"
}

func (p *pairs) count(first, second bool) {
	switch {
	case first && second:
		p.both++
	case first:
		p.first++
	case second:
		p.second++
	default:
		p.neither++
	}
}

// judge compares both verdicts with what a person has said.
func (t *tally) judge(kept *domain.KeptFacts, now domain.Verdict) {
	was, c := kept.Verdict, &t.opinions
	said, reviewed := t.o.Opinions[kept.Decision]
	if !reviewed {
		if now == domain.Block && was != domain.Block {
			c.newBlocks++
		}
		if acts(now) && !acts(was) {
			c.newActs++
		}
		return
	}
	c.reviewed++
	for i, v := range []domain.Verdict{was, now} {
		if v == domain.Block {
			c.blocks[i].of++
			c.blocks[i].right += one(said.Verdict == domain.Block)
		}
		if acts(v) {
			c.acts[i].of++
			c.acts[i].right += one(acts(said.Verdict))
		}
	}
	if said.Sample {
		c.sample++
		if acts(said.Verdict) {
			c.shouldAct++
			c.found += one(acts(was))
			c.finds += one(acts(now))
		}
	}
}

func one(is bool) int64 {
	if is {
		return 1
	}
	return 0
}

// change notes a decision that would have been made otherwise.
func (t *tally) change(kept *domain.KeptFacts, f *policy.Facts, out *policy.Outcome) {
	if kept.Account != "" && out.Verdict.Rank() > kept.Verdict.Rank() {
		t.hits(kept.Account, 1)
	}
	if len(t.changes) == t.o.Most {
		return
	}
	t.changes = append(t.changes, Change{
		Decision: kept.Decision, At: kept.DecidedAt, Was: kept.Verdict, WasBy: kept.Policy, Now: out.Verdict, NowBy: out.Policy, Reason: out.Reason, Evidence: evidence(f),
	})
}

func (t *tally) hits(account domain.AccountID, n int64) {
	if t.accounts[account] == 0 {
		t.hit = append(t.hit, account)
	}
	t.accounts[account] += n
}

// mostEvidence is how many matches and parts a changed decision is shown with.
const mostEvidence = 3

// evidence says in short what was found in an upload, and what could not be checked.
func evidence(f *policy.Facts) (lines []string) {
	for i := range f.Matches {
		m := &f.Matches[i]
		if i == mostEvidence {
			lines = append(lines, fmt.Sprintf("%d more matches", len(f.Matches)-i))
			break
		}
		line := fmt.Sprintf("%s matches bank %s (%s), distance %d of %d", m.Part, m.Bank.Name, m.Signal.Type, m.Distance, m.Limit)
		if m.Outweighed {
			line += ", outweighed"
		}
		lines = append(lines, line)
	}
	unchecked := 0
	for _, p := range f.Media {
		if p.Check == string(domain.Complete) {
			continue
		}
		if unchecked++; unchecked <= mostEvidence {
			lines = append(lines, strings.TrimSpace(fmt.Sprintf("%s: check %s. %s", p.Name, p.Check, p.Reason)))
		}
	}
	if unchecked > mostEvidence {
		lines = append(lines, fmt.Sprintf("%d more parts that could not be checked", unchecked-mostEvidence))
	}
	return lines
}
