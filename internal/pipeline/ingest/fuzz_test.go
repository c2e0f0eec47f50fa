package ingest_test

import (
	"encoding/json"
	"errors"
	"testing"
	"unicode/utf8"

	"github.com/google/go-cmp/cmp"

	"github.com/quell-project/quell/internal/domain"
	"github.com/quell-project/quell/internal/pipeline/ingest"
)

// FuzzSubmission holds any submission to this: it is refused with a field that is named, or it makes an upload that can be stored as JSON
// and read back the same, and that has the digest of its parts.
func FuzzSubmission(f *testing.F) {
	f.Add("post-17", "user-4", "post", `{"language":"de"}`, "file-1", []byte("abc"), "https://media.example/17.jpg", "md5", "00", 70)
	f.Add("a\x00", "\xff", "\u2028", `{"a":1e400}`, "signals", []byte{}, "http://[", "", "\u202e", -1)
	f.Add("c", "", "", `{"deep":[[[[{}]]]]}`, "url", []byte(nil), "", "sha256", "", 0)
	f.Fuzz(func(t *testing.T, content, account, surface, attributes, name string, data []byte, url, typ, value string, quality int) {
		s := ingest.Submission{
			ContentID: domain.ContentID(content), AccountID: domain.AccountID(account), Surface: surface,
			Parts: []ingest.Part{{Name: name, Data: data}, {Name: "url", URL: url},
				{Name: "signals", Fingerprints: []domain.Fingerprint{{Type: domain.SignalType(typ), Value: value, Quality: &quality}}}},
		}
		_ = json.Unmarshal([]byte(attributes), &s.Attributes)
		if err := limits.Check(s); err != nil {
			if fault, ok := errors.AsType[ingest.Fault](err); !ok || fault.Field == "" || fault.Reason == "" || !utf8.ValidString(fault.Error()) {
				t.Fatalf("%#v", err)
			}
			return
		}
		u := s.Upload(1)
		if u.Digest != s.Upload(2).Digest {
			t.Fatal("two digests of one submission")
		}
		if !utf8.ValidString(typ) || !utf8.ValidString(value) {
			return // signals come in canonical form
		}
		stored, err := json.Marshal(u)
		if err != nil {
			t.Fatal(err)
		}
		var back domain.Upload
		if err := json.Unmarshal(stored, &back); err != nil {
			t.Fatal(err)
		}
		if diff := cmp.Diff(u.Parts, back.Parts); diff != "" {
			t.Errorf("(-made +stored)\n%s", diff)
		}
	})
}
