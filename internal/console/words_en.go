package console

import (
	"fmt"
	"math"
	"strconv"
	"strings"
	"time"

	"github.com/quell-project/quell/internal/domain"
)

// english returns the catalogue in English.
func english() *words {
	return &words{
		Lang: "en", Dir: "ltr",

		Number: englishNumber,
		Bytes:  englishBytes,
		Ago:    englishAgo,
		Exact:  func(t time.Time) string { return t.UTC().Format("2 Jan 2006, 15:04:05 UTC") },
		Date:   func(t time.Time) string { return t.UTC().Format("2 Jan 2006") },
		Day:    func(t time.Time) string { return t.UTC().Format("2 Jan") },
		Minute: func(t time.Time) string { return t.UTC().Format("15:04") },
		AsOf:   func(exact string) string { return "As of " + exact },

		Product: "Quell", Overview: "Overview", SkipToContent: "Skip to content", SignOut: "Sign out", SignIn: "Sign in",
		TryAgain: "Try again", ToOverview: "Go to the overview", ToBanks: "Go to the banks",
		VersionOf:   func(version string) string { return "Quell " + version },
		Unreachable: "Quell does not answer at the moment. What you see may be out of date; the page keeps trying.",

		Menu:    "Rooms",
		Summary: englishSummary,
		NothingYet: said{"Nothing has been checked yet.", []string{
			"Here you will see what was decided about every upload, and on what evidence: the list that knew it, how near it was, and which checks were made.",
		}},
		FirstUpload: "Send a first upload from your service:",
		FirstFile:   "Or check a file by hand:",
		FirstDemo:   "Or look around with invented content first:",

		Counts: "Over time", SpansLabel: "Span of time", ChartEnd: "now", TableOfCounts: "The same as a table", ColumnTime: "From (UTC)", ChartNone: "none",
		CountsBroken: said{"The counts cannot be read at the moment.", []string{"The decisions are not affected."}},
		ChartTitle:   "Uploads checked, blocked, held and not fully checked, over time",
		ChartCaption: func(n int64, from, to, step string) string {
			return fmt.Sprintf("%s from %s to %s UTC, counted %s. Each row has its own scale, from zero to its peak.",
				plural(n, "decision", "decisions"), from, to, step)
		},
		ChartPeak: func(peak, at string) string { return "peak " + peak + ", " + at },
		Step:      englishStep,
		SpanName:  map[string]string{"hour": "1 h", "day": "24 h", "week": "7 days", "month": "30 days"},
		Checked:   "Checked", Blocked: "Blocked", Held: "Held", Unchecked: "Not fully checked",

		Decisions: "Latest decisions", FilterLabel: "Show only", All: "All", Older: "Older", Newest: "Newest",
		None: "There are no decisions on record.", NoneOlder: "There are no older decisions.", ListBroken: "The decisions cannot be read at the moment.",
		NoneOf: func(name string) string { return "No decision on record is marked “" + name + "”." },
		Verdict: map[domain.Verdict]string{
			domain.Allow: "Allow", domain.Label: "Label", domain.Limit: "Limit", domain.Hold: "Hold", domain.Block: "Block",
		},
		Account:   func(name string) string { return "account " + name },
		Part:      func(name string) string { return "in " + name },
		Rendition: func(part string) string { return "Veiled picture of " + part + ": grey and blurred" },
		MoreUnchecked: func(n int) string {
			return "and " + plural(int64(n), "more check", "more checks") + " that came to nothing"
		},
		MoreMatches: func(n int) string { return "and " + plural(int64(n), "more match", "more matches") },

		Distance:   func(distance, limit int) string { return fmt.Sprintf("distance %d of %d", distance, limit) },
		Exactly:    "exact copy",
		SignalType: map[domain.SignalType]string{domain.PDQ: "PDQ", domain.SHA256: "SHA-256", domain.MD5: "MD5"},
		BankKind: map[domain.BankKind]string{
			domain.Known: "known", domain.Negative: "known to be good", domain.KnownCSAM: "known child-abuse imagery",
		},
		View:  func(view string) string { return "view " + view },
		Frame: func(frame, of int) string { return fmt.Sprintf("frame %d of %d", frame, of) },
		From:  "from", Labelled: "labels",
		Suppressed: func(entry string) string {
			return "Does not count: known-good item " + entry + " is as near or nearer."
		},
		CheckedBy:      "Checked:",
		NothingChecked: "No check is on record.",
		CheckState: map[domain.CheckStatus]string{
			domain.Complete: "complete", domain.Partial: "partial", domain.Failed: "failed", domain.Unsupported: "unsupported",
		},
		NotChecked: map[domain.CheckStatus]string{
			domain.Partial: "Not fully checked", domain.Failed: "Not checked", domain.Unsupported: "Not checked",
		},
		UncheckedFor: func(detector, part, state, reason string) string {
			text := detector + " in " + part + ", " + state
			if reason != "" {
				text += ": " + reason
			}
			return strings.TrimSuffix(text, ".") + "."
		},
		Retried: "It will be tried again.",
		Policy: func(p domain.PolicyRef) string {
			return fmt.Sprintf("policy %s v%d, rule %s", p.ID, p.Version, p.Rule)
		},
		NoReason: "No reason is on record.",

		Decision: "Decision", Why: "Why", What: "What was submitted", WhoAndWhere: "Who and where", HowDecided: "How it was decided",
		Checks: "Checks", Matches: "Matches", NoMatches: "Nothing known was found in what was checked.",
		Facts: facts{
			Verdict: "Verdict", Content: "Content", Account: "Account", Surface: "Surface", Visibility: "Visibility", Created: "Made",
			Received: "Received", Decided: "Decided", By: "Decided by", Rules: "Rules", Round: "Round", Cause: "Why then", Upload: "Upload", DecisionID: "Decision", Policy: "Policy",
			Attributes: "Attributes", Detector: "Detector", Part: "Part", Status: "Status", Reason: "Reason", MediaType: "Type", Size: "Size",
			Dimensions: "Dimensions", Frames: "Frames", URL: "Address", SHA256: "SHA-256", Fingerprint: "Fingerprint", Value: "Value",
			Entry: "entry", Signal: "signal",
		},
		Round: func(n int) string {
			if n <= 1 {
				return "1, the first decision about this upload"
			}
			return fmt.Sprintf("%d, a later check of the same upload; the earlier decisions stay on record", n)
		},
		Pixels:        func(width, height int) string { return fmt.Sprintf("%d × %d pixels", width, height) },
		Quality:       func(q int) string { return fmt.Sprintf("quality %d", q) },
		Veiled:        "Veiled: grey and blurred",
		NoRendition:   "No picture of this part is kept.",
		NoPictureEver: "It matches a list of child-abuse imagery: no picture of it is shown or kept.",

		Banks: "Banks", Bank: "Bank", BankList: "All banks by name",
		BanksSummary: englishBanksSummary,
		NoBanks: said{"There are no banks yet.", []string{
			"A bank is a list of known content that uploads are compared with: content that is not wanted, or content that is known to be good. " +
				"As long as there is none, nothing can be found.",
		}},
		WithCLI:      "Make a first one on the machine that Quell runs on, and put a list into it:",
		WithAPI:      "Or from your service:",
		WithHMA:      "Or as clients of Hasher-Matcher-Actioner do:",
		HMAOff:       "Clients of Hasher-Matcher-Actioner can make banks too, once hma.listen or hma.prefix is set.",
		CountsBehind: "The live index is not up to date at the moment: these counts may be too small or too large.",
		KindName: map[domain.BankKind]string{
			domain.Known: "Known", domain.Negative: "Known good", domain.KnownCSAM: "Child-abuse imagery",
		},
		KindMeans: map[domain.BankKind]string{
			domain.Known:     "Content that is not wanted. The policy says what happens to an upload that matches.",
			domain.Negative:  "Content that is known to be good. A match here sets matches with other banks aside that are no nearer.",
			domain.KnownCSAM: "Hashes of child-abuse imagery. Of whatever matches, no picture is ever made, kept or shown.",
		},
		Share: englishShare,
		OwnLimit: func(signalType string, limit, usual int) string {
			return fmt.Sprintf("%s up to distance %d, usual is %d", signalType, limit, usual)
		},
		UsualLimit:   func(limit int) string { return fmt.Sprintf("up to distance %d, as usual", limit) },
		ChangedLimit: func(limit, usual int) string { return fmt.Sprintf("up to distance %d instead of %d", limit, usual) },
		EqualOnly:    "equal only",
		BankSummary:  englishBankSummary,
		Settings:     "Settings", LiveSignals: "Live signals", TotalSignals: "Together",
		MatchedUploads: "Decisions that match", NotCounted: "not counted",
		AtLeast: func(number string) string { return "at least " + number },
		Entries: "Entries, newest first", EntryList: "Entries of the bank, newest first",
		NoEntries: "Nothing is in this bank yet.", FirstEntries: "Put a list into it, on the machine that Quell runs on:",
		NoOlderEntries: "There are no older entries.", EntriesBroken: "The entries cannot be read at the moment.", Never: "never",
		NoNumber:      "no number",
		Paused:        func(until string) string { return "paused until " + until },
		PausedForever: "paused until someone resumes it", LiveEntry: "live", SpentEntry: "no live signal",
		WithdrawnAgo: func(ago string) string { return "withdrawn " + ago },
		Withdrawn:    "withdrawn", Expired: "expired",
		MoreSignals: func(n int) string { return "and " + plural(int64(n), "more signal", "more signals") },
		BankFacts: bankFacts{
			Bank: "Bank", Kind: "Kind", Share: "Counts for", Limits: "Matches", Made: "Made", Added: "Last addition", Description: "Description", ID: "Id",
			Number: "Number", State: "State", Signals: "Signals", Known: "Labels and note", Sources: "Sources", EntryAdded: "Added",
			Day: "Matched, 24 h", LastDay: "Last 24 h", LastWeek: "Last 7 days",
		},
		NoBank:     said{"There is no such bank.", []string{"The address may be incomplete, or the bank was renamed or removed."}},
		BadEntries: said{"There is no such list.", []string{"The address asks for entries in a way that Quell does not know."}},

		Hunts:        "Retro-hunts",
		HuntsSummary: englishHuntsSummary,
		NoHunts: said{"Nothing has been searched for yet.", []string{
			"When something becomes known, what was uploaded before is searched for it, and decided again where it is found. New signals, banks that let more match, " +
				"and entries that count again after a pause do that by themselves.",
		}},
		NoHunt:   said{"There is no such search.", []string{"The address may be incomplete."}},
		BadHunts: said{"There is no such list.", []string{"The address asks for searches in a way that Quell does not know."}},
		HuntFor: func(h domain.Hunt) string {
			switch {
			case h.Entry != "":
				return "An entry of the bank " + h.BankName
			case h.BankName != "":
				return "The bank " + h.BankName
			}
			return pick(h.Signals, "A new signal", "New signals")
		},
		HuntReason: map[domain.HuntReason]string{
			domain.HuntSignals: "came to count", domain.HuntBank: "settings let more match", domain.HuntEntry: "counts again after a pause", domain.HuntAsked: "asked for",
		},
		HuntState: map[domain.HuntState]string{
			domain.HuntWaiting: "waits", domain.HuntSearching: "searching", domain.HuntFollowing: "searched, awaits late uploads", domain.HuntDone: "done",
			domain.HuntCancelled: "cancelled", domain.HuntHalted: "halted: look first",
		},
		HuntHalted: func(most int64) string {
			return "It has found more than " + englishNumber(most) + " uploads, and nothing was decided about those that were still open: a signal that matches too much looks like this. " +
				"Look at the bank, and start a search for it without a bound if all is well."
		},
		HuntLedTo: "Decided again", HuntLedToNothing: "Nothing was decided again.",
		HuntMore: func(n int64) string { return "and " + englishNumber(n) + " more" },
		HuntFacts: huntFacts{
			For: "Searched for", State: "State", Signals: "Signals", Fingerprints: "Compared with", Found: "Found", Decided: "Decided again", Unchanged: "Nothing new",
			Gone: "No longer on record", Failed: "Failed", By: "Asked for by", Begun: "Begun", Ended: "Ended", Progress: "Figures",
		},
		Percent: englishPercent,
		Later: map[domain.Cause]string{
			domain.CauseRetro:  "Something became known after the upload was decided",
			domain.CauseReview: "A person has judged what was decided",
			domain.CauseReport: "Users have reported it after it was decided",
		},
		Effect: map[domain.Effect]string{
			domain.EffectDecided: "decided", domain.EffectAgreed: "agreed", domain.EffectExcused: "excused", domain.EffectExempted: "exempted",
			domain.EffectGuarded: "held back by a guard", domain.EffectIgnored: "ignored",
		},

		Policies: englishPolicies(), Explain: englishExplain(), Replays: englishReplays(),

		NotSignedIn: said{"You are not signed in.", []string{
			"Signing in takes a one-time link. Whoever runs Quell gets one by this command, on the machine that Quell runs on:",
		}},
		LinkDead: said{"This link does not work any more.", []string{
			"A sign-in link works once, and only for a short while. To get a new one, run this on the machine that Quell runs on:",
		}},
		NoToken: said{"This link is not complete.", []string{
			"The part after “token=” is missing. Copy the whole link, or get a new one on the machine that Quell runs on:",
		}},
		PressToSignIn:  said{"Sign in to Quell", []string{"This link works once. It is used up when you press the button, not before."}},
		PressToSignOut: said{"Sign out?", []string{"To come back you will need a new one-time link."}},
		SignedOut:      said{"You are signed out.", []string{"To come back, get a new one-time link on the machine that Quell runs on:"}},
		NotFound:       said{"There is no such page.", []string{"The address may be incomplete, or the page has moved."}},
		NoDecision: said{"This decision is not on record.", []string{
			"The address may be incomplete, or the decision is older than what is kept.",
		}},
		BadQuery: said{"There is no such list.", []string{"The address asks for decisions in a way that Quell does not know."}},
		OtherSite: said{"This request came from another site.", []string{
			"Nothing was changed. If you meant to do this, open the page of Quell itself and do it there.",
		}},
		Broken: said{"Quell cannot read its record.", []string{
			"What was decided stays on record; only these pages are without it.",
			"The page keeps trying by itself. The log of Quell says what is the matter.",
		}},
		BrokenSince: func(exact, ago string) string { return "It has not answered since " + exact + " (" + ago + ")." },
		LinkCommand: "quell sign-in-link",
	}
}

