// Package policiestest holds what tests of the life of policies share: a language of one line, a desk in memory, and a model that random acts of
// three people are compared with, on any desk.
package policiestest
