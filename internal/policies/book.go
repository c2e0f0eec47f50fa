package policies

import (
	"cmp"
	"context"
	"fmt"
	"maps"
	"slices"
	"sync"
	"sync/atomic"
	"time"

	"github.com/quell-project/quell/internal/domain"
)

// Shelf is where the Book reads what is asked.
type Shelf interface {
	PolicySeq(ctx context.Context) (int64, error)
	PolicyStanding(ctx context.Context, now domain.Time) (domain.PolicyStanding, error)
}

// Version is a version that can be asked.
type Version[P any] struct {
	Number  int
	Digest  string
	Share   float64 // of contents, of a canary
	Program P
}

// Asked is a policy as it is asked now. What is nil is not asked.
type Asked[P any] struct {
	Name                 string
	Live, Canary, Shadow *Version[P]
}

// Broken is a version that should be asked and cannot be read by this program.
type Broken struct {
	Policy  string
	Version int
	State   domain.PolicyState
	Stands  bool   // the version that was asked before is still asked
	Reason  string // what is wrong with it
}

// Blind reports whether the version should decide and nothing can be asked in its place: then everything has to be held.
func (b Broken) Blind() bool { return b.State == domain.PolicyLive && !b.Stands }

// Edition is what is asked at a moment. It never changes, and may be read by many at the same time.
type Edition[P any] struct {
	Seq      int64      // of the last change that is in it
	Policies []Asked[P] // in the order in which they are asked
	Broken   []Broken
	snoozes  map[domain.Subject][]domain.Snooze
}

// Snoozes returns the snoozes of some subjects that are not over, oldest first.
func (e *Edition[P]) Snoozes(now domain.Time, subjects ...domain.Subject) (live []domain.Snooze) {
	if len(e.snoozes) == 0 {
		return nil
	}
	for _, subject := range subjects {
		for _, s := range e.snoozes[subject] {
			if s.Until > now {
				live = append(live, s)
			}
		}
	}
	slices.SortFunc(live, func(a, b domain.Snooze) int { return cmp.Compare(a.ID, b.ID) })
	return live
}

// Book holds the edition that is asked now and follows the store.
type Book[P any] struct {
	shelf   Shelf
	compile func(name string, text []byte) (P, error)
	ready   []Ready
	now     func() time.Time

	current  atomic.Pointer[Edition[P]]
	loading  sync.Mutex
	compiled map[string]compiled[P] // by name and digest, of the current edition
}

type compiled[P any] struct {
	program P
	err     error
}

// NewBook makes a book with nothing in it: Load has to succeed before Current is asked.
func NewBook[P any](shelf Shelf, compile func(name string, text []byte) (P, error), ready []Ready, now func() time.Time) *Book[P] {
	return &Book[P]{shelf: shelf, compile: compile, ready: ready, now: now}
}

// Current returns what is asked now, nil before the first Load.
func (b *Book[P]) Current() *Edition[P] { return b.current.Load() }

// Load brings the edition up to date and reports whether it is another one. If that fails the edition stays what it is.
func (b *Book[P]) Load(ctx context.Context) (news bool, err error) {
	b.loading.Lock()
	defer b.loading.Unlock()
	before := b.current.Load()
	if before != nil {
		if seq, err := b.shelf.PolicySeq(ctx); err != nil || seq == before.Seq {
			return false, err
		}
	}
	standing, err := b.shelf.PolicyStanding(ctx, domain.At(b.now()))
	if err != nil {
		return false, err
	}
	b.current.Store(b.edit(standing, before))
	return true, nil
}

// edit makes an edition of what stands.
func (b *Book[P]) edit(standing domain.PolicyStanding, before *Edition[P]) *Edition[P] {
	e := &Edition[P]{Seq: standing.Seq, snoozes: map[domain.Subject][]domain.Snooze{}}
	for _, s := range standing.Snoozes {
		e.snoozes[s.Subject] = append(e.snoozes[s.Subject], s)
	}
	fresh := map[string]compiled[P]{}
	for _, p := range b.inOrder(standing) {
		asked := Asked[P]{Name: p.Name}
		for _, v := range p.versions {
			if !v.State.Asked() {
				continue
			}
			key := v.Policy + " " + v.Digest
			c, ok := b.compiled[key]
			if !ok {
				c = b.read(v)
			}
			fresh[key] = c
			if c.err != nil {
				e.Broken = append(e.Broken, Broken{Policy: v.Policy, Version: v.Number, State: v.State, Reason: c.err.Error()})
				continue
			}
			asked.set(v.State, &Version[P]{v.Number, v.Digest, v.Share, c.program})
		}
		e.stand(&asked, before)
		if asked.Live != nil || asked.Canary != nil || asked.Shadow != nil {
			e.Policies = append(e.Policies, asked)
		}
	}
	b.compiled = fresh
	return e
}

// read compiles a version. A compiler that panics has met a text that it cannot read.
func (b *Book[P]) read(v domain.PolicyVersion) (c compiled[P]) {
	defer func() {
		if r := recover(); r != nil {
			c.err = fmt.Errorf("the compiler failed: %v", r)
		}
	}()
	if v.Text == "" {
		return compiled[P]{err: fmt.Errorf("this Quell does not bring policy %q along: %w", v.Policy, ErrNotThere)}
	}
	c.program, c.err = b.compile(v.Policy, []byte(v.Text))
	return c
}

// set puts a version where its state says.
func (a *Asked[P]) set(s domain.PolicyState, v *Version[P]) {
	switch s {
	case domain.PolicyLive:
		a.Live = v
	case domain.PolicyCanary:
		a.Canary = v
	case domain.PolicyShadow:
		a.Shadow = v
	}
}

// stand keeps the live version of the edition before where the one that should be cannot be read.
func (e *Edition[P]) stand(a *Asked[P], before *Edition[P]) {
	i := slices.IndexFunc(e.Broken, func(b Broken) bool { return b.Policy == a.Name && b.State == domain.PolicyLive })
	if i < 0 || before == nil {
		return
	}
	for _, old := range before.Policies {
		if old.Name == a.Name && old.Live != nil {
			a.Live, e.Broken[i].Stands = old.Live, true
		}
	}
}

// standing is a policy with its versions.
type standing struct {
	domain.Policy
	versions []domain.PolicyVersion
}

// inOrder joins what is on record with what comes with the program, in the order in which policies are asked.
func (b *Book[P]) inOrder(s domain.PolicyStanding) []*standing {
	byName, untouched := map[string]*standing{}, map[string]bool{}
	for i, r := range b.ready {
		byName[r.Name], untouched[r.Name] = &standing{Policy: domain.Policy{Name: r.Name, Position: i - len(b.ready)}}, true
	}
	for _, p := range s.Policies { // one that is on record has its version 0 there too
		byName[p.Name] = &standing{Policy: p}
		delete(untouched, p.Name)
	}
	for _, v := range s.Versions {
		p := byName[v.Policy]
		if p == nil {
			continue // it came between two looks at the store; there is another one
		}
		if v.Number == BuiltIn {
			v.Text = TextOf(b.ready, v.Policy)
			v.Digest = Digest(v.Text)
		}
		p.versions = append(p.versions, v)
	}
	for _, r := range b.ready {
		if untouched[r.Name] {
			v := builtIn(r.Name, r.Text)
			v.Text = r.Text
			byName[r.Name].versions = append(byName[r.Name].versions, v)
		}
	}
	return slices.SortedFunc(maps.Values(byName), func(a, b *standing) int { return domain.ComparePolicies(a.Policy, b.Policy) })
}
