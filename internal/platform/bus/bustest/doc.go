// Package bustest is the conformance suite of the bus, and the pieces that tests around a bus need.
//
// [Run] holds the guarantees of package bus, one subtest each, and is run against every way of having a bus: the server inside the process
// and an external one reached by URL. [Outbox] stands in for the table of events; [StartNATS] gives a real NATS server that a test can stop, start
// and rob of its files. Everything listens on loopback addresses and free ports, so suites can run side by side.
package bustest
