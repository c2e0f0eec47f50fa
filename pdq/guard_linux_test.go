package pdq

import (
	"os"
	"syscall"
	"testing"
)

// Nothing is read behind the last byte of a row: here it is the last byte of memory that may be read, and one more would
// end the program.
func TestNothingIsReadBehindTheEnd(t *testing.T) {
	page := os.Getpagesize()
	memory, err := syscall.Mmap(-1, 0, 2*page, syscall.PROT_READ|syscall.PROT_WRITE, syscall.MAP_ANON|syscall.MAP_PRIVATE)
	if err != nil {
		t.Fatal(err)
	}
	defer syscall.Munmap(memory)
	if err := syscall.Mprotect(memory[page:], syscall.PROT_NONE); err != nil {
		t.Fatal(err)
	}
	for _, r := range rowConverters {
		for n := 1; n < 70; n++ {
			pix := memory[page-r.bytes(n) : page : page]
			for i := range pix {
				pix[i] = 255
			}
			for _, c := range converters() {
				r.convert(c, make([]float32, n), pix)
			}
		}
	}
}
