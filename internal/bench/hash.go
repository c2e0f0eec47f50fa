package bench

import (
	"context"
	"fmt"
	"image"
	"os"
	"path/filepath"
	"runtime"
	"slices"
	"time"

	"github.com/quell-project/quell/internal/pipeline/media"
	"github.com/quell-project/quell/pdq"
)

// HashOptions say what to measure of fingerprints.
type HashOptions struct {
	Time   time.Duration // for each row, at least
	Files  []string      // pictures to measure besides the drawn ones
	Pixels int64         // the largest picture that is read; 0: as Quell reads them
	Drawn  int           // the largest picture that is drawn, in pixels; 0: any
}

// HashResult is what was measured of fingerprints, on one thread.
type HashResult struct {
	Rows []HashRow `json:"rows"`
	Origin
}

// HashRow is one kind of picture at one size.
type HashRow struct {
	From   string  `json:"from"` // "pixels", "file", or "folder" for pictures that were given
	Kind   string  `json:"kind"` // how the pixels are held, or the format of the file
	Width  int     `json:"width,omitempty"`
	Height int     `json:"height,omitempty"`
	Files  int     `json:"files,omitempty"` // of a folder
	Bytes  int64   `json:"bytes,omitempty"` // of the file, or of all files
	Pixels int64   `json:"pixels"`
	Nanos  float64 `json:"ns"`         // the median, for all pixels
	Rate   float64 `json:"mp_per_s"`   // megapixels a second
	Allocs float64 `json:"allocs"`     // allocations a picture
	Failed int     `json:"unreadable"` // files of a folder that could not be hashed
}

// Sizes that are measured: of decoded pixels, and of files.
var (
	pixelSizes = []image.Point{{64, 64}, {256, 256}, {512, 512}, {1024, 768}, {4000, 3000}}
	jpegSizes  = []image.Point{{512, 512}, {1152, 864}, {4000, 3000}}
	fileSizes  = []image.Point{{1152, 864}}
)

// Hash measures fingerprints of drawn pictures, and of the files that are given.
func Hash(ctx context.Context, o HashOptions, tell Progress) (HashResult, error) {
	result := HashResult{Origin: Here()}
	pixelSizes, jpegSizes, fileSizes := o.drawn(pixelSizes), o.drawn(jpegSizes), o.drawn(fileSizes)
	total := len(pixelSizes) + len(jpegSizes) + (len(encodings)-1)*len(fileSizes)
	step := 0
	next := func() { step++; tell("hash", step, total) }
	tell("hash", 0, total)
	for _, size := range pixelSizes {
		for _, f := range decoded(drawn(size)) {
			row, err := o.pixels(ctx, f)
			if err != nil {
				return result, err
			}
			result.Rows = append(result.Rows, row)
		}
		next()
	}
	for _, e := range encodings {
		sizes := fileSizes
		if e.name == "JPEG" {
			sizes = jpegSizes
		}
		for _, size := range sizes {
			file, err := e.file(drawn(size))
			if err != nil {
				return result, err
			}
			row, err := o.file(ctx, e.name, file)
			if err != nil {
				return result, err
			}
			result.Rows = append(result.Rows, row)
			next()
		}
	}
	rows, err := o.folder(ctx, tell)
	result.Rows = append(result.Rows, rows...)
	return result, err
}

// drawn returns the sizes that are not too large.
func (o *HashOptions) drawn(sizes []image.Point) []image.Point {
	return slices.DeleteFunc(slices.Clone(sizes), func(size image.Point) bool { return o.Drawn > 0 && size.X*size.Y > o.Drawn })
}

// pixels measures the hash of a decoded picture.
func (o *HashOptions) pixels(ctx context.Context, f form) (HashRow, error) {
	size := f.img.Bounds().Size()
	row := HashRow{From: "pixels", Kind: f.name, Width: size.X, Height: size.Y, Pixels: int64(size.X) * int64(size.Y)}
	var hasher pdq.Hasher
	err := row.measure(ctx, o.Time, func() error {
		_, err := hasher.FromImage(f.img)
		return err
	})
	return row, err
}

