// Package policies keeps the versions of policies: what is written, what is asked now, and who let that happen.
//
// A version goes from draft over checked to shadow, canary and live, and is retired in the end; Life says which steps there are and who may take
// them, and is a pure thing without I/O. What changes what is decided needs a second person: going live, being a canary, and taking a live version
// away. Going back to what was live before needs none. The Keeper takes steps in the store, each in one transaction with its record. The Book holds
// what is asked now, compiled once a version, and follows the store; where a version that is asked cannot be compiled, the one that was asked before
// stays, and where there was none, the edition says so: the gate never falls open.
package policies
