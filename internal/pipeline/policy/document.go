package policy

import (
	"go.yaml.in/yaml/v3"

	"github.com/quell-project/quell/internal/domain"
)

// Document is a policy as it is written, before its conditions are compiled.
type Document struct {
	Name      string
	Title     string
	Note      string // what is new in this version
	AppliesTo string
	Unknown   Treatment // what unknown means where a rule does not say; empty: the default of the rule
	Error     Treatment
	Lists     map[string][]string
	Define    []Definition
	Exempt    []Rule
	Rules     []Rule
	Limits    map[domain.Verdict]Quota
	Flood     *Flood
	Tests     []Test
	Otherwise string // what is said when no rule has anything to say

	position
}

// AppliesToContent is the one kind of event that policies are asked about so far: an upload, and what becomes known of it later.
const AppliesToContent = "content"

// position is where in the text something stands.
type position struct{ line, column int }

// Definition is a named condition, or any other value, that rules may use.
type Definition struct {
	Name string
	When Expression
}

// Rule is a condition and what follows from it.
type Rule struct {
	ID      string
	When    Expression
	Verdict domain.Verdict
	Then    domain.Consequence
	Say     sentence
	Unknown Treatment
	Error   Treatment

	position
}

// Treatment says what a value that is neither true nor false means.
type Treatment string

// The treatments.
const (
	TreatHold   Treatment = "hold"   // the upload is held
	TreatIgnore Treatment = "ignore" // the rule has nothing to say, which is recorded
	TreatTrue   Treatment = "match"  // as if it were true
)

// Quota is how many decisions of one verdict a policy may make.
type Quota struct {
	PerHour, PerDay int64 // 0: as many as there are
	Over            QuotaOver
}

// QuotaOver says what becomes of a decision beyond a quota. An alarm is raised either way.
type QuotaOver string

// What becomes of decisions beyond a quota.
const (
	OverHold  QuotaOver = "hold"  // the upload is held instead
	OverAlarm QuotaOver = "alarm" // the decision stays what it is
)

// Flood guards against a signal that suddenly matches far more than it used to: what only it would have decided is held.
type Flood struct {
	PerHour int64    // matches in the last hour that are always fine
	Times   float64  // beyond them: how many times its usual hour
	Except  []string // kinds of banks whose signals are not guarded, and exactWord
}

// exactWord among the exceptions stands for matches of the very same file.
const exactWord = "exact"

// Test is an upload that a policy has to decide in a certain way.
type Test struct {
	Name   string
	Given  *Facts
	Expect Expectation

	told *yaml.Node // given, as it is written
	position
}

// Expectation is what a test asks for; empty fields are not asked for.
type Expectation struct {
	Outcome domain.Verdict
	Rule    string
	Code    string
	Queue   string
}

// Expression is the text of a condition and where it stands.
type Expression struct {
	Text string
	node *yaml.Node
	at   place
}
