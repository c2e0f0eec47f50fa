package bench

import (
	"math/rand/v2"
	"time"
)

// Conditions are what the machine grants at the time of a run, whatever is measured. On a machine that is shared with others they change from
// hour to hour, and figures with them.
type Conditions struct {
	RandomReadNanos   float64 `json:"random_read_ns"`   // one of many independent reads from as much memory as the index takes, 1 GiB at most
	InterruptsPerSec  float64 `json:"interrupts_per_s"` // times that a thread which only counts is stopped for 5 µs or longer
	InterruptedMicros float64 `json:"interrupt_us"`     // how long, in the mean
}

// conditions measures the machine before an index of n codes is made.
func conditions(n int) Conditions {
	const bytesACode, least, most = 128, 16 << 20, 1 << 30
	var c Conditions
	c.RandomReadNanos = randomRead(min(max(n*bytesACode, least), most))
	c.InterruptsPerSec, c.InterruptedMicros = interruptions(200 * time.Millisecond)
	return c
}

// randomRead returns the nanoseconds of one read. The reads do not wait for each other, and each is of another cache line.
func randomRead(size int) float64 {
	const line, reads, rounds = 64, 1 << 18, 5
	memory := make([]byte, size)
	for i := range memory {
		memory[i] = byte(i) // every page has its memory now
	}
	dice := rand.New(rand.NewPCG(1, 2))
	places := make([]int, reads)
	for i := range places {
		places[i] = dice.IntN(size/line) * line
	}
	best := time.Hour
	var sum byte
	for range rounds {
		begin := time.Now()
		for _, place := range places {
			sum += memory[place]
		}
		best = min(best, time.Since(begin))
	}
	memory[0] = sum // so that the reads are not left out
	return float64(best.Nanoseconds()) / reads
}

// interruptions looks at the clock as often as it can.
func interruptions(long time.Duration) (perSecond, micros float64) {
	const gap = 5 * time.Microsecond // looking at the clock takes a hundredth of that
	var times int
	var lost time.Duration
	begin := time.Now()
	for last := begin; last.Sub(begin) < long; {
		now := time.Now()
		if d := now.Sub(last); d >= gap {
			times++
			lost += d
		}
		last = now
	}
	if times == 0 {
		return 0, 0
	}
	return float64(times) / long.Seconds(), float64(lost.Microseconds()) / float64(times)
}
