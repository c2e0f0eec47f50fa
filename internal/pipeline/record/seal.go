package record

import (
	"crypto/rand"
	"crypto/sha256"
	"encoding/hex"
	"encoding/json"
	"fmt"

	"github.com/quell-project/quell/internal/domain"
)

// leafRecord is what an audit leaf commits to, in the order in which it is written as JSON. The salt keeps the digest from being guessed
// back into the record, so that whoever erases the salt with the record has erased both.
type leafRecord struct {
	Format    string            `json:"format"`
	Salt      string            `json:"salt"`
	Decision  domain.DecisionID `json:"decision"`
	Upload    domain.UploadID   `json:"upload"`
	Content   domain.ContentID  `json:"content"`
	Digest    string            `json:"digest"`
	Round     int               `json:"round"`
	Verdict   domain.Verdict    `json:"verdict"`
	Policy    domain.PolicyRef  `json:"policy"`
	Reason    string            `json:"reason"`
	Checks    []domain.Check    `json:"checks"`
	Matches   []domain.Match    `json:"matches"`
	DecidedAt domain.Time       `json:"decided_at"`
}

// leafFormat names the form of leafRecord.
const leafFormat = "quell/decision/v1"

// Digest returns what the audit leaf of a decision holds: the SHA-256, hex, of the JSON of leafRecord.
func Digest(salt, uploadDigest string, d domain.Decision) (string, error) {
	b, err := json.Marshal(leafRecord{leafFormat, salt, d.ID, d.UploadID, d.ContentID, uploadDigest, d.Round, d.Verdict, d.Policy, d.Reason, d.Checks, d.Matches, d.DecidedAt})
	if err != nil {
		return "", fmt.Errorf("write decision %s for the audit log: %w", d.ID, err)
	}
	sum := sha256.Sum256(b)
	return hex.EncodeToString(sum[:]), nil
}

// decisionMade is the body of the event about a decision: what a receiver needs to act, and nothing about the account.
type decisionMade struct {
	Decision domain.DecisionID `json:"decision_id"`
	Upload   domain.UploadID   `json:"upload_id"`
	Content  domain.ContentID  `json:"content_id"`
	Round    int               `json:"round"`
	Verdict  domain.Verdict    `json:"verdict"`
	Policy   domain.PolicyRef  `json:"policy"`
	At       string            `json:"decided_at"`
}

// Seal returns the function that makes the audit leaf and the event of a decision about an upload with the given digest.
func Seal(uploadDigest string) func(domain.Decision) (domain.Leaf, domain.Event, error) {
	return func(d domain.Decision) (domain.Leaf, domain.Event, error) {
		var salt [16]byte
		rand.Read(salt[:]) // never fails
		leaf := domain.Leaf{ID: domain.NewID[domain.EventID](), Kind: "decision", Salt: hex.EncodeToString(salt[:])}
		var err error
		if leaf.Digest, err = Digest(leaf.Salt, uploadDigest, d); err != nil {
			return leaf, domain.Event{}, err
		}
		body, err := json.Marshal(decisionMade{d.ID, d.UploadID, d.ContentID, d.Round, d.Verdict, d.Policy, d.DecidedAt.String()})
		return leaf, domain.Event{ID: domain.NewID[domain.EventID](), Subject: domain.SubjectDecisionMade, Body: body}, err
	}
}
