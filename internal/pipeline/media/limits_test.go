package media_test

import (
	"context"
	"errors"
	"image"
	"testing"
	"testing/synctest"
	"time"

	"github.com/quell-project/quell/internal/pipeline/media"
)

// decoding runs Decode of a two-frame animation in the background. Its visits send their frames to visits, and go on when
// resume is received from; its error comes on the channel that it returns.
func decoding(ctx context.Context, d *media.Decoder, data []byte, visits chan int, resume chan bool) <-chan error {
	done := make(chan error, 1)
	go func() {
		_, err := d.Decode(ctx, data, func(f media.Frame) error {
			visits <- f.Index
			<-resume
			return nil
		})
		done <- err
	}()
	return done
}

// No more files are decoded at a time than there are places, and no more than memory allows; the others wait.
func TestFilesWaitForTheirTurn(t *testing.T) {
	t.Parallel()
	for name, limits := range map[string]media.Limits{
		"one place":       {Parallel: 1},
		"memory for one":  {Parallel: 8, Memory: 400_000},
		"both are scarce": {Parallel: 1, Memory: 400_000},
	} {
		t.Run(name, func(t *testing.T) {
			synctest.Test(t, func(t *testing.T) {
				data := gifOf(t, solid(8, 8, red))
				d := media.NewDecoder(limits)
				visits, resume := make(chan int, 8), make(chan bool)
				first := decoding(t.Context(), d, data, visits, resume)
				second := decoding(t.Context(), d, data, visits, resume)
				synctest.Wait()
				if len(visits) != 1 {
					t.Errorf("%d files are being visited, want 1", len(visits))
				}
				resume <- true
				synctest.Wait()
				if len(visits) != 2 {
					t.Errorf("%d files have been visited after the first went on, want 2", len(visits))
				}
				resume <- true
				if err := errors.Join(<-first, <-second); err != nil {
					t.Error(err)
				}
			})
		})
	}
}

// Who waits in vain gets an answer, and nothing is held back of what he waited for.
func TestNoCapacity(t *testing.T) {
	t.Parallel()
	for name, limits := range map[string]media.Limits{"places": {Parallel: 1}, "memory": {Memory: 400_000, Parallel: 8}} {
		t.Run(name, func(t *testing.T) {
			synctest.Test(t, func(t *testing.T) {
				data := gifOf(t, solid(8, 8, red))
				d := media.NewDecoder(limits)
				visits, resume := make(chan int, 8), make(chan bool)
				first := decoding(t.Context(), d, data, visits, resume)
				synctest.Wait()
				ctx, cancel := context.WithTimeout(t.Context(), time.Second)
				defer cancel()
				err := <-decoding(ctx, d, data, visits, resume)
				e, ok := errors.AsType[*media.Error](err)
				if !ok || e.Status != media.Failed || e.Reason != "There was no capacity to read the file in time." ||
					!errors.Is(err, context.DeadlineExceeded) {
					t.Errorf("got %v", err)
				}
				close(resume)
				if err := <-first; err != nil {
					t.Error(err)
				}
				if err := <-decoding(t.Context(), d, data, visits, resume); err != nil {
					t.Errorf("afterwards: %v", err)
				}
			})
		})
	}
}

// When the time of a file is over, or its caller stops, no further frame is read.
func TestTimeAndCancellation(t *testing.T) {
	t.Parallel()
	data := count(t, 5)
	for _, c := range []struct {
		name   string
		visit  func(cancel func(), frame int)
		reason string
		cause  error
	}{
		{"too slow", func(_ func(), frame int) { time.Sleep(time.Duration(frame) * time.Second) },
			"The first 3 of 5 frames were checked. Reading the file took longer than 2s.", context.DeadlineExceeded},
		{"stopped", func(cancel func(), frame int) {
			if frame == 0 {
				cancel()
			}
		}, "Only the first of 5 frames was checked. The check was stopped before it was finished.", context.Canceled},
	} {
		t.Run(c.name, func(t *testing.T) {
			synctest.Test(t, func(t *testing.T) {
				ctx, cancel := context.WithCancel(t.Context())
				defer cancel()
				d := media.NewDecoder(media.Limits{Time: 2 * time.Second})
				_, err := d.Decode(ctx, data, func(f media.Frame) error {
					c.visit(cancel, f.Index)
					return nil
				})
				e, ok := errors.AsType[*media.Error](err)
				if !ok || e.Status != media.Partial || e.Reason != c.reason || !errors.Is(err, c.cause) {
					t.Errorf("got %v, want %s", err, c.reason)
				}
			})
		})
	}
}

// A caller who has stopped already gets no visit.
func TestStoppedBeforeTheStart(t *testing.T) {
	t.Parallel()
	ctx, cancel := context.WithCancel(t.Context())
	cancel()
	_, err := media.NewDecoder(media.Limits{}).Decode(ctx, count(t, 2), func(media.Frame) error {
		t.Error("visited")
		return nil
	})
	if e, ok := errors.AsType[*media.Error](err); !ok || e.Status != media.Failed || !errors.Is(err, context.Canceled) {
		t.Errorf("got %v", err)
	}
}

// Limits that are not set have their defaults, and what is too large is named with the limit.
func TestPixelLimit(t *testing.T) {
	t.Parallel()
	data := pngOf(t, image.NewGray(image.Rect(0, 0, 50, 30)))
	for limit, want := range map[int64]outcome{
		1500: {Status: media.Complete, Visited: []int{0}},
		1499: {Status: media.Unsupported, Reason: "The picture has 1,500 pixels, limit 1,499."},
		0:    {Status: media.Complete, Visited: []int{0}},
	} {
		got := decode(t, media.NewDecoder(media.Limits{Pixels: limit}), data, nil)
		got.Picture = media.Picture{}
		check(t, got, want)
	}
}
