// Package daybook keeps fingerprints of uploads in files that are searched from front to back and deleted whole.
//
// A [Part] is one file: a few hundred thousand uploads of one day, in columns. The codes of pictures lie one behind the other in one run, and so
// do the digests of files, so that a search reads nothing but what it compares; each row says by a number which upload it belongs to, and an
// upload is its id and a keyed hash of its account. Everything is under checksums, and nothing is used that was not verified when it was read.
// docs/formats/daybook.md has the file byte by byte.
//
// A [Shelf] is a folder of parts, in the order in which they were written. The newest one is open: it stands in memory, takes rows, and is
// written anew now and then; all others stay as they are, unless an account is to be forgotten. A shelf is a copy of what SQL holds. It says up to which event it is complete, so that
// whoever fills it knows where to go on after a crash, and a folder that is lost or damaged is filled again.
package daybook
