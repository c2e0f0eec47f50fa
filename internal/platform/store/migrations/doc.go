// Package migrations holds the schema of the store as numbered, forward-only steps.
//
// One text serves SQLite and PostgreSQL. A step that has landed is never edited: what it got wrong is mended by the next one.
package migrations
