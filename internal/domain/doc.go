// Package domain holds the nouns of Quell: content, uploads, signals, banks, matches, checks and decisions, with the rules that belong to
// the nouns themselves.
//
// It does no input or output and knows no database, bus or wire format. Every room of the corridor speaks these types. Identifiers are
// distinct types, so that an entry can never be passed where a bank is meant.
package domain
