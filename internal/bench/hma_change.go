package bench

import (
	"bytes"
	"context"
	"fmt"
	"math/rand/v2"
	"slices"
	"time"

	"golang.org/x/sync/errgroup"

	"github.com/quell-project/quell/internal/bench/corpus"
)

// changes times how long changes take to have an effect: while nobody else asks, and while the largest number of clients does.
func (r *hmaRun) changes(ctx context.Context) error {
	if r.HMAOptions.Changes == 0 {
		return nil
	}
	if err := r.change(ctx, 0); err != nil {
		return err
	}
	busy, enough := context.WithCancel(ctx)
	defer enough()
	g, gctx := errgroup.WithContext(busy)
	clients := slices.Max(r.Clients)
	q := r.set.Questions(hmaQuestions/10, hmaRadius)
	for worker := range clients {
		g.Go(func() error { return r.disturb(gctx, q[worker%2].Codes) })
	}
	err := r.change(ctx, clients)
	enough()
	if failed := g.Wait(); err == nil && busy.Err() == nil {
		err = failed
	}
	return err
}

// disturb asks until ctx ends.
func (r *hmaRun) disturb(ctx context.Context, codes []corpus.Code) error {
	c, err := dialHMA(r.server.address)
	if err != nil {
		return err
	}
	defer c.close()
	for ctx.Err() == nil {
		if _, _, err := c.ask(lookupOf(codes[rand.IntN(len(codes))])); err != nil {
			return fmt.Errorf("ask the server: %w", err)
		}
	}
	return nil
}

func lookupOf(code corpus.Code) []byte {
	return get("/m/lookup?signal_type=pdq&signal=" + code.String())
}

// change adds contents and withdraws them, one after the other, and after the answer to each looks it up until that shows.
func (r *hmaRun) change(ctx context.Context, clients int) error {
	c, err := dialHMA(r.server.address)
	if err != nil {
		return err
	}
	defer c.close()
	fresh := corpus.Uniform{Seed: rand.Uint64()}
	const kinds = 2
	var answers, effects [kinds][]time.Duration
	for i := range r.HMAOptions.Changes {
		r.tell(fmt.Sprintf("change beside %d clients", clients), i, r.HMAOptions.Changes)
		code := fresh.Code(i)
		var id int64
		begin := time.Now()
		if id, err = addHMA(c, requestOf("POST", "/c/bank/"+changedBank+"/signal", "application/json", fmt.Appendf(nil, `{"pdq":"%v"}`, code))); err != nil {
			return err
		}
		there := fmt.Appendf(nil, `{"%s":[{"bank_content_id":%d,"distance":"0"}]}`, changedBank, id)
		answered := time.Now()
		if err := r.seen(ctx, c, lookupOf(code), func(body []byte) bool { return bytes.HasPrefix(body, there) }); err != nil {
			return err
		}
		answers[0], effects[0] = append(answers[0], answered.Sub(begin)), append(effects[0], time.Since(answered))

		begin = time.Now()
		if err := removeHMA(c, changedBank, id); err != nil {
			return err
		}
		answered = time.Now()
		if err := r.seen(ctx, c, lookupOf(code), func(body []byte) bool { return string(body) == "{}\n" }); err != nil {
			return err
		}
		answers[1], effects[1] = append(answers[1], answered.Sub(begin)), append(effects[1], time.Since(answered))
		time.Sleep(rand.N(20 * time.Millisecond)) // so as not to be in step with anything that is regular
	}
	for kind, name := range [kinds]string{"add", "withdraw"} {
		answer, effect := summarize(answers[kind]), summarize(effects[kind])
		answer.Curve, effect.Curve = nil, nil
		r.result.Changes = append(r.result.Changes, HMAChange{
			Kind: name, Clients: clients, Count: len(effects[kind]), Answer: answer, Effect: effect,
		})
	}
	return nil
}

// longestEffect is how long a change is waited for.
const longestEffect = 30 * time.Second

// seen asks until the answer is as it should be.
func (r *hmaRun) seen(ctx context.Context, c *hmaClient, request []byte, right func(body []byte) bool) error {
	begin := time.Now()
	for ctx.Err() == nil {
		status, body, err := c.ask(request)
		if err != nil {
			return fmt.Errorf("ask the server: %w", err)
		}
		if status == 200 && right(body) {
			return nil
		}
		if time.Since(begin) > longestEffect {
			return fmt.Errorf("a change has no effect after %s: status %d, %s", longestEffect, status, body)
		}
	}
	return context.Cause(ctx)
}
