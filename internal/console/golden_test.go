package console

import (
	"flag"
	"net/http"
	"os"
	"path/filepath"
	"regexp"
	"strings"
	"testing"
	"time"

	"github.com/google/go-cmp/cmp"

	"github.com/quell-project/quell/internal/domain"
)

var update = flag.Bool("update", false, "write the golden files anew")

// TestPagesAreAsAgreed compares whole pages with what was agreed. Names of assets, which change with every edit of them, are left out.
func TestPagesAreAsAgreed(t *testing.T) {
	t.Parallel()
	s := visit(t,
		at(near(), 7, 4*time.Second), at(undecodable(), 6, time.Minute), at(suppressed(), 5, time.Hour), at(marked(domain.Limit), 4, 2*time.Hour),
		at(hostile(), 3, 3*time.Hour), at(unfetched(), 2, 20*time.Hour), at(clean(1), 1, 23*time.Hour))
	empty, banks, searched, ruled := visit(t), curated(t), hunted(t), governed(t)
	explained := domain.DecisionID(id(2, 3))
	ruled.policies.facts = map[domain.DecisionID]domain.KeptFacts{explained: factsOf(t, explained)}
	for _, test := range []struct {
		name, path string
		site       *site
		status     int
	}{
		{"overview", "/", s, http.StatusOK},
		{"older", "/?verdict=hold&span=week&before=" + id(2, 6), s, http.StatusOK},
		{"decision", "/decisions/" + id(2, 6), s, http.StatusOK},
		{"decision-hostile", "/decisions/" + id(2, 3), s, http.StatusOK},
		{"banks", "/banks", banks, http.StatusOK},
		{"banks-empty", "/banks", empty, http.StatusOK},
		{"bank", "/banks/heron-trial", banks, http.StatusOK},
		{"hunts", "/retrohunts", searched, http.StatusOK},
		{"hunt", "/retrohunts/" + id(6, 8), searched, http.StatusOK},
		{"policies", "/policies", ruled, http.StatusOK},
		{"policy", "/policies/young-accounts", ruled, http.StatusOK},
		{"policy-broken", "/policies/young-accounts?version=6", ruled, http.StatusOK},
		{"decision-explained", "/decisions/" + string(explained), ruled, http.StatusOK},
		{"replays", "/replays", replayed(t), http.StatusOK},
		{"replay", "/replays/" + id(9, 2), replayed(t), http.StatusOK},
		{"empty", "/", empty, http.StatusOK},
		{"sign-in", "/sign-in?token=token-1", empty, http.StatusOK},
		{"not-found", "/nowhere", empty, http.StatusNotFound},
	} {
		got := body(t, test.site.get(test.path), test.status)
		got = regexp.MustCompile(`(/assets/\w+\.)\w+`).ReplaceAllString(got, "${1}HASH")
		got = strings.ReplaceAll(got, "><", ">\n<") + "\n"
		file := filepath.Join("testdata", test.name+".golden.html")
		if *update {
			if err := os.WriteFile(file, []byte(got), 0o644); err != nil {
				t.Fatal(err)
			}
		}
		want, err := os.ReadFile(file)
		if err != nil {
			t.Fatal(err)
		}
		if diff := cmp.Diff(string(want), got); diff != "" {
			t.Errorf("%s changed; look at it and run the test with -update if it is meant (-want +got):\n%s", test.name, diff)
		}
	}
}
