package ingest_test

import (
	"crypto/sha256"
	"encoding/hex"
	"encoding/json"
	"math/rand/v2"
	"testing"

	"github.com/google/go-cmp/cmp"

	"github.com/quell-project/quell/internal/domain"
	"github.com/quell-project/quell/internal/pipeline/ingest"
)

func digest(parts ...ingest.Part) string {
	return ingest.Submission{ContentID: "c", Parts: parts}.Upload(1).Digest
}

func signals(prints ...domain.Fingerprint) ingest.Part {
	return ingest.Part{Name: "signals", Fingerprints: prints}
}

func TestUploadKeepsWhatWasSent(t *testing.T) {
	t.Parallel()
	s := ingest.Submission{
		ContentID: "post-17", AccountID: "user-4", Surface: "post", Visibility: "public", CreatedAt: 5, AccountCreatedAt: 4, Language: "PT-br", Attributes: map[string]any{"n": 1.0},
		Parts: []ingest.Part{file("file-1", "abc"), {Name: "url", URL: "https://media.example/"}, signals(prints(1)...)},
	}
	u := s.Upload(7)
	if u.ID == "" || u.ID == s.Upload(7).ID {
		t.Errorf("id %q is not fresh", u.ID)
	}
	want := domain.Upload{
		ID: u.ID, Digest: u.Digest, ContentID: "post-17", AccountID: "user-4", Surface: "post", Visibility: "public", CreatedAt: 5, AccountCreatedAt: 4, Language: "pt-BR",
		Attributes: map[string]any{"n": 1.0}, ReceivedAt: 7, State: domain.Pending,
		Parts: []domain.Part{
			{Name: "file-1", Size: 3, SHA256: "ba7816bf8f01cfea414140de5dae2223b00361a396177a9cb410ff61f20015ad"},
			{Name: "url", URL: "https://media.example/"},
			{Name: "signals", Fingerprints: prints(1)},
		},
	}
	if diff := cmp.Diff(want, u); diff != "" {
		t.Errorf("(-want +got)\n%s", diff)
	}
}

// TestDigestIsTheSameInEveryRelease guards the identity of uploads that are already stored, as docs/formats/audit-leaf.md describes it.
func TestDigestIsTheSameInEveryRelease(t *testing.T) {
	t.Parallel()
	want := sha256.Sum256([]byte("6:file-10:64:ba7816bf8f01cfea414140de5dae2223b00361a396177a9cb410ff61f20015ad0;" +
		"3:url22:https://media.example/0:0;" + "7:signals0:0:1;3:pdq2:f02:702;7:upright"))
	got := digest(file("file-1", "abc"), ingest.Part{Name: "url", URL: "https://media.example/"},
		signals(domain.Fingerprint{Type: domain.PDQ, Value: "f0", Quality: new(70), Frame: 2, View: "upright"}))
	if got != hex.EncodeToString(want[:]) {
		t.Errorf("%s, want %x", got, want)
	}
}

func TestDigestDoesNotDependOnWhatIsSaidAboutTheContent(t *testing.T) {
	t.Parallel()
	s := good()
	before := s.Upload(1).Digest
	s.ContentID, s.AccountID, s.Surface, s.Visibility, s.CreatedAt, s.Attributes = "x", "x", "x", "x", 9, nil
	s.AccountCreatedAt, s.Language = 8, "de"
	if s.Upload(2).Digest != before {
		t.Error("it does")
	}
}

