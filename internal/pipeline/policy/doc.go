// Package policy is the fifth stage of the corridor: it turns what was found, and what could not be checked, into a verdict with its reason.
//
// A policy is a YAML text: rules with a condition in CEL (when) and what follows from it (decide), exemptions that come first, named values,
// quotas, a guard against floods, and tests. Read parses it, Load compiles it to a Program, and Judge asks a program about Facts. schema.go says what
// conditions can see.
//
//	text ──Read──► Document ──compile──► Program ──Judge(Facts)──► Ruling ──Combine──► Outcome
//
// Facts hold everything that goes into a decision, the time and the counts included, and are recorded with it. Asking is a pure function of program
// and facts, so the same upload always gets the same answer from the same version, now or when it is replayed years later.
//
// A condition is true, false, unknown or an error. Unknown are values that the service did not tell, and whatever depends on matches that may be
// in a part which could not be checked: a list of matches is then open, "these and perhaps more", so that finding one is true, and finding none is
// unknown.
//
// Explain tells what every piece of every condition is for some facts, Diff what is different between two texts, and Describe what the language has;
// docs/policy-reference.md is written from that.
package policy

//go:generate go test -run TestReference -update
