package replay

import (
	"cmp"
	"crypto/sha256"
	"encoding/hex"
	"hash"
	"slices"
	"time"

	"github.com/quell-project/quell/internal/domain"
)

// sum is the tally of all pieces that have been joined.
type sum struct {
	tally
	digest hash.Hash
}

func newSum(o *Options) *sum { return &sum{*newTally(o), sha256.New()} }

// add joins the tally of the piece that comes next.
func (s *sum) add(t *tally) {
	s.digest.Write(t.outcomes)
	if s.from == 0 {
		s.from = t.from
	}
	s.last = max(s.last, t.last)
	s.decisions += t.decisions
	s.broken += t.broken
	s.trouble = cmp.Or(s.trouble, t.trouble)
	s.others += t.others
	s.reworded += t.reworded
	for i := range t.cells {
		for k, n := range t.cells[i] {
			s.cells[i][k] += n
		}
	}
	for name, n := range t.recorded {
		s.recorded[name] += n
	}
	for name, n := range t.notices {
		s.notices[name] += n
	}
	for i, group := range t.groups {
		for name, p := range group {
			s.groups[i].of(name).add(p)
		}
	}
	for _, a := range t.hit {
		s.hits(a, t.accounts[a])
	}
	s.changes = append(s.changes, t.changes[:min(len(t.changes), s.o.Most-len(s.changes))]...)
	s.opinions.add(&t.opinions)
}

func (p *pairs) add(o *pairs) {
	p.both, p.first, p.second, p.neither = p.both+o.both, p.first+o.first, p.second+o.second, p.neither+o.neither
}

func (c *opinions) add(o *opinions) {
	c.reviewed, c.sample = c.reviewed+o.reviewed, c.sample+o.sample
	for i := range c.blocks {
		c.blocks[i].right, c.blocks[i].of = c.blocks[i].right+o.blocks[i].right, c.blocks[i].of+o.blocks[i].of
		c.acts[i].right, c.acts[i].of = c.acts[i].right+o.acts[i].right, c.acts[i].of+o.acts[i].of
	}
	c.newBlocks, c.newActs = c.newBlocks+o.newBlocks, c.newActs+o.newActs
	c.shouldAct, c.found, c.finds = c.shouldAct+o.shouldAct, c.found+o.found, c.finds+o.finds
}

func (s *sum) report() *Report {
	r := &Report{
		From: s.from, Last: s.last, Share: min(s.o.Share, 1), Seed: s.o.Seed, Decisions: s.decisions, Unreadable: s.broken, Trouble: s.trouble,
		Digest: hex.EncodeToString(s.digest.Sum(nil)), Recorded: named(s.recorded), Others: s.others, Reworded: s.reworded, Changes: s.changes,
		Notices: named(s.notices), Accounts: s.mostHit(), Agreement: s.opinions.agreement(),
	}
	for _, v := range s.o.Versions {
		r.Versions = append(r.Versions, versionName(v.name(), v.Number))
	}
	var all pairs
	var holds int64 // more than before
	for i, was := range domain.Verdicts() {
		for k, now := range domain.Verdicts() {
			n := s.cells[i][k]
			if n == 0 {
				continue
			}
			r.Verdicts = append(r.Verdicts, Cell{was, now, n})
			if was != now {
				r.Changed += n
			}
			holds += n * (one(now == domain.Hold) - one(was == domain.Hold))
			all.add(&pairs{both: n * one(acts(was) && acts(now)), first: n * one(acts(was) && !acts(now)), second: n * one(!acts(was) && acts(now)), neither: n * one(!acts(was) && !acts(now))})
		}
	}
	r.Acted = all.comparison()
	for i, name := range groupNames {
		r.Breakdowns = append(r.Breakdowns, Group{name, linesOf(s.groups[i])})
	}
	r.HoursPerWeek = s.hours(holds)
	return r
}

// hours returns how many more hours a week people would review, from the holds that would have come or not come.
func (s *sum) hours(holds int64) float64 {
	span := s.last.Sub(s.from)
	if s.o.From != 0 && s.o.To != 0 {
		span = s.o.To.Sub(s.o.From)
	}
	if span <= 0 || s.o.Share <= 0 {
		return 0
	}
	weeks := span.Hours() / (7 * 24 * time.Hour).Hours()
	return float64(holds) / min(s.o.Share, 1) * s.o.Minutes / 60 / weeks
}

func (p *pairs) comparison() Comparison {
	n := p.both + p.first + p.second + p.neither
	return Comparison{Was: rateOf(p.both+p.first, n), Now: rateOf(p.both+p.second, n), Diff: p.difference()}
}

// mostLines is how many lines a group has: names that the service gives may be many.
const mostLines = 50

// linesOf lists the most frequent first; those beyond the bound are one line.
func linesOf(of lines) []Line {
	list := []Line{}
	for name, p := range of {
		list = append(list, Line{name, p.comparison()})
	}
	slices.SortFunc(list, func(a, b Line) int { return cmp.Or(cmp.Compare(b.Was.Of, a.Was.Of), cmp.Compare(a.Name, b.Name)) })
	if len(list) <= mostLines {
		return list
	}
	var rest pairs
	for _, l := range list[mostLines:] {
		rest.add(of[l.Name])
	}
	return append(list[:mostLines:mostLines], Line{"all others", rest.comparison()})
}

// named lists counts, the largest first.
func named(counts map[string]int64) []Named {
	list := []Named{}
	for name, n := range counts {
		list = append(list, Named{name, n})
	}
	slices.SortFunc(list, func(a, b Named) int { return cmp.Or(cmp.Compare(b.Count, a.Count), cmp.Compare(a.Name, b.Name)) })
	return list
}

// mostAccounts is how many accounts a report tells of.
const mostAccounts = 10

// mostHit counts the accounts that would be hit harder most often. They are numbered in the order in which they are first hit: a number that says
// nothing of who it is, and needs no secret to keep.
func (s *sum) mostHit() []Hit {
	hits := []Hit{}
	for i, a := range s.hit {
		hits = append(hits, Hit{i + 1, s.accounts[a]})
	}
	slices.SortStableFunc(hits, func(a, b Hit) int { return cmp.Compare(b.Count, a.Count) })
	return hits[:min(len(hits), mostAccounts)]
}

func (c *opinions) agreement() Agreement {
	precise := func(of [2]struct{ right, of int64 }, unreviewed int64) Precise {
		return Precise{Was: rateOf(of[0].right, of[0].of), Now: rateOf(of[1].right, of[1].of), Unreviewed: unreviewed}
	}
	a := Agreement{Reviewed: c.reviewed, Blocks: precise(c.blocks, c.newBlocks), Acts: precise(c.acts, c.newActs), Sample: c.sample}
	switch {
	case c.sample == 0:
		a.Note = "No random labelled sample in this period: recall cannot be told. What people review otherwise is what policies held."
	case c.shouldAct == 0:
		a.Note = "In the random labelled sample there is nothing that should be held or blocked: recall cannot be told, the sample is too small."
	default:
		before, after := rateOf(c.found, c.shouldAct), rateOf(c.finds, c.shouldAct)
		a.RecallBefore, a.RecallAfter = &before, &after
		a.Note = "Recall is that of the random labelled sample."
	}
	return a
}
