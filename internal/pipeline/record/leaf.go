package record

import (
	"crypto/sha256"
	"encoding/hex"
	"encoding/json"
	"strings"

	"github.com/quell-project/quell/internal/domain"
)

// leafFormat names the form of what a leaf commits to, which docs/formats/audit-leaf.md describes. It changes when anything of it does.
const leafFormat = "quell/decision/v3"

// Digest returns what the audit leaf of a decision holds: the SHA-256, hex, of all that was decided and of a salt, in canonical JSON. The salt
// keeps the digest from being guessed back into the record, so that whoever erases the salt with the record has erased both.
func Digest(salt, uploadDigest string, d domain.Decision) string {
	checks := make([]map[string]any, len(d.Checks))
	for i, c := range d.Checks {
		checks[i] = map[string]any{"detector": c.Detector, "part": c.Part, "status": c.Status, "reason": c.Reason, "temporary": c.Temporary}
	}
	matches := make([]map[string]any, len(d.Matches))
	for i, m := range d.Matches {
		matches[i] = map[string]any{
			"bank": m.Bank, "bank_id": m.BankID, "bank_kind": m.BankKind, "entry": m.Entry, "signal": m.Signal, "signal_type": m.SignalType,
			"distance": m.Distance, "limit": m.Limit, "part": m.Part, "frame": m.Frame, "view": m.View, "sources": list(m.Sources),
			"labels": list(m.Labels), "suppressed_by": m.SuppressedBy,
		}
	}
	rules := make([]map[string]any, len(d.Rules))
	for i, r := range d.Rules {
		rules[i] = map[string]any{
			"policy": r.Policy, "version": r.Version, "rule": r.Rule, "value": r.Value, "verdict": r.Verdict, "effect": r.Effect, "match": r.Match,
			"part": r.Part, "note": r.Note,
		}
	}
	c := d.Consequence
	consequence := map[string]any{
		"code": c.Code, "queue": c.Queue, "priority": c.Priority, "labels": list(c.Labels), "notice": c.Notice, "preserve": c.Preserve,
	}
	sum := sha256.Sum256([]byte(canonical(map[string]any{
		"cause": d.Cause, "format": leafFormat, "salt": salt, "decision": d.ID, "upload": d.UploadID, "content": d.ContentID, "digest": uploadDigest, "round": d.Round,
		"verdict": d.Verdict, "policy": map[string]any{"id": d.Policy.ID, "version": d.Policy.Version, "rule": d.Policy.Rule}, "reason": d.Reason,
		"by": d.By, "consequence": consequence, "rules": rules, "checks": checks, "matches": matches, "decided_at": d.DecidedAt,
	})))
	return hex.EncodeToString(sum[:])
}

// list is [] in JSON where there is none, since the store does not tell the two apart.
func list(s []string) []string {
	if s == nil {
		return []string{}
	}
	return s
}

// plain takes back what the encoder escapes and RFC 8785 does not. A backslash of the text itself is two in JSON and stays.
var plain = strings.NewReplacer(`\\`, `\\`, `\u2028`, "\u2028", `\u2029`, "\u2029", `\ufffd`, "\ufffd")

// canonical writes a value of strings, whole numbers below 2^53, truths, lists and maps as RFC 8785 has it: names sorted (they are ASCII), no
// spaces, nothing escaped that need not be. Text that is not UTF-8 is written with U+FFFD in place of what is not, as the store keeps it.
func canonical(v map[string]any) string {
	var b strings.Builder
	e := json.NewEncoder(&b)
	e.SetEscapeHTML(false)
	_ = e.Encode(v) // such values always encode
	return plain.Replace(strings.TrimSuffix(b.String(), "\n"))
}
