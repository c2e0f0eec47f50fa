package main

import "testing"

func TestNamedVersions(t *testing.T) {
	t.Parallel()
	for s, want := range map[string]struct {
		name   string
		number int
	}{"known-content@0": {"known-content", 0}, "night-watch@12": {"night-watch", 12}, "7days@1": {"7days", 1}} {
		if name, number, is := namedVersion(s); !is || name != want.name || number != want.number {
			t.Errorf("%s is version %d of %q, %v", s, number, name, is)
		}
	}
	for _, s := range []string{"", "night-watch", "@1", "night-watch@", "night-watch@-1", "night-watch@+1", "night-watch@1 ", "Night@1", "../night@1", "a@1@2", "a@99999999999"} {
		if name, number, is := namedVersion(s); is {
			t.Errorf("%q is version %d of %q", s, number, name)
		}
	}
}
