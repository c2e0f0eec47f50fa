package policy

import (
	"math"
	"regexp"
	"slices"
	"strconv"
	"strings"
	"time"

	"go.yaml.in/yaml/v3"

	"github.com/quell-project/quell/internal/domain"
)

// What a test does not say: it happens at noon on the first day of 2026, of a content for which random is one half.
const (
	givenNow    domain.Time = 1767268800000000
	givenRandom             = 1 << 31
	maxGiven                = 5000 // matches, parts or reports of one test: more than policies see, so that a test can say so
)

// given reads the upload of a test, which is told in the names that conditions use. What it leaves out does not matter: counts are 0, matches count,
// and there is one part, which was checked completely.
func (r *reader) given(n *yaml.Node) *Facts {
	f := &Facts{Env: EnvVersion, Now: givenNow, Cause: string(domain.CauseUpload), Round: 1, Random: givenRandom, Surface: &domain.Tally{}}
	spent := &domain.Tally{}
	if n.Kind == yaml.MappingNode { // what ages are counted from has to be known first
		for i := 0; i+1 < len(n.Content); i += 2 {
			if n.Content[i].Value == "now" {
				f.Now = r.moment(n.Content[i+1])
			}
		}
	}
	var media, matches *yaml.Node
	r.mapping(n, "given", keys{
		"now":     func(*yaml.Node) {},
		"random":  func(n *yaml.Node) { f.Random = uint32(r.number(n, 0, 1-1.0/(1<<32)) * (1 << 32)) },
		"event":   func(n *yaml.Node) { r.givenEvent(n, f) },
		"content": func(n *yaml.Node) { r.givenContent(n, f) },
		"account": func(n *yaml.Node) { r.givenAccount(n, f) },
		"surface": func(n *yaml.Node) {
			r.mapping(n, "surface", r.tally(&f.Surface, keys{"name": func(n *yaml.Node) { f.Content.Surface = r.text(n, maxName) }}))
		},
		"media":   func(n *yaml.Node) { media = n },
		"matches": func(n *yaml.Node) { matches = n },
		"reports": func(n *yaml.Node) { r.givenReports(n, f) },
		"excuses": func(n *yaml.Node) { r.givenExcuses(n, f) },
		"policy":  func(n *yaml.Node) { r.mapping(n, "policy", r.tally(&spent, keys{})) },
	})
	r.givenMedia(media, f)
	if matches != nil {
		r.each(matches, "matches", maxGiven, func(item *yaml.Node) { r.givenMatch(item, f) })
	}
	strongestFirst(f.Matches)
	if spent != nil {
		f.Spent = map[string]domain.Tally{"": *spent} // under the name of the policy, once it is known
	}
	return f
}

// belongsTo gives what a test says of its policy the name of the policy.
func (f *Facts) belongsTo(name string) {
	if spent, ok := f.Spent[""]; ok {
		f.Spent = map[string]domain.Tally{name: spent}
	}
	for i := range f.Excuses {
		f.Excuses[i].Policy = name
	}
}

func (r *reader) givenEvent(n *yaml.Node, f *Facts) {
	r.mapping(n, "event", keys{
		"cause": func(n *yaml.Node) { f.Cause = r.choice(n, "upload", "retry", "retro", "report") },
		"round": func(n *yaml.Node) { f.Round = int(r.whole(n, 1, math.MaxInt32)) },
	})
}

func (r *reader) givenContent(n *yaml.Node, f *Facts) {
	c := &f.Content
	r.mapping(n, "content", keys{
		"surface":    func(n *yaml.Node) { c.Surface = r.text(n, maxName) },
		"visibility": func(n *yaml.Node) { c.Visibility = r.text(n, maxName) },
		"language":   func(n *yaml.Node) { c.Language = r.text(n, maxName) },
		"created_at": func(n *yaml.Node) { c.CreatedAt = r.moment(n) },
		"age":        func(n *yaml.Node) { c.CreatedAt = r.ago(n, f.Now) },
		"attributes": func(n *yaml.Node) {
			if n.Kind != yaml.MappingNode {
				r.report(n, "", "attributes is a mapping of names to values, and this is %s", kindOf(n))
				return
			}
			if err := n.Decode(&c.Attributes); err != nil {
				r.report(n, "use texts, numbers, true and false, lists and mappings with names", "attributes cannot be read")
			}
		},
	})
}

