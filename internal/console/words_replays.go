package console

import (
	"fmt"

	"github.com/quell-project/quell/internal/replay"
)

// replayWords is the part of the catalogue about replays.
type replayWords struct {
	Room, Answer, Kept, Start                    string
	Nothing, None                                said
	Title                                        func(policy string, version int) string
	Running                                      func(share float64) string
	HasFailed, Done                              string
	Summary                                      func(r Replay) []phrase
	Verdicts, MatrixMeans                        string
	Agreement, BlocksWere, BlocksWould, ActsWere string
	ActsWould, RecallWas, RecallWould            string
	Reviewed                                     func(n int64) string
	Changes, NoChanges, Figures                  string
	By, Was, Would, Notice                       func(name string) string
	Rate, PerWeek                                func(x float64) string
	RateOf                                       func(r replay.Rate) string
	Facts                                        replayFactNames
}

// replayFactNames are the names of what is known of a replay.
type replayFactNames struct {
	Version, State, Begun, By, From, Last, Asked, Unreadable, Others, Reworded, Hours, Digest, What, Share, Interval string
}

// englishReplays is the part of the catalogue about replays, in English.
func englishReplays() replayWords {
	return replayWords{
		Room: "Replays", Answer: "What versions would have decided about uploads of the past",
		Kept:  "Repeating one over the same decisions gives the same digest.",
		Start: "Replay this version over the last 7 days",
		Nothing: said{"Nothing was replayed yet.", []string{
			"A replay says what a version of a policy would have decided about uploads of the last days. It changes nothing. It is begun on the page of a policy.",
		}},
		None:    said{"There is no such replay.", []string{"The address may be incomplete."}},
		Title:   func(policy string, version int) string { return fmt.Sprintf("%s v%d", policy, version) },
		Running: func(share float64) string { return "runs, " + englishPercent(share) }, HasFailed: "failed", Done: "done",
		Summary:  englishReplaySummary,
		Verdicts: "Verdicts", MatrixMeans: "Rows: what was decided. Columns: what would have been.",
		Agreement: "Agreement with people", BlocksWere: "Blocks, as they were", BlocksWould: "Blocks, as they would be",
		ActsWere: "Holds and blocks, as they were", ActsWould: "Holds and blocks, as they would be",
		RecallWas: "Found of what should be, as it was", RecallWould: "Found of what should be, as it would be",
		Reviewed: func(n int64) string {
			if n == 0 {
				return "Nobody has reviewed any of these decisions."
			}
			return plural(n, "of these decisions was", "of these decisions were") + " reviewed. The bands are 95 % intervals."
		},
		Changes: "Changed decisions", NoChanges: "No decision would have had another verdict.", Figures: "Figures",
		By:      func(name string) string { return "Held or blocked, by " + name },
		Was:     func(name string) string { return name + ", was" },
		Would:   func(name string) string { return name + ", would be" },
		Notice:  func(name string) string { return "Notice " + name },
		Rate:    englishRate,
		PerWeek: func(hours float64) string { return fmt.Sprintf("%+.1f h a week", hours) },
		RateOf: func(r replay.Rate) string {
			return englishRate(r.Share) + " of " + englishNumber(r.Of)
		},
		Facts: replayFactNames{
			Version: "Version", State: "State", Begun: "Begun", By: "Asked for by", From: "First decision", Last: "Last decision",
			Asked: "Asked", Unreadable: "Left out", Others: "By other versions of other policies", Reworded: "Same by another rule", Hours: "More review", Digest: "Digest",
			What: "What", Share: "Share", Interval: "95 % interval",
		},
	}
}

func englishRate(share float64) string { return fmt.Sprintf("%.3g %%", 100*share) }

func englishReplaySummary(r Replay) []phrase {
	if r.Report.Decisions == 0 {
		return []phrase{{Text: "There are no facts of decisions of this time: nothing to replay."}}
	}
	return []phrase{
		{Text: "Of "}, {englishNumber(r.Report.Decisions), "all"}, {Text: pick(r.Report.Decisions, " decision ", " decisions ")}, {englishNumber(r.Report.Changed), "changed"},
		{Text: fmt.Sprintf(" would have been otherwise by %s v%d.", plain(r.Policy), r.Version)},
	}
}
