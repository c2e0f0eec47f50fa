package pipeline

import (
	"cmp"
	"context"
	"time"
)

// Budget is what one upload may cost, over all its parts and all that lies in them, beyond what bounds each file. A field that is zero has the
// value of DefaultBudget.
type Budget struct {
	Depth  int   // how deep archives are opened: 1 opens those that were uploaded, 2 those in them too
	Files  int   // files in archives
	Bytes  int64 // that are unpacked
	Ratio  int64 // how many times its size an archive, and the upload, may unpack to
	Pixels int64 // of the pictures that are looked at, as they are decoded
	Frames int   // that are looked at
}

// DefaultBudget returns the budget that suits a service on an ordinary machine: archives in archives in archives, 256 files, 256 MiB, 200 times
// the size, 2000 megapixels, 1024 frames.
func DefaultBudget() Budget {
	return Budget{Depth: 3, Files: 256, Bytes: 256 << 20, Ratio: 200, Pixels: 2_000_000_000, Frames: 1024}
}

func (b Budget) withDefaults() Budget {
	d := DefaultBudget()
	return Budget{
		Depth: cmp.Or(b.Depth, d.Depth), Files: cmp.Or(b.Files, d.Files), Bytes: cmp.Or(b.Bytes, d.Bytes), Ratio: cmp.Or(b.Ratio, d.Ratio),
		Pixels: cmp.Or(b.Pixels, d.Pixels), Frames: cmp.Or(b.Frames, d.Frames),
	}
}

// share is what the next part may use. One that uses up all it is given must not keep the others from being looked at: so it is given half of what
// is left, and the last one all.
func (b Budget) share(last bool) Budget {
	if !last {
		b.Files, b.Bytes, b.Pixels, b.Frames = b.Files/2, b.Bytes/2, b.Pixels/2, b.Frames/2
	}
	return b
}

// spend takes from the budget what was used of a share.
func (b *Budget) spend(given, left Budget) {
	b.Files -= given.Files - left.Files
	b.Bytes -= given.Bytes - left.Bytes
	b.Pixels -= given.Pixels - left.Pixels
	b.Frames -= given.Frames - left.Frames
}

// shareTime does with the time that is left what share does with all else.
func shareTime(ctx context.Context, last bool) (context.Context, context.CancelFunc) {
	deadline, limited := ctx.Deadline()
	if !limited || last {
		return context.WithCancel(ctx)
	}
	return context.WithTimeout(ctx, time.Until(deadline)/2)
}