func (r *reader) givenAccount(n *yaml.Node, f *Facts) {
	a := &Account{Tally: &domain.Tally{}}
	f.Account = a
	r.mapping(n, "account", r.tally(&a.Tally, keys{
		"id":         func(n *yaml.Node) { f.AccountID = domain.AccountID(r.text(n, maxName)) },
		"created_at": func(n *yaml.Node) { a.CreatedAt = r.moment(n) },
		"age":        func(n *yaml.Node) { a.CreatedAt = r.ago(n, f.Now) },
	}))
}

func (r *reader) givenMedia(n *yaml.Node, f *Facts) {
	if n == nil {
		f.Media = []Part{{Name: "file-1", Check: string(domain.Complete)}}
		return
	}
	r.each(n, "media", maxGiven, func(item *yaml.Node) {
		p := Part{Check: string(domain.Complete)}
		seen := r.mapping(item, "a part", keys{
			"name":     func(n *yaml.Node) { p.Name = r.text(n, maxName) },
			"type":     func(n *yaml.Node) { p.Type = r.text(n, maxName) },
			"inside":   func(n *yaml.Node) { p.Inside = r.text(n, maxName) },
			"size":     func(n *yaml.Node) { p.Size = r.whole(n, 0, 1<<53) },
			"width":    func(n *yaml.Node) { p.Width = int(r.whole(n, 0, math.MaxInt32)) },
			"height":   func(n *yaml.Node) { p.Height = int(r.whole(n, 0, math.MaxInt32)) },
			"frames":   func(n *yaml.Node) { p.Frames = int(r.whole(n, 0, math.MaxInt32)) },
			"check":    func(n *yaml.Node) { p.Check = r.choice(n, "complete", "partial", "failed", "unsupported") },
			"detector": func(n *yaml.Node) { p.By = r.text(n, maxName) },
			"reason":   func(n *yaml.Node) { p.Reason = r.text(n, maxString) },
		})
		if !seen["name"] {
			p.Name = "file-" + strconv.Itoa(len(f.Media)+1)
		}
		f.Media = append(f.Media, p)
	})
}

func (r *reader) givenMatch(item *yaml.Node, f *Facts) {
	number := strconv.Itoa(len(f.Matches) + 1)
	m := Match{
		Bank:   Bank{Name: "bank-1", Kind: string(domain.Known), Tally: &domain.Tally{}},
		Signal: Signal{ID: domain.SignalID("signal-" + number), Type: string(domain.PDQ), Tally: &domain.Tally{}}, Index: len(f.Matches),
	}
	if len(f.Media) > 0 {
		m.Part = f.Media[0].Name
	}
	seen := r.mapping(item, "a match", keys{
		"bank":     func(n *yaml.Node) { r.givenBank(n, &m.Bank) },
		"signal":   func(n *yaml.Node) { r.givenSignal(n, &m.Signal) },
		"distance": func(n *yaml.Node) { m.Distance = int(r.whole(n, 0, math.MaxInt32)) },
		"limit":    func(n *yaml.Node) { m.Limit = int(r.whole(n, 0, math.MaxInt32)) },
		"part": func(n *yaml.Node) {
			if m.Part = r.text(n, maxName); f.part(m.Part) == nil {
				r.report(n, "say it under media:", "there is no part %q", m.Part)
			}
		},
		"frame":      func(n *yaml.Node) { m.Frame = int(r.whole(n, 0, math.MaxInt32)) },
		"view":       func(n *yaml.Node) { m.View = r.text(n, maxName) },
		"sources":    func(n *yaml.Node) { m.Sources = r.texts(n, "sources") },
		"labels":     func(n *yaml.Node) { m.Labels = r.texts(n, "labels") },
		"outweighed": func(n *yaml.Node) { m.Outweighed = r.choice(n, "true", "false") == "true" },
	})
	switch {
	case !seen["limit"]:
		m.Limit = m.Distance
	case m.Distance > m.Limit:
		r.report(item, "", "a match is never farther than its limit, and %d is more than %d", m.Distance, m.Limit)
	}
	f.Matches = append(f.Matches, m)
}

// givenBank reads the name of a bank, or a mapping.
func (r *reader) givenBank(n *yaml.Node, b *Bank) {
	if n.Kind == yaml.ScalarNode {
		b.Name = r.text(n, maxName)
		return
	}
	r.mapping(n, "bank", r.tally(&b.Tally, keys{
		"name": func(n *yaml.Node) { b.Name = r.text(n, maxName) },
		"kind": func(n *yaml.Node) {
			b.Kind = r.choice(n, string(domain.Known), string(domain.KnownCSAM), string(domain.Negative))
		},
	}))
}