func englishSummary(s summary) []phrase {
	in := map[string]string{
		"hour": "In the last hour ", "day": "In the last 24 h ", "week": "In the last 7 days ", "month": "In the last 30 days ",
	}[s.Span]
	if s.Checked == 0 {
		return []phrase{{Text: in + "nothing was checked."}}
	}
	return []phrase{
		{Text: in}, {englishNumber(s.Checked), "all"}, {Text: pick(s.Checked, " upload was checked; ", " uploads were checked; ")},
		{englishNumber(s.Blocked), string(domain.Block)}, {Text: pick(s.Blocked, " was blocked, ", " were blocked, ")},
		{englishNumber(s.Held), string(domain.Hold)}, {Text: pick(s.Held, " was held for a person, ", " were held for a person, ")},
		{englishNumber(s.Unchecked), "unchecked"}, {Text: " could not be checked fully."},
	}
}

func englishHuntsSummary(s huntsSummary) []phrase {
	of := []phrase{
		{englishNumber(s.Found), "found"}, {Text: pick(s.Found, " earlier upload was found to have what became known later; ", " earlier uploads were found to have what became known later; ")},
		{englishNumber(s.Decided), "decided"}, {Text: pick(s.Decided, " was decided again", " were decided again")},
	}
	if s.Open > 0 {
		of = append(of, phrase{Text: "; "}, phrase{englishNumber(s.Open), "open"}, phrase{Text: pick(s.Open, " search is not over", " searches are not over")})
	}
	return append(of, phrase{Text: "."})
}

