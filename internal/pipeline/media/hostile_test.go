package media_test

import (
	"bytes"
	"compress/zlib"
	"encoding/binary"
	"image"
	"image/color"
	"image/color/palette"
	"runtime"
	"strings"
	"testing"
	"time"

	"golang.org/x/image/tiff"

	"github.com/quell-project/quell/internal/pipeline/media"
	"github.com/quell-project/quell/internal/pipeline/media/mediatest"
)

const (
	isCutOff  = "The file is cut off: its end is missing."
	isDamaged = "The file is damaged and cannot be read."
)

// stills returns a still picture in each format.
func stills(t testing.TB) map[string][]byte {
	img := drawing(image.NewRGBA(image.Rect(0, 0, 64, 48)))
	return map[string][]byte{
		"JPEG":             jpegOf(t, img),
		"progressive JPEG": mediatest.FlatJPEG(64, 48, 3, true, 3, 20),
		"PNG":              pngOf(t, img),
		"GIF":              gifOf(t, img),
		"WebP":             mediatest.WebP(mediatest.LosslessWebP(64, 48, blue)),
		"BMP":              bmpOf(t, img),
		"TIFF":             tiffOf(t, img, tiff.Deflate),
	}
}

// A still picture that is cut off has failed, and nothing of it is visited, unless half of it is there and its format allows to tell.
func TestStillPictureCutOffAtEveryEighth(t *testing.T) {
	t.Parallel()
	d := media.NewDecoder(media.Limits{})
	for name, data := range stills(t) {
		least := map[string]int{"JPEG": 4, "progressive JPEG": 3, "PNG": 4, "GIF": 4, "BMP": 4, "WebP": 8, "TIFF": 8}[name]
		visits := 0
		for eighth := 1; eighth < 8; eighth++ {
			part := data[:max(len(data)*eighth/8, 12)] // enough to tell the format
			got := decode(t, d, part, nil)
			switch got.Status {
			case media.Failed:
				if got.Reason != isCutOff || len(got.Visited) > 0 || visits > 0 {
					t.Errorf("%s, %d eighths: %q, %d visits, %d of less", name, eighth, got.Reason, len(got.Visited), visits)
				}
			case media.Partial:
				if visits = len(got.Visited); visits != 1 || eighth < least || !strings.HasPrefix(got.Reason, "The file is cut off: ") {
					t.Errorf("%s, %d eighths: %q, %d visits", name, eighth, got.Reason, visits)
				}
			default:
				t.Errorf("%s, %d eighths: %s %q", name, eighth, got.Status, got.Reason)
			}
		}
		if (visits > 0) != (least < 8) {
			t.Errorf("%s, 7 eighths: %d visits", name, visits)
		}
		if got := decode(t, d, data, nil); got.Status != media.Complete {
			t.Errorf("%s, whole: %s %s", name, got.Status, got.Reason)
		}
	}
}

// Where only the mark of the end is missing, all pixels are there.
func TestMissingEndMarkDoesNotMatter(t *testing.T) {
	t.Parallel()
	files := stills(t)
	for name, mark := range map[string]int{"JPEG": 2, "PNG": 12, "GIF": 1} {
		data := files[name]
		if got := decode(t, media.NewDecoder(media.Limits{}), data[:len(data)-mark], nil); got.Status != media.Complete {
			t.Errorf("%s without its last %d bytes: %s %s", name, mark, got.Status, got.Reason)
		}
	}
}

