package hamming_test

import (
	"errors"
	"fmt"
	"io/fs"
	"os"
	"path/filepath"

	"github.com/quell-project/quell/hamming"
)

func Example() {
	index := hamming.New(hamming.Options{})
	defer index.Close()

	known, err := hamming.ParseCode("f8f8f0cee0f4a84f06370a22038f63f0b36e2ed596621e1d33e6b39c4e9c9b22")
	if err != nil {
		fmt.Println(err)
		return
	}
	if err := index.Insert(17, known); err != nil {
		fmt.Println(err)
		return
	}

	upload := known
	upload[3] ^= 0b10110 // an edited copy differs in a few bits
	hits, err := index.Search(nil, upload, 31)
	fmt.Println(hits, err)

	index.Delete(17)
	hits, err = index.Search(hits[:0], upload, 31)
	fmt.Println(hits, err)
	// Output:
	// [{17 3}] <nil>
	// [] <nil>
}

// At start, open the snapshot and catch up from its position; when there is none
// that can be used, build the index from its source.
func ExampleOpen() {
	dir, err := os.MkdirTemp("", "example")
	if err != nil {
		fmt.Println(err)
		return
	}
	defer os.RemoveAll(dir)
	path := filepath.Join(dir, "codes.snapshot")

	index, err := hamming.Open(path, hamming.Options{})
	if errors.Is(err, fs.ErrNotExist) || errors.Is(err, hamming.ErrSnapshot) {
		fmt.Println("no snapshot: load everything")
		index, err = hamming.New(hamming.Options{}), nil
	}
	if err != nil {
		fmt.Println(err)
		return
	}
	changes := []hamming.Entry{{ID: 1, Code: hamming.Code{1}}, {ID: 2, Code: hamming.Code{2}}}
	if err := index.InsertBatch(changes); err != nil {
		fmt.Println(err)
		return
	}
	if err := index.WriteSnapshot(path, 1234); err != nil { // 1234: the last change applied
		fmt.Println(err)
		return
	}
	index.Close()

	index, err = hamming.Open(path, hamming.Options{})
	if err != nil {
		fmt.Println(err)
		return
	}
	defer index.Close()
	fmt.Println(index.Len(), "codes, catch up from change", index.Position())
	// Output:
	// no snapshot: load everything
	// 2 codes, catch up from change 1234
}

func ExampleDistance() {
	fmt.Println(hamming.Distance(hamming.Code{0b1011}, hamming.Code{0b0001}))
	// Output: 2
}
