package bench

import (
	"bytes"
	"fmt"
	"image"
	"os"
	"path/filepath"
	"slices"
	"testing"

	"golang.org/x/image/webp"
)

func TestWebPFilesHoldThePictureTheyAreMadeOf(t *testing.T) {
	t.Parallel()
	for _, size := range []image.Point{{1, 1}, {64, 64}, {33, 70}} {
		want := drawn(size)
		got, err := webp.Decode(bytes.NewReader(losslessWebP(want)))
		if err != nil {
			t.Fatalf("%v: %v", size, err)
		}
		for y := range size.Y {
			for x := range size.X {
				r, g, b, a := got.At(x, y).RGBA()
				w := want.RGBAAt(x, y)
				if uint8(r>>8) != w.R || uint8(g>>8) != w.G || uint8(b>>8) != w.B || uint8(a>>8) != w.A {
					t.Fatalf("%v: the pixel at %d, %d is %v, want %v", size, x, y, got.At(x, y), w)
				}
			}
		}
	}
}

func TestHashMeasuresEveryKindAndSize(t *testing.T) {
	t.Parallel()
	folder := t.TempDir()
	for name, content := range map[string][]byte{"good.webp": losslessWebP(drawn(image.Pt(80, 60))), "bad.png": []byte("no picture"), "notes.txt": nil} {
		if err := os.WriteFile(filepath.Join(folder, name), content, 0o600); err != nil {
			t.Fatal(err)
		}
	}
	files, err := Files(folder)
	if err != nil || len(files) != 2 {
		t.Fatalf("%v, %v", files, err)
	}
	r, err := Hash(t.Context(), HashOptions{Files: files, Drawn: 1_000_000}, quiet)
	if err != nil {
		t.Fatal(err)
	}
	var kinds []string
	for _, row := range r.Rows {
		kinds = append(kinds, fmt.Sprintf("%s %s %dx%d", row.From, row.Kind, row.Width, row.Height))
		if row.Failed == 0 && (row.Nanos <= 0 || row.Rate <= 0 || row.Pixels == 0 || row.Files == 0 && row.Pixels != int64(row.Width)*int64(row.Height)) {
			t.Errorf("%+v", row)
		}
	}
	for _, want := range []string{"pixels grey 64x64", "pixels YCbCr 4:2:0 1024x768", "file JPEG 1152x864", "file WebP, lossless 1152x864", "file TIFF, deflate 1152x864", "folder .webp 0x0", "folder .png 0x0"} {
		if !slices.Contains(kinds, want) {
			t.Errorf("%q is not measured, only %q", want, kinds)
		}
	}
	if last := r.Rows[len(r.Rows)-1]; last.Failed != 1 || last.Files != 0 {
		t.Errorf("the file that is no picture: %+v", last)
	}
}

func TestPicturesOfAFolderAreShrunk(t *testing.T) {
	t.Parallel()
	folder := t.TempDir()
	if _, err := Files(folder); err == nil {
		t.Error("an empty folder is taken")
	}
	name := filepath.Join(folder, "wide.WEBP")
	if err := os.WriteFile(name, losslessWebP(drawn(image.Pt(1300, 50))), 0o600); err != nil {
		t.Fatal(err)
	}
	files, err := Files(folder)
	if err != nil {
		t.Fatal(err)
	}
	pictures, err := Read(t.Context(), files, quiet)
	if err != nil || len(pictures) != 1 || pictures[0].Bounds().Dx() != side {
		t.Errorf("%v, %v", pictures, err)
	}
}
