// Package pipeline is the corridor: the way of one upload from the service's door to a recorded verdict.
//
//	service ──► ingest ──► media ──► signal ──► match ──► policy ──► record ──► service
//	            accept     decode    fingerprint look up   decide     write down
//	               │           └───────── every step reports complete | partial | failed | unsupported
//	               └── the same bytes again? the decision that stands, at once
//
// Check walks one upload through it in one call and returns when the decision is on disk. Accept only writes the upload down and leaves the
// walk to Resume, which a worker calls for it; Resume also walks again what could not be checked the first time, for example because a URL
// did not answer.
//
// A part that is an archive is opened, and what lies in it is looked at as the part itself is; package archive does that within the budget of the
// upload.
//
// People have the last word: Review makes a person's verdict the decision that stands, and whatever walks or looks the upload up again afterwards
// leaves it standing unless something matches that did not match then. Reported asks the policies again when users of the service have complained.
//
// The stages are packages below this one. They do not know each other: each declares the few methods it needs, and this package and the
// composition root join them. Anything that goes wrong on the way becomes a check that is not complete, never a silent pass; only a failure
// to look up or to record is an error, because then there is no decision at all.
package pipeline
