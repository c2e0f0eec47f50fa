// Package bank reads and writes lists of known content and brings them into banks.
//
// A list is a file of records, one a line, as CSV or as JSON Lines; docs/formats/bank-lists.md is its description for people. A record is one
// signal of one entry, or a tombstone that withdraws one. Reader turns lines into canonical records and reports every line it cannot use;
// Import takes them into a Store batch by batch; Writer writes records that Reader reads back as they were.
//
// Canonical is the one door: whatever way a record comes in, by file or by request, it is spelled and checked there, so that nothing
// malformed reaches the store or the live index. Package banktest holds the model that says what a Store does with records, and the tests
// for it.
package bank
