package media

import (
	"cmp"
	"context"
	"errors"
	"image"
	"image/jpeg"
	"image/png"
	"io"

	"golang.org/x/image/bmp"
	"golang.org/x/image/tiff"
)

// reading is the decoding of one file.
type reading struct {
	format *format
	layout *layout
	detail Detail
	visit  func(Frame) error
	reach  int    // how many frames are read at most
	picks  int    // how many of those are visited, evenly spaced; all if it is reach
	scenes scenes // what else is visited of an animation

	sums    []uint64        // of the canvas after each frame read; of pages, their numbers
	visited map[uint64]bool // the sums that were visited
}

// run reads the frames. What it returns is what Decode does.
func (r *reading) run(ctx context.Context) error {
	r.visited = map[uint64]bool{}
	var c *canvas
	if r.layout.animated {
		c = newCanvas(r.layout.width, r.layout.height)
	}
	var stop error // why no more frames are read
	for i, f := range r.layout.frames[:r.reach] {
		if c == nil && !r.picked(i) {
			r.sums = append(r.sums, uint64(i))
			continue
		}
		img, err := r.decode(ctx, f)
		stop = err
		if img == nil {
			break
		}
		sum := uint64(i)
		if c != nil {
			c.draw(f, img)
			img, sum = c.img, c.sum()
		}
		if !r.visited[sum] && r.chosen(i, c) {
			orientation := cmp.Or(f.orientation, r.layout.orientation)
			if err := r.visit(Frame{Index: i, Image: img, Orientation: orientation}); err != nil {
				return err
			}
			r.visited[sum] = true
		}
		r.sums = append(r.sums, sum)
		if stop != nil { // only a part of it was decoded
			break
		}
		if c != nil {
			c.dispose(f)
		}
	}
	return r.outcome(stop)
}

// chosen reports whether frame i, which is on the canvas if there is one, is to be visited.
func (r *reading) chosen(i int, c *canvas) bool {
	picked := r.picked(i)
	if c == nil || r.picks == r.reach {
		return picked
	}
	frame := sceneOf(c.img)
	if !picked && !r.scenes.new(frame) {
		return false
	}
	r.scenes.visit(frame)
	return true
}

// picked reports whether frame i is one of the evenly spaced ones, which are i*reach/picks.
func (r *reading) picked(i int) bool {
	next := (i*r.picks + r.reach - 1) / r.reach
	return next*r.reach/r.picks == i
}

// checked returns how many of the frames read were visited, or equal one that was.
func (r *reading) checked() int {
	n := 0
	for _, sum := range r.sums {
		if r.visited[sum] {
			n++
		}
	}
	return n
}

func (r *reading) outcome(stop error) error {
	read, checked, total := len(r.sums), r.checked(), r.layout.total
	if stop == nil && r.layout.cut && read == len(r.layout.frames) {
		stop = cutOff(nil)
	}
	lack, _ := errors.AsType[*Error](stop)
	switch {
	case read == 0, total == 1 && lack != nil && lack.Status == Partial:
		return stop
	case stop == nil && checked == total:
		return nil
	}
	noun := paged
	if r.layout.animated {
		noun = animated
	}
	return partial(noun, read, checked, total, stop)
}

// decode returns the pixels of a frame, or an *Error, or both if it is a part of the frame.
func (r *reading) decode(ctx context.Context, f frame) (image.Image, error) {
	if f.bad != nil {
		return nil, f.bad
	}
	var img image.Image
	err := context.Cause(ctx)
	if err == nil {
		img, err = guard(func() (image.Image, error) { return r.format.frame(ctx, f, r.detail) })
	}
	cause, known := errors.AsType[*Error](err)
	if err == nil || known && cause.Status == Partial {
		return img, err
	}
	if c := context.Cause(ctx); c != nil { // the decoder's error is a consequence
		if cause, known = errors.AsType[*Error](c); !known {
			return nil, stopped(c)
		}
	}
	switch {
	case known:
		return nil, cause
	case isUnsupported(err):
		return nil, unknownVariant(r.format.name, err)
	case f.open || errors.Is(err, io.ErrUnexpectedEOF) || errors.Is(err, io.EOF):
		return nil, cutOff(err)
	}
	return nil, damaged(err)
}

func isUnsupported(err error) bool {
	_, isJPEG := errors.AsType[jpeg.UnsupportedError](err)
	_, isPNG := errors.AsType[png.UnsupportedError](err)
	_, isTIFF := errors.AsType[tiff.UnsupportedError](err)
	return isJPEG || isPNG || isTIFF || errors.Is(err, bmp.ErrUnsupported)
}
