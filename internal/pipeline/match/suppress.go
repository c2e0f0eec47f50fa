package match

import (
	"slices"

	"github.com/quell-project/quell/internal/domain"
)

// suppress marks candidates that a known-good entry outweighs:
//
//   - One that is near outweighs those of the very same fingerprint that are no nearer. What another frame of the part is near to does not
//     matter, or a picture could be hidden behind a good one.
//   - By points it outweighs only what it explains: a picture may show a good one, and another one beside it.
//   - One that is the same file, by SHA-256, outweighs all that is only near; by MD5 it does not, since other files with one MD5 can be made.
//     Where signals of several files came in one part it does not either: nobody knows which of them it is.
//
// A candidate that is exact is outweighed by one of its own type only. Of each fingerprint, the candidates come nearest first.
func suppress(found []candidate, prints []Fingerprint, explains func(good, c candidate) bool) {
	near := map[*Fingerprint][]candidate{}  // known-good
	sameFile := map[string]domain.EntryID{} // by part
	for _, good := range found {
		if good.bank.Kind != domain.Negative {
			continue
		}
		near[good.print] = append(near[good.print], good)
		part := good.print.Part
		if _, has := sameFile[part]; !has && good.print.Type == domain.SHA256 && files(prints, part) == 1 {
			sameFile[part] = good.evidence.Entry
		}
	}
	for i := range found {
		c := &found[i]
		if c.bank.Kind == domain.Negative {
			continue
		}
		outweighs := func(good candidate) bool {
			return good.distance <= c.distance && (c.kind.Form != Points || explains(good, *c))
		}
		if n := slices.IndexFunc(near[c.print], outweighs); n >= 0 {
			c.suppressedBy = near[c.print][n].evidence.Entry
		} else if c.kind.near() {
			c.suppressedBy = sameFile[c.print.Part]
		}
	}
}

// files returns of how many files a part has the SHA-256.
func files(prints []Fingerprint, part string) int {
	values := map[string]bool{}
	for _, f := range prints {
		if f.Part == part && f.Type == domain.SHA256 {
			values[f.Value] = true
		}
	}
	return len(values)
}

// explains reports whether a candidate was found by its points because the picture shows a known-good one.
func (x *Index) explains(good, c candidate) bool {
	current, _ := x.tables[c.kind.Name].at()
	t, is := current.(*pointTable)
	return is && t.explains(c.print.Value, good.id(), c.id())
}
