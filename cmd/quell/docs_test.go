package main

import (
	"bytes"
	"encoding/json"
	"fmt"
	"io"
	"net/http"
	"os"
	"os/exec"
	"path/filepath"
	"regexp"
	"slices"
	"strings"
	"syscall"
	"testing"
	"time"

	"github.com/alecthomas/kong"
	"github.com/google/go-cmp/cmp"

	"github.com/quell-project/quell/internal/demo"
)

// documents lists the documents for people, the front page last: it builds on what the others show.
func documents(t *testing.T) []string {
	t.Helper()
	var all []string
	for _, pattern := range []string{"docs/*.md", "docs/*/*.md", "*.md"} {
		files, err := filepath.Glob(filepath.Join("..", "..", pattern))
		if err != nil {
			t.Fatal(err)
		}
		all = append(all, files...)
	}
	return all
}

func read(t *testing.T, path string) string {
	t.Helper()
	b, err := os.ReadFile(path)
	if err != nil {
		t.Fatal(err)
	}
	return string(b)
}

// TestCommandsInTheDocuments holds every `quell …` in a text to the command line as it is.
func TestCommandsInTheDocuments(t *testing.T) {
	t.Parallel()
	span := regexp.MustCompile("`quell ([^`\n]+)`")
	for _, path := range documents(t) {
		for _, found := range span.FindAllStringSubmatch(read(t, path), -1) {
			if err := parses(strings.Fields(found[1])); err != nil {
				t.Errorf("%s: `quell %s`: %v", path, found[1], err)
			}
		}
	}
}

// parses reports whether a command line could be run; in a text it may break off where arguments would follow.
func parses(args []string) error {
	parser, err := kong.New(&cli{})
	if err != nil {
		return err
	}
	if _, err = parser.Parse(args); err != nil && strings.HasPrefix(err.Error(), "expected") {
		return nil
	}
	return err
}

// block is a piece of code in a document.
type block struct{ language, text string }

func blocks(document string) []block {
	var all []block
	fence := regexp.MustCompile("(?ms)^```([a-z]*)\n(.*?)^```$")
	for _, found := range fence.FindAllStringSubmatch(document, -1) {
		all = append(all, block{found[1], found[2]})
	}
	return all
}

// TestExamplesInTheDocuments runs what the documents tell people to type against the demo, and holds the answers that they show to the real ones.
func TestExamplesInTheDocuments(t *testing.T) {
	t.Parallel()
	for _, program := range []string{"sh", "curl"} {
		if _, err := exec.LookPath(program); err != nil {
			t.Skipf("the examples need %s, which is not installed", program)
		}
	}
	d := startDemo(t)
	for _, path := range documents(t) {
		all := blocks(read(t, path))
		for i, b := range all {
			d.keep(t, b)
			script := d.script(t, path, b)
			if script == "" {
				continue
			}
			got := d.run(t, path, script)
			if i+1 < len(all) && all[i+1].language == "json" {
				sameShape(t, path, all[i+1].text, got)
			}
		}
	}
	d.metrics(t)
	d.stop(t)
}

// running is a demo that runs, and a folder in which people would type.
type running struct {
	process      *exec.Cmd
	output       bytes.Buffer
	folder, data string
	url          string
	environment  []string
}

