package corpus

import "github.com/quell-project/quell/hamming"

// Crowded is a set in which a tenth of the codes, but at most a hundred thousand, are near-copies of one code, and some smaller crowds are of
// others; the rest is uniform. The copies lie scattered among the others, as a list has them.
type Crowded struct {
	Seed uint64
	N    int
}

// Crowds after the largest one: three of a tenth of its size and twenty-seven of a hundredth.
const (
	largestCrowd = 100_000
	crowdRadius  = 6 // bits by which a copy differs from the centre, at most
	tenths       = 3
	hundredths   = 27
)

// Len returns N.
func (c Crowded) Len() int { return c.N }

// Code returns code i.
func (c Crowded) Code(i int) hamming.Code {
	d := throw(c.Seed, forCodes, i)
	crowd := c.crowdOf(i)
	if crowd < 0 {
		return d.code()
	}
	return near(&d, c.centre(crowd), d.intN(crowdRadius+1))
}

func (c Crowded) centre(crowd int) hamming.Code {
	d := throw(c.Seed, forCentres, crowd)
	return d.code()
}

// crowdOf returns the crowd of code i, 0 for the largest, or -1 for a code that stands alone. Multiplying by a prime that does not divide N
// shuffles the numbers below N, so that a crowd is scattered and yet known without a table.
func (c Crowded) crowdOf(i int) int {
	const prime = 2654435761
	place := int(uint64(i) * prime % uint64(c.N))
	size, first := min(c.N/10, largestCrowd), 0
	for _, alike := range []struct{ many, size int }{{1, size}, {tenths, size / 10}, {hundredths, size / 100}} {
		if place < alike.many*alike.size {
			return first + place/alike.size
		}
		place -= alike.many * alike.size
		first += alike.many
	}
	return -1
}

// Questions returns ordinary misses and hits as a uniform set has them, and fewer of those around the largest crowd: some that find all of
// it, and some that are just too far from it, so that whatever looks promising about its codes leads nowhere.
func (c Crowded) Questions(count, radius int) []Questions {
	crowd, beside := Questions{Kind: Crowd}, Questions{Kind: NearCrowd}
	for j := range min(count, max(count/50, 50)) { // each may return a hundred thousand codes
		d := throw(c.Seed, forCrowds, j)
		crowd.add(near(&d, c.centre(0), j%(max(0, min(crowdRadius, radius-crowdRadius))+1)), -1)
	}
	for j := range min(count, max(count/10, 50)) {
		d := throw(c.Seed, forNearCrowds, j)
		beside.add(near(&d, c.centre(0), min(radius+3+j%12, 256)), -1)
	}
	alone := func(i int) bool { return c.crowdOf(i) < 0 }
	return []Questions{misses(c.Seed, count), hits(c, c.Seed, count, radius, alone), crowd, beside}
}
