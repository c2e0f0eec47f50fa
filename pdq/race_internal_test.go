//go:build race

package pdq

func init() { thorough = false }
