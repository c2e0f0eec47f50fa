// Command crash kills a server under load with SIGKILL, again and again, and then holds what the server had acknowledged against what is on
// record: every upload that was answered with 200 or 202 must be there and must have been decided exactly once.
//
// Run it inside of the module: go run ./e2e/crash. With QUELL_DATABASE_URL set it does the same over PostgreSQL.
package main
