package app

import (
	"context"
	"fmt"
	"slices"
	"sync"
	"time"

	"github.com/quell-project/quell/internal/domain"
	"github.com/quell-project/quell/internal/gate"
	"github.com/quell-project/quell/internal/pipeline/policy"
	"github.com/quell-project/quell/internal/platform/store"
	"github.com/quell-project/quell/internal/policies"
	"github.com/quell-project/quell/internal/tally"
	ready "github.com/quell-project/quell/policies"
)

// openPolicies compiles what is asked and joins it to the gate.
func (a *App) openPolicies(ctx context.Context) error {
	builtIn, err := builtIn()
	if err != nil {
		return err
	}
	a.desk = desk{a.store, a.bus}
	a.keeper = &policies.Keeper[*policy.Program]{
		Desk: a.desk, Language: language{}, Ready: builtIn, Now: time.Now,
		Rules: policies.Rules{SecondPerson: a.cfg.PolicySecondPerson, Lapses: time.Duration(a.cfg.PolicyRequestLapses)},
	}
	a.book = policies.NewBook(a.store, language{}.Compile, builtIn, time.Now)
	if err := a.followPolicies(ctx); err != nil {
		return err
	}
	a.counts = tally.New(a.store)
	a.policies = &gate.Gate{
		Lines: func() []gate.Line { return linesOf(a.book.Current()) }, Tallies: a.counts, Memory: memory{a.store, a.book},
		Alarm: func(al domain.Alarm) {
			a.log.Warn("a policy raises an alarm", "policy", al.Policy, "rule", al.Rule, "alarm", al.Text)
		},
		Log: a.log.With("part", "policies"),
	}
	return nil
}

// builtIn reads the policies that come with the program.
func builtIn() ([]policies.Ready, error) { return policies.ReadReady(ready.Files, ready.BuiltIn...) }

// language is the language of policies as the keeper of their versions uses it.
type language struct{}

// Compile implements policies.Language. A policy says its own name.
func (language) Compile(name string, text []byte) (*policy.Program, error) {
	program, found := policy.Load(text)
	if program == nil {
		return nil, faultsOf(found)
	}
	if program.Document.Name != name {
		return nil, domain.PolicyFaults{{Line: 1, Column: 1, Message: fmt.Sprintf("the text is of policy %q, not of %q", program.Document.Name, name), Hint: "change the name in one of both places"}}
	}
	return program, nil
}

// Test implements policies.Language.
func (language) Test(p *policy.Program) error {
	if failed := p.Failures(); len(failed) > 0 {
		return faultsOf(failed)
	}
	return nil
}

func faultsOf(found policy.Diagnostics) (faults domain.PolicyFaults) {
	for _, d := range found {
		if !d.Warning {
			faults = append(faults, domain.PolicyFault{Line: d.Line, Column: d.Column, Message: d.Message, Hint: d.Hint})
		}
	}
	return faults
}

// linesOf are the versions of an edition as the gate asks them. In the place of a policy that cannot be read stands one that holds everything.
func linesOf(e *policies.Edition[*policy.Program]) []gate.Line {
	lines := readableLines(e)
	for _, b := range e.Broken {
		if !b.Blind() {
			continue
		}
		holds := &gate.Version{Number: b.Version, Program: holdsAll()}
		at := slices.IndexFunc(lines, func(l gate.Line) bool { return l.Name == b.Policy })
		if at < 0 {
			lines, at = append(lines, gate.Line{Name: b.Policy}), len(lines)
		}
		lines[at].Live = holds
	}
	return lines
}

// readableLines are the versions of an edition that can be read.
func readableLines(e *policies.Edition[*policy.Program]) (lines []gate.Line) {
	for _, p := range e.Policies {
		l := gate.Line{Name: p.Name, Live: versionOf(p.Live), Canary: versionOf(p.Canary), Shadow: versionOf(p.Shadow)}
		if p.Canary != nil {
			l.Share = p.Canary.Share
		}
		lines = append(lines, l)
	}
	return lines
}

func versionOf(v *policies.Version[*policy.Program]) *gate.Version {
	if v == nil {
		return nil
	}
	return &gate.Version{Number: v.Number, Program: v.Program}
}

// holdsAll stands for a live version that cannot be read where there is none to go on with. It is compiled when it is needed: other commands start
// without it.
var holdsAll = sync.OnceValue(func() *policy.Program {
	program, found := policy.Load([]byte("policy: unreadable\nrules:\n  - id: unreadable\n    when: 'true'\n    decide: hold\n"))
	if program == nil {
		panic(found) // the text is above
	}
	return program
})

// memory knows which rules are excused.
type memory struct {
	store *store.Store
	book  *policies.Book[*policy.Program]
}

// Excuses implements gate.Memory.
func (m memory) Excuses(ctx context.Context, in policy.Input) ([]policy.Excuse, error) {
	overturns, err := m.store.OverturnsOf(ctx, in.Upload.Sameness())
	if err != nil {
		return nil, err
	}
	subjects := append(in.Subjects(), domain.Subject{Kind: domain.SubjectContent, Name: string(in.Upload.ContentID)})
	return gate.Excuses(in, overturns, m.book.Current().Snoozes(in.Now, subjects...)), nil
}

// followEvery is how often a process looks whether policies have changed, should the news of it be lost.
const followEvery = time.Second

// followPolicies brings what is asked up to date, and is loud about what cannot be asked.
func (a *App) followPolicies(ctx context.Context) error {
	news, err := a.book.Load(ctx)
	if err != nil || !news {
		return err
	}
	var alarms []domain.Alarm
	for _, b := range a.book.Current().Broken {
		what := "is not asked"
		if b.Stands {
			what = "is not asked; the version before it still is"
		} else if b.Blind() {
			what = "is not asked, and everything is held"
		}
		a.log.Error("a version of a policy cannot be read by this program", "policy", b.Policy, "version", b.Version, "state", b.State, "so it", what, "error", b.Reason)
		alarms = append(alarms, domain.Alarm{
			Kind: domain.AlarmEdition, Policy: b.Policy, Version: b.Version,
			Text: fmt.Sprintf("Version %d of policy %q (%s) cannot be read by this program: %s. It %s.", b.Version, b.Policy, b.State, b.Reason, what),
		})
	}
	return a.desk.RaiseAlarms(ctx, alarms)
}

// listenForPolicies brings what is asked up to date whenever policies have changed anywhere.
func (a *App) listenForPolicies(ctx context.Context) error {
	follow := func() {
		if err := a.followPolicies(ctx); err != nil && ctx.Err() == nil {
			a.log.Warn("news of policies could not be read; trying again", "error", err)
		}
	}
	return a.bus.Listen(ctx, domain.SubjectPolicyChanged, func(domain.Event) { follow() }, follow)
}

// unreadable counts the versions that should be asked and cannot be read.
func (a *App) unreadable() float64 { return float64(len(a.book.Current().Broken)) }

// openAlarms counts the alarms of a kind that nobody has taken note of.
func (a *App) openAlarms(kind domain.AlarmKind) func(context.Context) (int64, error) {
	return func(ctx context.Context) (int64, error) {
		open, err := a.store.OpenAlarms(ctx)
		return open[kind], err
	}
}
