// Package gate asks the policies that are in force about every upload.
//
// It gathers the facts (what the corridor found, the counts, and which rules are excused), asks each version that is live, on trial for a share of the
// contents, or in shadow, and combines what those in force say. What the others would have said goes on record beside it. The facts do too, so
// that any version can be asked about the upload again.
package gate
