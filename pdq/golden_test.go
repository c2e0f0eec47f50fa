package pdq_test

import (
	"image"
	"image/color"
	"testing"

	"github.com/quell-project/quell/pdq"
)

// scene draws a picture in whole numbers, so that it is the same everywhere: slopes, discs and bars whose places follow
// from the seed, in contrast percent of the full range, with noise of up to the given amount.
func scene(width, height int, seed uint32, contrast, noise int) *image.RGBA {
	img := image.NewRGBA(image.Rect(0, 0, width, height))
	random := func(n int) int {
		seed = seed*1664525 + 1013904223
		return int(seed>>8) % n
	}
	type disc struct{ x, y, r, c int }
	var discs [7]disc
	for i := range discs {
		discs[i] = disc{random(width), random(height), 1 + random(min(width, height))/3, random(256)}
	}
	slopeX, slopeY, bars := random(256), random(256), 2+random(9)
	for y := range height {
		for x := range width {
			v := (slopeX*x/width + slopeY*y/height) / 2
			if x*bars/width%2 == 0 && y*3/height == 1 {
				v = 255 - v
			}
			for _, d := range discs {
				if (x-d.x)*(x-d.x)+(y-d.y)*(y-d.y) < d.r*d.r {
					v = (v + d.c) / 2
				}
			}
			v = 128 + (v-128)*contrast/100
			channel := func(offset int) uint8 {
				return uint8(max(0, min(255, v+offset+random(2*noise+1)-noise)))
			}
			img.SetRGBA(x, y, color.RGBA{channel(-20 * contrast / 100), channel(0), channel(20 * contrast / 100), 255})
		}
	}
	return img
}

// These hashes were made by this package when it gave the hashes of the reference for all its pictures. They cover the
// same ground where those are absent: every path of the filter, odd sizes, noise, low quality, the least and the
// smallest hashable size, and pictures larger than the reference data has.
func TestGoldenHashes(t *testing.T) {
	t.Parallel()
	for _, c := range []struct {
		name    string
		img     image.Image
		quality int
		hash    string
	}{
		{"320×240", scene(320, 240, 1, 100, 0), 100, "edcf24db9330d9a438610b17ed8fb64996304db978648e16a70fbb4c5a78198e"},
		{"512×512", scene(512, 512, 2, 100, 0), 100, "cbd73c9e3c0c0b5e8a5af4a9c3cb2d5a3c0a3d1fcc08f4a043ef2fe1bc20d287"},
		{"upright, odd", scene(97, 301, 3, 100, 0), 100, "f83f37135e803f131aa5d17a342f7e21fe801c87bf04583e603f9f8c1f80f81c"},
		{"64×64, unfiltered", scene(64, 64, 4, 100, 0), 100, "bf1de911c742d00b30e736f0dbbcff3e8b404583749298f56b37d558166821a3"},
		{"flat and wide", scene(511, 33, 5, 100, 0), 100, "79c7067d86389a1df807708279c787fd8638037c296ff5827807eb498638fc87"},
		{"128×128", scene(128, 128, 6, 100, 0), 100, "837feda376809c26497ff1b4a1f54bd8dc202c976394e9a1097fb434f480299b"},
		{"129×129", scene(129, 129, 7, 100, 0), 100, "fc7ff1808f8004b7f96067ae807fb8d295800a795437f1acef7d14560880efe9"},
		{"noisy", scene(320, 240, 8, 100, 60), 100, "264ffa749ea06c68c767c8756c4f4f64d3209f88bc8cf807299ef18595a40d7c"},
		{"only noise", scene(256, 256, 9, 0, 127), 100, "a87d75a170a15f75840d4ee080aa239ba958239af9bfb85098c8567bdbf9ce49"},
		{"middling contrast", scene(300, 200, 10, 30, 2), 33, "50eb5b245e00664349e5ccb5b1ffba556e10ab54adacb4da11ebeb2abe0095aa"},
		{"low contrast", scene(300, 200, 11, 10, 1), 11, "407f1ce0ef8076de187b8e31e13ff6cc1dc0279e23cec63ca03f58dc1f80b903"},
		{"one megapixel", scene(1152, 864, 12, 100, 5), 100, "350b44bfcbf4f80b649f0bf43f0b4e808064d4ef4bb32b407d0bd8bfc2f42a89"},
		{"long strip", scene(3000, 40, 13, 100, 5), 74, "79e779e78618ce38ce38841079e779e78618da388618258279e7fe6d86388e3a"},
		{"smallest", scene(5, 5, 14, 100, 0), 82, "c6f1e1f03e0f1e07c1f0c1f0c1f07e1f3e0fe1f8c1f0e1f03e0f1e07c1f0c1f0"},
		{"too flat to hash", scene(40, 4, 15, 100, 0), 0, "0000000000000000000000000000000000000000000000000000000000000000"},
		{"flat grey", scene(300, 200, 16, 0, 0), 0, "000000002c4b11342c4b2c4b0000554b00002c4b113411342c4b585e2c4b017e"},
	} {
		t.Run(c.name, func(t *testing.T) {
			t.Parallel()
			want := pdq.Result{Hash: parse(t, c.hash), Quality: c.quality}
			if got := hash(t, c.img); got != want {
				t.Errorf("got %v, want %v", got, want)
			}
		})
	}
}
