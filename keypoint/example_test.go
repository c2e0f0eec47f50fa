package keypoint_test

import (
	"fmt"
	"image"
	"math/rand/v2"

	"github.com/quell-project/quell/keypoint"
)

// boxes is a picture of boxes of all sizes and shades.
func boxes(width, height int) *image.Gray {
	dice := rand.New(rand.NewPCG(1, 2))
	g := image.NewGray(image.Rect(0, 0, width, height))
	for range 150 {
		x, y, w, h, shade := dice.IntN(width), dice.IntN(height), 5+dice.IntN(50), 5+dice.IntN(50), uint8(dice.IntN(256))
		for j := y; j < min(y+h, height); j++ {
			for i := x; i < min(x+w, width); i++ {
				g.Pix[j*g.Stride+i] = shade
			}
		}
	}
	return g
}

func Example() {
	picture := boxes(256, 192)
	known := keypoint.Find(picture, 44, false) // what a list keeps

	cut := picture.SubImage(image.Rect(60, 40, 220, 170)).(*image.Gray)
	upload := keypoint.Find(cut, 64, true) // what is looked up

	a := keypoint.Compare(known, upload)
	fmt.Println("shows the known picture or a part of it:", a.Enough())
	a = keypoint.Compare(known, upload.Mirror())
	fmt.Println("in a mirror:", a.Enough())
	// Output:
	// shows the known picture or a part of it: true
	// in a mirror: false
}

// Lists exchange points as text.
func ExampleParse() {
	text := keypoint.Set{{X: 32768, Y: 16384, Size: 80, Angle: 64}}.String()
	fmt.Println(text)
	set, err := keypoint.Parse(text)
	fmt.Println(len(set), err)
	_, err = keypoint.Parse(text[:20])
	fmt.Println(err)
	// Output:
	// AQGAAEAAUEAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAA
	// 1 <nil>
	// points of a picture: 15 bytes, want 40 for 1 points
}
