package record_test

import (
	"os"
	"regexp"
	"testing"

	"github.com/quell-project/quell/internal/domain"
	"github.com/quell-project/quell/internal/pipeline/record"
)

// stepExample is the step that docs/formats/policy-leaf.md shows.
func stepExample() domain.PolicyStep {
	return domain.PolicyStep{
		ID: "019a0000-0000-7000-8000-000000000007", Policy: "known-content", Number: 4, From: domain.PolicyShadow, To: domain.PolicyCanary, Share: 0.25,
		By: "ana", Second: "ben", Reason: "Two days beside the live version <and> no surprise.", At: 1767225600123456,
	}
}

const textDigest = "ba7816bf8f01cfea414140de5dae2223b00361a396177a9cb410ff61f20015ad"

// TestDocumentedStep holds the digest to the bytes that the description shows.
func TestDocumentedStep(t *testing.T) {
	t.Parallel()
	page, err := os.ReadFile("../../../docs/formats/policy-leaf.md")
	if err != nil {
		t.Fatal(err)
	}
	blocks := regexp.MustCompile("(?ms)^```(?:json|text)\n(.*?)\n```$").FindAllStringSubmatch(string(page), -1)
	if len(blocks) != 2 {
		t.Fatalf("%d blocks of JSON and text, want a step and its digest", len(blocks))
	}
	if got := sha(blocks[0][1]); got != blocks[1][1] {
		t.Errorf("the step that is shown has the digest %s", got)
	}
	if got := record.StepDigest(salt, textDigest, stepExample()); got != blocks[1][1] {
		t.Errorf("digest %s, documented is %s", got, blocks[1][1])
	}
}

// TestTheDigestOfAStepChangesWithEveryField changes each field, one at a time. A review comes later and changes nothing.
func TestTheDigestOfAStepChangesWithEveryField(t *testing.T) {
	t.Parallel()
	seen := map[string]string{record.StepDigest(salt, textDigest, stepExample()): "nothing", record.StepDigest(salt, "", stepExample()): "the text", record.StepDigest("", textDigest, stepExample()): "the salt"}
	for what, change := range map[string]func(*domain.PolicyStep){
		"id": func(s *domain.PolicyStep) { s.ID = "x" }, "policy": func(s *domain.PolicyStep) { s.Policy = "x" }, "number": func(s *domain.PolicyStep) { s.Number = 5 },
		"from": func(s *domain.PolicyStep) { s.From = "" }, "to": func(s *domain.PolicyStep) { s.To = domain.PolicyLive }, "share": func(s *domain.PolicyStep) { s.Share = 0.5 },
		"by": func(s *domain.PolicyStep) { s.By = "x" }, "second": func(s *domain.PolicyStep) { s.Second = "x" }, "reason": func(s *domain.PolicyStep) { s.Reason = "x" },
		"emergency": func(s *domain.PolicyStep) { s.Emergency = true }, "moment": func(s *domain.PolicyStep) { s.At++ },
	} {
		s := stepExample()
		change(&s)
		digest := record.StepDigest(salt, textDigest, s)
		if other, taken := seen[digest]; taken {
			t.Errorf("a change of the %s gives the digest of a change of %s", what, other)
		}
		seen[digest] = what
	}
	s := stepExample()
	s.Reviewed = "cyd"
	if seen[record.StepDigest(salt, textDigest, s)] != "nothing" {
		t.Error("a review changes the digest")
	}
}

func TestEveryStepHasASaltOfItsOwn(t *testing.T) {
	t.Parallel()
	a, b := record.SealStep(stepExample(), textDigest), record.SealStep(stepExample(), textDigest)
	if a.Salt == b.Salt || a.Digest == b.Digest || a.Kind != "policy" || a.Digest != record.StepDigest(a.Salt, textDigest, stepExample()) {
		t.Errorf("%+v and %+v", a, b)
	}
}
