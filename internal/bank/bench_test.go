package bank_test

import (
	"math/rand/v2"
	"strings"
	"testing"

	"github.com/quell-project/quell/internal/domain"
)

// BenchmarkRead reads a list of 1000 records in which every field but the withdrawal says something.
func BenchmarkRead(b *testing.B) {
	random := rand.New(rand.NewPCG(6, 0))
	records := make([]domain.ListRecord, 1000)
	for i := range records {
		records[i] = full()
		records[i].Withdrawn = false
		records[i].Value = strings.Map(func(rune) rune { return rune("0123456789abcdef"[random.IntN(16)]) }, pdqValue)
	}
	for _, format := range formats {
		list := write(b, format, records...)
		b.Run(string(format), func(b *testing.B) {
			b.ReportAllocs()
			b.SetBytes(int64(len(list)))
			for b.Loop() {
				got, bad, err := readAll(strings.NewReader(list), format)
				if len(got) != len(records) || len(bad) > 0 || err != nil {
					b.Fatal(len(got), bad, err)
				}
			}
			b.ReportMetric(float64(b.N*len(records))/b.Elapsed().Seconds(), "lines/s")
		})
	}
}
