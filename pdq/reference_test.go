package pdq_test

import (
	"encoding/csv"
	"image"
	_ "image/jpeg"
	_ "image/png"
	"os"
	"path/filepath"
	"strconv"
	"testing"

	"github.com/quell-project/quell/pdq"
)

// reference returns the path of a file of the reference data, and skips the test where there is none.
func reference(t *testing.T, path string) string {
	t.Helper()
	name := filepath.Join("..", "..", "shared", "data", "pdq", path)
	if _, err := os.Stat(name); err != nil {
		t.Skipf("The reference data, ../shared/data beside the project, is absent: %v", err)
	}
	return name
}

func decode(t *testing.T, name string) image.Image {
	t.Helper()
	f, err := os.Open(name)
	if err != nil {
		t.Fatal(err)
	}
	defer f.Close()
	img, _, err := image.Decode(f)
	if err != nil {
		t.Fatalf("%s: %v", name, err)
	}
	return img
}

func parse(t *testing.T, s string) pdq.Hash {
	t.Helper()
	h, err := pdq.Parse(s)
	if err != nil {
		t.Fatal(err)
	}
	return h
}

// hash returns the hash of img, which every path must give.
func hash(t *testing.T, img image.Image) pdq.Result {
	t.Helper()
	r, err := pdq.FromImage(img)
	if err != nil {
		t.Fatal(err)
	}
	for _, path := range pdq.Paths() {
		if got, err := pdq.NewHasher(path).FromImage(img); err != nil || got != r {
			t.Errorf("%s: %v %v, want %v", path, got, err, r)
		}
	}
	return r
}

// The same pixels have the same hash and quality as with the reference, even where the quality is too low to match.
func TestSamePixelsSameHashAsReference(t *testing.T) {
	t.Parallel()
	f, err := os.Open(reference(t, "lossless/expected.csv"))
	if err != nil {
		t.Fatal(err)
	}
	defer f.Close()
	rows, err := csv.NewReader(f).ReadAll()
	if err != nil {
		t.Fatal(err)
	}
	if len(rows) != 1+28 {
		t.Fatalf("expected.csv has %d rows, want a heading and 28", len(rows))
	}
	for _, row := range rows[1:] {
		t.Run(row[0], func(t *testing.T) {
			quality, err := strconv.Atoi(row[2])
			if err != nil {
				t.Fatal(err)
			}
			want := pdq.Result{Hash: parse(t, row[1]), Quality: quality}
			if got := hash(t, decode(t, reference(t, filepath.Join("lossless", row[0])))); got != want {
				t.Errorf("got %v, want %v", got, want)
			}
		})
	}
}

