// Package banktest says by example what a bank.Store does: Model is the plainest implementation, and TestStore holds any other against it.
//
// A test of a real store calls TestStore once for each engine. Nothing here is meant for production: Model keeps everything in memory.
package banktest
