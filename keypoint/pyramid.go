package keypoint

import "math"

const (
	intervals  = 3 // levels of blur by which it doubles
	levels     = intervals + 3
	firstBlur  = 1.6 // of the first level of an octave, in its pixels
	cameraBlur = 0.5 // that the picture is taken to have
	leastSide  = 12  // of an octave, in pixels
	mostSide   = 1024
)

// octave is the picture in one size, ever more blurred, and the differences between one level and the next: they are large where there
// is a blob of the size of the blur.
type octave struct {
	blurred     [levels]plane
	differences [levels - 1]plane
	scale       float64 // pixels of the picture for one of its own
}

// kernels blur each level to the next, the first one the picture to the first level.
var kernels = func() (k [levels]kernel) {
	k[0] = gaussian(math.Sqrt(firstBlur*firstBlur - cameraBlur*cameraBlur))
	for i := 1; i < levels; i++ {
		k[i] = gaussian(blurOf(float64(i-1)) * math.Sqrt(math.Pow(4, 1.0/intervals)-1))
	}
	return k
}()

// blurOf returns the blur of a level, or of what lies between two, in pixels of the octave.
func blurOf(level float64) float64 { return firstBlur * math.Pow(2, level/intervals) }

// pyramid is the picture in every size.
type pyramid struct {
	octaves []octave
	used    int
	picture plane
	halved  plane
	line    [mostSide + 2*mostTaps]float32
	mask    [mostSide / lanes]byte
}

// build makes the octaves of the picture.
func (p *pyramid) build() {
	p.used = 0
	src := &p.picture
	for scale := 1.0; min(src.width, src.height) >= leastSide; scale *= 2 {
		if p.used == len(p.octaves) {
			p.octaves = append(p.octaves, octave{})
		}
		o := &p.octaves[p.used]
		p.used++
		o.scale = scale
		if scale == 1 {
			kernels[0].blur(&o.blurred[0], src, nil, p.line[:])
		} else {
			o.blurred[0], p.halved = p.halved, o.blurred[0]
		}
		for i := range o.differences {
			kernels[i+1].blur(&o.blurred[i+1], &o.blurred[i], &o.differences[i], p.line[:])
		}
		p.halved.halve(&o.blurred[intervals])
		src = &p.halved
	}
}
