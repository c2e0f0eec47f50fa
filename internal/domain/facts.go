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
