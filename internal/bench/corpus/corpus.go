package corpus

import "github.com/quell-project/quell/hamming"

// Set is codes by number. It may be used from several goroutines at a time.
type Set interface {
	// Len returns how many codes there are.
	Len() int
	// Code returns code i, 0 <= i < Len().
	Code(i int) hamming.Code
	// Questions returns groups of count questions each, those that find nothing first. A set may ask fewer of a kind that is slow to answer.
	Questions(count, radius int) []Questions
}

// Questions are codes to search for, all of one kind.
type Questions struct {
	Kind  Kind
	Codes []hamming.Code
	// Planted holds for each code the number of a stored code that is within the radius, or -1 where none is known.
	Planted []int
}

// Kind says what questions find.
type Kind string

// The kinds of questions. Every set has the first two; those around a crowd are the hard ones.
const (
	Miss      Kind = "miss"       // near nothing that was put in on purpose
	Hit       Kind = "hit"        // near a stored code
	Crowd     Kind = "crowd"      // near thousands of stored codes
	NearCrowd Kind = "near-crowd" // just too far from them
)

func (q *Questions) add(c hamming.Code, planted int) {
	q.Codes, q.Planted = append(q.Codes, c), append(q.Planted, planted)
}

// Purposes keep the random numbers of one seed apart.
const (
	forCodes = iota
	forMisses
	forHits
	forCrowds
	forNearCrowds
	forCentres
	forCrops
)

// near returns a code that differs from c in exactly n bits.
func near(d *dice, c hamming.Code, n int) hamming.Code {
	flipped := c
	for n > 0 {
		bit := d.intN(256)
		word, mask := bit/64, uint64(1)<<(bit%64)
		if (flipped[word]^c[word])&mask == 0 {
			flipped[word] ^= mask
			n--
		}
	}
	return flipped
}
