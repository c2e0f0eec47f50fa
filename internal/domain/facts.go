package domain

// KeptFacts are what policies saw of one upload, with what they decided. They outlive the upload and the decision.
type KeptFacts struct {
	Decision  DecisionID
	DecidedAt Time
	Account   AccountID // empty: not said, or erased
	Surface   string
	Verdict   Verdict
	Policy    PolicyRef
	Body      []byte // the facts as package policy encodes them
}

// InShare reports whether a decision is among a share of all that a seed chooses: the same seed always chooses the same.
func (id DecisionID) InShare(seed string, share float64) bool {
	return inShare(string(id), seed, share)
}
