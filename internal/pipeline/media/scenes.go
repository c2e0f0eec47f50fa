package media

import "image"

// scenes finds the frames of a long animation that show something new. Of such an animation evenly spaced frames are visited, and one that
// flashes by in between would be missed.
//
// A frame is new if it differs notably from every frame that was visited, not only from the last: who shows the same two pictures by
// turns makes one new scene of them. What is notable grows as the visits that are left for new scenes become fewer, so that a picture
// that glides past does not use them up before something else comes.
type scenes struct {
	seen []scene
	most int // visits for new scenes
	left int
}

// scene is the brightness of a frame in 16 by 16 cells.
type scene [sceneCells * sceneCells]uint8

const (
	sceneCells  = 16
	sceneProbes = 4 // pixels along each axis of a cell that are looked at
	// leastChange is what the cells of a new scene differ by in the mean, of 255, while all visits are left. Where a picture of middling
	// contrast comes up in a tenth of the frame they differ by 4 or so, and by 1 where a film has noise.
	leastChange = 3
)

// new reports whether a frame is new. It must then be visited.
func (s *scenes) new(frame scene) bool {
	if s.left == 0 {
		return false
	}
	least := leastChange * len(frame) * s.most / s.left
	for i := len(s.seen) - 1; i >= 0; i-- { // the last ones are the most likely to be near
		if s.seen[i].difference(&frame, least) < least {
			return false
		}
	}
	s.left--
	return true
}

// visit notes that a frame is visited.
func (s *scenes) visit(frame scene) { s.seen = append(s.seen, frame) }

// sceneOf returns the scene of a canvas. Where it is transparent it is black.
func sceneOf(img *image.RGBA) (s scene) {
	width, height := img.Rect.Dx(), img.Rect.Dy()
	at := func(cell, probe, side int) int {
		return (cell*sceneProbes + probe) * side / (sceneCells * sceneProbes)
	}
	for i := range s {
		sum := 0
		for y := range sceneProbes {
			row := img.Pix[at(i/sceneCells, y, height)*img.Stride:]
			for x := range sceneProbes {
				p := row[4*at(i%sceneCells, x, width):][:3]
				sum += 299*int(p[0]) + 587*int(p[1]) + 114*int(p[2])
			}
		}
		s[i] = uint8(sum / (1000 * sceneProbes * sceneProbes))
	}
	return s
}

// difference returns the sum of what the cells of two scenes differ by; it may stop adding at enough.
func (s *scene) difference(other *scene, enough int) (sum int) {
	for row := 0; row < len(s) && sum < enough; row += sceneCells {
		for i := row; i < row+sceneCells; i++ {
			d := int(s[i]) - int(other[i])
			sum += max(d, -d)
		}
	}
	return sum
}
