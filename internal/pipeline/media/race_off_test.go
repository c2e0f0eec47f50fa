//go:build !race

package media_test

const underRace = false
