// Package observed is how every face serves a request, whatever becomes of it: what it took and how it ended is reported, a panic becomes an
// answer and an entry in the log, and half an answer never looks like a whole one.
package observed
