// Package figure writes figures as people read them: with as many digits as say something, in the unit that suits them, grouped in thousands.
// Tables on a terminal, tables in a document and the axes of charts use it, so that one figure looks alike everywhere.
package figure
