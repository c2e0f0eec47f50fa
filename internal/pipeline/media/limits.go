package media

import (
	"runtime"
	"time"
)

// Limits bound what one file, and all files together, may cost. A field that is zero has the value of DefaultLimits.
type Limits struct {
	// Pixels is the most pixels of a picture, and of each frame or page of it.
	Pixels int64
	// Frames is the most frames or pages of one file that are visited. Of more, evenly spaced ones are; and of an animation, with a
	// quarter of the visits, those that show something new.
	Frames int
	// Work is the most pixels of all frames or pages of one file together. It bounds the time that a long animation takes,
	// since a frame can only be composed after all before it.
	Work int64
	// Memory is the most bytes of decoded pixels, and of what the decoders need for them, at a time, of all files together.
	// The garbage collector may hold as much again for a while.
	Memory int64
	// Parallel is the most files that are decoded at a time.
	Parallel int
	// Time is the longest time for one file, its visits included, the wait for a turn not. Decoders notice its end when
	// they ask for more data, so that it may take a little longer.
	Time time.Duration
	// JPEG is how much of a JPEG is decoded.
	JPEG Detail
}

// Detail is how much of a picture is decoded. A fingerprint needs little of it, and most of the time that a fingerprint takes is
// that of decoding. TestDistance says what each costs: 95 of 100 hashes of real and drawn pictures lie within 8, 6 and 2 bits of
// the hash of the colours.
type Detail string

const (
	Small  Detail = "small"  // the brightness, scaled down by 2, 4 or 8 as long as both sides keep 512 pixels
	Scaled Detail = "scaled" // the same, as long as both keep 1024
	Luma   Detail = "luma"   // the brightness, in full size
	Full   Detail = "full"   // the colours too
)

// DefaultLimits returns the limits that suit a service on an ordinary machine: 100 megapixels, 128 frames, 1000 megapixels
// for an animation, 1 GiB of memory, as many files at a time as there are processors, 20 seconds, JPEGs scaled down.
func DefaultLimits() Limits {
	return Limits{
		Pixels:   100_000_000,
		Frames:   128,
		Work:     1_000_000_000,
		Memory:   1 << 30,
		Parallel: runtime.GOMAXPROCS(0),
		Time:     20 * time.Second,
		JPEG:     Scaled,
	}
}

func (l Limits) withDefaults() Limits {
	d := DefaultLimits()
	if l.Pixels == 0 {
		l.Pixels = d.Pixels
	}
	if l.Frames == 0 {
		l.Frames = d.Frames
	}
	if l.Work == 0 {
		l.Work = d.Work
	}
	if l.Memory == 0 {
		l.Memory = d.Memory
	}
	if l.Parallel == 0 {
		l.Parallel = d.Parallel
	}
	if l.Time == 0 {
		l.Time = d.Time
	}
	if l.JPEG == "" {
		l.JPEG = d.JPEG
	}
	return l
}

// Some formats need no bits at all for a pixel, and decoders cannot be stopped where they read nothing. So a large picture
// must have a byte for so many pixels, which is more than any picture of something has.
const (
	largePicture  = 16_000_000
	pixelsPerByte = 10_000
)

// check refuses a picture, in a file of size bytes, that is too large to be decoded.
func (l Limits) check(p *layout, size int) error {
	most := pixels(p.width, p.height)
	for _, f := range p.frames {
		most = max(most, pixels(f.bounds.Dx(), f.bounds.Dy()))
	}
	if most > l.Pixels {
		return tooManyPixels(most, l.Pixels)
	}
	if most > largePicture && most > pixelsPerByte*int64(size) {
		return outOfProportion(most, size)
	}
	if need := p.memory(); need > l.Memory {
		return tooMuchMemory(need, l.Memory)
	}
	return nil
}

// reach returns how many frames of p can be read within Work, at least one.
func (l Limits) reach(p *layout) int {
	const overhead = 1 << 15 // setting up a decoder costs as much as some pixels
	work := l.Work
	for i, f := range p.frames {
		work -= overhead + pixels(f.bounds.Dx(), f.bounds.Dy())
		if p.animated {
			work -= pixels(p.width, p.height)
		}
		if work < 0 && i > 0 {
			return i
		}
	}
	return len(p.frames)
}

// picks returns how many of the frames of p that are read are visited evenly spaced, and how many more if they show something new.
func (l Limits) picks(p *layout, reach int) (picks int, rest scenes) {
	if reach <= l.Frames || !p.animated {
		return min(reach, l.Frames), scenes{}
	}
	most := l.Frames / 4
	return l.Frames - most, scenes{most: most, left: most}
}
