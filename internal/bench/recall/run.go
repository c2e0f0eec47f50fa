package recall

import (
	"context"
	"errors"
	"fmt"
	"image"
	"iter"
	"runtime"
	"slices"
	"sync"
	"time"

	"golang.org/x/sync/errgroup"

	"github.com/quell-project/quell/internal/bench"
	"github.com/quell-project/quell/internal/bench/edits"
	"github.com/quell-project/quell/internal/demo/art"
)

// Options say what to measure.
type Options struct {
	Pictures  []Picture // of both halves
	Half      Half      // "": both
	Sample    int       // pictures of the half that are edited, from all over it; the others stand in the list; 0: all
	Methods   []Method
	Edits     []edits.Edit
	Seed      uint64
	Others    int // drawn pictures that stand in the list beside those that are asked for
	Timed     int // questions whose time is taken
	Unrelated int // pictures that are compared with each other; 0: none
	Guards    int // pictures of each kind that means nothing; 0: none
}

// leastPictures can be asked for: with fewer, no figure means anything.
const leastPictures = 3

// Run measures every method. The list holds the pictures of the half, most of the other half, and drawn ones, so that a wrong answer is seen as
// such; some of the other half stand in collages and are not in the list.
func Run(ctx context.Context, o Options, tell bench.Progress) (Result, error) {
	asked, rest := sampled(Of(o.Pictures, o.Half), o.Sample)
	result := Result{Half: o.Half, Pictures: len(asked), Seed: o.Seed, Origin: bench.Here()}
	if len(asked) < leastPictures {
		return result, fmt.Errorf("%d pictures of the half are too few: at least %d", len(asked), leastPictures)
	}
	list, strange := o.list(asked, rest)
	result.Known = len(list.pictures) + o.Others
	for _, m := range o.Methods {
		if err := m.Know(list.all()); err != nil {
			return result, fmt.Errorf("%s: %w", m.Name(), err)
		}
		result.Methods = append(result.Methods, MethodResult{Name: m.Name(), BytesPerKnown: float64(m.Bytes()) / float64(result.Known)})
	}
	kin, err := kinship(ctx, list.pictures, len(asked)+len(rest), tell)
	if err != nil {
		return result, err
	}
	if err := o.ask(ctx, asked, strange, kin, result.Methods, tell); err != nil {
		return result, err
	}
	if err := o.time(ctx, asked, strange, result.Methods, tell); err != nil {
		return result, err
	}
	for i, m := range o.Methods {
		r := &result.Methods[i]
		if o.Guards > 0 {
			guards, err := Guards(ctx, m, list, o.Guards, o.Seed, tell)
			if err != nil {
				return result, err
			}
			r.Guards = guards
		}
		if o.Unrelated > 0 && !kin.drawn(0) { // those that are real come first
			unrelated, err := Unrelated(ctx, m, kin.first(len(asked)+len(rest)), o.Unrelated, o.Seed, tell)
			if err != nil {
				return result, err
			}
			r.Unrelated = &unrelated
		}
	}
	return result, nil
}

// sampled parts pictures into n that lie evenly among them, and the rest.
func sampled(all []Picture, n int) (some, rest []Picture) {
	if n <= 0 || n >= len(all) {
		return all, nil
	}
	for i, p := range all {
		if (i+1)*n/len(all) > i*n/len(all) {
			some = append(some, p)
		} else {
			rest = append(rest, p)
		}
	}
	return some, rest
}

// listed is what a method knows: pictures, and drawn ones after them.
type listed struct {
	pictures []Picture
	drawn    int
	seed     uint64
}

// Seeds of drawn pictures that stand in the list, and of strangers, begin here: far from those of pictures that are edited.
const (
	fillers  = 500_000
	outsides = 1_000_000
)

func (l listed) all() iter.Seq2[int, image.Image] {
	return func(yield func(int, image.Image) bool) {
		for i, p := range l.pictures {
			if !yield(i, p.Image) {
				return
			}
		}
		for i := range l.drawn {
			if !yield(len(l.pictures)+i, art.Picture(l.seed+fillers+uint64(i), 384)) {
				return
			}
		}
	}
}

// mostStrange is how many pictures of the other half stand in collages.
const mostStrange = 24