// givenSignal reads the type of a signal, or a mapping.
func (r *reader) givenSignal(n *yaml.Node, s *Signal) {
	typ := func(n *yaml.Node) {
		s.Type = r.choice(n, string(domain.PDQ), string(domain.Keypoints), string(domain.SHA256), string(domain.MD5))
	}
	if n.Kind == yaml.ScalarNode {
		typ(n)
		return
	}
	r.mapping(n, "signal", r.tally(&s.Tally, keys{
		"id":   func(n *yaml.Node) { s.ID = domain.SignalID(r.text(n, maxName)) },
		"type": typ,
	}))
}

func (r *reader) givenReports(n *yaml.Node, f *Facts) {
	r.each(n, "reports", maxGiven, func(item *yaml.Node) {
		report := Report{At: f.Now}
		r.mapping(item, "a report", keys{
			"reason": func(n *yaml.Node) { report.Reason = r.text(n, maxString) },
			"age":    func(n *yaml.Node) { report.At = r.ago(n, f.Now) },
		})
		f.Reports = append(f.Reports, report)
	})
	slices.SortStableFunc(f.Reports, func(a, b Report) int { return int(b.At.Sub(a.At).Microseconds()) })
}

// givenExcuses reads what people have overturned or snoozed before.
func (r *reader) givenExcuses(n *yaml.Node, f *Facts) {
	r.each(n, "excuses", maxGiven, func(item *yaml.Node) {
		e := Excuse{Why: "excused in a test"}
		seen := r.mapping(item, "an excuse", keys{
			"rule":       func(n *yaml.Node) { e.Rule = r.text(n, 64) },
			"why":        func(n *yaml.Node) { e.Why = r.text(n, maxSentence) },
			"overturned": func(n *yaml.Node) { e.Overturned = r.choice(n, "true", "false") == "true" },
			"signals": func(n *yaml.Node) {
				for _, s := range r.texts(n, "signals") {
					e.Signals = append(e.Signals, domain.SignalID(s))
				}
			},
		})
		e.Always = !seen["signals"] && !e.Overturned
		f.Excuses = append(f.Excuses, e)
	})
}

// tally adds the keys of counts to those of whatever is counted. "counts: unknown" says that nobody could count.
func (r *reader) tally(t **domain.Tally, known keys) keys {
	all := **t
	for _, counter := range counters {
		known[counter.name] = func(n *yaml.Node) {
			count := func(into *int64) func(*yaml.Node) { return func(n *yaml.Node) { *into = r.whole(n, 0, 1<<53) } }
			c := counter.of(&all)
			r.mapping(n, counter.name, keys{"hour": count(&c.Hour), "day": count(&c.Day), "week": count(&c.Week)})
			if *t != nil {
				**t = all
			}
		}
	}
	known["counts"] = func(n *yaml.Node) {
		if r.choice(n, string(domain.Unknown)) != "" {
			*t = nil
		}
	}
	return known
}

func (r *reader) texts(n *yaml.Node, of string) (all []string) {
	r.each(n, of, 100, func(item *yaml.Node) { all = append(all, r.text(item, maxName)) })
	return all
}

func (r *reader) moment(n *yaml.Node) domain.Time {
	t, err := time.Parse(time.RFC3339, n.Value)
	if n.Kind != yaml.ScalarNode || err != nil || t.Year() < 1971 || t.Year() > 9998 {
		r.report(n, "as 2026-01-31T12:00:00Z", "a moment is needed, and this is %s", kindOf(n))
		return givenNow
	}
	return domain.At(t)
}

var inDays = regexp.MustCompile(`^([0-9]{1,5})d$`)

// ago reads an age: in tests, other than in conditions, days are fine.
func (r *reader) ago(n *yaml.Node, now domain.Time) domain.Time {
	s := n.Value
	if m := inDays.FindStringSubmatch(s); m != nil {
		days, _ := strconv.Atoi(m[1])
		s = strconv.Itoa(24*days) + "h"
	}
	d, err := time.ParseDuration(s)
	if n.Kind != yaml.ScalarNode || err != nil || d < 0 || strings.HasPrefix(s, "+") {
		r.report(n, "as 90m, 168h or 7d", "an age is needed, and this is %s", kindOf(n))
		return now
	}
	return now.Add(-d)
}
