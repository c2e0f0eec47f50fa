package config

import (
	"encoding"
	"encoding/json"
	"os"
	"path/filepath"
	"reflect"
	"regexp"
	"slices"
	"strings"
	"testing"

	"github.com/google/go-cmp/cmp"
)

// environment is a map as the environment of a process.
func environment(m map[string]string) func(string) (string, bool) {
	return func(name string) (string, bool) {
		v, ok := m[name]
		return v, ok
	}
}

// file writes a file of settings.
func file(t testing.TB, content string) string {
	t.Helper()
	path := filepath.Join(t.TempDir(), "quell.yaml")
	if err := os.WriteFile(path, []byte(content), 0o600); err != nil {
		t.Fatal(err)
	}
	return path
}

// find returns the setting of a key.
func find(t *testing.T, settings []Setting, key string) Setting {
	t.Helper()
	i := slices.IndexFunc(settings, func(s Setting) bool { return s.Key == key })
	if i < 0 {
		t.Fatalf("there is no setting %s", key)
	}
	return settings[i]
}

func TestEveryKeyIsComplete(t *testing.T) {
	t.Parallel()
	_, settings, err := Load(Sources{Env: environment(nil)})
	if err != nil {
		t.Fatalf("the defaults alone do not work: %v", err)
	}
	word := regexp.MustCompile(`^[a-z]+(\.[a-z]+(_[a-z]+)*)?$`)
	seen := map[string]bool{}
	for _, s := range settings {
		if !word.MatchString(s.Key) || seen[s.Key] || seen[EnvName(s.Key)] {
			t.Errorf("key %q is not of the form section.some_name, or is there twice", s.Key)
		}
		seen[s.Key], seen[EnvName(s.Key)] = true, true
		if len(s.Help) < 10 || strings.ContainsAny(s.Help, "|\n") || strings.HasSuffix(s.Help, ".") {
			t.Errorf("%s: help %q is not a line of a table", s.Key, s.Help)
		}
		if s.From != "default" {
			t.Errorf("%s comes from %q", s.Key, s.From)
		}
		if err := set(s.field, s.Value); err != nil || text(s.field) != s.Value {
			t.Errorf("%s: the value %q that is shown cannot be read again: %v", s.Key, s.Value, err)
		}
	}
}

func TestLaterSourcesWin(t *testing.T) {
	t.Parallel()
	path := file(t, "data: from-file\nlisten: 127.0.0.1:1\ncheck.parts: 3\nlog: {level: debug}\n")
	c, settings, err := Load(Sources{
		File:  path,
		Env:   environment(map[string]string{"QUELL_LISTEN": "127.0.0.1:2", "QUELL_CHECK_PARTS": "4", "QUELL_MEDIA_PIXELS": "2M", "QUELL_NONSENSE": "1"}),
		Flags: map[string]string{"check.parts": "5", "media.time": "3s"},
	})
	if err != nil {
		t.Fatal(err)
	}
	if c.Data != "from-file" || c.Listen != "127.0.0.1:2" || c.CheckParts != 5 || c.MediaPixels != 2e6 || c.LogLevel != "debug" || c.CheckBatch != 1000 {
		t.Errorf("got %+v", c)
	}
	for key, want := range map[string]string{
		"data": "file " + path, "log.level": "file " + path, "listen": "environment QUELL_LISTEN", "media.pixels": "environment QUELL_MEDIA_PIXELS",
		"check.parts": "flag", "media.time": "flag", "check.batch": "default",
	} {
		if got := find(t, settings, key).From; got != want {
			t.Errorf("%s comes from %q, want %q", key, got, want)
		}
	}
}

func TestSpaceAroundAValueIsNotPartOfIt(t *testing.T) {
	t.Parallel()
	c, _, err := Load(Sources{File: file(t, "data: |\n  folder\n"), Env: environment(map[string]string{"QUELL_API_KEY": "0123456789abcdef\n", "QUELL_CHECK_TIME": " 5s "})})
	if err != nil || c.Data != "folder" || c.APIKey != "0123456789abcdef" || c.CheckTime.String() != "5s" {
		t.Errorf("got %+v, %v", c, err)
	}
}