func englishBanksSummary(s banksSummary) []phrase {
	banks := phrase{englishNumber(s.Banks), "banks"}
	if s.Signals == 0 {
		return []phrase{
			{Text: pick(s.Banks, "There is ", "There are ")}, banks,
			{Text: pick(s.Banks, " bank, and no live signal in it: nothing can be found.", " banks, and no live signal in them: nothing can be found.")},
		}
	}
	of := []phrase{
		{Text: "Uploads are compared with "}, {englishNumber(s.Signals), "signals"}, {Text: pick(s.Signals, " live signal in ", " live signals in ")},
		banks, {Text: pick(s.Banks, " bank", " banks")},
	}
	for _, part := range []struct {
		banks int64
		says  string
	}{
		{s.Partial, pick(s.Partial, " counts for some contents only", " count for some contents only")},
		{s.Off, pick(s.Off, " is switched off", " are switched off")},
	} {
		if part.banks > 0 {
			of = append(of, phrase{Text: "; "}, phrase{englishNumber(part.banks), "banks"}, phrase{Text: part.says})
		}
	}
	return append(of, phrase{Text: "."})
}

func englishBankSummary(s bankSummary) []phrase {
	signals := []phrase{{englishNumber(s.Signals), "signals"}, {Text: pick(s.Signals, " live signal", " live signals")}}
	switch {
	case s.Signals == 0:
		return []phrase{{Text: "There is no live signal in this bank: it finds nothing."}}
	case s.Share <= 0:
		return append(append([]phrase{{Text: "This bank is switched off: no upload is compared with its "}}, signals...), phrase{Text: "."})
	case s.Share >= 1:
		return append(append([]phrase{{Text: "Every upload is compared with its "}}, signals...), phrase{Text: "."})
	default:
		return append(append([]phrase{{englishShare(s.Share), "share"}, {Text: " of contents are compared with its "}}, signals...), phrase{Text: "."})
	}
}