func startDemo(t *testing.T) *running {
	t.Helper()
	d := &running{folder: t.TempDir(), data: filepath.Join(t.TempDir(), "data")}
	picture, err := demo.Copy() // of what the demo knows, as the documents promise
	if err != nil {
		t.Fatal(err)
	}
	poster, err := drawing("poster", 99)
	if err != nil {
		t.Fatal(err)
	}
	for name, content := range map[string][]byte{
		"picture.jpg": picture,
		"poster.png":  poster,
		"list.csv":    []byte("type,value\nmd5,900150983cd24fb0d6963f7d28e17f72\n"),
		".curlrc":     []byte("silent\nshow-error\nfail\n"), // a refusal is a failure
	} {
		if err := os.WriteFile(filepath.Join(d.folder, name), content, 0o600); err != nil {
			t.Fatal(err)
		}
	}
	d.environment = []string{"PATH=" + os.Getenv("PATH"), "HOME=" + d.folder, "GORACE=atexit_sleep_ms=0", "QUELL_DATA=" + d.data, "QUELL_API_KEY=key-of-the-examples"}
	d.process = exec.Command("quell", "demo", "--listen", "127.0.0.1:0")
	d.process.Env, d.process.Stdout, d.process.Stderr = d.environment, &d.output, os.Stderr
	if err := d.process.Start(); err != nil {
		t.Fatal(err)
	}
	t.Cleanup(func() { _ = d.process.Process.Kill() }) // after a failure
	for end := time.Now().Add(patience); ; {
		if _, err := os.Stat(filepath.Join(d.data, "poster.jpg")); err == nil { // the last thing it makes
			break
		}
		if time.Now().After(end) {
			t.Fatalf("waited %s for the demo", patience)
		}
		time.Sleep(20 * time.Millisecond)
	}
	d.url = strings.TrimSpace(read(t, filepath.Join(d.data, localAddressFile)))
	return d
}

// script is what of a block can be run. What cannot, because it would stay up or change the machine, is at least what there is.
func (d *running) script(t *testing.T, path string, b block) string {
	t.Helper()
	if b.language != "sh" && b.language != "" {
		return ""
	}
	var lines []string
	for line := range strings.Lines(strings.ReplaceAll(b.text, "\\\n", " ")) {
		words := strings.Fields(strings.TrimSuffix(strings.TrimSpace(line), "&"))
		if len(words) == 0 {
			continue
		}
		if len(words) > 2 && words[0] == "go" && words[1] == "run" && words[2] == "./cmd/quell" {
			words = append([]string{"quell"}, words[3:]...)
		}
		switch {
		case words[0] == "quell" && len(words) > 1 && (words[1] == "serve" || words[1] == "demo"):
			if err := parses(words[1:]); err != nil {
				t.Errorf("%s: %s: %v", path, line, err)
			}
		case words[0] == "make" && len(words) > 1:
			if !strings.Contains(read(t, filepath.Join("..", "..", "Makefile")), "\n"+words[1]+":") {
				t.Errorf("%s: %s: the Makefile has no such target", path, line)
			}
		case slices.Contains([]string{"quell", "curl", "export"}, words[0]):
			lines = append(lines, strings.ReplaceAll(strings.TrimSpace(line), "http://127.0.0.1:8080", d.url))
		case b.language == "":
			return "" // a drawing
		default:
			t.Logf("%s: not run: %s", path, line)
		}
	}
	return strings.Join(lines, "\n")
}

func (d *running) run(t *testing.T, path, script string) string {
	t.Helper()
	c := exec.Command("sh", "-eu", "-c", script)
	c.Dir, c.Env = d.folder, d.environment
	var stderr bytes.Buffer
	c.Stderr = &stderr
	out, err := c.Output()
	if err != nil {
		t.Errorf("%s: %v\n%s\n%s%s", path, err, script, out, &stderr)
	}
	return string(out)
}

// keep writes a policy that a document shows into the file that its commands name.
func (d *running) keep(t *testing.T, b block) {
	t.Helper()
	name, is := strings.CutPrefix(b.text, "policy: ")
	if b.language != "yaml" || !is {
		return
	}
	name, _, _ = strings.Cut(name, "\n")
	if err := os.WriteFile(filepath.Join(d.folder, name+".yaml"), []byte(b.text), 0o600); err != nil {
		t.Fatal(err)
	}
}

// sameShape compares an answer that a document shows with the real one: the same fields everywhere, of the same types, and the same verdict.
func sameShape(t *testing.T, path, shown, real string) {
	t.Helper()
	var want, got any
	if err := json.Unmarshal([]byte(shown), &want); err != nil {
		t.Errorf("%s: the answer shown is not JSON: %v", path, err)
		return
	}
	if err := json.Unmarshal([]byte(real), &got); err != nil {
		t.Errorf("%s: the answer is not JSON: %v\n%s", path, err, real)
		return
	}
	if diff := cmp.Diff(shape(want), shape(got)); diff != "" {
		t.Errorf("%s: the answer shown (-) is not what there is (+):\n%s", path, diff)
	}
}

