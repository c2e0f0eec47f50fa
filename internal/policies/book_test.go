package policies_test

import (
	"errors"
	"fmt"
	"slices"
	"strings"
	"testing"
	"testing/fstest"
	"time"

	"github.com/google/go-cmp/cmp"

	"github.com/quell-project/quell/internal/domain"
	"github.com/quell-project/quell/internal/policies"
	"github.com/quell-project/quell/internal/policies/policiestest"
)

// bookOf makes a book over the desk of a room, with a compiler that counts what it compiles and cannot read some texts.
func bookOf(r *room, unreadable map[string]bool) (book *policies.Book[string], compiled *int) {
	compiled = new(int)
	return policies.NewBook(r.desk, func(name string, text []byte) (string, error) {
		*compiled++
		if unreadable[string(text)] {
			return "", errors.New("this language is too new")
		}
		return policiestest.Language{}.Compile(name, text)
	}, r.Ready, func() time.Time { return r.now.Std() }), compiled
}

// load loads and tells what is asked.
func load(t *testing.T, b *policies.Book[string]) string {
	t.Helper()
	if _, err := b.Load(t.Context()); err != nil {
		t.Fatal(err)
	}
	var all []string
	for _, p := range b.Current().Policies {
		text := p.Name
		if p.Live != nil {
			text += fmt.Sprintf(" live %d", p.Live.Number)
		}
		if p.Canary != nil {
			text += fmt.Sprintf(" canary %d %v", p.Canary.Number, p.Canary.Share)
		}
		if p.Shadow != nil {
			text += fmt.Sprintf(" shadow %d", p.Shadow.Number)
		}
		all = append(all, text)
	}
	return strings.Join(all, ", ")
}

// blind reports whether a policy should decide and nothing can be asked in its place.
func blind(b *policies.Book[string]) bool {
	return slices.ContainsFunc(b.Current().Broken, policies.Broken.Blind)
}

func TestAnEmptyStoreHasWhatComesWithTheProgram(t *testing.T) {
	t.Parallel()
	r := newRoom(t, policies.Ready{Name: "young-accounts", Text: "policy y"}, policies.Ready{Name: name, Text: policiestest.Comes})
	b, _ := bookOf(r, nil)
	if b.Current() != nil {
		t.Error("a book has an edition before it was loaded")
	}
	if got, want := load(t, b), "young-accounts live 0, night-watch live 0"; got != want {
		t.Errorf("asked are %q, want %q", got, want)
	}
}

// TestAPolicyOfOnesOwnTakesNothingAway: what comes with the program stays beside it.
func TestAPolicyOfOnesOwnTakesNothingAway(t *testing.T) {
	t.Parallel()
	r := newRoom(t, policies.Ready{Name: "young-accounts", Text: "policy y"})
	b, compiled := bookOf(r, nil)
	load(t, b)
	r.live(r.checked("policy 1", "ana"))
	two := r.checked("policy 2", "ana")
	r.ask(domain.PolicyMove{Number: two, To: domain.PolicyShadow})
	if got, want := load(t, b), "young-accounts live 0, night-watch live 1 shadow 2"; got != want {
		t.Errorf("asked are %q, want %q", got, want)
	}
	if err := r.Place(t.Context(), name, -9); err != nil {
		t.Fatal(err)
	}
	if got, want := load(t, b), "night-watch live 1 shadow 2, young-accounts live 0"; got != want {
		t.Errorf("asked are %q, want %q", got, want)
	}
	if *compiled != 3 {
		t.Errorf("compiled %d times, want once a version", *compiled)
	}
	if news, err := b.Load(t.Context()); news || err != nil {
		t.Errorf("nothing has changed, and a load says %v, %v", news, err)
	}
}

