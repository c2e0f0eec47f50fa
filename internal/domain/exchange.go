package domain

import "encoding/json"

// Exchange is where signals of a bank come from: a programme that shares them, with what it wants to know of us. The bank has its name.
type Exchange struct {
	Name      string
	API       string          // how it speaks: "ncmec", "stop_ncii" …
	Config    json.RawMessage // an object: the settings of its API, checked
	Enabled   bool
	Bank      BankID // empty: the bank was removed
	CreatedAt Time
}

// BankKind is what a bank becomes that is made for the exchange: NCMEC shares nothing but child-abuse imagery, of which nothing that could show it
// may be made or kept.
func (e Exchange) BankKind() BankKind {
	if e.API == "ncmec" {
		return KnownCSAM
	}
	return Known
}
