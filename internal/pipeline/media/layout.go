package media

import (
	"context"
	"errors"
	"image"
	"io"
)

// layout is what the headers of a file say of its pictures.
type layout struct {
	width, height int  // of the canvas of an animation, or of the first page
	orientation   int  // 1 to 8 as EXIF counts; 1 is upright
	animated      bool // the frames are drawn onto one canvas; otherwise each is a picture of its own
	frames        []frame
	total         int  // frames in the file; frames holds no more than maxFrames of them
	cut           bool // the file ends, or goes bad, behind the frames
}

// frame is one picture of a file: a page, a frame of an animation, or all there is.
type frame struct {
	bounds      image.Rectangle // its place on the canvas; a page begins at 0, 0
	orientation int             // of a page; 0 is that of the layout
	over        bool            // drawn over what is on the canvas; otherwise in its place
	dispose     disposal
	memory      int64            // the most bytes that decoding takes
	bad         error            // why it cannot be decoded, as far as the headers tell
	open        bool             // the file lacks its end: an error in decoding is no wonder
	file        func() io.Reader // the frame alone, as a file of its own; nil if own is not

	// own decodes the frame where the decoder of the format takes no file.
	own func(context.Context) (image.Image, error)

	// rest decodes what there is of a frame that is cut off or damaged. It returns a picture of the whole size, whose other pixels are
	// all of one colour, with an *Error of status Partial; or no picture if there is too little. It is nil if that cannot be had.
	rest func(context.Context) (image.Image, error)

	// luma decodes the brightness alone, and maybe scaled down; nil if there is no way that is shorter than to decode file.
	luma func(context.Context, Detail) (image.Image, error)
}

// disposal is what becomes of the place of a frame before the next is drawn.
type disposal int

const (
	leave   disposal = iota // it stays
	wipe                    // it becomes transparent
	restore                 // it becomes what it was before the frame
)

// maxFrames is the most frames of a file that are kept. It bounds the memory that the layout itself takes.
const maxFrames = 1 << 14

// add appends a frame, or only counts it if there are too many.
func (p *layout) add(f frame) {
	if f.bad == nil && f.bounds.Empty() {
		f.bad = damaged(errors.New("no pixels"))
	}
	p.total++
	if len(p.frames) < maxFrames {
		p.frames = append(p.frames, f)
	}
}

// memory returns the most bytes that decoding takes at a time.
func (p *layout) memory() int64 {
	const overhead = 1 << 18
	var frame, canvas int64
	for _, f := range p.frames {
		frame = max(frame, f.memory)
		if p.animated {
			canvas = max(canvas, 4*pixels(p.width, p.height))
			if f.dispose == restore {
				canvas = 8 * pixels(p.width, p.height)
			}
		}
	}
	return overhead + frame + canvas
}

// pixels returns the area of a picture, whose sides are below 1<<31.
func pixels(width, height int) int64 { return int64(width) * int64(height) }
