package view

// minQuality is the least PDQ quality of a view, as that of any hash that is to be looked up.
const minQuality = 50

// idle tells whether the samples have no structure, so that there is no use in hashing them.
func (f *finder) idle() bool {
	low, high := byte(255), byte(0)
	for _, v := range f.samples {
		low, high = min(low, v), max(high, v)
	}
	return high-low < 32
}
