package console

import (
	"time"

	"github.com/quell-project/quell/internal/domain"
)

// words is the catalogue of everything people read on the pages, in one language. A language is one value of this type in a file of its own;
// a test refuses a catalogue with anything left out. What depends on a number or a moment is a function, because languages differ in it.
type words struct {
	Lang string // BCP 47
	Dir  string // "ltr" or "rtl"

	Number func(n int64) string
	Bytes  func(n int64) string
	Ago    func(d time.Duration) string // "3 min ago", for a stretch shorter than what Exact is needed for
	Exact  func(t time.Time) string     // date and time to the second with its zone
	Date   func(t time.Time) string     // day, month and year
	Day    func(t time.Time) string     // day and month
	Minute func(t time.Time) string     // hour and minute
	AsOf   func(exact string) string

	Product, Overview, SkipToContent, SignOut, SignIn, TryAgain, ToOverview, ToBanks string
	VersionOf                                                                        func(version string) string
	Unreachable                                                                      string // said while the page cannot refresh itself

	Summary     func(s summary) []phrase
	Menu        string // the name of the menu of rooms
	NothingYet  said
	FirstUpload string
	FirstFile   string
	FirstDemo   string

	Counts, SpansLabel, ChartEnd, TableOfCounts, ColumnTime, ChartNone string
	CountsBroken                                                       said
	ChartTitle                                                         string
	ChartCaption                                                       func(n int64, from, to, step string) string
	ChartPeak                                                          func(peak, at string) string
	Step                                                               func(d time.Duration) string
	SpanName                                                           map[string]string
	Checked, Blocked, Held, Unchecked                                  string

	Decisions, FilterLabel, All, Older, Newest, None, NoneOlder, ListBroken string
	NoneOf                                                                  func(name string) string
	Verdict                                                                 map[domain.Verdict]string
	Account, Part                                                           func(name string) string
	Rendition                                                               func(part string) string
	MoreUnchecked                                                           func(n int) string
	MoreMatches                                                             func(n int) string

	Distance       func(distance, limit int) string
	Exactly        string
	SignalType     map[domain.SignalType]string
	BankKind       map[domain.BankKind]string
	View           func(view string) string
	Frame          func(frame, of int) string
	From, Labelled string
	Suppressed     func(entry string) string
	CheckedBy      string
	NothingChecked string
	CheckState     map[domain.CheckStatus]string
	NotChecked     map[domain.CheckStatus]string
	UncheckedFor   func(detector, part, state, reason string) string
	Retried        string
	Policy         func(p domain.PolicyRef) string
	NoReason       string

	Decision, Why, What, WhoAndWhere, HowDecided, Checks, Matches, NoMatches string
	Facts                                                                    facts
	Round                                                                    func(n int) string
	Pixels                                                                   func(width, height int) string
	Quality                                                                  func(q int) string
	Veiled, NoRendition, NoPictureEver                                       string

	Banks, Bank, BankList                string
	BanksSummary                         func(n banksSummary) []phrase
	NoBanks                              said
	WithCLI, WithAPI, WithHMA, HMAOff    string
	CountsBehind                         string                     // the index is not ready
	KindName                             map[domain.BankKind]string // as a badge
	KindMeans                            map[domain.BankKind]string // in a sentence
	Share                                func(share float64) string // of contents for which a bank counts
	OwnLimit                             func(signalType string, limit, usual int) string
	UsualLimit                           func(limit int) string
	ChangedLimit                         func(limit, usual int) string
	EqualOnly                            string
	BankSummary                          func(s bankSummary) []phrase
	Settings, LiveSignals, TotalSignals  string
	MatchedUploads, NotCounted           string
	AtLeast                              func(number string) string
	Entries, EntryList, NoEntries        string
	NoOlderEntries, Never, FirstEntries  string
	EntriesBroken                        string
	NoNumber                             string // in the place of the number of an entry
	Paused                               func(until string) string
	PausedForever, LiveEntry, SpentEntry string
	WithdrawnAgo                         func(ago string) string
	Withdrawn, Expired                   string
	MoreSignals                          func(n int) string
	BankFacts                            bankFacts
	NoBank, BadEntries                   said

	Hunts                       string
	HuntsSummary                func(s huntsSummary) []phrase
	NoHunts, NoHunt, BadHunts   said
	HuntFor                     func(h domain.Hunt) string
	HuntReason                  map[domain.HuntReason]string
	HuntState                   map[domain.HuntState]string
	HuntHalted                  func(most int64) string
	HuntLedTo, HuntLedToNothing string
	HuntMore                    func(n int64) string
	HuntFacts                   huntFacts
	Percent                     func(share float64) string // rounded down
	Later                       map[domain.Cause]string    // why something was decided again
	Effect                      map[domain.Effect]string   // what became of a rule

	Policies policyWords
	Explain  explainWords
	Replays  replayWords

	NotSignedIn, LinkDead, PressToSignIn, PressToSignOut, SignedOut, NoToken said
	NotFound, NoDecision, BadQuery, OtherSite                                said
	Broken                                                                   said
	BrokenSince                                                              func(exact, ago string) string
	LinkCommand                                                              string
}

// said is a message that fills a page or its own place on a page: a headline and what there is to add.
type said struct {
	Title string
	Text  []string
}

// phrase is a piece of a sentence; where it is a number, List names the list that the number counts.
type phrase struct {
	Text string
	List string // "": plain words; "all", "unchecked" or a verdict
}

// banksSummary is what the first line of the list of banks says.
type banksSummary struct {
	Banks, Signals int64
	Partial, Off   int64 // banks that count for some contents only, and for none
}

// bankSummary is what the first line of the page of a bank says.
type bankSummary struct {
	Signals int64
	Share   float64
}

// bankFacts are the names of what is known of banks and their entries.
type bankFacts struct {
	Bank, Kind, Share, Limits, Made, Added, Description, ID, Number, State, Signals, Known, Sources, EntryAdded,
	Day, LastDay, LastWeek string
}

// huntFacts are the names of what is known of a search among past uploads.
type huntFacts struct {
	For, State, Signals, Fingerprints, Found, Decided, Unchanged, Gone, Failed, By, Begun, Ended, Progress string
}

// summary is what the first line of the overview says.
type summary struct {
	Span                              string
	Checked, Blocked, Held, Unchecked int64
}

// facts are the names of what is known of a decision and its upload.
type facts struct {
	Verdict, Content, Account, Surface, Visibility, Created, Received, Decided, By, Rules, Round, Cause, Upload, DecisionID, Policy, Attributes,
	Detector, Part, Status, Reason, MediaType, Size, Dimensions, Frames, URL, SHA256, Fingerprint, Value, Entry, Signal string
}
