package media_test

import (
	"bytes"
	"errors"
	"slices"
	"strings"
	"testing"

	"github.com/quell-project/quell/internal/pipeline/media"
)

// The size of a picture is that of its primary item, and how it is turned is what its properties say.
func TestHeadersOfHEIF(t *testing.T) {
	t.Parallel()
	irot := func(turns byte) []byte { return boxOf("irot", []byte{turns}) }
	imir := func(axis byte) []byte { return boxOf("imir", []byte{axis}) }
	for _, c := range []struct {
		name        string
		properties  [][]byte
		orientation int
	}{
		{"upright", nil, 1},
		{"turned to the left", [][]byte{irot(1)}, 8},
		{"upside down", [][]byte{irot(2)}, 3},
		{"turned to the right", [][]byte{irot(3)}, 6},
		{"mirrored left to right", [][]byte{imir(1)}, 2},
		{"mirrored top to bottom", [][]byte{imir(0)}, 4},
		{"turned and mirrored left to right", [][]byte{irot(1), imir(1)}, 7},
		{"turned and mirrored top to bottom", [][]byte{irot(1), imir(0)}, 5},
		{"with bits that mean nothing", [][]byte{irot(0xfd)}, 8},
		{"with properties cut short", [][]byte{boxOf("irot"), boxOf("imir"), boxOf("pixi")}, 1},
		{"with an unknown property", [][]byte{boxOf("what", []byte{1}), irot(2)}, 3},
	} {
		data := heifOf("avif", "av01", []byte("some bytes"), append([][]byte{ispe(64, 48)}, c.properties...)...)
		got, frames, _, err := media.Headers(data)
		if want := (media.Picture{Width: 64, Height: 48, Orientation: c.orientation, Frames: 1}); err != nil || got != want || frames != 1 {
			t.Errorf("%s: %+v, %d frames, %v, want %+v", c.name, got, frames, err, want)
		}
	}
}

// A sequence has the frames of its track, whether it has a picture for others too or not.
func TestHeadersOfSequences(t *testing.T) {
	t.Parallel()
	samples := [][]byte{{1}, {2, 2}, {3, 3, 3}}
	whole := media.Sequence("avis", 64, 48, visual("av01", 64, 48, nil), samples...)
	still := heifOf("avis", "av01", []byte{1}, ispe(32, 24))
	both := append(slices.Clone(still), whole[len(brands("avis", "avis", "msf1", "miaf")):]...)
	for _, c := range []struct {
		name          string
		data          []byte
		width, frames int
	}{
		{"a track", whole, 64, 3},
		{"a picture and a track", both, 32, 4},
		{"a track of no samples", bytes.Replace(whole, []byte("stsz\x00\x00\x00\x00\x00\x00\x00\x00\x00\x00\x00\x03"), []byte("stsz\x00\x00\x00\x00\x00\x00\x00\x00\x00\x00\x00\x00"), 1), 0, 0},
		{"a track of something else", bytes.Replace(whole, []byte("pict"), []byte("soun"), 1), 0, 0},
	} {
		got, frames, _, err := media.Headers(c.data)
		if got.Width != c.width || got.Frames != c.frames || frames != c.frames || (err == nil) != (c.frames > 0) {
			t.Errorf("%s: %+v, %d frames, %v", c.name, got, frames, err)
		}
	}
}

// A track is decoded in runs that begin where nothing before them is needed. What lies further behind than a run may reach is left out.
func TestRunsOfTrack(t *testing.T) {
	t.Parallel()
	for _, c := range []struct {
		sync   string // S where a sample is a sync sample
		most   int
		starts []int
		end    int
	}{
		{"S", 1, []int{0}, 1},
		{"Spp", 3, []int{0}, 3},
		{"Spp", 2, []int{0}, 2},
		{"SSSS", 2, []int{0, 2}, 4},
		{"SppSpp", 3, []int{0, 3}, 6},
		{"SppSpp", 4, []int{0, 3}, 6},
		{"SppSppp", 3, []int{0, 3}, 6},
		{"SppSpp", 9, []int{0}, 6},
		{"ppp", 2, []int{0}, 2},
	} {
		var sync []bool
		for _, s := range c.sync {
			sync = append(sync, s == 'S')
		}
		if starts, end := media.Runs(sync, c.most); !slices.Equal(starts, c.starts) || end != c.end {
			t.Errorf("%s by %d: %v up to %d, want %v up to %d", c.sync, c.most, starts, end, c.starts, c.end)
		}
	}
}

// What is to be decoded takes memory by its size, and files that say nonsense of it are damaged, cut off or too large.
func TestMisleadingHeadersOfHEIF(t *testing.T) {
	t.Parallel()
	whole := heifOf("avif", "av01", []byte("some bytes"), ispe(64, 48))
	deepBoxes := bytes.Repeat(boxOf("free"), 1<<15)
	for name, data := range map[string][]byte{
		"no item":             bytes.Replace(whole, []byte("pitm"), []byte("what"), 1),
		"an item of no size":  heifOf("avif", "av01", nil, ispe(0, 48)),
		"no properties":       bytes.Replace(whole, []byte("ipma"), []byte("what"), 1),
		"a property too many": bytes.Replace(whole, []byte("ispe"), []byte("what"), 1),
		"very many boxes":     append(brands("avif"), deepBoxes...),
		"nothing":             brands("avif"),
		"a box too small":     append(brands("avif"), 0, 0, 0, 2, 'm', 'e', 't', 'a'),
	} {
		_, _, _, err := media.Headers(data)
		if e, ok := errors.AsType[*media.Error](err); !ok || e.Status != media.Failed || !strings.HasPrefix(e.Reason, "The file is damaged") {
			t.Errorf("%s: %v", name, err)
		}
	}
	huge, _, memory, err := media.Headers(heifOf("avif", "av01", nil, ispe(1<<31-1, 1<<31-1)))
	if err != nil || huge.Width != 1<<31-1 || memory < 1<<40 {
		t.Errorf("%+v, %d bytes, %v", huge, memory, err)
	}
}

// Boxes of any content are read within their bounds.
func FuzzISO(f *testing.F) {
	f.Add(heifOf("avif", "av01", []byte("some bytes"), ispe(64, 48), boxOf("irot", []byte{1}), boxOf("pixi", []byte{0, 0, 0, 0, 1, 10})))
	f.Add(media.Sequence("avis", 64, 48, visual("av01", 64, 48, boxOf("av1C", []byte{0x81, 1, 0x4c, 0})), []byte{1}, []byte{2, 2}))
	f.Add(brands("avif"))
	f.Fuzz(func(t *testing.T, data []byte) {
		got, frames, memory, err := media.Headers(data)
		if err != nil {
			return
		}
		if got.Width < 0 || got.Height < 0 || got.Orientation < 1 || got.Orientation > 8 || got.Frames < frames-1 || frames < 1 || memory < 1 {
			t.Errorf("%+v, %d frames, %d bytes", got, frames, memory)
		}
	})
}
