package console

import (
	"fmt"
	"strings"

	"github.com/quell-project/quell/internal/domain"
	"github.com/quell-project/quell/internal/pipeline/policy"
)

// englishPolicies is the part of the catalogue about policies.
func englishPolicies() policyWords {
	return policyWords{
		Room: "Policies", Summary: englishPoliciesSummary,
		Facts: policyFacts{
			Policy: "Policy", Asked: "Asked", Changed: "Last change", Rule: "Rule", When: "When", Then: "Then", Unknown: "If unknown",
			Stood: "What stood",
		},
		LastDay:   func(verdict string) string { return verdict + ", 24 h" },
		Waits:     func(n int) string { return plural(int64(n), "change waits", "changes wait") + " for a second person" },
		ToReview:  func(n int) string { return plural(int64(n), "emergency", "emergencies") + " to be reviewed" },
		NoneAsked: "none",
		None:      said{"There is no such policy.", []string{"The address may be incomplete, or it names a version that there is not."}},
		State: map[domain.PolicyState]string{
			domain.PolicyDraft: "draft", domain.PolicyChecked: "checked", domain.PolicyShadow: "looks on", domain.PolicyCanary: "canary",
			domain.PolicyLive: "live", domain.PolicyRetired: "retired",
		},
		Version: englishVersion,
		VersionIs: func(v domain.PolicyVersion) string {
			return fmt.Sprintf("v%d %s", v.Number, englishState(v.State, v.Share))
		},
		StateOf: func(v domain.PolicyVersion) string { return englishState(v.State, v.Share) },
		Of:      englishPolicy,
		Did: func(t *domain.Tally) string {
			return fmt.Sprintf("In the last 24 h it has decided %s block, %s hold, %s limit and %s label.",
				englishNumber(t.Blocks.Day), englishNumber(t.Holds.Day), englishNumber(t.Limits.Day), englishNumber(t.Labels.Day))
		},
		NotDone: "Not done:", Gone: "What it was about is not there any more; somebody else may have been faster.",
		NoAnswer: "the form says neither approve nor refuse; press one of its buttons",
		BadForm:  said{"This form cannot be read.", []string{"Nothing was changed. Reasons have at most 1,000 characters."}},
		Wants: func(m domain.PolicyMove) string {
			return englishVersion(m.Number) + " is to be " + englishState(m.To, m.Share)
		},
		AskedBy:  func(by, ago string) string { return "Asked for by " + by + ", " + ago + "." },
		Starts:   func(exact string) string { return "It would begin at " + exact + "." },
		Ends:     func(exact string) string { return "It would end at " + exact + "." },
		Lapses:   func(exact string) string { return "Without an answer the request lapses at " + exact + "." },
		LookAt:   func(number int) string { return "Look at " + strings.ToLower(englishVersion(number)) + " first" },
		YouAsked: "You have asked for this yourself: somebody else has to agree. You can take it back.",
		Approve:  "Approve", Refuse: "Refuse", Reason: "Reason, for the record",
		Emergency: func(s domain.PolicyStep) string {
			return "Emergency: " + strings.ToLower(englishVersion(s.Number)) + " became " + englishState(s.To, s.Share) + " without a second person"
		},
		Reviewed: "I have looked at it",
		RulesOf:  func(v domain.PolicyVersion) string { return "Rules of " + strings.ToLower(englishVersion(v.Number)) },
		Wrote:    func(by, state string) string { return "Written by " + by + ", " + state + "." },
		Rules:    "Rules", Exemptions: "Exemptions, which come first",
		Consequence: englishConsequence,
		Treatment: map[policy.Treatment]string{
			policy.TreatHold: "hold", policy.TreatIgnore: "nothing", policy.TreatTrue: "as if true",
		},
		AnError: func(treatment string) string { return "of an error: " + treatment },
		Differs: "What differs from the live version", SameMeaning: "Both versions mean the same.", Text: "Text",
		Faulty:   "This program has something to say about the text; it stands below the lines concerned.",
		Versions: "Versions", Back: "Go back", History: "History", NoHistory: "Nothing has happened to this policy yet.",
		Planned: func(m domain.PolicyMove, exact string) string {
			return englishVersion(m.Number) + " becomes " + englishState(m.To, m.Share) + " at " + exact + "."
		},
		BackMeans: func(number int) string {
			return englishVersion(number) + " was live before. Going back needs no second person, and happens at once."
		},
		RollBackTo: func(number int) string { return "Roll back to " + strings.ToLower(englishVersion(number)) },
		Snoozes:    "Snoozed", EndSnooze: "End now", SnoozeOf: englishSnooze,
		Until:        func(exact, by string) string { return "until " + exact + ", by " + by },
		Became:       englishBecame,
		Who:          englishWho,
		WasEmergency: englishReviewed,
		ShadowOf: func(number int) string {
			return "What " + strings.ToLower(englishVersion(number)) + " would have decided"
		},
		ShadowSays:    englishShadow,
		MatrixMeans:   "Rows: what stood. Columns: what it would have been. Last 7 days.",
		ShadowChanges: "The latest that would have been otherwise", WouldBe: "would have been",
		Alarms: "Alarms", Acknowledge: "I have seen it",
		AlarmKind: map[domain.AlarmKind]string{
			domain.AlarmQuota: "Quota.", domain.AlarmFlood: "Flood.", domain.AlarmEdition: "Unreadable policy.", domain.AlarmSchedule: "Plan.",
		},
	}
}

