package corpus

import (
	"math/bits"

	"github.com/quell-project/quell/hamming"
)

// dice are random numbers by SplitMix64 (Steele, Lea, Flood: "Fast Splittable Pseudorandom Number Generators", 2014). Its state is one
// number, so that the dice for item i are thrown without those of the items before.
type dice struct{ state uint64 }

const golden = 0x9e3779b97f4a7c15 // 2^64 divided by the golden ratio, the step of SplitMix64

// throw returns the dice of one item for one purpose.
func throw(seed uint64, purpose int, item int) dice {
	return dice{mix(mix(seed+golden*uint64(purpose+1)) + golden*uint64(item))}
}

func (d *dice) next() uint64 {
	d.state += golden
	return mix(d.state)
}

func mix(z uint64) uint64 {
	z = (z ^ z>>30) * 0xbf58476d1ce4e5b9
	z = (z ^ z>>27) * 0x94d049bb133111eb
	return z ^ z>>31
}

// intN returns a number from 0 to n-1; the bias of n/2^64 is of no matter here.
func (d *dice) intN(n int) int {
	high, _ := bits.Mul64(d.next(), uint64(n))
	return int(high)
}

// float returns a number from low up to high.
func (d *dice) float(low, high float64) float64 {
	return low + (high-low)*float64(d.next()>>11)/(1<<53)
}

func (d *dice) code() hamming.Code {
	return hamming.Code{d.next(), d.next(), d.next(), d.next()}
}
