package keypoint

import (
	"image"
	"math/rand/v2"
)

// noise is a picture of random pixels, softened so that it has blobs of several sizes.
func noise(dice *rand.Rand, width, height int) *image.Gray {
	g := image.NewGray(image.Rect(0, 0, width, height))
	coarse := make([]int, (width/6+2)*(height/6+2))
	for i := range coarse {
		coarse[i] = dice.IntN(200)
	}
	for y := range height {
		for x := range width {
			g.Pix[y*g.Stride+x] = uint8(coarse[y/6*(width/6+2)+x/6] + dice.IntN(56))
		}
	}
	return g
}
