// Package replay asks what a policy would have decided about uploads of the past, by the facts that were recorded with their decisions.
//
// What was decided is read from the record; what would have been decided comes from asking the versions that are given, all of them, and letting the
// strongest verdict decide, as the gate does. Facts hold the counts, excuses and times of their moment, so replaying the versions that were in force
// gives what the gate decided, whatever has happened since. The uploads and decisions themselves may be gone.
//
//	facts ──cut──► pieces ──workers──► Judge, Combine ──in order──► Report
//
// The report depends on the facts and the versions alone: not on how many workers there are, and not on when it is made. It has a digest over every
// single outcome, by which two replays can be compared.
package replay
