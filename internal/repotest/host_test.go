package repotest

import (
	"os"
	"os/exec"
	"path/filepath"
	"slices"
	"strings"
	"testing"
)

// TestNoLibraryOfTheHost wants that no build, whatever its tags, can load a library of the host: a decoder of pictures that did would leave the
// cage in which it is to run. What is built only with a tag must not need another one to be safe.
func TestNoLibraryOfTheHost(t *testing.T) {
	t.Parallel()
	for _, tags := range []string{"", "nodynamic", "heic", "nodynamic,heic", "wasm2go", "nodynamic,wasm2go"} {
		list := exec.CommandContext(t.Context(), "go", "list", "-deps", "-tags", tags, "./cmd/quell")
		list.Dir = filepath.Join("..", "..")
		list.Env = append(os.Environ(), "CGO_ENABLED=0", "GOFLAGS=")
		out, err := list.Output()
		if err != nil {
			t.Fatalf("go list with tags %q: %v", tags, err)
		}
		packages := strings.Fields(string(out))
		for _, loader := range []string{"github.com/ebitengine/purego", "plugin", "runtime/cgo"} {
			if slices.Contains(packages, loader) {
				t.Errorf("with tags %q the program contains %s", tags, loader)
			}
		}
		caged := strings.Contains(tags, "nodynamic")
		for decoder, want := range map[string]bool{
			"github.com/gen2brain/avif": caged && !strings.Contains(tags, "wasm2go"),
			"github.com/gen2brain/heic": caged && strings.Contains(tags, "heic"),
		} {
			if got := slices.Contains(packages, decoder); got != want {
				t.Errorf("with tags %q the program contains %s: %v, want %v", tags, decoder, got, want)
			}
		}
	}
}
