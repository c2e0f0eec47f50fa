package secret

import (
	"bytes"
	"encoding/base64"
	"encoding/hex"
	"errors"
	"os"
	"path/filepath"
	"runtime"
	"strings"
	"sync"
	"testing"
)

var (
	keyA = strings.Repeat("a1", keySize)
	keyB = strings.Repeat("b2", keySize)
)

func TestKeysAreReadAsHexOrBase64(t *testing.T) {
	t.Parallel()
	key := bytes.Repeat([]byte{0xfb, 0xff}, keySize/2) // with all letters that base64 writes in two ways
	for _, text := range []string{
		hex.EncodeToString(key), strings.ToUpper(hex.EncodeToString(key)), base64.StdEncoding.EncodeToString(key), base64.RawStdEncoding.EncodeToString(key),
		base64.URLEncoding.EncodeToString(key), base64.RawURLEncoding.EncodeToString(key), " " + hex.EncodeToString(key) + "\r\n",
	} {
		if got, err := ParseKey(text); err != nil || !bytes.Equal(got, key) {
			t.Errorf("%q: got %x, %v", text, got, err)
		}
	}
	for _, text := range []string{"", "password", keyA[2:], keyA + "aa", base64.StdEncoding.EncodeToString(key[1:]), strings.Repeat("zz", keySize)} {
		_, err := ParseKey(text)
		if err == nil || !strings.Contains(err.Error(), "openssl rand -hex 32") {
			t.Errorf("%q: got error %v, want one that says how to make a key", text, err)
		} else if text != "" && strings.Contains(err.Error(), text) {
			t.Errorf("the message repeats the key: %v", err)
		}
		if _, err := New(Config{Key: text}); text != "" && (err == nil || !strings.HasPrefix(err.Error(), "secret.key: ")) {
			t.Errorf("New with %q: got error %v, want one that names the setting", text, err)
		}
	}
}

func TestWhatIsSealedOpensForItsPurposeOnly(t *testing.T) {
	t.Parallel()
	k := keeper(t, Config{Key: keyA})
	sealed, err := k.Seal("credentials of ncmec", []byte("hunter2"))
	if err != nil {
		t.Fatal(err)
	}
	if !strings.HasPrefix(sealed, "q1.") || strings.Contains(sealed, "hunter2") || strings.ContainsFunc(sealed, func(r rune) bool { return r <= ' ' || r > '~' }) {
		t.Errorf("sealed: %q", sealed)
	}
	if got, err := k.Open("credentials of ncmec", sealed); err != nil || string(got) != "hunter2" {
		t.Errorf("opened: %q, %v", got, err)
	}
	_, err = k.Open("credentials of tat", sealed)
	wantError(t, err, ErrDamaged)
	_, err = keeper(t, Config{Key: keyB}).Open("credentials of ncmec", sealed)
	wantError(t, err, ErrOtherKey)
	if !strings.Contains(err.Error(), "set secret.key to that key") {
		t.Errorf("the message names no mend: %v", err)
	}
	if again, _ := k.Seal("credentials of ncmec", []byte("hunter2")); again == sealed {
		t.Error("the same secret sealed twice looks the same")
	}
	if got, err := k.Open("p", mustSeal(t, k, "p", nil)); err != nil || len(got) != 0 {
		t.Errorf("an empty secret opened as %q, %v", got, err)
	}
	if _, err := k.Seal("p", make([]byte, MaxSize+1)); err == nil {
		t.Error("a secret beyond MaxSize was sealed")
	}
}

// TestEveryBitOfASealedSecretCounts changes each byte in turn.
func TestEveryBitOfASealedSecretCounts(t *testing.T) {
	t.Parallel()
	k := keeper(t, Config{Key: keyA})
	sealed := mustSeal(t, k, "p", []byte("hunter2"))
	for i := range sealed {
		for _, b := range []byte{sealed[i] ^ 1, '.', '\n', 0} {
			if changed := sealed[:i] + string(rune(b)) + sealed[i+1:]; changed != sealed {
				if got, err := k.Open("p", changed); err == nil {
					t.Fatalf("%q opened as %q", changed, got)
				}
			}
		}
		if got, err := k.Open("p", sealed[:i]); err == nil {
			t.Fatalf("%q opened as %q", sealed[:i], got)
		}
	}
	_, err := k.Open("p", "q9"+sealed[2:])
	if err == nil || !strings.Contains(err.Error(), "newer") {
		t.Errorf("a form of tomorrow: %v", err)
	}
}