// Of an animation that is cut off, the frames before the cut are checked, and it is said that it is partial.
func TestAnimationCutOffAtEveryEighth(t *testing.T) {
	t.Parallel()
	var frames []apngFrame
	var webp [][]byte
	for i := range 8 {
		c := color.NRGBA{uint8(i), 200, 10, 255}
		frames = append(frames, apngFrame{img: drawSolid(image.Rect(0, 0, 16, 16), c)})
		webp = append(webp, mediatest.WebPFrame(image.Rect(0, 0, 16, 16), c, 0))
	}
	pages := tiffPages(tiffOf(t, drawSolid(image.Rect(0, 0, 9, 9), red), tiff.Uncompressed),
		tiffOf(t, drawSolid(image.Rect(0, 0, 9, 9), green), tiff.Uncompressed))
	for name, data := range map[string][]byte{
		"GIF":  count(t, 8),
		"APNG": animatedPNG(t, nil, frames...),
		"WebP": mediatest.WebP(append([][]byte{mediatest.WebPHeader(2, 16, 16)}, webp...)...),
		"TIFF": pages,
	} {
		most := 0
		for eighth := 1; eighth < 8; eighth++ {
			got := decode(t, media.NewDecoder(media.Limits{}), data[:len(data)*eighth/8], nil)
			want := media.Partial
			if len(got.Visited) == 0 {
				want = media.Failed
			}
			if got.Status != want || !strings.HasSuffix(got.Reason, isCutOff) {
				t.Errorf("%s, %d eighths: %s %q after %d visits", name, eighth, got.Status, got.Reason, len(got.Visited))
			}
			if len(got.Visited) < most {
				t.Errorf("%s, %d eighths: %d visits, fewer than before", name, eighth, len(got.Visited))
			}
			most = len(got.Visited)
		}
		if most == 0 {
			t.Errorf("%s: nothing is ever visited", name)
		}
	}
}

// Where the bytes contradict themselves, the file is damaged.
func TestDamagedPictures(t *testing.T) {
	t.Parallel()
	change := func(data []byte, place int, values ...byte) []byte {
		data = append([]byte(nil), data...)
		if place < 0 {
			place += len(data)
		}
		copy(data[place:], values)
		return data
	}
	files := stills(t)
	gif := files["GIF"]
	for name, data := range map[string][]byte{
		"PNG with a wrong checksum":         change(files["PNG"], len(files["PNG"])/2, 1, 2, 3),
		"PNG without a header":              append([]byte("\x89PNG\r\n\x1a\n"), mediatest.PNGChunk("IDAT", 1, 2, 3)...),
		"PNG with a header too long":        append([]byte("\x89PNG\r\n\x1a\n"), mediatest.PNGChunk("IHDR", make([]byte, 14)...)...),
		"PNG without pixels":                change(files["PNG"], 16, 0, 0, 0, 0),
		"JPEG with a segment of no length":  change(files["JPEG"], 4, 0, 1),
		"JPEG of height 0":                  mediatest.FlatJPEG(10, 0, 1, false, 1, 9),
		"JPEG without tables":               append(append([]byte{0xff, 0xd8}, mediatest.JPEGSegment(0xc0, 8, 0, 8, 0, 8, 1, 1, 0x11, 0)...), append(mediatest.JPEGSegment(0xda, 1, 1, 0, 0, 63, 0), 0, 0, 0xff, 0xd9)...),
		"JPEG of nothing":                   {0xff, 0xd8, 0xff, 0xd9},
		"GIF of nothing":                    append(append([]byte(nil), gif[:13+3*256]...), 0x3b),
		"GIF with an unknown block":         append(append([]byte(nil), gif[:13+3*256]...), 0x99),
		"WebP of nothing":                   mediatest.WebP(),
		"WebP of something else":            mediatest.WebP(mediatest.RIFF("VP9 ", 1, 2, 3)),
		"animated WebP with an empty frame": mediatest.WebP(mediatest.WebPHeader(2, 9, 9), mediatest.RIFF("ANMF", make([]byte, 16)...)),
		"lossless WebP of noise":            mediatest.WebP(mediatest.RIFF("VP8L", 0x2f, 9, 0, 0, 0, 0xff, 0xff, 0xff, 0xff, 0xff, 0xff, 0xff)),
		"TIFF with a directory in disorder": change(files["TIFF"], tiffLink(files["TIFF"], 4)-12, 0, 0),
		"paletted BMP with an index beyond": bmpWithBadIndex(t),
	} {
		got := decode(t, media.NewDecoder(media.Limits{}), data, nil)
		if got.Status != media.Failed || got.Reason != isDamaged {
			t.Errorf("%s: %s %q", name, got.Status, got.Reason)
		}
	}
}

func bmpWithBadIndex(t *testing.T) []byte {
	img := image.NewPaletted(image.Rect(0, 0, 8, 8), palette.Plan9)
	data := bmpOf(t, img)
	binary.LittleEndian.PutUint32(data[46:], 2)         // colours
	binary.LittleEndian.PutUint32(data[10:], 14+40+2*4) // where the pixels begin
	return append(data[:14+40+2*4], bytes.Repeat([]byte{9}, 64)...)
}

