// Package auth says who is asking: programs by an API key, people by a session that a one-time link began.
//
// Keys, links and sessions are random; only their SHA-256 is kept, so that whoever reads the database cannot use them. They are long enough
// that a plain hash without salt or stretching is safe.
package auth
