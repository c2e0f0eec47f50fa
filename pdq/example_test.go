package pdq_test

import (
	"fmt"
	"image"
	"image/color"

	"github.com/quell-project/quell/pdq"
)

// ramp is a picture that grows brighter to the right, with a dark disc.
func ramp(width, height int) image.Image {
	img := image.NewGray(image.Rect(0, 0, width, height))
	for y := range height {
		for x := range width {
			c := color.Gray{Y: uint8(255 * x / width)}
			if dx, dy := 3*x-width, 3*y-height; dx*dx+dy*dy < width*height/4 {
				c.Y = 0
			}
			img.SetGray(x, y, c)
		}
	}
	return img
}

func Example() {
	known, err := pdq.FromImage(ramp(640, 480))
	if err != nil {
		fmt.Println(err)
		return
	}
	upload, err := pdq.FromImage(ramp(320, 240)) // the same picture at another size
	if err != nil {
		fmt.Println(err)
		return
	}
	fmt.Println("hash", known.Hash)
	fmt.Println("quality", known.Quality)
	fmt.Println("match", upload.Quality >= 50 && upload.Hash.Distance(known.Hash) <= 31)
	// Output:
	// hash e331e671ec71338e638e63999cce198e198eec71cc72cc6633b1233163319cce
	// quality 71
	// match true
}

// A list that holds the eight hashes of a picture finds its mirrored copies.
func ExampleDihedralFromImage() {
	picture := ramp(640, 480)
	known, err := pdq.DihedralFromImage(picture)
	if err != nil {
		fmt.Println(err)
		return
	}
	mirrored := image.NewGray(picture.Bounds())
	for y := range 480 {
		for x := range 640 {
			mirrored.Set(639-x, y, picture.At(x, y))
		}
	}
	upload, err := pdq.FromImage(mirrored)
	if err != nil {
		fmt.Println(err)
		return
	}
	for t, h := range known.Hashes {
		if upload.Hash.Distance(h) <= 31 {
			fmt.Println("the known picture,", pdq.Transform(t))
		}
	}
	// Output: the known picture, flip-y
}