// A variant that the decoders do not know is unsupported, not damaged.
func TestUnknownVariants(t *testing.T) {
	t.Parallel()
	files := stills(t)
	png := append([]byte(nil), files["PNG"]...)
	png[24] = 3 // bits a sample
	tiffFile := tiffOf(t, image.NewGray(image.Rect(0, 0, 9, 9)), tiff.Uncompressed)
	const compression = 259
	entry := bytes.Index(tiffFile, []byte{compression & 0xff, compression >> 8, 3, 0, 1, 0, 0, 0})
	tiffFile[entry+8] = 7 // JPEG
	for format, data := range map[string][]byte{
		"JPEG": bytes.Replace(files["JPEG"], []byte{0xff, 0xc0}, []byte{0xff, 0xc3}, 1), // lossless
		"PNG":  insertHeader(png),
		"TIFF": tiffFile,
	} {
		got := decode(t, media.NewDecoder(media.Limits{}), data, nil)
		if got.Status != media.Unsupported || got.Reason != "This variant of "+format+" cannot be read." {
			t.Errorf("%s: %s %q", format, got.Status, got.Reason)
		}
	}
}

// Of a BMP it is said what it is that cannot be read.
func TestUnknownVariantsOfBMP(t *testing.T) {
	t.Parallel()
	for place, values := range map[int]map[byte]string{
		14: {12: "of OS/2"},
		28: {16: "of 16 bits a pixel"},
		30: {1: "that are run-length encoded", 2: "that are run-length encoded", 3: "with masks of their colours", 4: "with a JPEG or PNG inside", 9: "of this kind"},
	} {
		for value, what := range values {
			data := stills(t)["BMP"]
			data[place] = value
			got := decode(t, media.NewDecoder(media.Limits{}), data, nil)
			if want := "BMP pictures " + what + " cannot be read."; got.Status != media.Unsupported || got.Reason != want {
				t.Errorf("%d at %d: %s %q, want %q", value, place, got.Status, got.Reason, want)
			}
		}
	}
}

// insertHeader renews the checksum of the header of a PNG file.
func insertHeader(data []byte) []byte {
	return append(append([]byte("\x89PNG\r\n\x1a\n"), mediatest.PNGChunk("IHDR", data[16:29]...)...), data[33:]...)
}

// pngHeader is a PNG file of a given size with given bytes for its pixels.
func pngOfSize(t testing.TB, width, height int, pixels []byte) []byte {
	data := pngOf(t, image.NewGray(image.Rect(0, 0, 1, 1)))
	binary.BigEndian.PutUint32(data[16:], uint32(width))
	binary.BigEndian.PutUint32(data[20:], uint32(height))
	return append(append(insertHeader(data)[:33], mediatest.PNGChunk("IDAT", pixels...)...), mediatest.PNGChunk("IEND")...)
}

func deflated(t testing.TB, zeros int) []byte {
	return encode(t, func(b *bytes.Buffer) error {
		w := zlib.NewWriter(b)
		for range zeros / 4096 {
			if _, err := w.Write(make([]byte, 4096)); err != nil {
				return err
			}
		}
		return w.Close()
	})
}

// tiffWith is a TIFF file that consists of tags: pairs of a number and a value.
func tiffWith(tags ...uint32) []byte {
	out := append([]byte("II*\x00\x08\x00\x00\x00"), byte(len(tags)/2), 0)
	for ; len(tags) > 0; tags = tags[2:] {
		out = binary.LittleEndian.AppendUint16(out, uint16(tags[0]))
		out = append(out, 4, 0, 1, 0, 0, 0)
		out = binary.LittleEndian.AppendUint32(out, tags[1])
	}
	return append(out, 0, 0, 0, 0)
}

