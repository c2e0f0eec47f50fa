// Package record is the seventh stage of the corridor: it writes down what was decided before anybody is told.
//
// Upload, decision, matches, audit leaf and outbox event are committed in one transaction. Under load many uploads share a transaction:
// while one group is being committed the next one gathers, so the time of a commit is also the time over which uploads are grouped, and an
// upload that comes alone never waits for company.
package record
