package match_test

import (
	"context"
	"fmt"
	"math/rand/v2"
	"testing"

	"github.com/quell-project/quell/internal/domain"
	"github.com/quell-project/quell/internal/pipeline/match"
)

// BenchmarkLookup looks up one picture, with its three fingerprints, among 100,000 pictures of ten banks. SQL costs nothing here.
func BenchmarkLookup(b *testing.B) {
	const size = 100_000
	m := &truth{}
	r := rand.New(rand.NewPCG(1, 1))
	hash := func() string {
		return fmt.Sprintf("%016x%016x%016x%016x", r.Uint64(), r.Uint64(), r.Uint64(), r.Uint64())
	}
	for n := range size {
		if n < 10 {
			m.bank(whole(fmt.Sprint("bank-", n), domain.Known))
		}
		m.add(m.banks[n%10], domain.PDQ, hash())
		m.add(m.banks[n%10], domain.SHA256, hash())
	}
	x := caughtUp(b, m)
	for name, picture := range map[string]string{"unknown": hash(), "known": m.signals[0].change.Value} {
		prints := []match.Fingerprint{print("file-1", domain.PDQ, picture), print("file-1", domain.SHA256, hash()), print("file-1", domain.MD5, md5(1))}
		b.Run(name, func(b *testing.B) {
			b.ReportAllocs()
			for b.Loop() {
				if _, err := x.Lookup(context.Background(), "post-17", prints); err != nil {
					b.Fatal(err)
				}
			}
		})
	}
}
