package ingest_test

import (
	"errors"
	"math"
	"strings"
	"testing"

	"github.com/quell-project/quell/internal/domain"
	"github.com/quell-project/quell/internal/pipeline/ingest"
)

var limits = ingest.Limits{Parts: 3, PartBytes: 10, Fingerprints: 4, Attributes: 20}

func file(name, data string) ingest.Part { return ingest.Part{Name: name, Data: []byte(data)} }

func prints(n int) []domain.Fingerprint {
	all := make([]domain.Fingerprint, n)
	for i := range all {
		all[i] = domain.Fingerprint{Type: domain.MD5, Value: strings.Repeat("0", 32)}
	}
	return all
}

// good is a submission that uses its limits up.
func good() ingest.Submission {
	return ingest.Submission{
		ContentID: domain.ContentID(strings.Repeat("c", 256)), AccountID: domain.AccountID(strings.Repeat("a", 256)),
		Surface: strings.Repeat("s", 64), Visibility: strings.Repeat("v", 64), Attributes: map[string]any{"language": "de"},
		Language: "de-x" + strings.Repeat("-a", 14) + "-bb",
		Parts: []ingest.Part{
			file("file-1", "0123456789"),
			{Name: "url", URL: "https://media.example/" + strings.Repeat("x", 4096-len("https://media.example/"))},
			{Name: "signals", Fingerprints: prints(4)},
		},
	}
}

func TestWhatIsWithinTheLimitsIsAccepted(t *testing.T) {
	t.Parallel()
	for name, change := range map[string]func(*ingest.Submission){
		"all limits used up":              func(*ingest.Submission) {},
		"nothing but a name and one file": func(s *ingest.Submission) { *s = ingest.Submission{ContentID: "1", Parts: s.Parts[:1]} },
		"an empty file":                   func(s *ingest.Submission) { s.Parts[0] = file("file-1", "") },
		"text of any language":            func(s *ingest.Submission) { s.ContentID, s.Surface = "пост-17/٣ 🪶", "Beiträge" },
		"attributes of any shape":         func(s *ingest.Submission) { s.Attributes = map[string]any{"\x00": []any{nil}} },
	} {
		t.Run(name, func(t *testing.T) {
			t.Parallel()
			s := good()
			change(&s)
			if err := limits.Check(s); err != nil {
				t.Error(err)
			}
		})
	}
}

func TestFaultsNameTheField(t *testing.T) {
	t.Parallel()
	for name, c := range map[string]struct {
		change func(*ingest.Submission)
		field  string
		reason string
	}{
		"no content id":           {func(s *ingest.Submission) { s.ContentID = "" }, "content_id", "is missing"},
		"long content id":         {func(s *ingest.Submission) { s.ContentID += "c" }, "content_id", "257 bytes, at most 256 are allowed"},
		"content id not UTF-8":    {func(s *ingest.Submission) { s.ContentID = "a\xffb" }, "content_id", "not valid UTF-8"},
		"content id with a NUL":   {func(s *ingest.Submission) { s.ContentID = "ab\x00" }, "content_id", "has the control character U+0000 at byte 3"},
		"content id of two lines": {func(s *ingest.Submission) { s.ContentID = "a\nb" }, "content_id", "has the control character U+000A at byte 2"},
		"long account id":         {func(s *ingest.Submission) { s.AccountID += "a" }, "account_id", "257 bytes, at most 256 are allowed"},
		"escape in account id":    {func(s *ingest.Submission) { s.AccountID = "\x1b[31m" }, "account_id", "has the control character U+001B at byte 1"},
		"long surface":            {func(s *ingest.Submission) { s.Surface += "s" }, "surface", "65 bytes, at most 64 are allowed"},
		"surface not UTF-8":       {func(s *ingest.Submission) { s.Surface = "\xc3" }, "surface", "not valid UTF-8"},
		"long visibility":         {func(s *ingest.Submission) { s.Visibility += "v" }, "visibility", "65 bytes, at most 64 are allowed"},
		"long language":           {func(s *ingest.Submission) { s.Language += "b" }, "language", "36 bytes, at most 35 are allowed"},
		"language that is none":   {func(s *ingest.Submission) { s.Language = "de, en" }, "language", `is not a language tag of BCP 47, such as "de", "pt-BR" or "zh-Hant"`},
		"C1 control in visibility": {
			func(s *ingest.Submission) { s.Visibility = "a\u0085" }, "visibility", "has the control character U+0085 at byte 2"},
		"long attributes": {
			func(s *ingest.Submission) { s.Attributes["languages"] = "de" }, "attributes", "34 bytes as JSON, at most 20 are allowed"},
		"attributes that JSON does not know": {
			func(s *ingest.Submission) { s.Attributes["n"] = math.NaN() }, "attributes", "cannot be written as JSON"},
		"no parts": {func(s *ingest.Submission) { s.Parts = nil }, "content", "nothing to check: send a file, a url or signals"},
		"many parts": {
			func(s *ingest.Submission) { s.Parts = append(s.Parts, file("file-2", "")) }, "content", "4 parts, at most 3 are allowed"},
		"a part without a name": {func(s *ingest.Submission) { s.Parts[1].Name = "" }, "content", "a part has no name"},
		"a part with a hostile name": {
			func(s *ingest.Submission) { s.Parts[1].Name = "\x7f" }, "content", "the name of a part: has the control character U+007F at byte 1"},
		"two parts of one name": {
			func(s *ingest.Submission) { s.Parts[1].Name = "file-1" }, "file-1", "is there twice: each part needs a name of its own"},
		"a part with nothing in it": {
			func(s *ingest.Submission) { s.Parts[1] = ingest.Part{Name: "url"} }, "url", "must be one of a file, a url or signals"},
		"a part without signals": {
			func(s *ingest.Submission) { s.Parts[2].Fingerprints = prints(0) }, "signals", "must be one of a file, a url or signals"},
		"a part that is two things": {
			func(s *ingest.Submission) { s.Parts[0].URL = "https://media.example/" }, "file-1", "must be one of a file, a url or signals"},
		"a large file": {
			func(s *ingest.Submission) { s.Parts[0] = file("file-1", "0123456789a") }, "file-1", "11 bytes, at most 10 are allowed"},
		"a long url":       {func(s *ingest.Submission) { s.Parts[1].URL += "x" }, "url", "4097 bytes, at most 4096 are allowed"},
		"a url with a tab": {func(s *ingest.Submission) { s.Parts[1].URL = "https:\t//" }, "url", "has the control character U+0009 at byte 7"},
		"many signals": {
			func(s *ingest.Submission) { s.Parts[2].Fingerprints = prints(5) }, "signals", "5 signals, at most 4 are allowed in one upload"},
		"many signals over all parts": {
			func(s *ingest.Submission) { s.Parts[0] = ingest.Part{Name: "more", Fingerprints: prints(1)} }, "signals", "5 signals, at most 4 are allowed in one upload"},
	} {
		t.Run(name, func(t *testing.T) {
			t.Parallel()
			s := good()
			c.change(&s)
			fault, ok := errors.AsType[ingest.Fault](limits.Check(s))
			if !ok || fault.Field != c.field || fault.Reason != c.reason {
				t.Errorf("%+v, want %s: %s", fault, c.field, c.reason)
			}
		})
	}
}

func TestFaultReadsAsASentencePart(t *testing.T) {
	t.Parallel()
	if got := (ingest.Fault{Field: "surface", Reason: "not valid UTF-8"}).Error(); got != "surface: not valid UTF-8" {
		t.Error(got)
	}
}
