// Package app is the composition root: it makes the rooms of Quell out of a configuration and joins them. It is the only place that knows
// all of them, and it does nothing else. Open reads from top to bottom as the story of a start; Run and Close are the rest of the life.
package app