// The values for the bridge photo come from another JPEG decoder, and from a copy shrunk to 512 pixels where it is
// larger; a distance of 10 is conformance. The files that hold the photo turned also match a hash of the original's eight.
func TestBridgePhotoNearReference(t *testing.T) {
	t.Parallel()
	turned, err := pdq.DihedralFromImage(decode(t, reference(t, "bridge/aaa-orig.jpg")))
	if err != nil {
		t.Fatal(err)
	}
	const original = "d8f8f0cee0f4a84f0637022a078f67f0b36e2ed596621e1d33e6339c4e9c9b22"
	for _, c := range []struct {
		name      string
		transform pdq.Transform
		want      string
	}{
		{"aaa-orig", pdq.Identity, original},
		{"blur-a-little", pdq.Identity, original},
		{"blur-a-lot", pdq.Identity, original},
		{"high-contrast", pdq.Identity, original},
		{"high-saturation", pdq.Identity, "d8f8f0cee0f4a84f0637022a038f67f0b36e2ed596631e1d33e6339c4e9c9b22"},
		{"sharpen-a-little", pdq.Identity, "d8f8f0cee0f4a84f0e370222038f67f0b36e2ed596231e1d33e6b39c4e9c9b22"},
		{"sharpen-a-lot", pdq.Identity, "d0f8f0cec0f4a84f0e370a22238f67f0b36a2ef596231e1d73e6a39c4e9c9b22"},
		{"shrink-a-little", pdq.Identity, "d8f8f0cee0f4a84f0e370a22038f67f0b36e2ed596621e1d33e6339c4e9c9b22"},
		{"shrink-a-lot", pdq.Identity, "d0f8f1ccc0f4a84d0a370a3a228f67f0b36e2ed5b6623e1d33e6339c4e9c9b22"},
		{"square-128x128", pdq.Identity, "d8f8f1eec0f4a84f0e37022a078f63f0b36e2ed596621e1d33e6239c4e9c9b22"},
		{"square-256x256", pdq.Identity, "d8f8f0cec4f4a84f0637022a078f67f0b36e2ee5b6621e1d33e6239c4e9c9b22"},
		{"square-512x512", pdq.Identity, "d8f8f0cec0f4a84f0637022a278f67f0b36e2ed596621e1d33e6339c4e9c9b22"},
		{"bridge-2-rotate-90", pdq.Rotate90, "30a10efdf1c83f429013d48d0ffffc52e34e0e35ada952a9d29605215aa9e5af"},
		{"bridge-3-rotate-180", pdq.Rotate180, "2dad5a64b1a142e7d362a09857da895ae63b8c7fc23794b766b319361fc93188"},
		{"bridge-4-rotate-270", pdq.Rotate270, "a5f0a457248995e8c9065c275aaa5498b61ba4bdf8fcf80387c32f8b5bfc4f05"},
		{"bridge-5-flipx", pdq.FlipX, "d8f80f33e0f417b20e37f5cd028f980fb36ed02a9662c1e233e64c634e9c64dd"},
		{"bridge-6-flipy", pdq.FlipY, "2da9259bb1a1bd1a5362576552da32a5e63b7380c2774b4866b346c91b89ce77"},
		{"bridge-7-flip-plus-1", pdq.Transpose, "f0a1e10271ccc0bd90530b720fff038de34ef1e8ada9a956d6967ade5ea91a50"},
		{"bridge-8-flip-minus-1", pdq.AntiTranspose, "2df05aa8a4896a17c14682da5aaaab07b61b5b42f8fc07fc87c3d0741bfcb0fa"},
	} {
		t.Run(c.name, func(t *testing.T) {
			t.Parallel()
			got := hash(t, decode(t, reference(t, filepath.Join("bridge", c.name+".jpg"))))
			if d := got.Hash.Distance(parse(t, c.want)); d > 10 || got.Quality != 100 {
				t.Errorf("distance %d and quality %d, want at most 10 and 100\n got %s\nwant %s", d, got.Quality, got.Hash, c.want)
			}
			if d := got.Hash.Distance(turned.Hashes[c.transform]); d > 16 {
				t.Errorf("%d bits from the %v of the original, want a clear match", d, c.transform)
			}
		})
	}
}

// Python ThreatExchange drops transparency. IgnoreAlpha gives its hash; what is seen has another one.
func TestTransparentPictureOfReference(t *testing.T) {
	t.Parallel()
	img := decode(t, reference(t, "bridge/LA.png"))
	want := pdq.Result{Hash: parse(t, "accb6d39648035f8125c8ce6ba65007de7b54c67a2d93ef7b8f33b0611306715"), Quality: 100}
	if got := hash(t, pdq.IgnoreAlpha(img)); got != want {
		t.Errorf("colours alone: %v, want %v", got, want)
	}
	if got := hash(t, img); got.Hash.Distance(want.Hash) <= 31 {
		t.Errorf("over white: %v, want another picture than %v", got, want)
	}
}

// Python ThreatExchange reads a 16-bit grey picture as nearly white, since its library cuts every value off at 255. The
// value it prints is the hash of that; here the high byte counts.
func TestSixteenBitPictureOfReference(t *testing.T) {
	t.Parallel()
	img := decode(t, reference(t, "bridge/I16.png")).(*image.Gray16)
	high, clipped := image.NewGray(img.Rect), image.NewGray(img.Rect)
	for i := range high.Pix {
		high.Pix[i], clipped.Pix[i] = img.Pix[2*i], img.Pix[2*i+1]
		if high.Pix[i] > 0 {
			clipped.Pix[i] = 255
		}
	}
	if got, want := hash(t, img), hash(t, high); got != want || got.Quality != 100 {
		t.Errorf("16 bits: %v, high byte: %v, want the same, of quality 100", got, want)
	}
	want := pdq.Result{Hash: parse(t, "de2ef0e99ecdfc1d248a0eb055f023d1d61e79c3920cbb55d561c02accab1763"), Quality: 36}
	if got := hash(t, clipped); got != want {
		t.Errorf("clipped: %v, want %v", got, want)
	}
}
