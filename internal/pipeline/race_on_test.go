//go:build race

package pipeline_test

// underRace: the race detector takes several times the memory.
const underRace = true
