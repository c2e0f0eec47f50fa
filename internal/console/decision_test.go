package console

import (
	"bytes"
	"context"
	"errors"
	"fmt"
	"net/http"
	"strings"
	"testing"
	"time"

	"github.com/google/go-cmp/cmp"

	"github.com/quell-project/quell/internal/domain"
)

func TestReasonComesBeforeThePicture(t *testing.T) {
	t.Parallel()
	s := visit(t, at(near(), 1, time.Minute))
	for _, path := range []string{"/", "/decisions/" + id(2, 1)} {
		page := body(t, s.get(path), http.StatusOK)
		reason, evidence, picture := strings.Index(page, "Very near a known item"), strings.Index(page, "distance 6 of 31<"), strings.Index(page, "<img")
		if reason < 0 || evidence < reason || picture < evidence {
			t.Errorf("%s: reason at %d, evidence at %d, picture at %d", path, reason, evidence, picture)
		}
	}
}

func TestDecisionShowsEverythingOnRecord(t *testing.T) {
	t.Parallel()
	r := at(undecodable(), 1, time.Minute)
	r.Decision.Round = 2
	r.Decision.Matches = marked(domain.Hold).Decision.Matches
	r.Upload.Visibility, r.Upload.CreatedAt = "public", domain.At(now.Add(-time.Hour))
	r.Upload.Attributes = map[string]any{"language": "en", "counts": map[string]any{"views": 3}}
	s := visit(t, r)
	page := body(t, s.get("/decisions/"+id(2, 1)), http.StatusOK)
	for _, want := range []string{
		"album-77", "u-31", "album", "public", "4 Nov 2026, 13:07:12 UTC", "en", "{&#34;views&#34;:3}",
		"heron-trial", "distance 27 of 31", "PDQ", "view mirrored", "from <bdi>demo, partner-list", "labels <bdi>poster, official", id(3, 7), id(4, 9),
		"image/heic", "184.3 kB", "1280 × 960 pixels", "9f2c6f0b7f1f4d0f", "e3d1a5c7f00f3c3c", "quality 100", "8b1a9953c4611296",
		"Not checked:", "decode in file-2, unsupported: no decoder reads image/heic.",
		"default v1, not-checked", "2, a later check", id(1, 1), id(2, 1),
	} {
		if !strings.Contains(page, want) {
			t.Errorf("%q is missing", want)
		}
	}
}

func TestAPersonsDecisionSaysWhoseItIsAndWhichRulesHadSpoken(t *testing.T) {
	t.Parallel()
	r := at(near(), 1, time.Minute)
	r.Decision.Cause, r.Decision.By, r.Decision.Reason = domain.CauseReview, "ana <b>", "It is news."
	r.Decision.Rules = []domain.RuleHit{
		{Policy: "known", Version: 4, Rule: "near-copy", Value: domain.True, Verdict: domain.Block, Effect: domain.EffectExcused, Note: "overturned by ana"},
		{Policy: "young", Version: 1, Rule: "first-day", Value: domain.Unknown, Verdict: domain.Hold, Effect: domain.EffectIgnored},
	}
	page := body(t, visit(t, r).get("/decisions/"+id(2, 1)), http.StatusOK)
	for _, want := range []string{
		"It is news.", "Decided by", "ana &lt;b&gt;", "A person has judged what was decided", "known v4", "near-copy", "excused", "overturned by ana",
		"young v1", "first-day", "ignored",
	} {
		if !strings.Contains(page, want) {
			t.Errorf("%q is missing", want)
		}
	}
	if plain := body(t, visit(t, at(near(), 1, time.Minute)).get("/decisions/"+id(2, 1)), http.StatusOK); strings.Contains(plain, "Decided by") || strings.Contains(plain, ">Rules<") {
		t.Error("a decision of policies speaks of a person, or of rules that it has not")
	}
}

func TestUnfinishedChecksStandOut(t *testing.T) {
	t.Parallel()
	r := at(unfetched(), 1, time.Minute)
	r.Decision.Checks = append(r.Decision.Checks, domain.Check{Detector: "pdq", Part: "url-1", Status: domain.Partial, Reason: "only 100 of 240 frames"})
	page := body(t, visit(t, r).get("/"), http.StatusOK)
	for _, want := range []string{
		"<strong>Not checked:</strong>", "fetch in url-1, failed: media.example did not answer within 5 s.", "It will be tried again.",
		"<strong>Not fully checked:</strong>", "pdq in url-1, partial: only 100 of 240 frames.",
	} {
		if !strings.Contains(page, want) {
			t.Errorf("%q is missing", want)
		}
	}
}

func TestMatchesThatCountComeFirst(t *testing.T) {
	t.Parallel()
	match := func(distance int, kind domain.BankKind, by domain.EntryID) domain.Match {
		return domain.Match{Distance: distance, BankKind: kind, SuppressedBy: by}
	}
	given := []domain.Match{
		match(1, domain.Negative, ""), match(0, domain.Known, "good"), match(9, domain.Known, ""), match(4, domain.KnownCSAM, ""),
	}
	var r domain.Recorded
	r.Decision.Matches = given
	want := []domain.Match{given[3], given[2], given[1], given[0]}
	if diff := cmp.Diff(want, newEvidence(r).Ordered); diff != "" {
		t.Errorf("(-want +got):\n%s", diff)
	}
}

