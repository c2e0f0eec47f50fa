// Package hmaimport takes the database of a Hasher-Matcher-Actioner (HMA, Meta's server for matching known content) over: banks, contents with
// their signals, notes, metadata and pauses, the share for which a bank counts, exchanges and, where asked for, their credentials.
//
// Source reads the PostgreSQL database of HMA and never writes to it: everything it reads is as of one moment, page by page, and nothing of
// it is believed. The rows that HMA keeps as Python pickles are never asked for, because reading a pickle runs what is in it. Run brings what
// was read into a Store, a page a transaction, and makes a Report of what was taken and of everything that could not be.
//
// Content 17 of HMA is the entry with the reference "hma:17" and, unless that number is taken, the number 17, because clients of HMA have
// kept it. So an import can be cut off at any point, and run again and again: it changes only what HMA has changed since.
package hmaimport
