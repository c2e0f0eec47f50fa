// Package ingest is the first stage of the corridor: it accepts what a service submits, bounds it, and gives it its identity.
//
// A content is named by the service; an upload is one submission of it. Two submissions of one content are the same upload if all of their
// parts are the same, which the digest tells; so a service may send again whatever it is not sure to have sent.
package ingest
