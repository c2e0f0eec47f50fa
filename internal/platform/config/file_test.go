package config

import (
	"maps"
	"slices"
	"strings"
	"testing"

	"github.com/google/go-cmp/cmp"
	"go.yaml.in/yaml/v3"
)

func TestWaysToWriteAFile(t *testing.T) {
	t.Parallel()
	for name, tc := range map[string]struct {
		content string
		want    map[string]string
	}{
		"empty":                    {"", nil},
		"a comment":                {"# nothing yet\n", nil},
		"an empty document":        {"---\n...\n", nil},
		"null":                     {"~", nil},
		"dotted":                   {"media.pixels: 5M\n", map[string]string{"media.pixels": "5M"}},
		"nested":                   {"media:\n  pixels: 5M\n  frames: 8\n", map[string]string{"media.pixels": "5M", "media.frames": "8"}},
		"both":                     {"media.pixels: 5M\nmedia: {frames: 8}\n", map[string]string{"media.pixels": "5M", "media.frames": "8"}},
		"flow":                     {`{"listen": "127.0.0.1:0", "log": {"level": "warn"}}`, map[string]string{"listen": "127.0.0.1:0", "log.level": "warn"}},
		"a list":                   {"fetch:\n  allow:\n    - 10.0.0.0/8\n    - media.internal:80\n", map[string]string{"fetch.allow": "10.0.0.0/8,media.internal:80"}},
		"a list in a line":         {"fetch.allow: [10.0.0.0/8, 'media.internal:80']\n", map[string]string{"fetch.allow": "10.0.0.0/8,media.internal:80"}},
		"an empty list":            {"fetch.allow: []\n", map[string]string{"fetch.allow": ""}},
		"a list as text":           {"fetch.allow: 10.0.0.0/8, 192.0.2.0/24\n", map[string]string{"fetch.allow": "10.0.0.0/8, 192.0.2.0/24"}},
		"an empty text":            {"url: ''\n", map[string]string{"url": ""}},
		"nothing behind a key":     {"data:\nmedia:\n  pixels:\nlog: ~\n", nil},
		"what looks like a number": {"api.key: 01234567890123456789\ndata: 007\n", map[string]string{"api.key": "01234567890123456789", "data": "007"}},
		"what looks like a truth":  {"data: yes\n", map[string]string{"data": "yes"}},
		"what looks like a time":   {"data: 2026-03-01\n", map[string]string{"data": "2026-03-01"}},
		"a number with lines":      {"check.batch: 1_000\n", map[string]string{"check.batch": "1_000"}}, // refused by Load, as typed
		"an anchor nobody uses":    {"data: &here folder\n", map[string]string{"data": "folder"}},
		"a byte order mark":        {"\ufeffdata: folder\n", map[string]string{"data": "folder"}},
		"DOS lines":                {"data: folder\r\nlisten: ':80'\r\n", map[string]string{"data": "folder", "listen": ":80"}},
	} {
		t.Run(name, func(t *testing.T) {
			t.Parallel()
			got, err := parse([]byte(tc.content), keys(&Config{}))
			if err != nil {
				t.Fatal(err)
			}
			if tc.want == nil {
				tc.want = map[string]string{}
			}
			if diff := cmp.Diff(tc.want, got); diff != "" {
				t.Errorf("want -, got +:\n%s", diff)
			}
		})
	}
}

