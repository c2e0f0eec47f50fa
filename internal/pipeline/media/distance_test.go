package media_test

import (
	"bytes"
	"flag"
	"fmt"
	"image"
	"image/jpeg"
	"maps"
	"math/rand/v2"
	"os"
	"path/filepath"
	"slices"
	"testing"

	"github.com/quell-project/quell/internal/demo/art"
	"github.com/quell-project/quell/internal/pipeline/media"
	"github.com/quell-project/quell/internal/pipeline/media/jpegluma"
	"github.com/quell-project/quell/pdq"
	"golang.org/x/image/draw"
)

var large = flag.Bool("large", false, "TestDistance: many pictures of up to 12 megapixels, which takes minutes")

// photographs returns the JPEG files of the reference data; none where it is absent.
func photographs(t testing.TB) (files [][]byte) {
	names, err := filepath.Glob(filepath.Join("..", "..", "..", "..", "shared", "data", "pdq", "bridge", "*.jpg"))
	if err != nil {
		t.Fatal(err)
	}
	if len(names) == 0 {
		t.Log("The reference data, ../shared/data beside the project, is absent: drawn pictures only.")
	}
	for _, name := range names {
		data, err := os.ReadFile(name)
		if err != nil {
			t.Fatal(err)
		}
		files = append(files, data)
	}
	return files
}

// drawn returns drawn pictures as JPEG files, some of each size.
func drawn(t testing.TB, each int, sizes ...int) (files [][]byte) {
	for _, size := range sizes {
		for seed := range uint64(each) {
			img := art.Picture(seed, size)
			if seed%3 == 2 {
				img = art.Poster(seed, size)
			}
			files = append(files, encode(t, func(b *bytes.Buffer) error { return jpeg.Encode(b, img, &jpeg.Options{Quality: 75 + int(seed)}) }))
		}
	}
	return files
}

// enlarged returns parts of photographs as JPEG files, enlarged to the size of what phones take, with the noise that those have.
func enlarged(t testing.TB, photographs [][]byte, each int) (files [][]byte) {
	r := rand.New(rand.NewPCG(5, 6))
	for _, data := range photographs {
		from, err := jpeg.Decode(bytes.NewReader(data))
		if err != nil {
			t.Fatal(err)
		}
		size := from.Bounds().Size()
		if min(size.X, size.Y) < 500 {
			continue
		}
		for range each {
			w, h := size.X*(60+r.IntN(40))/100, size.Y*(60+r.IntN(40))/100
			part := image.Rect(0, 0, w, h).Add(image.Pt(r.IntN(size.X-w), r.IntN(size.Y-h)))
			times := 1 + 3*r.Float64()
			img := image.NewRGBA(image.Rect(0, 0, int(float64(w)*times), int(float64(h)*times)))
			draw.BiLinear.Scale(img, img.Rect, from, part, draw.Src, nil)
			for i := range img.Pix {
				if i%4 != 3 {
					img.Pix[i] = byte(min(255, max(0, int(img.Pix[i])+r.IntN(9)-4)))
				}
			}
			files = append(files, encode(t, func(b *bytes.Buffer) error { return jpeg.Encode(b, img, &jpeg.Options{Quality: 85}) }))
		}
	}
	return files
}

// What it costs to take the brightness alone, and less of it, in bits of the hash: little against the 31 within which two
// pictures are taken for copies. It is measured against the hash of the colours as image/jpeg decodes them, for pictures whose
// quality is 50 or more. The table is printed with -v; -large makes it one of many pictures of up to 12 megapixels.
func TestDistance(t *testing.T) {
	t.Parallel()
	var files [][]byte
	switch {
	case *large:
		files = photographs(t)
		files = append(files, enlarged(t, files, 4)...)
		files = append(files, drawn(t, 18, 700, 1600, 2400, 3000, 3600, 4032)...)
	case underRace:
		files = drawn(t, 1, 700)
	default:
		files = append(photographs(t), drawn(t, 3, 700, 2800)...)
	}
	distances := map[string][]int{}
	for _, data := range files {
		full, err := jpeg.Decode(bytes.NewReader(data))
		if err != nil {
			t.Fatal(err)
		}
		want := hash(t, full)
		if want.Quality < 50 {
			continue
		}
		measure := func(name string, img image.Image) {
			distances[name] = append(distances[name], hash(t, img).Hash.Distance(want.Hash))
		}
		for _, detail := range []media.Detail{media.Full, media.Luma, media.Scaled, media.Small} {
			decode(t, media.NewDecoder(media.Limits{JPEG: detail}), data, func(f media.Frame) {
				measure(string(detail), f.Image)
				if f.Image.Bounds() != full.Bounds() {
					measure(string(detail)+", smaller", f.Image)
				}
			})
		}
		for scale := 1; scale <= 8 && min(full.Bounds().Dx(), full.Bounds().Dy()) >= 512*scale; scale *= 2 {
			if img, err := jpegluma.Decode(data, scale, func() error { return nil }); err == nil { // it is not a progressive file
				measure(fmt.Sprintf("1/%d", scale), img)
			}
		}
	}
	t.Logf("%-16s %8s %6s %6s %6s %6s", "decoded", "pictures", "mean", "p50", "p95", "max")
	most := map[string]int{"full": 0, "luma": 2, "scaled": 6, "small": 8}
	for _, name := range slices.Sorted(maps.Keys(distances)) {
		all, sum := distances[name], 0
		slices.Sort(all)
		for _, d := range all {
			sum += d
		}
		p95 := all[len(all)*95/100]
		t.Logf("%-16s %8d %6.2f %6d %6d %6d", name, len(all), float64(sum)/float64(len(all)), all[len(all)/2], p95, all[len(all)-1])
		if limit, ok := most[name]; ok && p95 > limit {
			t.Errorf("%s: 5 of 100 hashes are %d bits or more off, want %d at most", name, p95, limit)
		}
	}
}

func hash(t testing.TB, img image.Image) pdq.Result {
	r, err := pdq.FromImage(img)
	if err != nil {
		t.Fatal(err)
	}
	return r
}
