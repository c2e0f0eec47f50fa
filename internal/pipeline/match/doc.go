// Package match is the fourth stage of the corridor: it looks fingerprints up among the known signals and says what they matched, at which
// distance, in which bank, from which source.
//
// SQL is the truth and the index in memory is a copy of it. Every signal has a number for good and carries the number of its last change;
// an index that knows all changes up to N asks SQL for those after N and applies them in their order. That one path serves the first load,
// each later change and any gap: what the bus broadcasts only says that it is time to ask. Applying a change twice is harmless.
//
// A signal that cannot be indexed is counted, logged and passed over: it never stops the others. An index that does not hold what SQL holds says
// so instead of answering: before its first load, when SQL has been silent for a minute, and when SQL was put back to an earlier state.
package match