func TestAKeyFileIsMadeAtFirstUse(t *testing.T) {
	t.Parallel()
	path := filepath.Join(t.TempDir(), "secret.key")
	k := keeper(t, Config{File: path})
	_, err := k.Open("p", mustSeal(t, keeper(t, Config{Key: keyA}), "p", nil))
	wantError(t, err, ErrNoKey) // opening makes no key: the right one is missing
	if _, err := os.Stat(path); !errors.Is(err, os.ErrNotExist) {
		t.Fatalf("a file was made although nothing was sealed: %v", err)
	}
	sealed := mustSeal(t, k, "p", []byte("hunter2"))
	info, err := os.Stat(path)
	if err != nil || runtime.GOOS != "windows" && info.Mode().Perm() != 0o600 {
		t.Fatalf("the file: %v, %v", info, err)
	}
	if got, err := keeper(t, Config{File: path}).Open("p", sealed); err != nil || string(got) != "hunter2" {
		t.Errorf("opened by the next process: %q, %v", got, err)
	}
	text, err := os.ReadFile(path)
	if err != nil {
		t.Fatal(err)
	}
	if got, err := keeper(t, Config{Key: string(text)}).Open("p", sealed); err != nil || string(got) != "hunter2" {
		t.Errorf("opened with the key as a setting: %q, %v", got, err)
	}
	left, err := filepath.Glob(filepath.Join(filepath.Dir(path), ".*"))
	if err != nil || len(left) != 0 {
		t.Errorf("left behind: %v, %v", left, err)
	}
}

func TestSeveralWhoMakeTheFileAtOnceShareOneKey(t *testing.T) {
	t.Parallel()
	path := filepath.Join(t.TempDir(), "secret.key")
	sealed := make([]string, 8)
	var all sync.WaitGroup
	for i := range sealed {
		all.Go(func() {
			k, err := New(Config{File: path})
			if err == nil {
				sealed[i], err = k.Seal("p", []byte("hunter2"))
			}
			if err != nil {
				t.Error(err)
			}
		})
	}
	all.Wait()
	for _, s := range sealed {
		if got, err := keeper(t, Config{File: path}).Open("p", s); err != nil || string(got) != "hunter2" {
			t.Errorf("opened: %q, %v", got, err)
		}
	}
}

func TestWithoutAKeyNothingIsSealed(t *testing.T) {
	t.Parallel()
	_, err := keeper(t, Config{}).Seal("p", []byte("hunter2"))
	wantError(t, err, ErrNoKey)
	if !strings.Contains(err.Error(), "set secret.key to 32 random bytes, the same on all machines that share the database") {
		t.Errorf("the message names no mend: %v", err)
	}
}

func TestABadKeyFileIsSaidToBeOne(t *testing.T) {
	t.Parallel()
	for name, c := range map[string]struct {
		text string
		mode os.FileMode
		want string
	}{
		"readable by others": {keyA, 0o644, "chmod 600"},
		"cut off":            {keyA[:20], 0o600, "put the old file back"},
		"empty":              {"", 0o600, "put the old file back"},
		"something else":     {strings.Repeat("x", 2000), 0o600, "that is no key"},
	} {
		path := filepath.Join(t.TempDir(), "secret.key")
		if err := os.WriteFile(path, []byte(c.text), c.mode); err != nil {
			t.Fatal(err)
		}
		_, err := keeper(t, Config{File: path}).Seal("p", nil)
		if err == nil || !strings.Contains(err.Error(), c.want) {
			t.Errorf("%s: got error %v, want one with %q", name, err, c.want)
		}
		if after, err := os.ReadFile(path); err != nil || string(after) != c.text {
			t.Errorf("%s: the file was changed", name)
		}
	}
	if _, err := keeper(t, Config{File: filepath.Join(t.TempDir(), "none", "secret.key")}).Seal("p", nil); err == nil {
		t.Error("a key was made in a folder that is not there")
	}
}

// FuzzOpen checks that nothing opens but what was sealed, and that this opens as it was.
func FuzzOpen(f *testing.F) {
	k := keeper(f, Config{Key: keyA})
	f.Add("p", []byte("hunter2"), "q1.00000000.AAAA")
	f.Add("", []byte{}, "")
	f.Add("p", []byte{0}, mustSeal(f, k, "other", []byte("x")))
	f.Fuzz(func(t *testing.T, purpose string, secret []byte, forged string) {
		if len(secret) > MaxSize {
			t.Skip()
		}
		if got, err := k.Open(purpose, mustSeal(t, k, purpose, secret)); err != nil || !bytes.Equal(got, secret) {
			t.Errorf("%q sealed for %q opened as %q, %v", secret, purpose, got, err)
		}
		if got, err := k.Open(purpose, forged); err == nil && purpose != "other" {
			t.Errorf("%q opened as %q", forged, got)
		}
	})
}

func keeper(t testing.TB, cfg Config) *Keeper {
	t.Helper()
	k, err := New(cfg)
	if err != nil {
		t.Fatal(err)
	}
	return k
}

func mustSeal(t testing.TB, k *Keeper, purpose string, secret []byte) string {
	t.Helper()
	sealed, err := k.Seal(purpose, secret)
	if err != nil {
		t.Fatal(err)
	}
	return sealed
}

func wantError(t *testing.T, got, want error) {
	t.Helper()
	if !errors.Is(got, want) {
		t.Errorf("got error %v, want %v", got, want)
	}
}
