package media

import (
	"bytes"
	"context"
	"errors"
	"image"
	"image/gif"
	"image/jpeg"
	"image/png"
	"io"
	"math/rand/v2"
	"strings"
	"testing"

	"golang.org/x/image/bmp"
	"golang.org/x/image/tiff"
)

// stopping is a file whose reader stops the decoding while it is read.
type stopping struct {
	*bytes.Reader
	stop func()
	left int // reads until then
	late int // reads afterwards
}

func (s *stopping) count() {
	s.left--
	if s.left == 0 {
		s.stop()
	}
	if s.left < 0 {
		s.late++
	}
}

func (s *stopping) Read(p []byte) (int, error) {
	s.count()
	return s.Reader.Read(p)
}

func (s *stopping) ReadAt(p []byte, off int64) (int, error) {
	s.count()
	return s.Reader.ReadAt(p, off)
}

// Once its time is over, a decoder gets no more data, and ends.
func TestDecodersEndWhenTheirTimeIsOver(t *testing.T) {
	t.Parallel()
	img := image.NewRGBA(image.Rect(0, 0, 300, 300))
	random := rand.New(rand.NewPCG(1, 1))
	for i := range img.Pix {
		img.Pix[i] = byte(random.Uint32()) | 1
	}
	for name, write := range map[string]func(io.Writer) error{
		"JPEG": func(w io.Writer) error { return jpeg.Encode(w, img, nil) },
		"PNG":  func(w io.Writer) error { return png.Encode(w, img) },
		"GIF":  func(w io.Writer) error { return gif.Encode(w, img, nil) },
		"BMP":  func(w io.Writer) error { return bmp.Encode(w, img) },
		"TIFF": func(w io.Writer) error { return tiff.Encode(w, img, nil) },
	} {
		var data bytes.Buffer
		if err := write(&data); err != nil {
			t.Fatal(err)
		}
		format, _, err := identify(data.Bytes())
		if err != nil {
			t.Fatal(err)
		}
		ctx, cancel := context.WithCancel(t.Context())
		file := &stopping{Reader: bytes.NewReader(data.Bytes()), stop: cancel, left: 3}
		if _, err := format.decode(until(ctx, file)); err == nil || file.left > 0 || file.late > 0 {
			t.Errorf("%s: %v, with %d reads to come and %d too many", name, err, file.left, file.late)
		}
	}
}

// one is a format whose files are one frame of 4 by 4 pixels.
func one(config image.Config, decode func(io.Reader) (image.Image, error)) *reading {
	p := &layout{width: 4, height: 4}
	p.add(frame{bounds: image.Rect(0, 0, 4, 4), file: func() io.Reader { return strings.NewReader("") }})
	return &reading{
		format: &format{
			name:   "Test",
			config: func(io.Reader) (image.Config, error) { return config, nil },
			decode: decode,
		},
		layout: p, reach: 1, picks: 1,
		visit: func(Frame) error { return nil },
	}
}

// A decoder that fails an invariant of its own, or contradicts what the headers say, does no harm.
func TestDecoderThatMisbehaves(t *testing.T) {
	t.Parallel()
	size := image.Config{Width: 4, Height: 4}
	for _, c := range []struct {
		name   string
		config image.Config
		decode func(io.Reader) (image.Image, error)
		cause  string
	}{
		{"panics", size, func(io.Reader) (image.Image, error) { panic("index out of range") }, "panic: index out of range"},
		{"announces another size", image.Config{Width: 4, Height: 5}, nil, "it is of (4,4) pixels, and of (4,5)"},
		{"decodes another size", size, func(io.Reader) (image.Image, error) { return image.NewGray(image.Rect(0, 0, 9, 9)), nil },
			"of (4,4) pixels (9,9) were decoded"},
	} {
		err := one(c.config, c.decode).run(t.Context())
		e, ok := errors.AsType[*Error](err)
		if !ok || e.Status != Failed || e.Reason != damaged(nil).Reason || e.Err == nil || e.Err.Error() != c.cause {
			t.Errorf("%s: %v", c.name, err)
		}
		if !strings.Contains(err.Error(), c.cause) {
			t.Errorf("%s: %q does not tell the log the cause %q", c.name, err, c.cause)
		}
	}
}

// Evenly spaced frames are as many as were asked for, begin with the first, and lie at most one apart from even.
func TestPickedFramesAreEvenlySpaced(t *testing.T) {
	t.Parallel()
	for reach := 1; reach < 60; reach++ {
		for picks := 1; picks <= reach; picks++ {
			r := reading{reach: reach, picks: picks}
			var picked []int
			for i := range reach {
				if r.picked(i) {
					picked = append(picked, i)
				}
			}
			if len(picked) != picks || picked[0] != 0 {
				t.Fatalf("%d of %d: %v", picks, reach, picked)
			}
			for j := 1; j < len(picked); j++ {
				if gap := picked[j] - picked[j-1]; gap != reach/picks && gap != reach/picks+1 {
					t.Fatalf("%d of %d: %v", picks, reach, picked)
				}
			}
		}
	}
}
