// Package retrohunt finds what was uploaded before it was known.
//
//	decisions ──► fill ──► daybook (fingerprints of the last days, in files)
//	                           │
//	new signals, looser banks, │
//	ended pauses ──► plan ──► search ──► finds ──► the corridor looks again ──► a further decision
//
// SQL is the truth about both ends. The files are filled from it, in the order in which decisions were committed, by the one process that leads;
// they say themselves how far they are complete, so a crash costs nothing but the tail, and a folder that is lost is filled again. What there is
// to hunt for is told by the numbers of changes of signals and by the settings of banks, so that no way in which a signal can come to count is
// forgotten. A hunt is a row: how far it has come and what it has found is written down as it goes, and it goes on from there after a crash.
//
// What is found is not believed: the corridor looks the recorded fingerprints up in the live index and decides as always. An upload that was
// looked at again says nothing new the second time, so nothing is decided twice for the same signal, whatever was repeated.
//
// An upload that was being checked when a signal came may have been compared without it and be written down after the files were searched.
// So a hunt is done only when it has searched what was written down up to a while after it began; that while is longer than any check.
package retrohunt