// file measures what the check of a file costs: the decoder with all its limits, and the hash of every frame.
func (o *HashOptions) file(ctx context.Context, kind string, data []byte) (HashRow, error) {
	row := HashRow{From: "file", Kind: kind, Bytes: int64(len(data))}
	d := media.NewDecoder(media.Limits{Pixels: o.Pixels})
	err := row.measure(ctx, o.Time, func() error {
		row.Pixels = 0
		p, err := d.Decode(ctx, data, func(f media.Frame) error {
			row.Pixels += int64(f.Image.Bounds().Dx()) * int64(f.Image.Bounds().Dy())
			_, err := pdq.FromImage(f.Image)
			return err
		})
		row.Width, row.Height = p.Width, p.Height
		return err
	})
	row.Pixels = max(row.Pixels, int64(row.Width)*int64(row.Height)) // a decoder may hand over fewer than the file has
	row.Rate = rounded(float64(row.Pixels)/row.Nanos*1e3, 2)
	if err != nil {
		return row, fmt.Errorf("hash a picture of kind %s: %w", kind, err)
	}
	return row, nil
}

// measure calls f for the time given, five times at least, and keeps the median.
func (r *HashRow) measure(ctx context.Context, enough time.Duration, f func() error) error {
	if err := f(); err != nil { // the first call makes buffers
		return err
	}
	const least, most = 5, 1_000_000
	var times []time.Duration
	var before, after runtime.MemStats
	runtime.GC()
	runtime.ReadMemStats(&before)
	for begin := time.Now(); len(times) < most && (len(times) < least || time.Since(begin) < enough); {
		start := time.Now()
		if err := f(); err != nil {
			return err
		}
		times = append(times, time.Since(start))
		if err := ctx.Err(); err != nil {
			return context.Cause(ctx)
		}
	}
	runtime.ReadMemStats(&after)
	slices.Sort(times)
	r.Nanos = float64(times[len(times)/2].Nanoseconds())
	r.Rate = rounded(float64(r.Pixels)/r.Nanos*1e3, 2)
	r.Allocs = float64((after.Mallocs - before.Mallocs) / uint64(len(times)))
	return nil
}

// folder measures the files that are given, summed up by format.
func (o *HashOptions) folder(ctx context.Context, tell Progress) ([]HashRow, error) {
	short := HashOptions{Pixels: o.Pixels, Time: o.Time / 10}
	rows := map[string]*HashRow{}
	for i, name := range o.Files {
		tell("hash the pictures of the folder", i, len(o.Files))
		data, err := os.ReadFile(name)
		if err != nil {
			return nil, fmt.Errorf("read a picture: %w", err)
		}
		kind := filepath.Ext(name)
		row := rows[kind]
		if row == nil {
			row = &HashRow{From: "folder", Kind: kind}
			rows[kind] = row
		}
		one, err := short.file(ctx, kind, data)
		switch {
		case ctx.Err() != nil:
			return nil, context.Cause(ctx)
		case err != nil:
			row.Failed++
			continue
		}
		row.Files++
		row.Bytes, row.Pixels, row.Nanos, row.Allocs = row.Bytes+one.Bytes, row.Pixels+one.Pixels, row.Nanos+one.Nanos, row.Allocs+one.Allocs
	}
	if len(o.Files) > 0 {
		tell("hash the pictures of the folder", len(o.Files), len(o.Files))
	}
	var all []HashRow
	for _, row := range rows {
		if row.Files > 0 {
			row.Rate = rounded(float64(row.Pixels)/row.Nanos*1e3, 2)
			row.Allocs = rounded(row.Allocs/float64(row.Files), 0)
		}
		all = append(all, *row)
	}
	slices.SortFunc(all, func(a, b HashRow) int { return int(b.Pixels - a.Pixels) })
	return all, nil
}
