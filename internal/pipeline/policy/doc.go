// Package policy is the fifth stage of the corridor: it turns what was found, and what could not be checked, into a verdict with its reason.
//
// There is one policy so far, Default, written in Go. It stands where policies that people write, test and replay will stand: a pure function
// of its input, so that the same upload with the same evidence always gets the same answer.
package policy
