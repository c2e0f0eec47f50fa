package main

import (
	"os/exec"
	"testing"
)

func TestAddressesThatPeopleCanOpen(t *testing.T) {
	t.Parallel()
	for address, want := range map[string]string{
		"http://127.0.0.1:8080":    "http://127.0.0.1:8080",
		"http://quell.internal:80": "http://quell.internal:80",
		"http://:8080":             "http://localhost:8080",
		"http://0.0.0.0:8080":      "http://localhost:8080",
		"http://[::]:8080":         "http://localhost:8080",
		"http://[::1]:8080":        "http://[::1]:8080",
	} {
		if got := reachable(address); got != want {
			t.Errorf("%s: got %s, want %s", address, got, want)
		}
	}
}

// TestHintsCanBeTyped asks a shell how it reads what a hint says.
func TestHintsCanBeTyped(t *testing.T) {
	t.Parallel()
	for _, folder := range []string{"/var/lib/quell", "my data", "it's", "$HOME", "a;b", "~x", `back\slash`, `"`} {
		g := globals{Data: folder, ConfigFile: "quell.yaml"}
		line := g.again("sign-in-link")
		out, err := exec.Command("sh", "-c", `quell() { printf '%s|' "$@"; }; `+line).Output()
		if want := "sign-in-link|--config|quell.yaml|--data|" + folder + "|"; err != nil || string(out) != want {
			t.Errorf("%s is read as %q, %v, want %q", line, out, err, want)
		}
	}
}
