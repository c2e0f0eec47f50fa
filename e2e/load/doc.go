// Command load measures a server from outside, loader included: it starts one, fills its index, sends checks as fast as they are answered or at
// a fixed rate, and prints throughput, latency, memory and the time of a cold start.
//
// Run it inside of the module: go run ./e2e/load -h. With QUELL_DATABASE_URL set it measures over PostgreSQL.
package main
