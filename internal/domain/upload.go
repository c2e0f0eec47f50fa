package domain

// Upload is one submission of a content: what the service told about it and the parts it consists of.
type Upload struct {
	ID        UploadID
	ContentID ContentID
	AccountID AccountID
	// AccountCreatedAt is when the account was made, by the service's clock; zero: not said.
	AccountCreatedAt Time
	Surface          string // where on the service: "post", "avatar", "attachment" …
	Visibility       string // who can see it, in the service's words; empty: not said
	CreatedAt        Time   // when the user made it, by the service's clock; zero: not said
	Language         string // in which it is, as ParseLanguage writes it; empty: not said
	Attributes       map[string]any
	Digest           string // SHA-256, hex, over the identity of every part: tells a re-send from a change
	ReceivedAt       Time
	Parts            []Part
	State            UploadState
	Attempts         int  // how often a worker has tried to decide it; sending it again does not count
	DueAt            Time // when it is tried again; zero: not planned
}

// UploadState says how far an upload has come.
type UploadState string

const (
	// Pending uploads are accepted and wait for their first decision.
	Pending UploadState = "pending"
	// Decided uploads have a decision.
	Decided UploadState = "decided"
)

// Part is one piece of an upload: a file, a URL to fetch, or signals computed by the client. What lies in an archive is a part too.
type Part struct {
	Name         string        `json:"name"`
	Inside       string        `json:"inside,omitempty"` // name of the archive it lies in; empty: it was sent itself
	URL          string        `json:"url,omitempty"`
	MediaType    string        `json:"media_type,omitempty"` // found by looking at the bytes
	Size         int64         `json:"size,omitempty"`
	SHA256       string        `json:"sha256,omitempty"`
	Width        int           `json:"width,omitempty"`
	Height       int           `json:"height,omitempty"`
	Frames       int           `json:"frames,omitempty"`
	Fingerprints []Fingerprint `json:"fingerprints,omitempty"`
}
