// Package bench measures the search index and the way from a picture to its hash, for people who want to know what their own machine does.
//
// [Index] builds an index of any size from a repeatable set of codes and asks it questions that are new to it, each timed by itself. What it
// answers is held against brute force in every run: an index that is fast and wrong is of no use. [Hash] times the fingerprint of decoded
// pixels, and the way that an upload takes, from the bytes of a file. [HMA] starts a server on a database that it fills and asks it what
// clients of HMA ask, over HTTP. How well edited copies are found is measured by package recall below. All return plain values with the machine and the revision they belong to; printing and drawing them is the
// business of others.
//
// Wall-clock times are what a caller would see. Another busy program on the machine shows in them; repeat a run that matters.
package bench
