package console

import (
	"context"
	"errors"
	"net/http"

	"github.com/quell-project/quell/internal/domain"
)

// maxAct is how many bytes a form about policies may have: a reason and its frame.
const maxAct = 16 << 10

// act lets a person do something about the policy that the path names, and shows the policy as it is then. What is refused is shown there too.
func (c *console) act(do func(ctx context.Context, r *http.Request, person string) error) func(http.ResponseWriter, *http.Request, string) {
	return func(w http.ResponseWriter, r *http.Request, person string) {
		r.Body = http.MaxBytesReader(w, r.Body, maxAct)
		if err := r.ParseForm(); err != nil {
			c.show(w, r, http.StatusBadRequest, notice{Said: c.words.Policies.BadForm, Person: person, Room: policiesRoom, Home: true})
			return
		}
		ctx, cancel := context.WithTimeout(r.Context(), readTimeout)
		defer cancel()
		err := do(ctx, r, person)
		var refusal Refusal
		switch {
		case errors.As(err, &refusal):
			c.showPolicy(w, r, person, http.StatusConflict, string(refusal))
		case errors.Is(err, ErrNotFound):
			c.showPolicy(w, r, person, http.StatusConflict, c.words.Policies.Gone)
		case err != nil:
			c.broken(w, r, person, err)
		default:
			http.Redirect(w, r, policyPath(r.PathValue("name")), http.StatusSeeOther)
		}
	}
}

// answerMove approves or refuses a request, by which button was pressed.
func (c *console) answerMove(ctx context.Context, r *http.Request, person string) error {
	id, reason := domain.EventID(r.PathValue("id")), r.PostForm.Get("reason")
	var err error
	switch r.PostForm.Get("answer") {
	case "approve":
		_, err = c.Policies.Approve(ctx, id, person, reason)
	case "refuse":
		_, err = c.Policies.Refuse(ctx, id, person, reason)
	default:
		err = Refusal(c.words.Policies.NoAnswer)
	}
	return err
}

func (c *console) rollback(ctx context.Context, r *http.Request, person string) error {
	_, err := c.Policies.Rollback(ctx, r.PathValue("name"), person, r.PostForm.Get("reason"))
	return err
}

func (c *console) review(ctx context.Context, r *http.Request, person string) error {
	return c.Policies.Review(ctx, r.PathValue("name"), domain.EventID(r.PathValue("id")), person)
}

func (c *console) endSnooze(ctx context.Context, r *http.Request, person string) error {
	_, err := c.Policies.EndSnooze(ctx, domain.EventID(r.PathValue("id")), person)
	return err
}

// acknowledge notes that a person has seen an alarm, and goes back to where they were. One that somebody else has seen first is no fault.
func (c *console) acknowledge(w http.ResponseWriter, r *http.Request, person string) {
	r.Body = http.MaxBytesReader(w, r.Body, maxAct)
	ctx, cancel := context.WithTimeout(r.Context(), readTimeout)
	defer cancel()
	_, err := c.Policies.AckAlarm(ctx, domain.EventID(r.PathValue("id")), person)
	if err != nil && !errors.Is(err, ErrNotFound) {
		c.broken(w, r, person, err)
		return
	}
	back := "/"
	if r.PostFormValue("from") == "/policies" {
		back = "/policies"
	}
	http.Redirect(w, r, back, http.StatusSeeOther)
}