// englishVersion names a version; 0 comes with the program.
func englishVersion(number int) string {
	if number == 0 {
		return "The built-in version"
	}
	return fmt.Sprintf("Version %d", number)
}

// englishState says what a version is, and of a canary for how much.
func englishState(s domain.PolicyState, share float64) string {
	switch s {
	case domain.PolicyCanary:
		return "canary for " + englishShare(share)
	case domain.PolicyShadow:
		return "shadow"
	default:
		return string(s)
	}
}

func englishPoliciesSummary(s policiesSummary) []phrase {
	if s.Live == 0 {
		return []phrase{{Text: "No policy decides: every upload is allowed."}}
	}
	of := []phrase{{englishNumber(s.Live), "live"}, {Text: pick(s.Live, " policy decides about uploads", " policies decide about uploads")}}
	for _, more := range []struct {
		n    int64
		says string
	}{
		{s.Waiting, pick(s.Waiting, " change waits for a second person", " changes wait for a second person")},
		{s.Flagged, pick(s.Flagged, " emergency is to be reviewed", " emergencies are to be reviewed")},
		{s.Alarms, pick(s.Alarms, " alarm is open", " alarms are open")},
	} {
		if more.n > 0 {
			of = append(of, phrase{Text: "; "}, phrase{englishNumber(more.n), "more"}, phrase{Text: more.says})
		}
	}
	return append(of, phrase{Text: "."})
}

// englishPolicy says which versions of a policy are asked.
func englishPolicy(s policySummary) []phrase {
	of := []phrase{{Text: "No version of this policy decides"}}
	if s.Live != nil {
		of = []phrase{{englishVersion(s.Live.Number), "live"}, {Text: " decides"}}
	}
	if s.Canary != nil {
		of = append(of, phrase{Text: "; "}, phrase{strings.ToLower(englishVersion(s.Canary.Number)), "canary"}, phrase{Text: " decides instead for " + englishShare(s.Canary.Share) + " of contents"})
	}
	if s.Shadow != nil {
		of = append(of, phrase{Text: "; "}, phrase{strings.ToLower(englishVersion(s.Shadow.Number)), "shadow"}, phrase{Text: " looks on"})
	}
	if s.Waiting > 0 {
		of = append(of, phrase{Text: "; "}, phrase{englishNumber(s.Waiting), "waiting"}, phrase{Text: pick(s.Waiting, " change waits for a second person", " changes wait for a second person")})
	}
	return append(of, phrase{Text: "."})
}