// TestMovedBoundariesAreOtherParts tries what a digest over fields that are merely put one after the other would confuse.
func TestMovedBoundariesAreOtherParts(t *testing.T) {
	t.Parallel()
	url := func(name, url string) ingest.Part { return ingest.Part{Name: name, URL: url} }
	md5 := func(v string) domain.Fingerprint { return domain.Fingerprint{Type: domain.MD5, Value: v} }
	seen := map[string]string{}
	for name, parts := range map[string][]ingest.Part{
		"name and url":                  {url("ab", "cd")},
		"boundary moved left":           {url("a", "bcd")},
		"boundary moved right":          {url("abc", "d")},
		"a length inside of a name":     {url("ab2:cd", "")},
		"a length inside of a url":      {url("ab", "2:cd")},
		"url as a file":                 {file("ab", "cd")},
		"url as a second part":          {url("ab", ""), url("cd", "")},
		"empty file":                    {file("ab", "")},
		"no file":                       {{Name: "ab"}},
		"two files":                     {file("a", "x"), file("b", "y")},
		"names exchanged":               {file("b", "x"), file("a", "y")},
		"parts exchanged":               {file("b", "y"), file("a", "x")},
		"signals in one part":           {signals(md5("1"), md5("2"))},
		"signals exchanged":             {signals(md5("2"), md5("1"))},
		"signals in one value":          {signals(md5("12"))},
		"signals in two parts":          {signals(md5("1")), signals(md5("2"))},
		"signal twice":                  {signals(md5("1"), md5("1"))},
		"signal of another type":        {signals(domain.Fingerprint{Type: "md", Value: "512"})},
		"signal of quality 0":           {signals(domain.Fingerprint{Type: domain.MD5, Value: "1", Quality: new(0)}, md5("2"))},
		"signal of quality 1":           {signals(domain.Fingerprint{Type: domain.MD5, Value: "1", Quality: new(1)}, md5("2"))},
		"quality of the other":          {signals(md5("1"), domain.Fingerprint{Type: domain.MD5, Value: "2", Quality: new(1)})},
		"signal of frame 1":             {signals(domain.Fingerprint{Type: domain.MD5, Value: "1", Frame: 1}, md5("2"))},
		"signal of another view":        {signals(domain.Fingerprint{Type: domain.MD5, Value: "1", View: "1"}, md5("2"))},
		"signal's value in the quality": {signals(domain.Fingerprint{Type: domain.MD5, Value: "", Quality: new(12)})},
	} {
		d := digest(parts...)
		if other, taken := seen[d]; taken {
			t.Errorf("%q and %q have one digest", name, other)
		}
		seen[d] = name
	}
}

// TestDigestsAreTheSameIfAndOnlyIfThePartsAre compares random submissions of a world so small that many are alike and more are nearly so.
func TestDigestsAreTheSameIfAndOnlyIfThePartsAre(t *testing.T) {
	t.Parallel()
	r := rand.New(rand.NewPCG(1, 2))
	word := func() string { return []string{"", "a", "1:", "a1:", "1:a", "0:"}[r.IntN(6)] }
	anyPart := func() (p ingest.Part) {
		p.Name = word()
		switch r.IntN(3) {
		case 0:
			p.Data = []byte(word())
		case 1:
			p.URL = word()
		default:
			for range r.IntN(3) {
				f := domain.Fingerprint{Type: domain.SignalType(word()), Value: word(), Frame: r.IntN(2)}
				if r.IntN(2) == 0 {
					f.Quality = new(r.IntN(2))
				}
				p.Fingerprints = append(p.Fingerprints, f)
			}
		}
		return p
	}
	partsOf, digestOf := map[string]string{}, map[string]string{}
	alike := 0
	for range 20_000 {
		var parts []ingest.Part
		for range r.IntN(3) {
			parts = append(parts, anyPart())
		}
		text, err := json.Marshal(parts)
		if err != nil {
			t.Fatal(err)
		}
		got := digest(parts...)
		if other, seen := partsOf[got]; seen && other != string(text) {
			t.Fatalf("one digest of\n%s\nand\n%s", other, text)
		}
		if other, seen := digestOf[string(text)]; seen {
			alike++
			if other != got {
				t.Fatalf("two digests of\n%s", text)
			}
		}
		partsOf[got], digestOf[string(text)] = string(text), got
	}
	if alike < 1000 || len(digestOf) < 1000 {
		t.Errorf("%d submissions were alike and %d were not: that shows little", alike, len(digestOf))
	}
}