// Files that would take much memory or time are refused or bounded. The memory counted is all that was ever asked for,
// be it free again or not.
func TestBombs(t *testing.T) {
	const mega = 1 << 20
	frame := animatedGIF(t, 1000, 1000, 1, solid(1000, 1000, red))
	body := bytes.LastIndex(frame, []byte{0x21, 0xf9})
	gif := append(append([]byte(nil), frame[:body]...), bytes.Repeat(frame[body:len(frame)-1], 3000)...)
	bmp := bmpOf(t, image.NewRGBA(image.Rect(0, 0, 16, 16)))
	sized := func(width, height int32) []byte {
		data := append([]byte(nil), bmp...)
		binary.LittleEndian.PutUint32(data[18:], uint32(width))
		binary.LittleEndian.PutUint32(data[22:], uint32(height))
		return data
	}
	bomb := deflated(t, 8*mega)
	text := append([]byte("a\x00\x00"), bomb...)
	texts := insert(insert(pngOf(t, image.NewGray(image.Rect(0, 0, 16, 16))), mediatest.PNGChunk("zTXt", text...)), mediatest.PNGChunk("iCCP", text...))
	for _, c := range []struct {
		name   string
		data   []byte
		limits media.Limits
		memory int // most megabytes
		status media.Status
		reason string
	}{
		{"PNG of gigapixels", pngOfSize(t, 120_000, 100_000, bomb), media.Limits{}, 1, media.Unsupported,
			"The picture has 12,000,000,000 pixels, limit 100,000,000."},
		{"PNG of the largest size", pngOfSize(t, 1<<31-1, 1<<31-1, nil), media.Limits{}, 1, media.Unsupported,
			"The picture has 4,611,686,014,132,420,609 pixels, limit 100,000,000."},
		{"PNG of 100 megapixels in 1 kB", pngOfSize(t, 10_000, 10_000, make([]byte, 943)), media.Limits{}, 1, media.Unsupported,
			"The picture has 100,000,000 pixels in 1,000 bytes, which is out of proportion."},
		{"PNG of 16 megapixels in 1 kB", pngOfSize(t, 4000, 4000, make([]byte, 943)), media.Limits{}, 1, media.Failed, isCutOff},
		{"PNG with more pixels than it says", pngOfSize(t, 12, 12, bomb), media.Limits{}, 1, media.Partial,
			"The file is damaged, but all of its rows can be read, and were checked."},
		{"PNG with enormous texts", texts, media.Limits{}, 1, media.Complete, ""},
		{"JPEG of the largest size", mediatest.FlatJPEG(65_500, 65_500, 3, false, 1, 100), media.Limits{}, 1, media.Unsupported,
			"The picture has 4,290,250,000 pixels, limit 100,000,000."},
		{"JPEG of 81 megapixels in 10 kB", mediatest.FlatJPEG(9000, 9000, 3, false, 1, 10_000), media.Limits{}, 1, media.Failed, isCutOff},
		{"JPEG of very many scans", mediatest.FlatJPEG(2000, 2000, 3, true, 200, 10_000), media.Limits{}, 1, media.Unsupported,
			"This variant of JPEG cannot be read."},
		{"JPEG that takes too much memory", mediatest.FlatJPEG(5000, 5000, 3, true, 1, 200_000), media.Limits{Memory: 300 * mega}, 1, media.Unsupported,
			"Reading the picture takes 358 MB of memory, limit 300 MB."},
		{"GIF of 3000 large frames", gif, media.Limits{Work: 20_000_000}, 30, media.Partial,
			"The first 9 of 3,000 frames were checked."},
		{"GIF of the largest size", animatedGIF(t, 65_535, 65_535, 1, solid(1, 1, red)), media.Limits{}, 1, media.Unsupported,
			"The picture has 4,294,836,225 pixels, limit 100,000,000."},
		{"WebP of 268 megapixels in 50 bytes", mediatest.WebP(mediatest.LosslessWebP(16_384, 16_384, red)), media.Limits{}, 1, media.Unsupported,
			"The picture has 268,435,456 pixels, limit 100,000,000."},
		{"WebP of 81 megapixels in 34 bytes", mediatest.WebP(mediatest.LosslessWebP(9000, 9000, red)), media.Limits{}, 1, media.Unsupported,
			"The picture has 81,000,000 pixels in 34 bytes, which is out of proportion."},
		{"WebP that says it is small", mediatest.WebP(mediatest.WebPHeader(0, 1, 1), mediatest.LosslessWebP(16_384, 16_384, red)), media.Limits{}, 1, media.Unsupported,
			"The picture has 268,435,456 pixels, limit 100,000,000."},
		{"WebP that takes too much memory", mediatest.WebP(mediatest.LosslessWebP(4000, 4000, red)), media.Limits{Memory: 100 * mega}, 1, media.Unsupported,
			"Reading the picture takes 184 MB of memory, limit 100 MB."},
		{"TIFF of the largest size", tiffWith(256, 1<<32-1, 257, 1<<32-1), media.Limits{}, 1, media.Unsupported,
			"The picture has 4,611,686,014,132,420,609 pixels, limit 100,000,000."},
		{"TIFF of enormous tiles", tiffWith(256, 10, 257, 10, 258, 8, 259, 8, 262, 1, 322, 1<<31-1, 323, 1<<31-1), media.Limits{}, 1, media.Unsupported,
			"Reading the picture takes 1,099,511,627,777 MB of memory, limit 1,024 MB."},
		{"TIFF of enormous strips", tiffWith(256, 4000, 257, 4000, 258, 8, 259, 8, 262, 1, 278, 4000), media.Limits{Memory: 100 * mega}, 1, media.Unsupported,
			"Reading the picture takes 382 MB of memory, limit 100 MB."},
		{"TIFF of many strips that are not there", tiffWith(256, 4000, 257, 4000, 258, 8, 259, 8, 262, 1, 273, 8, 278, 1, 279, 8), media.Limits{}, 20,
			media.Failed, isDamaged},
		{"BMP of gigapixels", sized(1<<30, 1<<30), media.Limits{}, 1, media.Failed, isCutOff},
		{"BMP of negative height", sized(1<<30, -1<<30), media.Limits{}, 1, media.Failed, isCutOff},
		{"BMP of the most negative height", sized(16, -1<<31), media.Limits{}, 1, media.Failed, isCutOff},
		{"BMP from top to bottom", sized(16, -16), media.Limits{}, 1, media.Complete, ""},
	} {
		t.Run(c.name, func(t *testing.T) {
			d := media.NewDecoder(c.limits)
			var before, after runtime.MemStats
			runtime.ReadMemStats(&before)
			start := time.Now()
			got := decode(t, d, c.data, nil)
			runtime.ReadMemStats(&after)
			if got.Status != c.status || got.Reason != c.reason {
				t.Errorf("%s %q, want %s %q", got.Status, got.Reason, c.status, c.reason)
			}
			if taken := int(after.TotalAlloc-before.TotalAlloc) / mega; taken > c.memory {
				t.Errorf("it took %d MB, want at most %d", taken, c.memory)
			}
			if took := time.Since(start); took > 10*time.Second {
				t.Errorf("it took %v", took)
			}
		})
	}
}

