package bench

import "github.com/quell-project/quell/hamming"

// engine holds every call that is made on the index. What is measured of it is here; how, in the files beside.
type engine struct{ *hamming.Index }

func newEngine() engine { return engine{hamming.New(hamming.Options{})} }

func openEngine(path string) (engine, error) {
	x, err := hamming.Open(path, hamming.Options{})
	return engine{x}, err
}

// kernel names the code that this index runs on.
func (engine) kernel() string { return "portable" }

// batchSize is how many entries are inserted at a time at most: as many as one segment holds, since a search looks into every segment.
const batchSize = 16 << 20