// shape puts types in the place of values, except for the verdict, and keeps of a list one item.
func shape(v any) any {
	switch v := v.(type) {
	case map[string]any:
		fields := map[string]any{}
		for name, value := range v {
			fields[name] = shape(value)
			if name == "verdict" {
				fields[name] = value
			}
		}
		return fields
	case []any:
		if len(v) == 0 {
			return v
		}
		return []any{shape(v[0])}
	}
	return fmt.Sprintf("%T", v)
}

// metrics holds the names of metrics to those that docs/operate.md explains, and their labels to small sets, whatever was asked of the server.
func (d *running) metrics(t *testing.T) {
	t.Helper()
	for _, path := range []string{"/api/v1/contents/private-1", "/api/v1/banks/private-2/entries", "/private-3", "/sign-in?token=private-4", "/api/v1/decisions?verdict=private-5"} {
		for _, method := range []string{"GET", "PRIVATE-6"} {
			r, err := http.NewRequest(method, d.url+path, strings.NewReader("private-7"))
			if err != nil {
				t.Fatal(err)
			}
			r.Header.Set("Authorization", "Bearer key-of-the-examples")
			answer, err := http.DefaultClient.Do(r)
			if err != nil {
				t.Fatal(err)
			}
			answer.Body.Close()
		}
	}
	answer, err := http.Get(d.url + "/metrics")
	if err != nil {
		t.Fatal(err)
	}
	defer answer.Body.Close()
	page, err := io.ReadAll(answer.Body)
	if err != nil {
		t.Fatal(err)
	}
	if i := bytes.Index(bytes.ToLower(page), []byte("private-")); i >= 0 {
		t.Errorf("the metrics tell what was asked: %s", page[max(0, i-200):min(len(page), i+100)])
	}
	const document = "../../docs/operate.md"
	explained := names(`\bquell_[a-z_]+`, read(t, document))
	if diff := cmp.Diff(names(`(?m)^# TYPE (quell_[a-z_]+)`, string(page)), explained); diff != "" {
		t.Errorf("metrics that there are (-) and that %s explains (+):\n%s", document, diff)
	}
}

// names lists what matches, or the first group of it, once each and sorted.
func names(pattern, text string) []string {
	var all []string
	for _, found := range regexp.MustCompile(pattern).FindAllStringSubmatch(text, -1) {
		all = append(all, found[len(found)-1])
	}
	slices.Sort(all)
	return slices.Compact(all)
}

// stop tells the demo to stop, as Ctrl-C does, and looks at what it said last.
func (d *running) stop(t *testing.T) {
	t.Helper()
	if err := d.process.Process.Signal(syscall.SIGINT); err != nil {
		t.Fatal(err)
	}
	if err := d.process.Wait(); err != nil {
		t.Errorf("the demo ended with %v", err)
	}
	_, tail, _ := strings.Cut(scrubbed(d.output.String()), "held for a person.\n\n")
	tail = strings.ReplaceAll(tail, d.data, "FOLDER")
	const want = `Console   http://ADDRESS
Sign in   http://ADDRESS/sign-in?token=TOKEN   (works once, for 15 minutes)
API       http://ADDRESS/api/docs

Check a picture yourself, for example FOLDER/poster.jpg:

  export QUELL_API_KEY=key-of-the-examples
  curl -H "Authorization: Bearer $QUELL_API_KEY" -F 'content={"content_id":"my-1"}' -F file=@FOLDER/poster.jpg http://ADDRESS/api/v1/check
  quell check --server http://ADDRESS FOLDER/poster.jpg

Running until Ctrl-C.
`
	if diff := cmp.Diff(want, tail); diff != "" {
		t.Errorf("the end of what the demo says (want -, got +):\n%s", diff)
	}
}
