package corpus

import "github.com/quell-project/quell/hamming"

// Uniform is a set of independent random codes. No two of them, and no miss and any of them, are within 63 bits: the odds are one in 10^7
// for a hundred million codes and a question.
type Uniform struct {
	Seed uint64
	N    int
}

// Len returns N.
func (u Uniform) Len() int { return u.N }

// Code returns code i; it may also be asked for i >= N, for codes that are not in the set.
func (u Uniform) Code(i int) hamming.Code {
	d := throw(u.Seed, forCodes, i)
	return d.code()
}

// Questions returns misses, and hits whose distances are spread evenly over 0 to radius.
func (u Uniform) Questions(count, radius int) []Questions {
	return []Questions{misses(u.Seed, count), hits(u, u.Seed, count, radius, func(int) bool { return true })}
}

func misses(seed uint64, count int) Questions {
	q := Questions{Kind: Miss}
	for j := range count {
		d := throw(seed, forMisses, j)
		q.add(d.code(), -1)
	}
	return q
}

// hits returns questions near stored codes that are wanted.
func hits(s Set, seed uint64, count, radius int, wanted func(i int) bool) Questions {
	q := Questions{Kind: Hit}
	for j := range count {
		d := throw(seed, forHits, j)
		i := d.intN(s.Len())
		for !wanted(i) {
			i = d.intN(s.Len())
		}
		q.add(near(&d, s.Code(i), j%(radius+1)), i)
	}
	return q
}
