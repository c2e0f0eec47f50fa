// Package repotest holds tests that keep the repository as it was meant: which rooms may know which, that every package says what it is,
// and that nothing grows beyond what a person reads at a sitting. It has no code of its own.
package repotest
