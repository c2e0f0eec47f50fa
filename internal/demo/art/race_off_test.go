//go:build !race

package art

const underRace = false
