package record

import (
	"crypto/rand"
	"crypto/sha256"
	"encoding/hex"
	"strconv"

	"github.com/quell-project/quell/internal/domain"
)

// stepFormat names the form of what the leaf of a step in the life of a policy commits to, which docs/formats/audit-leaf.md describes.
const stepFormat = "quell/policy-step/v1"

// SealStep makes the audit leaf of a step in the life of a policy. digest is that of the text of the version. Whether somebody has reviewed an
// emergency is not in it: that comes later.
func SealStep(s domain.PolicyStep, digest string) domain.Leaf {
	var random [16]byte
	rand.Read(random[:]) // never fails
	salt := hex.EncodeToString(random[:])
	return domain.Leaf{ID: domain.NewID[domain.EventID](), Kind: "policy", Salt: salt, Digest: StepDigest(salt, digest, s)}
}

// StepDigest returns what the audit leaf of a step holds: the SHA-256, hex, of the step and a salt, in canonical JSON.
func StepDigest(salt, textDigest string, s domain.PolicyStep) string {
	sum := sha256.Sum256([]byte(canonical(map[string]any{
		"by": s.By, "digest": textDigest, "emergency": s.Emergency, "format": stepFormat, "from": s.From, "policy": s.Policy, "reason": s.Reason, "salt": salt,
		"second": s.Second, "share": strconv.FormatFloat(s.Share, 'g', -1, 64), "step": s.ID, "taken_at": s.At, "to": s.To, "version": s.Number,
	})))
	return hex.EncodeToString(sum[:])
}
