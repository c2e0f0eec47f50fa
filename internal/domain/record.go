package domain

import "slices"

// Recorded is a decision together with the upload it is about, as people look at it.
type Recorded struct {
	Upload     Upload
	Decision   Decision
	Renditions []string // parts of which a veiled rendition is kept
}

// VerdictCount says how many decisions of one verdict were made in the span of time that begins at From.
type VerdictCount struct {
	From    Time
	Verdict Verdict
	Count   int64
}

// Versions returns the versions that the decision names, each once: the one that decided, then those of its rules in their order. They name no rule.
func (d Decision) Versions() []PolicyRef {
	all := []PolicyRef{{ID: d.Policy.ID, Version: d.Policy.Version}}
	for _, h := range d.Rules {
		if ref := (PolicyRef{ID: h.Policy, Version: h.Version}); !slices.Contains(all, ref) {
			all = append(all, ref)
		}
	}
	return all
}

// Unchecked reports whether any check of the decision did not complete.
func (d Decision) Unchecked() bool {
	for _, c := range d.Checks {
		if c.Status != Complete {
			return true
		}
	}
	return false
}
