// Package tally tells what happened lately to an account, a surface, a bank, a signal or a policy, so that a policy can be stricter with an account
// that was blocked three times today, turn blocks into holds beyond a quota, or see that a signal matches far more than it ever did.
//
// What is counted. Each decision is counted in the transaction that records it, so nothing is counted twice and nothing is forgotten:
//   - an upload, when it is first decided, for its account, its surface, the policy that decided it, and the banks and signals of its matches;
//   - a match, when it first counts in any decision about an upload (a bank of known-good items and what it suppresses do not count), for the bank,
//     the signal, the account and the surface: an upload counts once for each of them, however many matches it has;
//   - a verdict other than allow, when an upload is first decided or decided otherwise than in the round before, for all of these. An upload that
//     was held and is blocked later counts as both;
//   - a report by a user of the service, for the content, the account and the surface.
//
// Over which time. Counts are kept in buckets: of five minutes for the last two hours, and of whole hours for the rest. A bucket counts as long as any
// part of it lies in the span that is asked for. So "the last hour" is at least an hour and at most five minutes more, and "the last day" and "the
// last week" are at least that and at most an hour more. A quota may be reached a little early, and never late. Days are 24 hours and weeks seven
// of them; time zones have no part in it. After eight days counts are dropped.
//
// How fresh. A Reader remembers what it read for up to a second. Counts may therefore be a second old, and they never hold uploads that are being
// decided at the same moment: a burst of uploads of one account can all see the count from before it. Counts of several processes come together in
// the database.
package tally