// TestFaultsNameTheKey gives every key what it cannot take.
func TestFaultsNameTheKey(t *testing.T) {
	t.Parallel()
	bad := map[string][]string{
		"data":            {""},
		"listen":          {"", "8080", "127.0.0.1", "127.0.0.1:", "127.0.0.1:http", "127.0.0.1:65536", "[::1:80"},
		"url":             {"quell.example.org", "ftp://quell.example.org", "https://", "https://h/?a=b", "https://h/#top", "https://h:x y"},
		"database.url":    {"mysql://localhost", "localhost/quell"},
		"bus.listen":      {"4222", "0.0.0.0:4222", "localhost:4222", "10.0.0.1:4222"},
		"bus.credentials": {"nats.creds"},
		"api.key":         {"two words", "schlüssel", "tab\there"},
		"log.level":       {"", "loud", "INFO"},
		"log.format":      {"", "xml"},
		"media.jpeg":      {"", "tiny", "Full"},
		"check.memory":    {"1MiB"},
		"hma.listen":      {"5100", "127.0.0.1"},
		"hma.prefix":      {"hma", "/", "/hma/", "//hma", "/a/../b", "/{x}", "/api", "/api/hma", "/hma x", "/hma/.."},
		"hma.allow":       {"10.0.0.1", "10.0.0.1/8", "localhost"},
		"hma.key":         {"", "maybe", "2"},
		"hma.cert":        {"cert.pem"},
		"hma.cert_key":    {"key.pem"},
		"hma.client_ca":   {"ca.pem"},
		"hma.record":      {"", "some", "All"},

		"retrohunt.window": {"1h", "23h59m"},
	}
	for _, s := range keys(&Config{}) {
		if !s.field.CanInt() {
			continue
		}
		if !s.zero {
			bad[s.Key] = append(bad[s.Key], "0")
		}
		bad[s.Key] = append(bad[s.Key], "", "many", "1e3", "-1", "9223372036854775808", "99999999999999999999d")
		if s.field.Type() == reflect.TypeFor[Duration]() {
			bad[s.Key] = append(bad[s.Key], "10", "-5s", "1week", "36500d", "-9999999999d", "1000000h1000000000h")
		} else {
			bad[s.Key] = append(bad[s.Key], "1.5", "5s", "GiB", "99999999999999GiB", "99999999999999G")
		}
	}
	for key, values := range bad {
		for _, v := range values {
			_, _, err := Load(Sources{Env: environment(map[string]string{EnvName(key): v})})
			if err == nil || !strings.Contains(err.Error(), key) {
				t.Errorf("%s = %q: the error does not name the key: %v", key, v, err)
			}
		}
	}
	_, _, err := Load(Sources{Env: environment(map[string]string{"QUELL_BUS_URL": "nats://n", "QUELL_BUS_LISTEN": "127.0.0.1:4222"})})
	if err == nil || !strings.Contains(err.Error(), "bus.listen: has no meaning beside bus.url") {
		t.Errorf("bus.listen beside bus.url: %v", err)
	}
}

