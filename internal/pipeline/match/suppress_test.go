package match_test

import (
	"testing"

	"github.com/quell-project/quell/internal/domain"
	"github.com/quell-project/quell/internal/pipeline/match"
)

// TestKnownGoodContentOutweighs goes through the rules of suppression. In each case one known item matches; the question is whether it counts.
func TestKnownGoodContentOutweighs(t *testing.T) {
	t.Parallel()
	type list map[domain.SignalType]string
	pdq := func(flipped int) list { return list{domain.PDQ: code(1, flipped)} }
	inFrame := func(n int, f match.Fingerprint) match.Fingerprint {
		f.Frame = n
		return f
	}
	picture := print("file-1", domain.PDQ, code(1, 0))
	file := print("file-1", domain.SHA256, sha(1))
	old := print("file-1", domain.MD5, md5(1))
	for name, c := range map[string]struct {
		known, good list
		prints      []match.Fingerprint
		suppressed  bool
	}{
		"nearer":  {pdq(5), pdq(4), []match.Fingerprint{picture}, true},
		"as near": {pdq(5), pdq(5), []match.Fingerprint{picture}, true},
		"farther": {pdq(5), pdq(6), []match.Fingerprint{picture}, false},
		"nearer to another part": {
			pdq(5), list{domain.PDQ: code(2, 0)}, []match.Fingerprint{picture, print("file-2", domain.PDQ, code(2, 0))}, false},
		"the same file, where the known one looks alike": {
			pdq(0), list{domain.SHA256: sha(1)}, []match.Fingerprint{picture, file}, true},
		"the same file in another part": {
			pdq(5), list{domain.SHA256: sha(2)}, []match.Fingerprint{picture, file, print("file-2", domain.SHA256, sha(2))}, false},
		"the same file by MD5 only, where the known one looks alike": {
			pdq(5), list{domain.MD5: md5(1)}, []match.Fingerprint{picture, file, old}, false},
		"near, where the known one is the same file": {
			list{domain.SHA256: sha(1)}, pdq(0), []match.Fingerprint{picture, file}, false},
		"the same file, and so is the known one": {
			list{domain.SHA256: sha(1)}, list{domain.SHA256: sha(1)}, []match.Fingerprint{picture, file}, true},
		"the same file by MD5, and so is the known one": {
			list{domain.MD5: md5(1)}, list{domain.MD5: md5(1)}, []match.Fingerprint{picture, file, old}, true},
		"the same file by MD5, where the known one is so by SHA-256": {
			list{domain.SHA256: sha(1)}, list{domain.MD5: md5(1)}, []match.Fingerprint{picture, file, old}, false},
		"nearer to each frame": {
			pdq(5), pdq(0), []match.Fingerprint{inFrame(0, print("file-1", domain.PDQ, code(1, 2))), inFrame(1, picture)}, true},
		"only as a decoy: one frame is near to both, another to the known one": {
			pdq(12), pdq(0), []match.Fingerprint{inFrame(0, print("file-1", domain.PDQ, code(1, 26))), inFrame(1, picture)}, false},
		"one of several pictures in one set of signals": {
			pdq(12), pdq(0), []match.Fingerprint{print("signals", domain.PDQ, code(1, 0)), print("signals", domain.PDQ, code(1, 26))}, false},
		"one of several files in one set of signals": {
			pdq(5), list{domain.SHA256: sha(1)},
			[]match.Fingerprint{print("signals", domain.SHA256, sha(1)), print("signals", domain.SHA256, sha(2)), print("signals", domain.PDQ, code(1, 0))}, false},
		"the one file of a set of signals": {
			pdq(5), list{domain.SHA256: sha(1)},
			[]match.Fingerprint{print("signals", domain.SHA256, sha(1)), print("signals", domain.SHA256, sha(1)), print("signals", domain.PDQ, code(1, 0))}, true},
	} {
		for _, kind := range []domain.BankKind{domain.Known, domain.KnownCSAM} {
			m := &truth{}
			known, good := m.bank(whole("heron", kind)), m.bank(whole("good", domain.Negative))
			for typ, value := range c.known {
				m.add(known, typ, value)
			}
			for typ, value := range c.good {
				m.add(good, typ, value)
			}
			var of *domain.Match
			for _, f := range lookup(t, caughtUp(t, m), c.prints...) {
				switch {
				case f.Bank == "heron" && of == nil:
					of = &f
				case f.Bank == "heron" || f.SuppressedBy != "":
					t.Errorf("%s: found also %+v", name, f)
				}
			}
			switch {
			case of == nil:
				t.Errorf("%s: the known item was not found", name)
			case (of.SuppressedBy == "entry-2") != c.suppressed || (of.SuppressedBy == "") == c.suppressed:
				t.Errorf("%s: suppressed by %q", name, of.SuppressedBy)
			}
		}
	}
}
