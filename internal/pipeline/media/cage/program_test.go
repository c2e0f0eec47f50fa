package cage_test

import (
	"bytes"
	"compress/gzip"
	"context"
	"errors"
	"slices"
	"strings"
	"testing"
	"time"

	"github.com/quell-project/quell/internal/pipeline/media/cage"
)

// section is a section of a WebAssembly module: its number, and entries with their number in front.
func section(number byte, entries ...[]byte) []byte {
	body := append([]byte{byte(len(entries))}, bytes.Join(entries, nil)...)
	return append([]byte{number, byte(len(body))}, body...)
}

func export(name string, kind, index byte) []byte {
	return append(append([]byte{byte(len(name))}, name...), kind, index)
}

func code(instructions ...byte) []byte {
	const noLocals, end = 0, 0x0b
	return append([]byte{byte(len(instructions) + 2), noLocals}, append(instructions, end)...)
}

// program is a module of one page of memory. Its malloc grows the memory by a page and returns where that begins; spin never ends; fall
// ends in a trap; first returns the first byte of the memory, which tells whether it is new.
func program() []byte {
	const i32, function, memory = 0x7f, 0, 2
	all := slices.Concat([]byte("\x00asm\x01\x00\x00\x00"),
		section(1, []byte{0x60, 1, i32, 1, i32}, []byte{0x60, 0, 1, i32}), // types: one number to one, none to one
		section(3, []byte{0}, []byte{1}, []byte{1}, []byte{1}),
		section(5, []byte{0, 1}),
		section(7, export("memory", memory, 0), export("malloc", function, 0), export("spin", function, 1),
			export("fall", function, 2), export("first", function, 3)),
		section(10,
			code(0x41, 1, 0x40, 0, 0x41, 16, 0x74),   // memory.grow(1) << 16
			code(0x03, 0x40, 0x0c, 0, 0x0b, 0x41, 0), // loop { continue }
			code(0x00),                               // unreachable
			code(0x41, 0, 0x2d, 0, 0)),               // load8_u(0)
	)
	var zipped bytes.Buffer
	w := gzip.NewWriter(&zipped)
	w.Write(all)
	w.Close()
	return zipped.Bytes()
}

const page = 1 << 16

// A program reads and writes its own memory, and no instance sees that of another.
func TestInstancesShareNothing(t *testing.T) {
	t.Parallel()
	p := cage.New(program())
	for range 3 {
		err := p.Run(t.Context(), 4*page, func(i *cage.Instance) error {
			if v, err := i.Call("first"); err != nil || v != 0 {
				t.Errorf("the first byte is %d, %v", v, err)
			}
			b, err := i.Bytes(0, 1)
			if err != nil {
				return err
			}
			b[0] = 77
			if v, err := i.Call("first"); err != nil || v != 77 {
				t.Errorf("after it was written, the first byte is %d, %v", v, err)
			}
			address, err := i.Put([]byte("hello"))
			if err != nil {
				return err
			}
			if b, err := i.Bytes(address, 5); err != nil || string(b) != "hello" {
				t.Errorf("read %q, %v", b, err)
			}
			return nil
		})
		if err != nil {
			t.Error(err)
		}
	}
}

// A program gets no more memory than it was granted, and says so.
func TestMemoryIsBounded(t *testing.T) {
	t.Parallel()
	p := cage.New(program())
	grown := 0
	err := p.Run(t.Context(), 3*page, func(i *cage.Instance) error {
		for range 9 {
			address, err := i.Alloc(1)
			if err != nil {
				return err
			}
			if address > 3*page {
				return errors.New("no memory")
			}
			grown++
		}
		return nil
	})
	if !errors.Is(err, cage.ErrMemory) || grown != 2 {
		t.Errorf("after %d pages: %v", grown, err)
	}
	if err := p.Run(t.Context(), page/2, func(*cage.Instance) error { return nil }); !errors.Is(err, cage.ErrMemory) {
		t.Errorf("with less than it begins with: %v", err)
	}
	if err := p.Run(t.Context(), 3*page, func(i *cage.Instance) error { _, err := i.Alloc(1 << 40); return err }); !errors.Is(err, cage.ErrMemory) {
		t.Errorf("a terabyte: %v", err)
	}
}

// A program that falls over, or asks for what is not there, takes nothing with it.
func TestFaultsAreErrors(t *testing.T) {
	t.Parallel()
	p := cage.New(program())
	want := errors.New("of the caller")
	for name, f := range map[string]func(*cage.Instance) error{
		"unreachable":            func(i *cage.Instance) error { _, err := i.Call("fall"); return err },
		"no function nosuch":     func(i *cage.Instance) error { _, err := i.Call("nosuch"); return err },
		"outside the memory":     func(i *cage.Instance) error { _, err := i.Bytes(page-4, 5); return err },
		"are outside the memory": func(i *cage.Instance) error { _, err := i.Bytes(1<<33, 5); return err },
		"of the caller":          func(i *cage.Instance) error { return want },
	} {
		if err := p.Run(t.Context(), 4*page, f); err == nil || !strings.Contains(err.Error(), name) {
			t.Errorf("%s: %v", name, err)
		}
	}
	if err := p.Run(t.Context(), 4*page, func(*cage.Instance) error { return nil }); err != nil {
		t.Errorf("afterwards: %v", err)
	}
}

// A program that never ends is stopped with its context.
func TestEndlessProgramIsStopped(t *testing.T) {
	t.Parallel()
	late := errors.New("late")
	ctx, cancel := context.WithTimeoutCause(t.Context(), 50*time.Millisecond, late)
	defer cancel()
	err := cage.New(program()).Run(ctx, 4*page, func(i *cage.Instance) error { _, err := i.Call("spin"); return err })
	if !errors.Is(err, late) {
		t.Errorf("got %v", err)
	}
}

// What is no program is an error each time, not a panic.
func TestWhatIsNoProgram(t *testing.T) {
	t.Parallel()
	for name, module := range map[string][]byte{"nothing": nil, "no gzip": []byte("\x00asm"), "cut off": program()[:40]} {
		p := cage.New(module)
		for range 2 {
			if err := p.Compile(t.Context()); err == nil {
				t.Errorf("%s: compiled", name)
			}
			if err := p.Run(t.Context(), page, func(*cage.Instance) error { return nil }); err == nil {
				t.Errorf("%s: ran", name)
			}
		}
	}
}
