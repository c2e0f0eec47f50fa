package media

// Estimate returns the memory that Decode sets aside for a file.
func Estimate(data []byte) (int64, error) {
	f, _, err := identify(data)
	if err != nil {
		return 0, err
	}
	p, err := f.layout(data)
	if err != nil {
		return 0, err
	}
	return p.memory(), nil
}

// Sequence returns a file of a track, which a box stsd describes, with a sample for each of those given.
func Sequence(brand string, width, height int, description []byte, samples ...[]byte) []byte {
	t := isoTrack{width: width, height: height, description: description, total: len(samples)}
	for _, s := range samples {
		t.samples = append(t.samples, isoSample{data: s})
	}
	return t.part(brand, 0, len(samples))
}

// Runs returns how a track is divided whose samples can be decoded by themselves where sync is true.
func Runs(sync []bool, most int) (starts []int, end int) {
	t := isoTrack{}
	for _, s := range sync {
		t.samples = append(t.samples, isoSample{sync: s})
	}
	return t.runs(most)
}

// Headers reads a file of boxes, whatever its brand, and returns what its layout is and the least that its frames are said to take.
func Headers(data []byte) (p Picture, frames int, memory int64, err error) {
	l, err := guard(func() (*layout, error) { return scanAVIF(data) })
	if err != nil {
		return p, 0, 0, err
	}
	return Picture{Width: l.width, Height: l.height, Orientation: l.orientation, Frames: l.total}, len(l.frames), l.memory(), nil
}
