//go:build heic && nodynamic

package media_test

import (
	"os"
	"os/exec"
	"path/filepath"
	"strings"
	"testing"

	"github.com/quell-project/quell/internal/pipeline/media"
)

// heicFiles are those that the module of the decoder brings: there is no encoder to make others.
func heicFiles(t *testing.T) (files map[string][]byte) {
	t.Helper()
	dir, err := exec.CommandContext(t.Context(), "go", "list", "-m", "-f", "{{.Dir}}", "github.com/gen2brain/heic").Output()
	if err != nil {
		t.Skip("the module of the decoder cannot be found: ", err)
	}
	names, _ := filepath.Glob(filepath.Join(strings.TrimSpace(string(dir)), "testdata", "*.heic"))
	if len(names) == 0 {
		t.Skip("the module of the decoder brings no files")
	}
	files = map[string][]byte{}
	for _, name := range names {
		if files[filepath.Base(name)], err = os.ReadFile(name); err != nil {
			t.Fatal(err)
		}
	}
	return files
}

// A HEIC file is decoded whole, and what is cut off, or is none inside, has failed.
func TestHEIC(t *testing.T) {
	t.Parallel()
	d := media.NewDecoder(media.Limits{})
	for name, data := range heicFiles(t) {
		got := decode(t, d, data, func(f media.Frame) {
			if q := hash(t, f.Image).Quality; q < 50 {
				t.Errorf("%s: a picture of quality %d", name, q)
			}
		})
		if got.Status != media.Complete || got.Picture.MediaType != "image/heic" || got.Picture.Width < 100 {
			t.Errorf("%s: %s %q %+v", name, got.Status, got.Reason, got.Picture)
		}
		if got := decode(t, d, data[:len(data)/2], nil); got.Status != media.Failed || got.Reason != isCutOff {
			t.Errorf("%s, half: %s %q", name, got.Status, got.Reason)
		}
	}
	for name, data := range map[string][]byte{
		"nothing coded": heifOf("heic", "hvc1", nil, ispe(64, 48)),
		"another code":  heifOf("heic", "av01", []byte("some bytes"), ispe(64, 48)),
	} {
		if got := decode(t, d, data, nil); got.Status != media.Failed || got.Reason != isDamaged {
			t.Errorf("%s: %s %q", name, got.Status, got.Reason)
		}
	}
}
