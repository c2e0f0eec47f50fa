// Package storetest says by example what a store.Store does, on both engines alike, and lends fresh databases to other packages' tests.
//
// SQLite databases are files in t.TempDir(). PostgreSQL databases are made on the server of QUELL_TEST_POSTGRES, which scripts/with-postgres
// starts, one for each test, and dropped afterwards; without the variable these tests are skipped. Nothing here is meant for production.
package storetest
