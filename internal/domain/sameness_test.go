package domain_test

import (
	"testing"

	"github.com/quell-project/quell/internal/domain"
)

func TestSameness(t *testing.T) {
	t.Parallel()
	of := func(id domain.UploadID, parts ...domain.Part) string {
		return domain.Upload{ID: id, Digest: "d", Parts: parts}.Sameness()
	}
	link := func(sum string) domain.Part {
		return domain.Part{Name: "url", URL: "https://media.example/1", SHA256: sum}
	}
	if got := of("1", domain.Part{Name: "file-1", SHA256: "a"}); got != "d" {
		t.Errorf("a file is %q, its digest is enough", got)
	}
	if of("1", link("a")) != of("2", link("a")) {
		t.Error("a URL that brings the same twice is not the same")
	}
	if of("1", link("a")) == of("2", link("b")) || of("1", link("a")) == "d" {
		t.Error("a URL that brings something else is the same")
	}
	if of("1", link("")) == of("2", link("")) {
		t.Error("of URLs that bring nothing only the very same upload is the same")
	}
}
