package app

import (
	"context"
	"fmt"
	"time"

	"github.com/quell-project/quell/internal/domain"
	"github.com/quell-project/quell/internal/platform/store"
	"github.com/quell-project/quell/internal/policies"
	"github.com/quell-project/quell/internal/replay"
)

// VersionsInForce returns the live versions on record in their order, as a gate would ask them.
func VersionsInForce(ctx context.Context, s *store.Store) (force []replay.Version, err error) {
	builtIn, err := builtIn()
	if err != nil {
		return nil, err
	}
	book := policies.NewBook(s, language{}.Compile, builtIn, time.Now)
	if _, err := book.Load(ctx); err != nil {
		return nil, err
	}
	for _, l := range linesOf(book.Current()) {
		if l.Live != nil {
			force = append(force, replay.Version{Name: l.Name, Number: l.Live.Number, Program: l.Live.Program})
		}
	}
	return force, nil
}

// VersionOnRecord returns a version of a policy, whatever its state; version 0 is the one that comes with the program.
func VersionOnRecord(ctx context.Context, s *store.Store, name string, number int) (replay.Version, error) {
	var text string
	if number == policies.BuiltIn {
		builtIn, err := builtIn()
		if err != nil {
			return replay.Version{}, err
		}
		text = policies.TextOf(builtIn, name)
	}
	if text == "" {
		v, err := s.PolicyVersion(ctx, name, number)
		if err != nil {
			return replay.Version{}, err
		}
		text = v.Text
	}
	program, err := language{}.Compile(name, []byte(text))
	if err != nil {
		return replay.Version{}, fmt.Errorf("version %d of policy %s: %w", number, name, err)
	}
	return replay.Version{Name: name, Number: number, Program: program}, nil
}

// OpinionsSince returns what people have said of decisions since a moment.
func OpinionsSince(ctx context.Context, s *store.Store, from domain.Time) (map[domain.DecisionID]replay.Opinion, error) {
	var o replay.Opinions
	err := s.Reviews(ctx, from, domain.Forever, o.Add)
	return o.Of(), err
}