func TestAVersionThatCannotBeReadLeavesTheOneBeforeInPlace(t *testing.T) {
	t.Parallel()
	r := newRoom(t)
	r.live(r.checked("policy 1", "ana"))
	unreadable := map[string]bool{"policy 2": true}
	b, _ := bookOf(r, unreadable)
	load(t, b)
	r.live(r.checked("policy 2", "ana"))
	three := r.checked("policy 3", "ana")
	unreadable["policy 3"] = true
	r.ask(domain.PolicyMove{Number: three, To: domain.PolicyShadow})
	if got, want := load(t, b), "night-watch live 1"; got != want {
		t.Errorf("asked are %q, want %q", got, want)
	}
	want := []policies.Broken{
		{Policy: name, Version: 2, State: domain.PolicyLive, Stands: true, Reason: "this language is too new"},
		{Policy: name, Version: 3, State: domain.PolicyShadow, Reason: "this language is too new"},
	}
	if diff := cmp.Diff(want, b.Current().Broken); diff != "" || blind(b) {
		t.Errorf("blind %v (-want +got)\n%s", blind(b), diff)
	}
	fresh, _ := bookOf(r, unreadable)
	if got := load(t, fresh); got != "" || !blind(fresh) {
		t.Errorf("a process that starts now asks %q and is blind: %v", got, blind(fresh))
	}
}

func TestAPolicyThatTheProgramNoLongerBringsIsMissed(t *testing.T) {
	t.Parallel()
	r := newRoom(t, policies.Ready{Name: name, Text: policiestest.Comes})
	r.checked("policy 1", "ana") // the policy is on record from here on
	r.Ready = nil
	b, _ := bookOf(r, nil)
	load(t, b)
	if !blind(b) || !strings.Contains(b.Current().Broken[0].Reason, "does not bring") {
		t.Errorf("broken %+v", b.Current().Broken)
	}
}

func TestSnoozesEndWithTheirTime(t *testing.T) {
	t.Parallel()
	r := newRoom(t)
	ana, flood := domain.Subject{Kind: domain.SubjectAccount, Name: "user-4"}, domain.Subject{Kind: domain.SubjectSignal, Name: "s-1"}
	r.desk.Sleep = []domain.Snooze{{ID: "2", Subject: ana, Until: r.now + 10}, {ID: "1", Subject: flood, Until: r.now + 20}, {ID: "0", Subject: ana, Until: r.now}}
	b, _ := bookOf(r, nil)
	load(t, b)
	for at, want := range map[domain.Time]string{0: "1 2 ", 9: "1 2 ", 10: "1 ", 20: ""} {
		got := ""
		for _, s := range b.Current().Snoozes(r.now+at, ana, flood, domain.Subject{Kind: domain.SubjectAccount, Name: "s-1"}) {
			got += string(s.ID) + " "
		}
		if got != want {
			t.Errorf("after %d microseconds %q is snoozed, want %q", at, got, want)
		}
	}
}

func TestReadyPoliciesAreReadInOrder(t *testing.T) {
	t.Parallel()
	files := fstest.MapFS{"b-two.yaml": {Data: []byte("policy 2")}, "a-one.yaml": {Data: []byte("policy 1")}, "README.md": {Data: []byte("no policy")}}
	got, err := policies.ReadReady(files, "b-two.yaml", "a-one.yaml")
	if diff := cmp.Diff([]policies.Ready{{Name: "b-two", Text: "policy 2"}, {Name: "a-one", Text: "policy 1"}}, got); diff != "" || err != nil {
		t.Errorf("%v (-want +got)\n%s", err, diff)
	}
	if _, err := policies.ReadReady(files, "none.yaml"); err == nil {
		t.Error("a file that is not there is taken")
	}
	for file, text := range map[string]string{"Big.yaml": "policy", "empty.yaml": "", "binary.yaml": "\xff"} {
		if _, err := policies.ReadReady(fstest.MapFS{file: {Data: []byte(text)}}, file); err == nil {
			t.Errorf("%s is taken", file)
		}
	}
}
