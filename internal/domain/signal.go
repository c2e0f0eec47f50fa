package domain

// SignalType names a way of recognising known content.
type SignalType string

// The signal types this build knows. What each means is in package signal.
const (
	PDQ    SignalType = "pdq"    // pictures, near copies
	SHA256 SignalType = "sha256" // any file, exact copies
	MD5    SignalType = "md5"    // any file, exact copies; for lists that have nothing better

	Keypoints SignalType = "keypoints" // pictures, and parts of them, in copies that were edited
)

// Fingerprint is what one signal type makes of one part of an upload.
type Fingerprint struct {
	Type    SignalType `json:"type"`
	Value   string     `json:"value"` // canonical text form of the type
	Quality *int       `json:"quality,omitempty"`
	Frame   int        `json:"frame,omitempty"`
	View    string     `json:"view,omitempty"`
}

// Provenance says where a signal comes from and how far to trust it.
type Provenance struct {
	Source     string   `json:"source"`
	AddedAt    Time     `json:"added_at"`
	Labels     []string `json:"labels,omitempty"`
	Confidence float64  `json:"confidence"` // 0..1, 1 when the source says nothing
}

// Signal is one hash that stands for known content.
type Signal struct {
	ID          SignalID
	EntryID     EntryID
	Type        SignalType
	Value       string
	Provenance  Provenance
	ExpiresAt   Time // zero: never
	WithdrawnAt Time // zero: live
}

// LiveAt reports whether the signal counts at the given moment.
func (s Signal) LiveAt(now Time) bool {
	return s.WithdrawnAt == 0 && (s.ExpiresAt == 0 || s.ExpiresAt > now)
}