// englishPercent is rounded down: what is not over is not 100 %.
func englishPercent(share float64) string { return fmt.Sprintf("%d %%", int(100*share)) }

// englishShare writes a share as a percentage, of which only a whole one is "all" and only nothing "none": 99.97 % is not rounded away.
func englishShare(share float64) string {
	switch {
	case share <= 0:
		return "none"
	case share >= 1:
		return "all"
	}
	percent := share * 100
	for digits := 0; digits < 6; digits++ {
		text := strconv.FormatFloat(percent, 'f', digits, 64)
		rounded, err := strconv.ParseFloat(text, 64)
		if err == nil && rounded > 0 && rounded < 100 && math.Abs(rounded-percent) < percent/100 {
			return text + " %"
		}
	}
	return "almost none"
}

func englishAgo(d time.Duration) string {
	switch {
	case d < 10*time.Second:
		return "just now"
	case d < time.Minute:
		return fmt.Sprintf("%d s ago", d/time.Second)
	case d < time.Hour:
		return fmt.Sprintf("%d min ago", d/time.Minute)
	case d < 48*time.Hour:
		return fmt.Sprintf("%d h ago", d/time.Hour)
	default:
		return fmt.Sprintf("%d days ago", d/(24*time.Hour))
	}
}

func englishStep(d time.Duration) string {
	switch {
	case d == time.Minute:
		return "by the minute"
	case d < time.Hour:
		return fmt.Sprintf("every %d min", d/time.Minute)
	default:
		return fmt.Sprintf("every %d h", d/time.Hour)
	}
}

// englishNumber groups digits by three: 12,481.
func englishNumber(n int64) string {
	s := strconv.FormatInt(n, 10)
	for i := len(s) - 3; i > 0 && s[i-1] != '-'; i -= 3 {
		s = s[:i] + "," + s[i:]
	}
	return s
}

func englishBytes(n int64) string {
	switch {
	case n < 1000:
		return plural(n, "byte", "bytes")
	case n < 999_950:
		return fmt.Sprintf("%.1f kB", float64(n)/1e3)
	default:
		return fmt.Sprintf("%.1f MB", float64(n)/1e6)
	}
}

func plural(n int64, one, many string) string { return englishNumber(n) + " " + pick(n, one, many) }

func pick(n int64, one, many string) string {
	if n == 1 {
		return one
	}
	return many
}
