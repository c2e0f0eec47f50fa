package hamming

import (
	"sync"
	"sync/atomic"
	"testing"
	"testing/synctest"
	"time"
)

func TestWaitReturnsWhenThoseWhoEnteredBeforeHaveLeft(t *testing.T) {
	t.Parallel()
	synctest.Test(t, func(t *testing.T) {
		var r readers
		r.wait() // for nobody
		first := r.enter()
		var waited atomic.Bool
		go func() {
			r.wait()
			waited.Store(true)
		}()
		time.Sleep(time.Second)
		second := r.enter() // those who come later do not wait, nor keep the first ones in
		r.leave(second)
		if waited.Load() {
			t.Fatal("wait returned while a reader was inside")
		}
		r.leave(first)
		time.Sleep(time.Second)
		if !waited.Load() {
			t.Error("wait does not return though nobody is inside")
		}
	})
}

// What is released after a wait must not be read by anybody any more.
func TestNobodyReadsWhatWasReplacedBeforeAWait(t *testing.T) {
	t.Parallel()
	var r readers
	type box struct{ released atomic.Bool }
	var current atomic.Pointer[box]
	current.Store(new(box))
	var done atomic.Bool
	var group sync.WaitGroup
	for range 4 {
		group.Go(func() {
			for !done.Load() {
				phase := r.enter()
				b := current.Load()
				for range 50 {
					if b.released.Load() {
						t.Error("read after release")
						done.Store(true)
						break
					}
				}
				r.leave(phase)
			}
		})
	}
	for range 2 {
		group.Go(func() {
			for range 500 {
				old := current.Swap(new(box))
				r.wait()
				old.released.Store(true)
			}
			done.Store(true)
		})
	}
	group.Wait()
}
