package main

import (
	"github.com/quell-project/quell/internal/domain"
	"github.com/quell-project/quell/internal/exchange"
	"github.com/quell-project/quell/internal/pipeline/signal"
)

// typeName is a signal type that somebody has named, in Quell's words or in those of HMA.
type typeName struct {
	said string
	typ  domain.SignalType
}

// UnmarshalText reads a name from the command line.
func (t *typeName) UnmarshalText(text []byte) error {
	t.said, t.typ = string(text), domain.SignalType(text)
	if is, known := exchange.SignalType(t.said); known {
		t.typ = is
	}
	_, err := signal.Lookup(t.typ)
	return err
}

// typeNames are the signal types that are wanted; none are all.
type typeNames []typeName

// name returns what a type is called in the output, which is what it was called in the input, and whether it is wanted at all.
func (names typeNames) name(t domain.SignalType) (name string, wanted bool) {
	for _, n := range names {
		if n.typ == t {
			return n.said, true
		}
	}
	return string(t), len(names) == 0
}

// wants reports whether a type is wanted.
func (names typeNames) wants(t domain.SignalType) bool {
	_, wanted := names.name(t)
	return wanted
}

// types are the types that are wanted, in the order in which people see them.
func (names typeNames) types() []domain.SignalType {
	var types []domain.SignalType
	for _, t := range signal.All() {
		if names.wants(t.Name()) {
			types = append(types, t.Name())
		}
	}
	return types
}