func TestRowShowsFewMatchesAndSaysHowManyMore(t *testing.T) {
	t.Parallel()
	s := visit(t, at(long(), 1, time.Minute))
	list, all := body(t, s.get("/"), http.StatusOK), body(t, s.get("/decisions/"+id(2, 1)), http.StatusOK)
	if n := strings.Count(list, `<li class="match`); n != matchesInList || !strings.Contains(list, "and 3 more matches") {
		t.Errorf("the row shows %d matches", n)
	}
	if n := strings.Count(all, `<li class="match`); n != 6 {
		t.Errorf("the page shows %d matches, want all 6", n)
	}
}

func TestRowShowsFewOfManyChecksThatCameToNothing(t *testing.T) {
	t.Parallel()
	r := at(unfetched(), 1, time.Minute)
	r.Decision.Checks = nil
	for i := range 20 {
		r.Decision.Checks = append(r.Decision.Checks, domain.Check{Detector: "pdq", Part: fmt.Sprintf("file-1/%d.jpg", i), Status: domain.Failed, Reason: "It is damaged."})
	}
	s := visit(t, r)
	list, all := body(t, s.get("/"), http.StatusOK), body(t, s.get("/decisions/"+id(2, 1)), http.StatusOK)
	if n := strings.Count(list, "<strong>Not checked:"); n != uncheckedInList || !strings.Contains(list, "and 4 more checks that came to nothing") {
		t.Errorf("the row shows %d checks", n)
	}
	if n := strings.Count(all, "<strong>Not checked:"); n != 20 {
		t.Errorf("the page shows %d checks, want all 20", n)
	}
}

func TestSuppressedMatchSaysByWhat(t *testing.T) {
	t.Parallel()
	page := body(t, visit(t, at(suppressed(), 1, time.Minute)).get("/"), http.StatusOK)
	for _, want := range []string{`<li class="match match-void">`, "Does not count: known-good item 019a4c00…0063 is as near or nearer.", "(known to be good)"} {
		if !strings.Contains(page, want) {
			t.Errorf("%q is missing", want)
		}
	}
}

func TestUnknownDecisionsAreNotFound(t *testing.T) {
	t.Parallel()
	s := visit(t, at(near(), 1, 0))
	for _, name := range []string{id(2, 7), "1", "%27%3B--", strings.Repeat("a", 4000), "{" + id(2, 1)[:34] + "}"} {
		if page := body(t, s.get("/decisions/"+name), http.StatusNotFound); !strings.Contains(page, s.words().NoDecision.Title) {
			t.Errorf("%.80s:\n%s", name, page)
		}
	}
	s.record.fail = errors.New("disk gone")
	body(t, s.get("/decisions/"+id(2, 1)), http.StatusServiceUnavailable)
}

func TestRenditionIsServedPowerless(t *testing.T) {
	t.Parallel()
	r := at(hostile(), 1, 0)
	s := visit(t, r)
	w := s.get(renditionPath(r.Upload.ID, r.Upload.Parts[0].Name))
	if w.Code != http.StatusOK || !bytes.Equal(w.Body.Bytes(), veiledPicture(r.Upload.ID)) {
		t.Fatalf("status %d, %d bytes", w.Code, w.Body.Len())
	}
	for name, want := range map[string]string{
		"Content-Type": "image/png", "Content-Security-Policy": "default-src 'none'; sandbox", "X-Content-Type-Options": "nosniff",
		"Cache-Control": "no-store", "Referrer-Policy": "no-referrer", "Cross-Origin-Resource-Policy": "same-origin",
	} {
		if got := w.Header().Get(name); got != want {
			t.Errorf("%s is %q, want %q", name, got, want)
		}
	}
	for _, path := range []string{"/renditions/" + id(1, 1) + "/file-9", "/renditions/" + id(1, 9) + "/file-1", "/renditions/x/file-1", "/renditions/" + id(1, 1)} {
		body(t, s.get(path), http.StatusNotFound)
	}
	s.record.fail = errors.New("disk gone")
	body(t, s.get(renditionPath(r.Upload.ID, r.Upload.Parts[0].Name)), http.StatusServiceUnavailable)
}

// impostor is a record that hands out something else under the name of a rendition.
type impostor struct{ *fakeRecord }

func (impostor) Rendition(context.Context, domain.UploadID, string) (string, []byte, error) {
	return "text/html", []byte("<script>alert(1)</script>"), nil
}

func TestOnlyPicturesAreServedAsRenditions(t *testing.T) {
	t.Parallel()
	handler, err := New(Config{Record: impostor{}, Index: fakeIndex{}, SignIn: &fakeSignIn{session: "session-0"}, Policies: &fakePolicies{}})
	if err != nil {
		t.Fatal(err)
	}
	s := site{t: t, handler: handler, cookie: "quell=session-0"}
	if page := body(t, s.get("/renditions/"+id(1, 1)+"/file-1"), http.StatusNotFound); strings.Contains(page, "alert") {
		t.Error(page)
	}
}