func TestGoodValues(t *testing.T) {
	t.Parallel()
	for _, tc := range []struct{ key, value, shown string }{
		{"listen", "127.0.0.1:0", "127.0.0.1:0"},
		{"listen", "[::1]:80", "[::1]:80"},
		{"listen", ":8080", ":8080"},
		{"url", "https://quell.example.org/", "https://quell.example.org/"},
		{"url", "http://10.0.0.1:8080/moderation", "http://10.0.0.1:8080/moderation"},
		{"database.url", "postgresql://u:p@h/d", "(set, hidden)"},
		{"bus.listen", "[::1]:4222", "[::1]:4222"},
		{"fetch.allow", "10.1.0.0/16, media.internal:8080\n192.0.2.1:80", "10.1.0.0/16,media.internal:8080,192.0.2.1:80"},
		{"fetch.allow", "", ""},
		{"check.part_bytes", "65536", "64KiB"},
		{"check.part_bytes", "64 MiB", "64MiB"},
		{"check.memory", "2GiB", "2GiB"},
		{"retrohunt.window", "0", "0s"},
		{"retrohunt.window", "7d", "168h"},
		{"media.pixels", "12345", "12345"},
		{"media.pixels", "3G", "3G"},
		{"media.jpeg", "small", "small"},
		{"media.pixels", "10k", "10k"},
		{"outbox.keep", "7d", "168h"},
		{"outbox.keep", "90m", "1h30m"},
		{"outbox.keep", "20m", "20m"},
		{"outbox.keep", "10h5s", "10h0m5s"},
		{"check.time", "1500ms", "1.5s"},
		{"hma.listen", ":5100", ":5100"},
		{"hma.prefix", "/hma-v1/main", "/hma-v1/main"},
		{"hma.allow", "10.0.0.0/8, 192.0.2.7/32 fd00::/8", "10.0.0.0/8,192.0.2.7/32,fd00::/8"},
		{"hma.key", "TRUE", "true"},
		{"hma.record", "matches", "matches"},
	} {
		_, settings, err := Load(Sources{Flags: map[string]string{tc.key: tc.value}, Env: environment(nil)})
		if err != nil {
			t.Errorf("%s = %q: %v", tc.key, tc.value, err)
			continue
		}
		if got := find(t, settings, tc.key).Value; got != tc.shown {
			t.Errorf("%s = %q is shown as %q, want %q", tc.key, tc.value, got, tc.shown)
		}
	}
}

func TestSecretsAreNeverShown(t *testing.T) {
	t.Parallel()
	const secret = "postgres://quell:correct-horse@db/quell"
	for _, with := range []map[string]string{nil, {"QUELL_CHECK_PARTS": "none"}} { // with an error too
		variables := map[string]string{"QUELL_DATABASE_URL": secret, "QUELL_API_KEY": secret, "QUELL_BUS_URL": secret, "QUELL_SECRET_KEY": secret}
		for k, v := range with {
			variables[k] = v
		}
		c, settings, err := Load(Sources{Env: environment(variables)})
		asJSON, jsonErr := json.Marshal([]any{c, settings})
		if jsonErr != nil {
			t.Fatal(jsonErr)
		}
		for _, shown := range []string{string(asJSON), errorText(err)} {
			if strings.Contains(shown, "correct-horse") {
				t.Errorf("the secret is shown in %s", shown)
			}
		}
		if got := find(t, settings, "api.key").Value; got != "(set, hidden)" {
			t.Errorf("a secret that is set is shown as %q", got)
		}
	}
}

func errorText(err error) string {
	if err == nil {
		return ""
	}
	return err.Error()
}

// TestAmountsAreReadAsTheyAreWritten takes values there and back.
func TestAmountsAreReadAsTheyAreWritten(t *testing.T) {
	t.Parallel()
	for _, n := range []int64{1, 999, 1000, 1023, 1024, 1025, 1e6, 1 << 20, 3 << 30, 90e9, 86400e9, 3661e9, 1<<62 - 1} {
		for _, value := range []interface {
			encoding.TextMarshaler
			encoding.TextUnmarshaler
		}{new(Bytes(n)), new(Count(n)), new(Duration(n))} {
			written, err := value.MarshalText()
			if err != nil {
				t.Fatal(err)
			}
			before := reflect.ValueOf(value).Elem().Int()
			if err := value.UnmarshalText(written); err != nil {
				t.Errorf("%T %d is written %q: %v", value, n, written, err)
			}
			if diff := cmp.Diff(before, reflect.ValueOf(value).Elem().Int()); diff != "" {
				t.Errorf("%T %d is written %q and read as another value:\n%s", value, n, written, diff)
			}
		}
	}
}
