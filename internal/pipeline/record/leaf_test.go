package record_test

import (
	"crypto/sha256"
	"encoding/hex"
	"encoding/json"
	"os"
	"reflect"
	"regexp"
	"testing"

	"github.com/google/go-cmp/cmp"

	"github.com/quell-project/quell/internal/domain"
	"github.com/quell-project/quell/internal/pipeline/record"
)

const (
	salt         = "000102030405060708090a0b0c0d0e0f"
	uploadDigest = "db6a3999c1f68bb25ed3194b4d9e5ed1b4874a79b5adfd5f3808b638ced95236"
)

// example is the decision that docs/formats/audit-leaf.md shows.
func example() domain.Decision {
	return domain.Decision{
		ID: "019a0000-0000-7000-8000-000000000001", UploadID: "019a0000-0000-7000-8000-000000000002", ContentID: "post-17", Round: 2, Cause: domain.CauseReview,
		By: "ana", Verdict: domain.Block,
		Consequence: domain.Consequence{Code: "known_terrorist_content", Queue: "urgent", Priority: 90, Labels: []string{"violent"}, Notice: "removed", Preserve: "P180D"},
		Policy:      domain.PolicyRef{ID: "default", Version: 1, Rule: "known-near"},
		Reason:      `file-1 is a near copy of a known item in bank "heron": distance 6 of 31 (pdq).`,
		Checks: []domain.Check{
			{Detector: "pdq", Part: "file-1", Status: domain.Complete},
			{Detector: "fetch", Part: "url", Status: domain.Failed, Reason: "The URL could not be fetched: <503> & no more.", Temporary: true},
		},
		Matches: []domain.Match{{
			Bank: "heron", BankID: "019a0000-0000-7000-8000-000000000003", BankKind: domain.Known, Entry: "019a0000-0000-7000-8000-000000000004",
			Signal: "019a0000-0000-7000-8000-000000000005", SignalType: domain.PDQ, Distance: 6, Limit: 31, Part: "file-1", Frame: 3, View: "upright",
			Sources: []string{"marsh watch"}, Labels: []string{"reed", "Schilfgürtel"},
			SuppressedBy: "019a0000-0000-7000-8000-000000000006",
		}},
		Rules: []domain.RuleHit{{
			Policy: "default", Version: 1, Rule: "known-near", Value: domain.True, Verdict: domain.Block, Effect: domain.EffectAgreed, Match: 1, Part: "file-1", Note: "agreed by ana",
		}},
		DecidedAt: 1767225600123456,
	}
}

// TestDocumentedLeaf holds the digest to the bytes that the description shows: both are for good, because leaves that were written must be
// found right in years.
func TestDocumentedLeaf(t *testing.T) {
	t.Parallel()
	page, err := os.ReadFile("../../../docs/formats/audit-leaf.md")
	if err != nil {
		t.Fatal(err)
	}
	blocks := regexp.MustCompile("(?ms)^```(?:json|text)\n(.*?)\n```$").FindAllStringSubmatch(string(page), -1)
	if len(blocks) != 3 {
		t.Fatalf("%d blocks of JSON and text, want a record, its digest, and parts of an upload", len(blocks))
	}
	text, digest, parts := blocks[0][1], blocks[1][1], blocks[2][1]
	if got := sha(text); got != digest {
		t.Errorf("the record that is shown has the digest %s", got)
	}
	if got := record.Digest(salt, uploadDigest, example()); got != digest {
		t.Errorf("digest %s, documented is %s", got, digest)
	}
	if got := sha(parts); got != uploadDigest {
		t.Errorf("the parts that are shown have the digest %s", got)
	}
}

func sha(text string) string {
	sum := sha256.Sum256([]byte(text))
	return hex.EncodeToString(sum[:])
}

// TestTheDigestChangesWithEveryField changes each field of a decision, of its checks and of its matches, one at a time.
func TestTheDigestChangesWithEveryField(t *testing.T) {
	t.Parallel()
	seen := map[string]string{
		record.Digest(salt, uploadDigest, example()): "nothing",
	}
	note := func(what, digest string) {
		if other, taken := seen[digest]; taken {
			t.Errorf("a change of %s gives the digest of a change of %s", what, other)
		}
		seen[digest] = what
	}
	note("the salt", record.Digest("00", uploadDigest, example()))
	note("the upload", record.Digest(salt, "00", example()))
	d := example()
	changeEach(reflect.ValueOf(&d).Elem(), "decision", func(what string) { note(what, record.Digest(salt, uploadDigest, d)) })
	if len(seen) < 50 {
		t.Errorf("only %d changes were tried", len(seen))
	}
}