// What is set aside for a file covers what decoding it asks for; what is free again while it goes on may exceed it a little.
func TestEstimateCoversWhatDecodersTake(t *testing.T) {
	img := drawing(image.NewNRGBA(image.Rect(0, 0, 450, 350)))
	gray := drawing(image.NewGray(img.Rect))
	for name, data := range map[string][]byte{
		"colour JPEG":      jpegOf(t, img),
		"grey JPEG":        jpegOf(t, gray),
		"CMYK JPEG":        mediatest.FlatJPEG(450, 350, 4, false, 1, 100_000),
		"progressive JPEG": mediatest.FlatJPEG(450, 350, 3, true, 2, 100_000),
		"colour PNG":       pngOf(t, img),
		"grey PNG":         pngOf(t, gray),
		"GIF":              gifOf(t, img),
		"restoring GIF":    animatedGIF(t, 450, 350, 3, solid(450, 350, red)),
		"WebP":             mediatest.WebP(mediatest.LosslessWebP(450, 350, red)),
		"BMP":              bmpOf(t, img),
		"TIFF":             tiffOf(t, img, tiff.Uncompressed),
		"compressed TIFF":  tiffOf(t, img, tiff.Deflate),
	} {
		estimate, err := media.Estimate(data)
		if err != nil {
			t.Fatalf("%s: %v", name, err)
		}
		var before, after runtime.MemStats
		runtime.ReadMemStats(&before)
		decode(t, media.NewDecoder(media.Limits{}), data, nil)
		runtime.ReadMemStats(&after)
		if taken := int64(after.TotalAlloc - before.TotalAlloc); taken > estimate+estimate/4 {
			t.Errorf("%s: %d bytes were set aside, %d were taken", name, estimate, taken)
		}
	}
}
