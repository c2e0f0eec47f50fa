package retrohunt

import (
	"github.com/quell-project/quell/hamming"
	"github.com/quell-project/quell/internal/domain"
	"github.com/quell-project/quell/internal/retrohunt/daybook"
)

// wanted is what a search compares with: the codes of signals and of what their pictures would look like turned, each with the limit of its bank,
// and digests. Signals of banks that suppress, or that are gone, are not looked for.
func (c *Config) wanted(signals []domain.HuntSignal, banks map[domain.BankID]domain.Bank) *daybook.Wanted {
	w := &daybook.Wanted{Gently: c.Busy}
	var limits []int
	var sha256, md5 []daybook.Digest
	code := func(value string, limit int) {
		parsed, err := hamming.ParseCode(value)
		if err != nil || limit < 0 {
			return
		}
		w.Codes, limits = append(w.Codes, parsed), append(limits, limit)
		w.Radius = max(w.Radius, limit)
	}
	for _, s := range signals {
		bank, there := banks[s.Bank]
		if !there || bank.Kind == domain.Negative || bank.EnabledShare <= 0 {
			continue
		}
		digest, err := daybook.ParseDigest(s.Value)
		switch s.Type {
		case domain.PDQ:
			limit := c.Limit(bank, s.Type)
			code(s.Value, limit)
			for _, turned := range c.Derived(domain.Fingerprint{Type: s.Type, Value: s.Value}) {
				code(turned.Value, limit-c.Margin)
			}
		case domain.SHA256:
			if err == nil {
				sha256 = append(sha256, digest)
			}
		case domain.MD5:
			if err == nil {
				md5 = append(md5, digest)
			}
		}
	}
	w.Near = func(i, distance int) bool { return distance <= limits[i] }
	w.SHA256, w.MD5 = daybook.NewDigestSet(sha256), daybook.NewDigestSet(md5)
	return w
}

// looser reports whether a bank lets anything match that it did not let match before.
func (c *Config) looser(before, after domain.Bank) bool {
	if after.Kind == domain.Negative {
		return false
	}
	if before.Kind == domain.Negative || after.EnabledShare > before.EnabledShare {
		return true
	}
	for _, t := range daybook.Kept() {
		if c.Limit(after, t) > c.Limit(before, t) {
			return true
		}
	}
	// A bank of child-abuse hashes decides otherwise than one of other known content.
	return before.Kind != after.Kind
}
