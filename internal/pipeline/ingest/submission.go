package ingest

import (
	"cmp"
	"crypto/sha256"
	"encoding/hex"
	"encoding/json"
	"fmt"
	"hash"
	"strconv"

	"github.com/quell-project/quell/internal/domain"
)

// Submission is what a service sends about one content.
type Submission struct {
	ContentID  domain.ContentID
	AccountID  domain.AccountID
	Surface    string
	Visibility string
	CreatedAt  domain.Time
	Language   string // in which the content is, as a tag of BCP 47
	Attributes map[string]any
	Parts      []Part
	// AccountCreatedAt is when the account was made.
	AccountCreatedAt domain.Time
}

// Part is one piece of a submission: exactly one of Data, URL and Fingerprints is set; an empty file has Data that is not nil. Fingerprints are
// in the canonical form of their types.
type Part struct {
	Name         string
	Data         []byte
	URL          string
	Fingerprints []domain.Fingerprint
}

// Limits bound what one submission may be.
type Limits struct {
	Parts        int   // pieces of one upload
	PartBytes    int64 // one file
	Fingerprints int   // signals computed by the client, over all parts
	Attributes   int   // bytes of attributes as JSON
}

// Bounds of short texts, in bytes.
const (
	maxWord = 64
	maxURL  = 4096
)

// Fault is what is wrong with a submission, and where.
type Fault struct {
	Field  string // path of the field, as the service wrote it
	Reason string
}

// Error says where and why.
func (f Fault) Error() string { return f.Field + ": " + f.Reason }

// Check returns the first Fault of a submission, or nil.
func (l Limits) Check(s Submission) error {
	if s.ContentID == "" {
		return Fault{"content_id", "is missing"}
	}
	return l.CheckNameless(s)
}

// CheckNameless is Check of a submission that need not say what its content is called.
func (l Limits) CheckNameless(s Submission) error {
	return cmp.Or(checkTexts(s), checkLanguage(s.Language), l.checkAttributes(s.Attributes), l.checkParts(s.Parts))
}

func checkTexts(s Submission) error {
	for _, t := range []struct {
		field, value string
		most         int
	}{
		{"content_id", string(s.ContentID), domain.MaxExternalID},
		{"account_id", string(s.AccountID), domain.MaxExternalID},
		{"surface", s.Surface, maxWord},
		{"visibility", s.Visibility, maxWord},
	} {
		if err := domain.CheckText(t.value, t.most); err != nil {
			return Fault{t.field, err.Error()}
		}
	}
	return nil
}

func checkLanguage(tag string) error {
	if tag == "" {
		return nil
	}
	if _, err := domain.ParseLanguage(tag); err != nil {
		return Fault{"language", err.Error()}
	}
	return nil
}

func (l Limits) checkAttributes(attributes map[string]any) error {
	if len(attributes) == 0 {
		return nil
	}
	b, err := json.Marshal(attributes)
	if err != nil {
		return Fault{"attributes", "cannot be written as JSON"}
	}
	if len(b) > l.Attributes {
		return Fault{"attributes", fmt.Sprintf("%d bytes as JSON, at most %d are allowed", len(b), l.Attributes)}
	}
	return nil
}

func (l Limits) checkParts(parts []Part) error {
	if len(parts) == 0 {
		return Fault{"content", "nothing to check: send a file, a url or signals"}
	}
	if len(parts) > l.Parts {
		return Fault{"content", fmt.Sprintf("%d parts, at most %d are allowed", len(parts), l.Parts)}
	}
	signals, named := 0, map[string]bool{}
	for _, p := range parts {
		if err := l.checkPart(p); err != nil {
			return err
		}
		if named[p.Name] {
			return Fault{p.Name, "is there twice: each part needs a name of its own"}
		}
		named[p.Name] = true
		if signals += len(p.Fingerprints); signals > l.Fingerprints {
			return Fault{p.Name, fmt.Sprintf("%d signals, at most %d are allowed in one upload", signals, l.Fingerprints)}
		}
	}
	return nil
}

func (l Limits) checkPart(p Part) error {
	if p.Name == "" {
		return Fault{"content", "a part has no name"}
	}
	if err := domain.CheckText(p.Name, maxWord); err != nil {
		return Fault{"content", "the name of a part: " + err.Error()}
	}
	if p.kinds() != 1 {
		return Fault{p.Name, "must be one of a file, a url or signals"}
	}
	if int64(len(p.Data)) > l.PartBytes {
		return Fault{p.Name, fmt.Sprintf("%d bytes, at most %d are allowed", len(p.Data), l.PartBytes)}
	}
	if err := domain.CheckText(p.URL, maxURL); err != nil {
		return Fault{p.Name, err.Error()}
	}
	return nil
}

// kinds counts what a part is at the same time.
func (p Part) kinds() (n int) {
	for _, is := range []bool{p.Data != nil, p.URL != "", len(p.Fingerprints) > 0} {
		if is {
			n++
		}
	}
	return n
}

// Upload makes the upload of a submission that was found good, as received at a moment.
func (s Submission) Upload(now domain.Time) domain.Upload {
	language, _ := domain.ParseLanguage(s.Language) // empty is none
	u := domain.Upload{
		ID: domain.NewID[domain.UploadID](), ContentID: s.ContentID, AccountID: s.AccountID, Surface: s.Surface, Visibility: s.Visibility,
		CreatedAt: s.CreatedAt, AccountCreatedAt: s.AccountCreatedAt, Language: language, Attributes: s.Attributes, ReceivedAt: now, State: domain.Pending,
	}
	identity := sha256.New()
	for _, p := range s.Parts {
		part := domain.Part{Name: p.Name, URL: p.URL, Fingerprints: p.Fingerprints}
		if p.Data != nil {
			sum := sha256.Sum256(p.Data)
			part.Size, part.SHA256 = int64(len(p.Data)), hex.EncodeToString(sum[:])
		}
		identify(identity, part)
		u.Parts = append(u.Parts, part)
	}
	u.Digest = hex.EncodeToString(identity.Sum(nil))
	return u
}

// identify adds to a digest all that makes a part this part and no other. Every field is preceded by its length and every list by its, so that
// no two lists of parts have the same bytes.
func identify(h hash.Hash, p domain.Part) {
	field := func(s string) { fmt.Fprintf(h, "%d:%s", len(s), s) }
	field(p.Name)
	field(p.URL)
	field(p.SHA256)
	fmt.Fprintf(h, "%d;", len(p.Fingerprints))
	for _, f := range p.Fingerprints {
		field(string(f.Type))
		field(f.Value)
		field(quality(f))
		fmt.Fprintf(h, "%d;", f.Frame)
		field(f.View)
	}
}

// quality writes the quality of a fingerprint, which decides whether it is looked up: "" for none.
func quality(f domain.Fingerprint) string {
	if f.Quality == nil {
		return ""
	}
	return strconv.Itoa(*f.Quality)
}
