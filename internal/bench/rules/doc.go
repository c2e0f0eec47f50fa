// Package rules writes policies of many rules, to measure how long they take to be asked.
//
// Their conditions are of the kinds that people write: about what matches, how often something happened, what the service said. Each has a number of
// its own, so that no two are the same.
package rules