func TestFaultsOfAFile(t *testing.T) {
	t.Parallel()
	for name, tc := range map[string]struct{ content, want string }{
		"unknown key":         {"data: x\nlisten_on: y\n", "line 2: there is no key \"listen_on\"; `quell config` lists all keys"},
		"unknown nested key":  {"media:\n  pixels: 5M\n  pixles: 5M\n", "line 3: there is no key \"media.pixles\""},
		"unknown section":     {"medium:\n  pixels: 5M\n", "line 1: there is no key \"medium\""},
		"unknown and empty":   {"medium:\n", "line 1: there is no key \"medium\""},
		"a key in a key":      {"data:\n  folder: x\n", "line 2: data has one value, not several"},
		"a value for many":    {"media: 5M\n", "line 1: \"media\" is a section"},
		"a list of sections":  {"media: [pixels, frames]\n", "line 1: \"media\" is a section"},
		"a list for one":      {"data: [a, b]\n", "line 1: data has one value, not several"},
		"a list of lists":     {"fetch.allow: [[10.0.0.0/8]]\n", "line 1: fetch.allow: the items of the list are texts"},
		"twice":               {"data: a\nlisten: ':80'\ndata: b\n", "line 3: data is set a second time, first in line 1"},
		"twice, both ways":    {"media: {pixels: 1}\nmedia.pixels: 2\n", "line 2: media.pixels is set a second time, first in line 1"},
		"twice, once empty":   {"data:\ndata: b\n", "line 2: data is set a second time"},
		"two documents":       {"data: a\n---\ndata: b\n", "line 2: a second document begins"},
		"a list":              {"- data\n", "line 1: settings are written as key: value"},
		"a text":              {"hello\n", "line 1: settings are written as key: value"},
		"key without space":   {"data:folder\n", "line 1: settings are written as key: value"},
		"a number as key":     {"7: seven\n", "line 1: there is no key \"7\""},
		"a list as key":       {"? [a, b]\n: c\n", "line 1: a key is a word"},
		"an empty key":        {"'': c\n", "line 1: there is no key \"\""},
		"an alias":            {"data: &x folder\nurl: *x\n", "line 2: url: aliases are not read here; write the value out"},
		"an alias in a list":  {"data: &x 10.0.0.0/8\nfetch.allow: [*x]\n", "line 2: fetch.allow: the items"},
		"an alias as key":     {"data: &x listen\n*x : y\n", "line 2: a key is a word"},
		"a merge":             {"media: &m {pixels: 1}\n<<: *m\n", "line 2: there is no key \"<<\""},
		"an unknown alias":    {"data: *x\n", "unknown anchor"},
		"a growing anchor":    {"a: &a [x,x]\nb: &b [*a,*a]\nc: &c [*b,*b]\n", "line 1: there is no key \"a\""},
		"an endless anchor":   {"fetch.allow: &a [*a]\n", "fetch.allow: the items"},
		"deep":                {strings.Repeat("[", 20000), "exceeded max depth"},
		"deep mappings":       {strings.Repeat("{a: ", 20000), "exceeded max depth"},
		"deep below a key":    {"data: " + strings.Repeat("[", 500) + strings.Repeat("]", 500), "line 1: data has one value"},
		"not YAML":            {"data: 'open\n", "line 2"},
		"a tab":               {"media:\n\tpixels: 1\n", "line 2"},
		"not text":            {"data: \x00\x01\n", "control characters are not allowed"},
		"not UTF-8":           {"data: \xff\xfe\n", "UTF-8"},
		"JSON of another use": {`{"data": "x", "scripts": {"test": "y"}}`, "there is no key \"scripts\""},
	} {
		t.Run(name, func(t *testing.T) {
			t.Parallel()
			_, err := parse([]byte(tc.content), keys(&Config{}))
			if err == nil || !strings.Contains(err.Error(), tc.want) {
				t.Errorf("got %v, want an error with %q", err, tc.want)
			}
		})
	}
}

func TestFilesThatCannotBeRead(t *testing.T) {
	t.Parallel()
	huge := file(t, "data: folder\n"+strings.Repeat("# filler\n", maxFile/9))
	for path, want := range map[string]string{
		"missing.yaml": "read the configuration: open missing.yaml",
		t.TempDir():    "is a directory",
		huge:           huge + ": larger than 1 MiB",
	} {
		_, settings, err := Load(Sources{File: path, Env: environment(nil)})
		if err == nil || !strings.Contains(err.Error(), want) {
			t.Errorf("%s: got %v, want an error with %q", path, err, want)
		}
		if len(settings) == 0 {
			t.Errorf("%s: no settings are shown", path)
		}
	}
}

func TestAFaultNamesTheFile(t *testing.T) {
	t.Parallel()
	path := file(t, "data: folder\nmedia.frames: some\n")
	_, settings, err := Load(Sources{File: path, Env: environment(nil)})
	if want := "media.frames (file " + path + `): "some" is not a whole number`; err == nil || err.Error() != want {
		t.Errorf("got %v, want %s", err, want)
	}
	if got := find(t, settings, "data").Value; got != "folder" {
		t.Errorf("what was read before the fault is shown as %q", got)
	}
	path = file(t, "nonsense: 1\n")
	if _, _, err = Load(Sources{File: path, Env: environment(nil)}); err == nil || !strings.HasPrefix(err.Error(), path+": line 1: ") {
		t.Errorf("got %v", err)
	}
}

// FuzzParse feeds the reader of files with anything: it takes known keys only, never panics, and what it took it takes again when the same
// values are written plainly, dotted or nested.
func FuzzParse(f *testing.F) {
	for _, s := range []string{
		"", "data: x\n", "media:\n  pixels: 5M\n", "fetch.allow: [10.0.0.0/8, b:1]\n", "a: &a [*a]\n", "{\"listen\": \"127.0.0.1:0\"}", "? [a]\n: b\n",
		"data: |\n  x\n  y\n", "--- !!binary aGk=\n", "<<: {data: x}\n", "data: !!null x\n", "data: \"\\u0000\"\n", "%YAML 1.1\n---\ndata: y\n", "url: ~\n---\n",
	} {
		f.Add([]byte(s))
	}
	settings := keys(&Config{})
	f.Fuzz(func(t *testing.T, data []byte) {
		values, err := parse(data, settings)
		nested := map[string]any{}
		for key, value := range values {
			if !slices.ContainsFunc(settings, func(s Setting) bool { return s.Key == key }) {
				t.Fatalf("the unknown key %q was taken", key)
			}
			section, name, inSection := strings.Cut(key, ".")
			if !inSection {
				nested[key] = value
				continue
			}
			if nested[section] == nil {
				nested[section] = map[string]any{}
			}
			nested[section].(map[string]any)[name] = value
		}
		if err != nil {
			return
		}
		for _, plain := range []any{values, nested} {
			written, err := yaml.Marshal(plain)
			if err != nil {
				t.Fatal(err)
			}
			again, err := parse(written, settings)
			if err != nil || !maps.Equal(again, values) {
				t.Fatalf("%q was read as %v, and written as %q it is read as %v, %v", data, values, written, again, err)
			}
		}
	})
}
