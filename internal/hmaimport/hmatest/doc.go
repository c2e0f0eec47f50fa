// Package hmatest makes databases as HMA has them, for tests: its tables with their columns, types and constraints, filled with invented rows.
package hmatest
