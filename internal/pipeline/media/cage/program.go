package cage

import (
	"bytes"
	"compress/gzip"
	"context"
	"errors"
	"fmt"
	"io"
	"runtime"
	"sync"

	"github.com/tetratelabs/wazero"
	"github.com/tetratelabs/wazero/api"
	"github.com/tetratelabs/wazero/experimental"
	"github.com/tetratelabs/wazero/imports/wasi_snapshot_preview1"
)

// ErrMemory means that a decoder asked for more memory than it may have.
var ErrMemory = errors.New("cage: the decoder asked for more memory than it may have")

// Program is a decoder. It is safe for concurrent use.
type Program struct {
	load func() (*compiled, error)
}

type compiled struct {
	runtime wazero.Runtime
	module  wazero.CompiledModule
}

// New returns the program that is in a WebAssembly module, compressed with gzip. The module may need the functions of WASI, preview 1,
// which find nothing outside the cage. It must export its memory and the functions malloc and free of C.
func New(module []byte) *Program {
	return &Program{sync.OnceValues(func() (*compiled, error) { return compile(module) })}
}

// Compile compiles the program if that has not been done yet, and returns when it is, or when ctx is done; then it goes on by itself.
func (p *Program) Compile(ctx context.Context) error {
	done := make(chan error, 1)
	go func() {
		_, err := p.load()
		done <- err
	}()
	select {
	case err := <-done:
		return err
	case <-ctx.Done():
		return context.Cause(ctx)
	}
}

// mostModule is the most bytes of a module that are unpacked; those of picture decoders are some three megabytes.
const mostModule = 64 << 20

func compile(module []byte) (*compiled, error) {
	unzip, err := gzip.NewReader(bytes.NewReader(module))
	if err != nil {
		return nil, fmt.Errorf("unpack a WebAssembly module: %w", err)
	}
	code, err := io.ReadAll(io.LimitReader(unzip, mostModule))
	if err != nil {
		return nil, fmt.Errorf("unpack a WebAssembly module: %w", err)
	}
	// What is compiled outlives the file for which it was.
	ctx := experimental.WithCompilationWorkers(context.Background(), runtime.GOMAXPROCS(0))
	config := wazero.NewRuntimeConfig().
		WithCoreFeatures(api.CoreFeaturesV2 | experimental.CoreFeaturesThreads).
		WithCloseOnContextDone(true)
	c := &compiled{runtime: wazero.NewRuntimeWithConfig(ctx, config)}
	if _, err := wasi_snapshot_preview1.Instantiate(ctx, c.runtime); err != nil {
		return nil, fmt.Errorf("make the functions of WASI: %w", err)
	}
	if c.module, err = c.runtime.CompileModule(ctx, code); err != nil {
		return nil, fmt.Errorf("compile a WebAssembly module: %w", err)
	}
	return c, nil
}

// Run calls f with an instance of the program whose memory may take so many bytes. The instance, and all of its memory, ends with f.
// If ctx is done before, what runs in the instance ends with an error.
func (p *Program) Run(ctx context.Context, memory int64, f func(*Instance) error) error {
	c, err := p.load()
	if err != nil {
		return err
	}
	for _, m := range c.module.ExportedMemories() {
		if int64(m.Min())*pageSize > memory {
			return ErrMemory
		}
	}
	granted := &grant{most: uint64(memory)}
	err = c.run(experimental.WithMemoryAllocator(ctx, granted), f)
	switch {
	case err == nil:
		return nil
	case ctx.Err() != nil:
		return context.Cause(ctx)
	case granted.refused:
		return errors.Join(ErrMemory, err)
	}
	return err
}

func (c *compiled) run(ctx context.Context, f func(*Instance) error) error {
	module, err := c.runtime.InstantiateModule(ctx, c.module, wazero.NewModuleConfig().WithName("")) // without a name, there may be many
	if err != nil {
		return fmt.Errorf("make an instance of a WebAssembly module: %w", err)
	}
	defer module.Close(context.WithoutCancel(ctx))
	return f(&Instance{ctx: ctx, module: module})
}

const pageSize = 1 << 16

// grant is the memory of an instance. It refuses to grow beyond a size, which the decoder sees as a machine without more memory.
type grant struct {
	most    uint64
	bytes   []byte
	refused bool
}

func (g *grant) Allocate(_, _ uint64) experimental.LinearMemory { return g }

// Reallocate returns the memory with a new size, or nil. It grows by a quarter at least, so that what is copied stays in proportion.
func (g *grant) Reallocate(size uint64) []byte {
	if size > g.most {
		g.refused = true
		return nil
	}
	if size > uint64(cap(g.bytes)) {
		grown := make([]byte, size, min(g.most, size+size/4))
		copy(grown, g.bytes)
		g.bytes = grown
	}
	g.bytes = g.bytes[:size]
	return g.bytes
}

func (g *grant) Free() { g.bytes = nil }
