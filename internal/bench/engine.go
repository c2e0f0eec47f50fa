package bench

import (
	"fmt"
	"slices"

	"github.com/quell-project/quell/hamming"
)

// engine is the index that is measured, with the options it is made with. What of package hamming is measured is named here and in batch.go.
type engine struct {
	*hamming.Index
	kernel hamming.Kernel
}

// batchSize is how many entries are inserted at a time at most: as many as one segment holds, since a search looks into every segment.
const batchSize = 16 << 20

// newEngine returns an empty index that runs on the kernel of this name; "" is the best one.
func newEngine(kernel string) (engine, error) {
	able := hamming.Kernels()
	used := able[0]
	if kernel != "" {
		var err error
		if used, err = hamming.ParseKernel(kernel); err != nil {
			return engine{}, err
		}
		if used == hamming.BestKernel {
			used = able[0]
		}
	}
	if !slices.Contains(able, used) {
		return engine{}, fmt.Errorf("this processor cannot run the kernel %s; it can run %v", used, able)
	}
	return engine{hamming.New(hamming.Options{Kernel: used}), used}, nil
}

// open opens a snapshot with the same options.
func (e engine) open(path string) (engine, error) {
	x, err := hamming.Open(path, hamming.Options{Kernel: e.kernel})
	return engine{x, e.kernel}, err
}
