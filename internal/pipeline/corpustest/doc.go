// Package corpustest makes files for tests of everything that reads what may be hostile: one of each format, mutants of them, and bombs.
//
// All of it is drawn and written by this package, from a seed, so that a file that did harm once can be made again. Formats is the one table: a
// format that is added there is mutated, spliced with all others and put into archives by every test that uses the corpus.
package corpustest