// englishConsequence says what follows beyond the verdict.
func englishConsequence(c domain.Consequence) string {
	var says []string
	for _, part := range []struct{ name, value string }{
		{"reason", c.Code}, {"queue", c.Queue}, {"labels", strings.Join(c.Labels, ", ")}, {"notice", c.Notice}, {"kept for", c.Preserve},
	} {
		if part.value != "" {
			says = append(says, part.name+" "+part.value)
		}
	}
	if c.Priority > 0 {
		says = append(says, fmt.Sprintf("priority %d", c.Priority))
	}
	return strings.Join(says, "; ")
}

func englishSnooze(s domain.Snooze) string {
	what := "All rules"
	if s.Rule != "" {
		what = "Rule " + s.Rule
	}
	return fmt.Sprintf("%s, for %s %s", what, s.Subject.Kind, s.Subject.Name)
}

// englishBecame says what has become of a version.
func englishBecame(s domain.PolicyStep) string {
	if s.From == "" || s.From == s.To && s.To == domain.PolicyDraft {
		return englishVersion(s.Number) + " was written"
	}
	return fmt.Sprintf("%s: %s → %s", englishVersion(s.Number), s.From, englishState(s.To, s.Share))
}

func englishWho(by, second string) string {
	if second != "" {
		return by + ", agreed by " + second
	}
	return by
}

func englishReviewed(by string) string {
	if by == "" {
		return "Emergency, not reviewed yet"
	}
	return "Emergency, reviewed by " + by
}

func englishShadow(s *shadow) []phrase {
	if s.Total == 0 {
		return []phrase{{Text: "Nothing was decided in the last 7 days while it looked on."}}
	}
	return []phrase{
		{Text: "Of "}, {englishNumber(s.Total), "all"}, {Text: pick(s.Total, " decision in the last 7 days ", " decisions in the last 7 days ")},
		{englishNumber(s.Changed), "changed"}, {Text: " would have been otherwise."},
	}
}

// englishExplain is the part of the catalogue about why a policy said what it said.
func englishExplain() explainWords {
	return explainWords{
		Value: "Was", Asked: "Asked for", Effect: "What became of it",
		Of: func(name string, version int) string { return fmt.Sprintf("%s v%d", name, version) },
		Values: map[domain.Value]string{
			domain.True: "true", domain.False: "false", domain.Unknown: "unknown", domain.Errored: "error",
		},
		NoFacts:     "What policies saw of this upload is not kept, so the decision cannot be explained piece by piece.",
		FactsBroken: "What policies saw of this upload cannot be read at the moment.",
		NoVersion: func(name string, version int) string {
			return fmt.Sprintf("Version %d of policy %s cannot be read any more, and is not explained.", version, plain(name))
		},
		Silent: func(n int) string { return plural(int64(n), "rule", "rules") + " had nothing to say" },
		LeftOut: func(n int) string {
			return plural(int64(n), "condition is", "conditions are") + " shown without their pieces: there were too many."
		},
		MoreElements: func(n int) string { return "and " + englishNumber(int64(n)) + " more" },
		Means:        func(treatment string) string { return "For this rule that means: " + treatment + "." },
		Counts:       "What policies saw in numbers", CountsMean: "In the hour, the day and the week before the decision.",
		Counted: "Counted", Uploads: "Uploads", Blocks: "Blocks", Reports: "Reports",
		Over: func(c domain.Counts) string {
			return englishNumber(c.Hour) + " · " + englishNumber(c.Day) + " · " + englishNumber(c.Week)
		},
		Subject: map[domain.SubjectKind]string{
			domain.SubjectAccount: "this account", domain.SubjectSurface: "this surface", domain.SubjectBank: "bank", domain.SubjectSignal: "signal",
		},
	}
}
