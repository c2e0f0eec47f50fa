package record

import (
	"crypto/rand"
	"encoding/hex"
	"encoding/json"

	"github.com/quell-project/quell/internal/domain"
)

// decisionMade is the body of the event about a decision: what a receiver needs to act, and nothing about the account.
type decisionMade struct {
	Decision domain.DecisionID `json:"decision_id"`
	Upload   domain.UploadID   `json:"upload_id"`
	Content  domain.ContentID  `json:"content_id"`
	Round    int               `json:"round"`
	Cause    domain.Cause      `json:"cause"`
	By       string            `json:"by,omitempty"`
	Verdict  domain.Verdict    `json:"verdict"`
	domain.Consequence
	Policy domain.PolicyRef `json:"policy"`
	At     string           `json:"decided_at"` // RFC 3339, UTC
}

// Seal returns the function that makes the audit leaf and the event of a decision about an upload with the given digest.
func Seal(uploadDigest string) func(domain.Decision) (domain.Leaf, domain.Event, error) {
	return func(d domain.Decision) (domain.Leaf, domain.Event, error) {
		var random [16]byte
		rand.Read(random[:]) // never fails
		salt := hex.EncodeToString(random[:])
		leaf := domain.Leaf{ID: domain.NewID[domain.EventID](), Kind: "decision", Salt: salt, Digest: Digest(salt, uploadDigest, d)}
		body, err := json.Marshal(decisionMade{d.ID, d.UploadID, d.ContentID, d.Round, d.Cause, d.By, d.Verdict, d.Consequence, d.Policy, d.DecidedAt.String()})
		return leaf, domain.Event{ID: domain.NewID[domain.EventID](), Subject: domain.SubjectDecisionMade, Body: body}, err
	}
}
