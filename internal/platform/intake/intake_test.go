package intake_test

import (
	"context"
	"io"
	"net/http"
	"net/http/httptest"
	"strings"
	"testing"
	"time"

	"github.com/quell-project/quell/internal/platform/intake"
)

// request is a request whose body has so many bytes.
func request(t *testing.T, size int, lengthKnown bool) *http.Request {
	t.Helper()
	r := httptest.NewRequestWithContext(t.Context(), http.MethodPost, "/", io.MultiReader(strings.NewReader(strings.Repeat("x", size))))
	r.ContentLength = -1
	if lengthKnown {
		r.ContentLength = int64(size)
	}
	return r
}

const mebibyte = 1 << 20

func TestBodiesUpToTheirLimitComeWhole(t *testing.T) {
	t.Parallel()
	for _, known := range []bool{true, false} {
		for _, size := range []int{0, 1, mebibyte, 2*mebibyte - 1, 2 * mebibyte} {
			b := intake.New(3 * mebibyte)
			r := request(t, size, known)
			release, err := b.Admit(httptest.NewRecorder(), r, 2*mebibyte)
			if err != nil {
				t.Fatal(err)
			}
			data, err := io.ReadAll(r.Body)
			if err != nil || len(data) != size {
				t.Errorf("%d of %d bytes, length known %v, %v", len(data), size, known, err)
			}
			release()
		}
	}
}

func TestLargerBodiesAreTooLarge(t *testing.T) {
	t.Parallel()
	for _, c := range []struct {
		most  int64
		limit int64
	}{{mebibyte, mebibyte}, {9 * mebibyte, 3 * mebibyte}} { // no body may be larger than all memory there is
		for _, known := range []bool{true, false} {
			b := intake.New(3 * mebibyte)
			r := request(t, int(c.limit)+1, known)
			release, err := b.Admit(httptest.NewRecorder(), r, c.most)
			if err == nil {
				_, err = io.ReadAll(r.Body)
				release()
			}
			if limit, is := intake.IsTooLarge(err); !is || limit != c.limit || intake.IsFull(err) {
				t.Errorf("limit %d, length known %v: %v", c.limit, known, err)
			}
		}
	}
}

func TestWhatFindsNoRoomIsToldSoAndLeavesNothingBehind(t *testing.T) {
	t.Parallel()
	b := intake.New(3 * mebibyte)
	held, err := b.Admit(httptest.NewRecorder(), request(t, 2*mebibyte, true), 9*mebibyte)
	if err != nil {
		t.Fatal(err)
	}
	growing := request(t, 2*mebibyte, false)
	release, err := b.Admit(httptest.NewRecorder(), growing, 9*mebibyte)
	if err != nil {
		t.Fatal(err)
	}
	if _, err := io.ReadAll(growing.Body); !intake.IsFull(err) {
		t.Errorf("a body that outgrows the room: %v", err)
	}
	ctx, cancel := context.WithCancel(t.Context())
	cancel()
	if _, err := b.Admit(httptest.NewRecorder(), request(t, 2*mebibyte, true).WithContext(ctx), 9*mebibyte); !intake.IsFull(err) {
		t.Errorf("a body that waited in vain: %v", err)
	}
	release()
	held()
	all, err := b.Admit(httptest.NewRecorder(), request(t, 3*mebibyte, true), 9*mebibyte)
	if err != nil {
		t.Fatalf("not all memory was given back: %v", err)
	}
	all()
}

func TestMemoryIsTakenUntilTheContextEnds(t *testing.T) {
	t.Parallel()
	b := intake.New(3)
	ctx, cancel := context.WithCancel(t.Context())
	if !b.Take(ctx, 1) || !b.Take(ctx, 2) || b.Take(t.Context(), 1) {
		t.Error("there is not as much as there is")
	}
	cancel()
	if b.Take(ctx, 1) {
		t.Error("taken for nobody")
	}
	for !b.Take(t.Context(), 3) { // given back by a goroutine of its own
		time.Sleep(time.Millisecond)
	}
}