// changeEach changes every value within v, one after the other, says what was changed, and changes it back.
func changeEach(v reflect.Value, name string, changed func(what string)) {
	before := reflect.New(v.Type()).Elem()
	before.Set(v)
	try := func(what string, value reflect.Value) {
		v.Set(value)
		changed(what)
		v.Set(before)
	}
	switch v.Kind() {
	case reflect.Struct:
		for i := range v.NumField() {
			changeEach(v.Field(i), name+"."+v.Type().Field(i).Name, changed)
		}
	case reflect.Slice:
		try("the end of "+name, v.Slice(0, v.Len()-1))
		try("another end of "+name, reflect.Append(v, v.Index(0)))
		for i := range v.Len() {
			changeEach(v.Index(i), name+"[]", changed)
		}
	case reflect.String:
		try(name, reflect.ValueOf(v.String()+"x").Convert(v.Type()))
	case reflect.Int, reflect.Int64:
		try(name, reflect.ValueOf(v.Int()+1).Convert(v.Type()))
	case reflect.Bool:
		try(name, reflect.ValueOf(!v.Bool()))
	default:
		panic("tell this test how to change a " + v.Kind().String())
	}
}

// TestWhatTheStoreKeepsHasTheSameDigest sends decisions through the forms in which the store keeps them: checks are a JSON text, and so is each
// match, of which there may be no rows.
func TestWhatTheStoreKeepsHasTheSameDigest(t *testing.T) {
	t.Parallel()
	hostile := "\x00\b\f\n\r\t\x1f\x7f\u2028\u2029\ufffd\xff\xed\xa0\x80 \\ \\u2028 \\\\u2028 \" </script>&'\u202e🪶"
	for name, change := range map[string]func(*domain.Decision){
		"as it is":                 func(*domain.Decision) {},
		"no checks, no matches":    func(d *domain.Decision) { d.Checks, d.Matches = nil, nil },
		"empty checks":             func(d *domain.Decision) { d.Checks = []domain.Check{} },
		"empty matches":            func(d *domain.Decision) { d.Matches = []domain.Match{} },
		"no sources, no labels":    func(d *domain.Decision) { d.Matches[0].Sources, d.Matches[0].Labels = nil, nil },
		"empty sources, labels":    func(d *domain.Decision) { d.Matches[0].Sources, d.Matches[0].Labels = []string{}, []string{} },
		"no rules, no consequence": func(d *domain.Decision) { d.Rules, d.Consequence = nil, domain.Consequence{} },
		"empty rules":              func(d *domain.Decision) { d.Rules, d.Consequence.Labels = []domain.RuleHit{}, []string{} },
		"nothing in a rule":        func(d *domain.Decision) { d.Rules[0] = domain.RuleHit{} },
		"nothing in a match":       func(d *domain.Decision) { d.Matches[0] = domain.Match{} },
		"hostile text": func(d *domain.Decision) {
			d.Checks[0].Reason, d.Checks[0].Part = hostile, hostile
			d.Consequence.Code, d.Consequence.Labels, d.Rules[0].Note = hostile, []string{hostile}, hostile
			d.Matches[0].Bank, d.Matches[0].Labels = hostile, []string{hostile}
		},
	} {
		t.Run(name, func(t *testing.T) {
			t.Parallel()
			d := example()
			change(&d)
			back := d
			back.Checks, back.Matches, back.Consequence, back.Rules = stored(t, d.Checks), nil, stored(t, d.Consequence), stored(t, d.Rules)
			for _, m := range d.Matches {
				back.Matches = append(back.Matches, stored(t, m))
			}
			if record.Digest(salt, uploadDigest, d) != record.Digest(salt, uploadDigest, back) {
				t.Errorf("another digest of what was read back (-made +read)\n%s", cmp.Diff(d, back))
			}
		})
	}
}

// stored writes a value as JSON and reads it.
func stored[T any](t *testing.T, v T) (back T) {
	t.Helper()
	b, err := json.Marshal(v)
	if err == nil {
		err = json.Unmarshal(b, &back)
	}
	if err != nil {
		t.Fatal(err)
	}
	return back
}

func TestSealMakesALeafThatHidesAndAnEventThatTells(t *testing.T) {
	t.Parallel()
	seal := record.Seal(uploadDigest)
	leaf, event, err := seal(example())
	if err != nil {
		t.Fatal(err)
	}
	again, other, err := seal(example())
	if err != nil {
		t.Fatal(err)
	}
	if !regexp.MustCompile(`^[0-9a-f]{32}$`).MatchString(leaf.Salt) || leaf.Kind != "decision" || leaf.Digest != record.Digest(leaf.Salt, uploadDigest, example()) {
		t.Errorf("%+v", leaf)
	}
	if leaf.Salt == again.Salt || leaf.Digest == again.Digest || leaf.ID == again.ID || event.ID == other.ID {
		t.Error("the same decision sealed twice can be recognised")
	}
	want := `{"decision_id":"019a0000-0000-7000-8000-000000000001","upload_id":"019a0000-0000-7000-8000-000000000002","content_id":"post-17","round":2,"cause":"review",` +
		`"by":"ana","verdict":"block","code":"known_terrorist_content","queue":"urgent","priority":90,"labels":["violent"],"notice":"removed","preserve":"P180D","policy":{"id":"default","version":1,"rule":"known-near"},"decided_at":"2026-01-01T00:00:00.123456Z"}`
	if event.Subject != "quell.decision.made" || string(event.Body) != want {
		t.Errorf("%s %s", event.Subject, event.Body)
	}
}
