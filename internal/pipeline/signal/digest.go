package signal

import (
	"encoding/hex"

	"github.com/quell-project/quell/internal/domain"
)

// digest is a type that is a cryptographic hash of a file: it finds exact copies.
type digest struct {
	name        domain.SignalType
	description string
	size        int // in bytes
	sum         func(data []byte) []byte
}

func (d digest) Name() domain.SignalType            { return d.name }
func (d digest) Description() string                { return d.description }
func (d digest) Limits() Limits                     { return Limits{} }
func (d digest) Parse(value string) (string, error) { return parseHex(d.name, value, d.size) }

func (d digest) FingerprintBytes(data []byte) domain.Fingerprint {
	return domain.Fingerprint{Type: d.name, Value: hex.EncodeToString(d.sum(data))}
}

// Distance is 0 for equal values and 1 for all others: a digest knows no nearness.
func (d digest) Distance(a, b string) (int, error) {
	a, err := d.Parse(a)
	if err != nil {
		return 0, err
	}
	b, err = d.Parse(b)
	if err != nil || a == b {
		return 0, err
	}
	return 1, nil
}
