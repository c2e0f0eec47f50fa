//go:build race

package media_test

// underRace: the race detector makes work on pixels some fifty times slower.
const underRace = true
