//go:build race

package art

// underRace: the race detector makes work on pixels some fifty times slower.
const underRace = true
