package replay

import "github.com/quell-project/quell/internal/domain"

// Opinions are what people have said of decisions of policies.
type Opinions struct {
	of    map[domain.DecisionID]Opinion
	first map[domain.DecisionID]domain.DecisionID // the decision of policies behind one that a person has made
}

// Add takes a review. Reviews come in the order in which they were made: the last of the same decision says what people think, and a review of what
// another person has decided is about what the policies had decided before.
func (o *Opinions) Add(r domain.Review) error {
	if o.of == nil {
		o.of, o.first = map[domain.DecisionID]Opinion{}, map[domain.DecisionID]domain.DecisionID{}
	}
	judged := r.Judged
	if behind, person := o.first[judged]; person {
		judged = behind
	}
	o.first[r.Decision] = judged
	o.of[judged] = Opinion{Verdict: r.Verdict, Sample: r.Sample || o.of[judged].Sample}
	return nil
}

// Of returns them by the decision of the policies.
func (o *Opinions) Of() map[domain.DecisionID]Opinion { return o.of }
