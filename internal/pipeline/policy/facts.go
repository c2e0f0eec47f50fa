package policy

import (
	"reflect"
	"slices"

	"github.com/fxamacker/cbor/v2"

	"github.com/quell-project/quell/internal/domain"
)

// Facts are everything that policies see of one upload at one moment: nothing else goes into a decision. They are recorded with it, so that any
// version of a policy can be asked about it again, and gives the answer it would have given then. They hold no bytes of the content, and neither
// its name nor that of the account. What is nil was not known.
type Facts struct {
	Env     int           `cbor:"1,keyasint"` // EnvVersion of the build that wrote them
	Now     domain.Time   `cbor:"2,keyasint"`
	Cause   string        `cbor:"3,keyasint"`
	Round   int           `cbor:"4,keyasint,omitempty"`
	Random  uint32        `cbor:"5,keyasint"` // a fixed function of the content
	Content Content       `cbor:"6,keyasint"`
	Account *Account      `cbor:"7,keyasint,omitempty"`
	Surface *domain.Tally `cbor:"13,keyasint,omitempty"`
	Media   []Part        `cbor:"8,keyasint,omitempty"`
	Matches []Match       `cbor:"9,keyasint,omitempty"` // the strongest first; Matches[i].Index leads to the match on record
	Reports []Report      `cbor:"10,keyasint,omitempty"`
	// Excuses are rules that must not act, or not by all that matches.
	Excuses []Excuse `cbor:"11,keyasint,omitempty"`
	// Spent is what the policies that were asked had decided before, by their name: for their quotas.
	Spent map[string]domain.Tally `cbor:"12,keyasint,omitempty"`

	// AccountID is kept apart from the other facts, because it names somebody.
	AccountID domain.AccountID `cbor:"-"`
}

// EnvVersion numbers what policies can see. It grows when something is added; what is added is unknown in older facts.
const EnvVersion = 1

// Content is what the service said about the upload.
type Content struct {
	Surface    string         `cbor:"1,keyasint,omitempty"`
	Visibility string         `cbor:"2,keyasint,omitempty"`
	Language   string         `cbor:"3,keyasint,omitempty"`
	CreatedAt  domain.Time    `cbor:"4,keyasint,omitempty"`
	Attributes map[string]any `cbor:"5,keyasint,omitempty"`
}

// Account is what is known of who uploaded.
type Account struct {
	CreatedAt domain.Time   `cbor:"1,keyasint,omitempty"`
	Tally     *domain.Tally `cbor:"2,keyasint,omitempty"`
}

// Part is one piece of the upload and how far it could be checked.
type Part struct {
	Name   string `cbor:"1,keyasint"`
	Type   string `cbor:"2,keyasint,omitempty"` // media type by its bytes
	Inside string `cbor:"3,keyasint,omitempty"` // name of the archive it lies in
	Size   int64  `cbor:"4,keyasint,omitempty"`
	Width  int    `cbor:"5,keyasint,omitempty"`
	Height int    `cbor:"6,keyasint,omitempty"`
	Frames int    `cbor:"7,keyasint,omitempty"`
	Check  string `cbor:"8,keyasint"`           // the worst status of its checks
	By     string `cbor:"9,keyasint,omitempty"` // detector of that check
	Reason string `cbor:"10,keyasint,omitempty"`
}

// Match is a known signal that was found.
type Match struct {
	Bank       Bank     `cbor:"1,keyasint"`
	Signal     Signal   `cbor:"2,keyasint"`
	Distance   int      `cbor:"3,keyasint,omitempty"`
	Limit      int      `cbor:"4,keyasint,omitempty"`
	Part       string   `cbor:"5,keyasint"`
	Frame      int      `cbor:"6,keyasint,omitempty"`
	View       string   `cbor:"7,keyasint,omitempty"`
	Sources    []string `cbor:"8,keyasint,omitempty"`
	Labels     []string `cbor:"9,keyasint,omitempty"`
	Outweighed bool     `cbor:"10,keyasint,omitempty"` // by known-good content that is as near or nearer
	Index      int      `cbor:"11,keyasint,omitempty"` // among the matches of the decision
}

// Bank is the bank of a match.
type Bank struct {
	Name  string        `cbor:"1,keyasint"`
	Kind  string        `cbor:"2,keyasint"`
	Tally *domain.Tally `cbor:"3,keyasint,omitempty"`
}

// Signal is the signal of a match.
type Signal struct {
	ID    domain.SignalID `cbor:"1,keyasint"`
	Type  string          `cbor:"2,keyasint"`
	Tally *domain.Tally   `cbor:"3,keyasint,omitempty"`
}

// Report is what a user of the service said about the content.
type Report struct {
	Reason string      `cbor:"1,keyasint"`
	At     domain.Time `cbor:"2,keyasint"`
}

// Excuse keeps a rule from acting.
type Excuse struct {
	Policy  string            `cbor:"1,keyasint"`
	Rule    string            `cbor:"2,keyasint,omitempty"` // empty: all rules of the policy
	Why     string            `cbor:"3,keyasint"`           // for people
	Signals []domain.SignalID `cbor:"4,keyasint,omitempty"` // that do not count; a rule acts if it does so without them
	Always  bool              `cbor:"5,keyasint,omitempty"` // whatever matches
	// Overturned: a person has decided otherwise about the very same upload. The rule acts only if there is a match by another signal.
	Overturned bool `cbor:"6,keyasint,omitempty"`
}

// counts reports whether a match is one that counts against the content.
func (m *Match) counts() bool { return m.Bank.Kind != string(domain.Negative) && !m.Outweighed }

// Bounds of what policies see. What there is beyond them is as if it were not known: the list is then these, and perhaps more.
const (
	MaxMatches = 256
	MaxMedia   = 1024
	MaxReports = 100
)

// Whole reports whether all of the upload was checked: if not, there may be matches that nobody knows of.
func (f *Facts) Whole() bool {
	return !slices.ContainsFunc(f.Media, func(p Part) bool { return p.Check != string(domain.Complete) })
}

var (
	encoding = must(cbor.EncOptions{Sort: cbor.SortCoreDeterministic}.EncMode())
	decoding = must(cbor.DecOptions{MaxArrayElements: 1 << 16, MaxMapPairs: 1 << 16, MaxNestedLevels: 32, DefaultMapType: reflect.TypeFor[map[string]any]()}.DecMode())
)

func must[T any](v T, err error) T {
	if err != nil {
		panic(err)
	}
	return v
}

// Encode returns the facts in the form in which they are recorded: CBOR (RFC 8949), deterministic.
func (f *Facts) Encode() ([]byte, error) { return encoding.Marshal(f) }

// Decode reads facts that Encode has written.
func (f *Facts) Decode(b []byte) error { return decoding.Unmarshal(b, f) }
