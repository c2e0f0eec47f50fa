package replay

// RateOf is rateOf.
func RateOf(count, of int64) Rate { return rateOf(count, of) }

// DifferenceOf is the difference of pairs.
func DifferenceOf(both, first, second, neither int64) Difference {
	return pairs{both, first, second, neither}.difference()
}
