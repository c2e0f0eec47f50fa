package cage

import (
	"context"
	"fmt"
	"math"

	"github.com/tetratelabs/wazero/api"
)

// Instance is a program at work on one file. Addresses are those of its own memory.
type Instance struct {
	ctx    context.Context
	module api.Module
}

// Call calls a function that the program exports, and returns its one result.
func (i *Instance) Call(function string, args ...uint64) (uint64, error) {
	f := i.module.ExportedFunction(function)
	if f == nil {
		return 0, fmt.Errorf("cage: the program has no function %s", function)
	}
	results, err := f.Call(i.ctx, args...)
	if err != nil {
		return 0, fmt.Errorf("cage: %s: %w", function, err)
	}
	if len(results) != 1 {
		return 0, fmt.Errorf("cage: %s has %d results, not one", function, len(results))
	}
	return results[0], nil
}

// Alloc returns the address of so many bytes for the program to use. They are freed with the instance.
func (i *Instance) Alloc(size int64) (address uint64, err error) {
	if size > math.MaxInt32 {
		return 0, ErrMemory
	}
	if address, err = i.Call("malloc", uint64(max(size, 1))); err == nil && address == 0 {
		err = ErrMemory
	}
	return address, err
}

// Put copies bytes into the memory of the program.
func (i *Instance) Put(data []byte) (address uint64, err error) {
	if address, err = i.Alloc(int64(len(data))); err != nil {
		return 0, err
	}
	place, err := i.Bytes(address, int64(len(data)))
	copy(place, data)
	return address, err
}

// Bytes returns the memory of the program itself: valid until its next call, and not after the instance has ended.
func (i *Instance) Bytes(address uint64, size int64) ([]byte, error) {
	if address > math.MaxUint32 || size < 0 || size > math.MaxUint32 {
		return nil, fmt.Errorf("cage: %d bytes at %#x are outside the memory", size, address)
	}
	b, ok := i.module.Memory().Read(uint32(address), uint32(size))
	if !ok {
		return nil, fmt.Errorf("cage: %d bytes at %#x are outside the memory", size, address)
	}
	return b, nil
}
