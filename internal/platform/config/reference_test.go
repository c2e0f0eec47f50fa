package config

import (
	"flag"
	"fmt"
	"os"
	"path/filepath"
	"strings"
	"testing"

	"github.com/google/go-cmp/cmp"
)

var update = flag.Bool("update", false, "write docs/configuration.md")

const referenceHead = `# Configuration

<!-- Written by "go generate ./internal/platform/config"; change the fields of Config instead. -->

Every key has a default; an empty configuration works. A value comes, weakest first, from its default, from a YAML file (` + "`quell.yaml` in the\nworking folder, or `--config FILE`, or `QUELL_CONFIG`" + `), from the environment, from a flag. ` + "`quell config`" + ` prints what is in force and where it
came from.

In the file, a key is written dotted or nested, once; a list is a YAML list, and in the environment its items are separated by commas. A key
with nothing behind it is as good as not written. An unknown key is an error that names the line. Anchors and aliases are not read.

Times are written like ` + "`90s`, `10m`, `24h` or `7d`, bytes like `4096`, `64KiB`, `64MiB` or `2GiB`, other large numbers like `5000`, `100k` or `100M`" + `.
Keep ` + "`database.url`, `secret.key`, `bus.url` and `api.key`" + ` out of files that others can read: set them in the environment. They are never printed.

| key | environment | default | meaning |
|---|---|---|---|
`

// TestReference holds docs/configuration.md to the fields of Config.
func TestReference(t *testing.T) {
	t.Parallel()
	var want strings.Builder
	want.WriteString(referenceHead)
	for _, s := range keys(&Config{}) {
		value := ""
		if s.Value != "" {
			value = "`" + s.Value + "`"
		}
		fmt.Fprintf(&want, "| `%s` | `%s` | %s | %s |\n", s.Key, EnvName(s.Key), value, s.Help)
	}
	path := filepath.Join("..", "..", "..", "docs", "configuration.md")
	if *update {
		if err := os.WriteFile(path, []byte(want.String()), 0o644); err != nil {
			t.Fatal(err)
		}
	}
	got, err := os.ReadFile(path)
	if err != nil {
		t.Fatal(err)
	}
	if diff := cmp.Diff(want.String(), string(got)); diff != "" {
		t.Errorf("docs/configuration.md is not current; run go generate (want -, got +):\n%s", diff)
	}
}
