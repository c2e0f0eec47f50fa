package storetest

import (
	"testing"

	"github.com/quell-project/quell/internal/platform/store"
)

// test is one statement about a store, made on a fresh database.
type test struct {
	name string
	run  func(t *testing.T, cfg store.Config)
}

// Run runs all statements on all engines.
func Run(t *testing.T) {
	groups := []struct {
		name  string
		tests []test
	}{
		{"transactions", transactionTests},
		{"events", eventTests},
		{"banks", bankTests},
		{"entries", entryTests},
		{"signals", signalTests},
		{"signal types", signalTypeTests},
		{"exchanges", exchangeTests},
		{"lists", listTests},
		{"recordings", recordingTests},
		{"rounds", roundTests},
		{"facts", factsTests},
		{"replays", replayTests},
		{"uploads", uploadTests},
		{"hunts", huntTests},
		{"reviews", reviewTests},
		{"samples", drawTests},
		{"reports", reportTests},
		{"tallies", tallyTests},
		{"policies", policyTests},
		{"snoozes", snoozeTests},
		{"alarms", alarmTests},
		{"shadows", shadowTests},
		{"views", viewTests},
		{"pages", browseTests},
		{"access", accessTests},
		{"texts", textTests},
		{"leadership", leaderTests},
	}
	for _, e := range Engines() {
		t.Run(e.Name, func(t *testing.T) {
			for _, g := range groups {
				t.Run(g.name, func(t *testing.T) {
					for _, c := range g.tests {
						t.Run(c.name, func(t *testing.T) {
							t.Parallel()
							c.run(t, e.Fresh(t))
						})
					}
				})
			}
			t.Run("lists do what bank.Store says", func(t *testing.T) { testBankStore(t, e.Fresh) })
		})
	}
}