// list returns the list, in which those that are asked for come first, and the pictures for collages.
func (o *Options) list(asked, rest []Picture) (known listed, strange []image.Image) {
	var other []Picture
	if o.Half != "" {
		for _, p := range o.Pictures {
			if HalfOf(p.Group) != o.Half {
				other = append(other, p)
			}
		}
	}
	n := min(mostStrange, len(other)/2)
	// Groups are in the order of their names, so neighbours are alike in kind: those for collages are taken from all over.
	for i := range n {
		at := i * len(other) / n
		strange = append(strange, other[at].Image)
		other[at].Image = nil
	}
	other = slices.DeleteFunc(other, func(p Picture) bool { return p.Image == nil })
	return listed{slices.Concat(asked, rest, other), o.Others, o.Seed}, strange
}

// ask asks every method for every edit of every picture, on all processors.
func (o *Options) ask(ctx context.Context, asked []Picture, strange []image.Image, kin *kin, results []MethodResult, tell bench.Progress) error {
	for i := range results {
		results[i].Unedited.Edit = "unedited"
		for _, e := range o.Edits {
			results[i].Edits = append(results[i].Edits, EditResult{Edit: e.Name, Group: e.Group})
		}
	}
	var mu sync.Mutex
	done := 0
	err := each(ctx, len(asked), func(n int) error {
		for k := -1; k < len(o.Edits); k++ {
			img, err := o.edited(asked, strange, n, k)
			if err != nil {
				return err
			}
			for i, m := range o.Methods {
				hits, err := m.Find(img)
				if err != nil {
					return fmt.Errorf("%s: %s: %w", m.Name(), asked[n].File, err)
				}
				mu.Lock()
				row := &results[i].Unedited
				if k >= 0 {
					row = &results[i].Edits[k]
				}
				row.add(n, kin.strange(n, hits))
				mu.Unlock()
			}
		}
		mu.Lock()
		defer mu.Unlock()
		done++
		tell("ask for edited pictures", done, len(asked))
		return nil
	})
	for i := range results {
		r := &results[i]
		r.Unedited.sum()
		for k := range r.Edits {
			r.Edits[k].sum()
			r.Mean += r.Edits[k].Recall / float64(len(r.Edits))
		}
	}
	return err
}

// edited returns picture n after edit k, or as it is for -1.
func (o *Options) edited(asked []Picture, strange []image.Image, n, k int) (image.Image, error) {
	if k < 0 {
		return asked[n].Image, nil
	}
	img, err := o.Edits[k].Apply(asked[n].Image, o.Seed+uint64(n), strange)
	if err != nil {
		return nil, fmt.Errorf("%s: %w", asked[n].File, err)
	}
	return img, nil
}

// each does n things on all processors, until one fails.
func each(ctx context.Context, n int, do func(i int) error) error {
	g, gctx := errgroup.WithContext(ctx)
	g.SetLimit(runtime.GOMAXPROCS(0))
	for i := range n {
		if gctx.Err() != nil {
			break
		}
		g.Go(func() error { return errors.Join(context.Cause(gctx), do(i)) })
	}
	if err := g.Wait(); err != nil {
		return err
	}
	return context.Cause(ctx)
}

// time takes the time of questions, one after the other on one thread: of pictures and edits in turn, as many as are wanted.
func (o *Options) time(ctx context.Context, asked []Picture, strange []image.Image, results []MethodResult, tell bench.Progress) error {
	if o.Timed <= 0 {
		return nil
	}
	runtime.LockOSThread() // whose processor time is taken
	defer runtime.UnlockOSThread()
	times, used := make([][]time.Duration, len(o.Methods)), make([]time.Duration, len(o.Methods))
	for i := range o.Timed {
		tell("take times", i, o.Timed)
		if ctx.Err() != nil {
			return context.Cause(ctx)
		}
		img, err := o.edited(asked, strange, i%len(asked), i%(len(o.Edits)+1)-1)
		if err != nil {
			return err
		}
		for k, m := range o.Methods {
			begin, had := time.Now(), processor()
			if _, err := m.Find(img); err != nil {
				return fmt.Errorf("%s: %w", m.Name(), err)
			}
			times[k] = append(times[k], time.Since(begin))
			used[k] += processor() - had
		}
	}
	tell("take times", o.Timed, o.Timed)
	for k, all := range times {
		slices.Sort(all)
		var sum time.Duration
		for _, t := range all {
			sum += t
		}
		results[k].Micros = micros(sum) / float64(len(all))
		results[k].Micros99 = micros(all[len(all)*99/100])
		results[k].ProcessorMicros = micros(used[k]) / float64(len(all))
	}
	return nil
}

func micros(d time.Duration) float64 { return float64(d.Nanoseconds()) / 1e3 }
