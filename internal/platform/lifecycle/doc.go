// Package lifecycle starts the parts of a program in order, stops them in the reverse order, and keeps two programs out of one data folder.
package lifecycle
