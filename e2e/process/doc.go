// Package process builds the quell binary and runs it as a process of its own, for programs and tests that look at the whole from outside:
// they kill it, measure it, and ask it over HTTP.
package process
