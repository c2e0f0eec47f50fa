package media

import (
	"bytes"
	"context"
	"errors"
	"image"
	"slices"
)

// avifRun is the most bytes of pixels that are decoded at once of a sequence of pictures, whose frames build upon those before them.
const avifRun = 128 << 20

// scanAVIF reads the boxes of an AVIF file: those of a picture, of a sequence of pictures (a track), or of both. Viewers show the
// sequence, and those who know nothing of sequences the picture; so both are looked at.
func scanAVIF(data []byte) (*layout, error) {
	cut := cutISO(data)
	track, moving, err := readTrack(data)
	if err != nil && !cut {
		return nil, err
	}
	meta, still := find(data, "meta")
	var item heifItem
	if still {
		item, err = readItem(meta)
	}
	switch {
	case moving:
		p := &layout{width: track.width, height: track.height, orientation: upright, animated: true}
		if still && err == nil {
			p.width, p.height, p.orientation = item.width, item.height, item.orientation
			p.add(avifStill(data, item, cut))
		}
		p.addTrack(track, cut)
		return p, nil
	case err != nil && !cut:
		return nil, err
	case still && err == nil:
		p := &layout{width: item.width, height: item.height, orientation: item.orientation}
		p.add(avifStill(data, item, cut))
		return p, nil
	case cut:
		return nil, cutOff(nil)
	}
	return nil, damaged(errors.New("no picture"))
}

// avifStill is the primary item as a frame. A file that says it is a sequence first gets another brand, so that the decoder takes the
// item.
func avifStill(data []byte, item heifItem, open bool) frame {
	if string(data[8:12]) == "avis" {
		data = slices.Clone(data)
		copy(data[8:], "avif")
	}
	f := frame{bounds: item.bounds(), memory: avifMemory(item.bounds(), 1, len(data), item.deep), open: open}
	f.own = func(ctx context.Context) (image.Image, error) {
		images, err := decodeAVIF(ctx, data, f.bounds.Size(), 1, f.memory)
		if err != nil {
			return nil, err
		}
		return images[0], nil
	}
	return f
}

// addTrack adds the frames of a track. The last run of them that was decoded is kept for those that come next.
func (p *layout) addTrack(t *isoTrack, open bool) {
	most := int(min(max(avifRun/max(4*pixels(t.width, t.height), 1), 1), maxFrames))
	starts, end := t.runs(most)
	starts = append(starts, end)
	longest, largest := 0, 0
	for i := range len(starts) - 1 {
		size := 0
		for _, s := range t.samples[starts[i]:starts[i+1]] {
			size += len(s.data)
		}
		longest, largest = max(longest, starts[i+1]-starts[i]), max(largest, size)
	}
	memory := avifMemory(t.bounds(), longest, largest, t.deep())
	decoded := avifFrames{track: t, memory: memory}
	for run := range len(starts) - 1 {
		first, last := starts[run], starts[run+1]
		for i := first; i < last; i++ {
			f := frame{bounds: t.bounds(), memory: memory, open: open}
			if t.samples[i].data == nil {
				f.bad = cutOff(nil)
			}
			f.own = func(ctx context.Context) (image.Image, error) { return decoded.frame(ctx, first, last, i) }
			p.add(f)
		}
	}
	if end < len(t.samples) && len(p.frames) < maxFrames {
		p.frames = append(p.frames, frame{bounds: t.bounds(), bad: outOfReach(end)})
	}
	p.cut = len(t.samples) < min(t.total, maxFrames)
	p.total += t.total - end
}

// avifFrames are the frames of a run of samples, decoded together.
type avifFrames struct {
	track  *isoTrack
	memory int64
	first  int
	images []image.Image
}

func (r *avifFrames) frame(ctx context.Context, first, last, i int) (image.Image, error) {
	if r.images == nil || r.first != first {
		r.images = nil
		for last > i+1 && r.track.samples[last-1].data == nil {
			last-- // what lies outside the file cannot be decoded, what comes before it can
		}
		file := r.track.part("avis", first, last)
		images, err := decodeAVIF(ctx, file, image.Pt(r.track.width, r.track.height), last-first, r.memory)
		if err != nil && len(images) == 0 {
			return nil, err
		}
		r.first, r.images = first, images
	}
	if i-first >= len(r.images) {
		return nil, damaged(errors.New("the frames before it could be decoded"))
	}
	return r.images[i-first], nil
}

// avifMemory returns the bytes that decoding so many frames at once takes: within the cage its code and tables, the file, the planes of the
// picture and of up to eight others that it builds upon, and its pixels twice; outside the pixels once more. It is about twice of what
// was measured, since a decoder that gets less fails.
func avifMemory(bounds image.Rectangle, frames, size int, deep bool) int64 {
	const (
		program = 8 << 20
		still   = 12 // bytes a pixel, for the decoder of AV1
		moving  = 30
		colours = 4
	)
	planes := int64(still)
	if frames > 1 {
		planes = moving
	}
	area := min(pixels(bounds.Dx(), bounds.Dy()), 1<<40) // more than there is, where the product would overflow
	if deep {
		area *= 2
	}
	return program + 2*int64(size) + area*(planes+colours*(1+2*int64(frames)))
}

// deep reports whether the samples of a track of AV1 have more than 8 bits.
func (t *isoTrack) deep() bool {
	at := bytes.Index(t.description, []byte("av1C"))
	return at >= 0 && deepAV1(t.description[at+4:])
}

// deepAV1 reports whether samples have more than 8 bits, by the configuration of the decoder (AV1 in ISO base media files, 2.3.3).
func deepAV1(config []byte) bool {
	const flags, highBitDepth = 2, 0x40
	return len(config) > flags && config[flags]&highBitDepth != 0
}
