package console

import (
	"fmt"
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
		Day:    func(t time.Time) string { return t.UTC().Format("2 Jan") },
		Minute: func(t time.Time) string { return t.UTC().Format("15:04") },
		AsOf:   func(exact string) string { return "As of " + exact },

		Product: "Quell", Overview: "Overview", SkipToContent: "Skip to content", SignOut: "Sign out", SignIn: "Sign in",
		TryAgain: "Try again", ToOverview: "Go to the overview",
		VersionOf:   func(version string) string { return "Quell " + version },
		Unreachable: "Quell does not answer at the moment. What you see may be out of date; the page keeps trying.",

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
		Account:     func(name string) string { return "account " + name },
		Part:        func(name string) string { return "in " + name },
		Rendition:   func(part string) string { return "Veiled picture of " + part + ": grey and blurred" },
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
			Received: "Received", Decided: "Decided", Round: "Round", Upload: "Upload", DecisionID: "Decision", Policy: "Policy",
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
