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
	Day    func(t time.Time) string     // day and month
	Minute func(t time.Time) string     // hour and minute
	AsOf   func(exact string) string

	Product, Overview, SkipToContent, SignOut, SignIn, TryAgain, ToOverview string
	VersionOf                                                               func(version string) string
	Unreachable                                                             string // said while the page cannot refresh itself

	Summary     func(s summary) []phrase
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

// summary is what the first line of the overview says.
type summary struct {
	Span                              string
	Checked, Blocked, Held, Unchecked int64
}

// facts are the names of what is known of a decision and its upload.
type facts struct {
	Verdict, Content, Account, Surface, Visibility, Created, Received, Decided, Round, Upload, DecisionID, Policy, Attributes,
	Detector, Part, Status, Reason, MediaType, Size, Dimensions, Frames, URL, SHA256, Fingerprint, Value, Entry, Signal string
}
