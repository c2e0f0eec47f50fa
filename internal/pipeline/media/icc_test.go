package media_test

import (
	"bytes"
	"image"
	"image/color"
	"image/jpeg"
	"maps"
	"math"
	"slices"
	"testing"
)

// What it costs in bits of the hash that colour profiles are not looked at. The same scene is stored with the numbers of another profile, as a
// phone or an editor writes them; they differ most where colours are strong. A profile that exchanges the channels is made to mislead, and one that
// turns light into dark makes every bit another. The table is printed with -v; -large
// measures photographs too.
func TestProfilesAreIgnored(t *testing.T) {
	t.Parallel()
	files := drawn(t, 3, 400)
	if *large {
		files = append(files, photographs(t)...)
	}
	distances := map[string][]int{}
	for _, data := range files {
		img, err := jpeg.Decode(bytes.NewReader(data))
		if err != nil {
			t.Fatal(err)
		}
		want := hash(t, img)
		if want.Quality < 50 {
			continue
		}
		for name, profile := range profiles {
			distances[name] = append(distances[name], hash(t, stored(img, profile)).Hash.Distance(want.Hash))
		}
	}
	for _, name := range slices.Sorted(maps.Keys(distances)) {
		all := distances[name]
		slices.Sort(all)
		t.Logf("%-12s %3d pictures: half within %3d bits, 95 %% within %3d, most %3d", name, len(all), all[len(all)/2], all[len(all)*95/100], all[len(all)-1])
		if most, ok := map[string]int{"Display P3": 6, "Adobe RGB": 12, "ProPhoto": 20}[name]; ok && all[len(all)*95/100] > most {
			t.Errorf("%s: 5 of 100 hashes are more than %d bits off", name, most)
		}
	}
}

// profile is how a scene is stored: the light of red, green and blue as sums of that of sRGB, and the number for each amount of light.
type profile struct {
	mix   [9]float64
	gamma float64 // 0 is the curve of sRGB; less than 0, its reverse
}

var profiles = map[string]profile{
	"Display P3":    {mix: [9]float64{0.8225, 0.1775, 0, 0.0332, 0.9668, 0, 0.0171, 0.0724, 0.9105}},
	"Adobe RGB":     {mix: [9]float64{0.7151, 0.2849, 0, 0, 1, 0, 0, 0.0412, 0.9588}, gamma: 2.2},
	"ProPhoto":      {mix: [9]float64{0.5292, 0.33, 0.1408, 0.0983, 0.8735, 0.0282, 0.0168, 0.1175, 0.8656}, gamma: 1.8},
	"linear":        {mix: [9]float64{0: 1, 4: 1, 8: 1}, gamma: 1},
	"blue as red":   {mix: [9]float64{2: 1, 4: 1, 6: 1}},
	"rotated":       {mix: [9]float64{1: 1, 5: 1, 6: 1}},
	"dark as light": {mix: [9]float64{0: 1, 4: 1, 8: 1}, gamma: -1},
}

// stored returns a picture of sRGB as it is stored with another profile.
func stored(img image.Image, p profile) *image.RGBA {
	var light [256]float64
	for i := range light {
		light[i] = math.Pow((float64(i)/255+0.055)/1.055, 2.4)
		if i <= 10 {
			light[i] = float64(i) / 255 / 12.92
		}
	}
	const steps = 4096
	var number [steps + 1]uint8
	for i := range number {
		v := float64(i) / steps
		switch {
		case p.gamma > 0:
			v = math.Pow(v, 1/p.gamma)
		case v <= 0.0031308:
			v *= 12.92
		default:
			v = 1.055*math.Pow(v, 1/2.4) - 0.055
		}
		if p.gamma < 0 {
			v = 1 - v
		}
		number[i] = uint8(255*v + 0.5)
	}
	out := image.NewRGBA(image.Rectangle{Max: img.Bounds().Size()})
	for y := range out.Rect.Dy() {
		for x := range out.Rect.Dx() {
			c := color.RGBAModel.Convert(img.At(img.Bounds().Min.X+x, img.Bounds().Min.Y+y)).(color.RGBA)
			r, g, b := light[c.R], light[c.G], light[c.B]
			of := func(row int) uint8 {
				m := p.mix[3*row:]
				return number[int(steps*min(1, max(0, m[0]*r+m[1]*g+m[2]*b)))]
			}
			out.SetRGBA(x, y, color.RGBA{of(0), of(1), of(2), 255})
		}
	}
	return out
}
