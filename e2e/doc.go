// Package e2e tests the whole from outside, as processes that talk over the network: two of them on one PostgreSQL and one NATS, a restart, a
// crash. The programs below it do what takes longer than a test should: crash kills a server under load, load measures one.
package e2e
