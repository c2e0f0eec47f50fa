//go:build race

package pdq_test

func init() { poolIsLeaky = true }
