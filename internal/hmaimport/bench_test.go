package hmaimport_test

import (
	"testing"

	"github.com/quell-project/quell/internal/hmaimport"
	"github.com/quell-project/quell/internal/hmaimport/hmatest"
	"github.com/quell-project/quell/internal/platform/store/storetest"
)

// BenchmarkRun imports twenty thousand contents: the first time, when all is new, and again, when nothing is.
func BenchmarkRun(b *testing.B) {
	const n = 20_000
	d := hmatest.Many(b, n)
	for _, e := range storetest.Engines() {
		b.Run(e.Name+"/first", func(b *testing.B) {
			for b.Loop() {
				b.StopTimer()
				s := storetest.Open(b, e.Fresh(b))
				b.StartTimer()
				run(b, d, s, hmaimport.Options{})
			}
			rate(b, n)
		})
		b.Run(e.Name+"/again", func(b *testing.B) {
			s := storetest.Open(b, e.Fresh(b))
			run(b, d, s, hmaimport.Options{})
			for b.Loop() {
				run(b, d, s, hmaimport.Options{})
			}
			rate(b, n)
		})
	}
}

func rate(b *testing.B, n int) {
	b.ReportMetric(float64(n*b.N)/b.Elapsed().Seconds(), "contents/s")
}
