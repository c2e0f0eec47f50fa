// Package store keeps the truth in SQL: banks, uploads, decisions, the audit leaves and the outbox.
//
// SQLite (the default, one file on a local disk, one process) and PostgreSQL (by URL, version 14 or newer, any number of processes) share one
// schema, one set of queries and one conformance suite, package storetest. What the two engines do differently is in dialect.go and in the file
// that opens each; nothing else asks which engine it is.
//
// All changes go through Store.Tx: it runs a function in one transaction and repeats it, and only it, when the engine says that two
// transactions got in each other's way. The function must therefore do nothing but SQL. When Tx returns nil the change is on disk: SQLite runs
// with full sync, PostgreSQL with its synchronous_commit as the operator set it (on by default).
//
// Transactions that meet take rows in one order, so that they wait in a queue and not for each other: banks, then uploads by content and digest,
// then counters; events are written last, whenever they were emitted. Positions of events and numbers of changes of signals come from counters
// that stay locked until the commit: who reads them in order never misses one.
//
// Conventions: times are microseconds (domain.Time), ids are UUIDv7 text, JSON is text. Query parameters are numbered in the order of their
// first appearance, because the drivers disagree about anything else; a test reads every query.
package store
