package art

import (
	"math/rand/v2"
	"slices"
)

// dice makes the choices of one picture.
type dice struct{ *rand.Rand }

// throw seeds the dice; kind keeps posters and pictures of one seed apart.
func throw(seed, kind uint64) dice { return dice{rand.New(rand.NewPCG(seed, kind))} }

func (d dice) between(low, high float64) float64 { return low + (high-low)*d.Float64() }

func (d dice) coin() bool { return d.IntN(2) == 0 }

// sign is 1 or -1.
func (d dice) sign() float64 { return float64(2*d.IntN(2) - 1) }

func pick[T any](d dice, from ...T) T { return from[d.IntN(len(from))] }

// shuffled returns the items in another order. What a caller spreads into items keeps its own.
func shuffled[T any](d dice, items ...T) []T {
	items = slices.Clone(items)
	d.Shuffle(len(items), func(i, j int) { items[i], items[j] = items[j], items[i] })
	return items
}
