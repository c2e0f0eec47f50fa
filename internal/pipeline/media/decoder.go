package media

import (
	"context"
	"image"

	"golang.org/x/sync/semaphore"
)

// Decoder decodes files within its limits. It is safe for concurrent use, and one is enough for a process: only then do
// the limits hold for all files together.
type Decoder struct {
	limits Limits
	places *semaphore.Weighted
	memory *semaphore.Weighted
}

// NewDecoder returns a decoder with the given limits; a field that is zero has the value of DefaultLimits.
func NewDecoder(limits Limits) *Decoder {
	limits = limits.withDefaults()
	return &Decoder{
		limits: limits,
		places: semaphore.NewWeighted(int64(limits.Parallel)),
		memory: semaphore.NewWeighted(limits.Memory),
	}
}

// Frame is a picture to be fingerprinted: a frame of an animation as a viewer sees it, a page, or all that a file holds.
type Frame struct {
	Index       int         // from 0
	Image       image.Image // of any kind, and smaller than the picture if Detail says so; valid until the visit ends
	Orientation int         // as in Picture, which has that of the first page
}

// Picture is what is known of a file. Its fields are set as far as the file could be read, and are zero beyond.
type Picture struct {
	MediaType     string // told by the bytes alone, such as "image/jpeg"; "application/octet-stream" if unknown
	Width, Height int    // in pixels as stored: of the canvas of an animation, of the first page
	Orientation   int    // how a viewer turns the picture, 1 (upright) to 8 as EXIF counts; Image is not turned
	Frames        int    // frames or pages in the file, 1 for a still picture
	Checked       int    // frames or pages that were visited, or equal one that was
}

// Decode calls visit for every frame to be fingerprinted, in order: each frame or page of the file, or if there are more than
// Limits.Frames, evenly spaced ones, and of an animation those that show something new; frames that equal an earlier one are
// left out. It waits for its turn as long as ctx lets it.
//
// A nil error means that the file was checked completely. Otherwise it is an *Error, or what visit returned: that ends
// the decoding and is returned as it is. An *Error of status Partial comes after the visits it speaks of, and any other
// *Error without a visit.
func (d *Decoder) Decode(ctx context.Context, data []byte, visit func(Frame) error) (Picture, error) {
	format, mediaType, err := identify(data)
	picture := Picture{MediaType: mediaType}
	if err != nil {
		return picture, err
	}
	p, err := format.layout(data)
	if err != nil {
		return picture, err
	}
	picture.Width, picture.Height, picture.Orientation, picture.Frames = p.width, p.height, p.orientation, p.total
	if err := d.limits.check(p, len(data)); err != nil {
		return picture, err
	}
	if format.prepare != nil {
		if err := format.prepare(ctx); err != nil {
			return picture, noCapacity(err)
		}
	}
	leave, err := d.enter(ctx, p.memory())
	if err != nil {
		return picture, err
	}
	defer leave()
	ctx, cancel := context.WithTimeoutCause(ctx, d.limits.Time, timedOut(d.limits.Time))
	defer cancel()
	r := reading{format: format, layout: p, detail: d.limits.JPEG, visit: visit, reach: d.limits.reach(p)}
	r.picks, r.scenes = d.limits.picks(p, r.reach)
	err = r.run(ctx)
	picture.Checked = r.checked()
	return picture, err
}

// enter waits for a place and for memory, and returns the function that gives them back.
func (d *Decoder) enter(ctx context.Context, memory int64) (leave func(), err error) {
	if err := d.places.Acquire(ctx, 1); err != nil {
		return nil, noCapacity(err)
	}
	if err := d.memory.Acquire(ctx, memory); err != nil {
		d.places.Release(1)
		return nil, noCapacity(err)
	}
	return func() {
		d.memory.Release(memory)
		d.places.Release(1)
	}, nil
}
