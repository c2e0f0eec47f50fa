package api_test

import (
	"bytes"
	"context"
	"fmt"
	"io"
	"net"
	"net/http"
	"net/http/httptest"
	"slices"
	"strings"
	"sync"
	"testing"
	"testing/synctest"
	"time"

	"github.com/quell-project/quell/internal/api"
	"github.com/quell-project/quell/internal/platform/intake"
)

// unknownLength hides how long a body is.
func unknownLength(s string) io.Reader { return io.MultiReader(strings.NewReader(s)) }

const mebibyte = 1 << 20

// smallMemory lets three mebibytes of bodies in at a time.
func smallMemory(c *api.Config) {
	c.Limits.PartBytes, c.Limits.Parts, c.Bodies = 2*mebibyte, 4, intake.New(3*mebibyte)
}

// A slowUpload is a request whose body comes when it is told to. Until it is read, no memory is used for it.
type slowUpload struct {
	body   io.Reader
	length int64
	begun  bool          // the body is being read
	comes  chan struct{} // closed: the body comes
	answer answer        // when it is done
	done   bool
}

func (u *slowUpload) Read(p []byte) (int, error) {
	u.begun = true
	<-u.comes
	return u.body.Read(p)
}

// upload begins an upload with a file of so many bytes.
func (w *world) upload(ctx context.Context, size int, lengthKnown bool) *slowUpload {
	contentType, body := formOf(part{name: "content", body: fmt.Sprintf(`{"content_id":"size-%d"}`, size)}, part{name: "file", body: strings.Repeat("x", size)})
	u := &slowUpload{body: body, length: -1, comes: make(chan struct{})}
	if lengthKnown {
		u.length = int64(body.Len())
	}
	go func() {
		r := httptest.NewRequestWithContext(ctx, http.MethodPost, "/api/v1/check", u)
		r.ContentLength = u.length
		r.Header.Set("Authorization", "Bearer "+goodKey)
		r.Header.Set("Content-Type", contentType)
		u.answer = ask(w, r)
		u.done = true
	}()
	synctest.Wait()
	return u
}

// finish lets the body of an upload come.
func (u *slowUpload) finish() {
	close(u.comes)
	synctest.Wait()
}

func count(uploads []*slowUpload, is func(*slowUpload) bool) (n int) {
	for _, u := range uploads {
		if is(u) {
			n++
		}
	}
	return n
}

func begun(u *slowUpload) bool { return u.begun && !u.done }

// TestUploadsWaitForMemory begins more uploads than fit, and lets them end one after the other.
func TestUploadsWaitForMemory(t *testing.T) {
	t.Parallel()
	synctest.Test(t, func(t *testing.T) {
		w := newWorld(smallMemory)
		w.limits.PartBytes = 2 * mebibyte
		var uploads []*slowUpload
		for range 10 {
			uploads = append(uploads, w.upload(t.Context(), mebibyte, true))
		}
		for i, u := range uploads {
			if n := count(uploads, begun); n > 2 || (n < 2 && i < 9) {
				t.Fatalf("%d uploads of a little more than 1 MiB are read into 3 MiB", n)
			}
			if !u.begun {
				t.Fatalf("upload %d was passed over by later ones", i)
			}
			u.finish()
			u.answer.object(t, http.StatusOK)
		}
		if w.recorded() != 1 {
			t.Errorf("recorded %d times", w.recorded())
		}
	})
}

// TestBodiesOfUnknownLengthReserveAsTheyGrow lets small ones in side by side, and turns away the one for which there is no memory.
func TestBodiesOfUnknownLengthReserveAsTheyGrow(t *testing.T) {
	t.Parallel()
	synctest.Test(t, func(t *testing.T) {
		w := newWorld(smallMemory)
		w.limits.PartBytes = 3 * mebibyte
		small, other, large := w.upload(t.Context(), 1000, false), w.upload(t.Context(), 1000, false), w.upload(t.Context(), 2*mebibyte-1000, false)
		if n := count([]*slowUpload{small, other, large}, begun); n != 3 {
			t.Fatalf("%d of 3 are being read", n)
		}
		large.finish()
		large.answer.problem(t, http.StatusServiceUnavailable)
		if large.answer.header.Get("Retry-After") == "" || w.recorded() != 0 {
			t.Errorf("told to come again %q, recorded %d", large.answer.header.Get("Retry-After"), w.recorded())
		}
		small.finish()
		small.answer.object(t, http.StatusOK)
		again := w.upload(t.Context(), 2*mebibyte-1000, false)
		again.finish()
		again.answer.object(t, http.StatusOK)
		other.finish()
		other.answer.object(t, http.StatusOK)
	})
}

// TestNobodyWaitsForMemoryForEver: who waits too long, and who goes away, gets nothing and leaves nothing.
func TestNobodyWaitsForMemoryForEver(t *testing.T) {
	t.Parallel()
	synctest.Test(t, func(t *testing.T) {
		w := newWorld(smallMemory)
		w.limits.PartBytes = 2 * mebibyte
		first := w.upload(context.WithoutCancel(t.Context()), 2*mebibyte-1000, true)
		waits := w.upload(t.Context(), 2*mebibyte-1000, true)
		leaving, leave := context.WithCancel(t.Context())
		leaves := w.upload(leaving, 2*mebibyte-1000, true)
		if waits.begun || leaves.begun {
			t.Fatal("more is read than fits")
		}
		leave()
		synctest.Wait()
		leaves.answer.problem(t, http.StatusServiceUnavailable)
		time.Sleep(time.Minute)
		synctest.Wait()
		waits.answer.problem(t, http.StatusServiceUnavailable)
		first.finish()
		w.upload(t.Context(), 3*mebibyte-1000, true).finish()
	})
}

// TestMemoryIsGivenBack ends requests in every way there is, and then uses all memory at once.
func TestMemoryIsGivenBack(t *testing.T) {
	t.Parallel()
	content := part{name: "content", body: `{"content_id":"a"}`}
	file := part{name: "file", body: strings.Repeat("x", mebibyte)}
	gone, leave := context.WithCancel(context.Background())
	leave()
	for name, end := range map[string]func(w *world){
		"answered":  func(w *world) { postForm(w, "/api/v1/check", content, file) },
		"malformed": func(w *world) { postJSON(w, "/api/v1/check", `{`) },
		"faulty":    func(w *world) { postForm(w, "/api/v1/check", part{name: "content", body: `{"content_id":7}`}, file) },
		"too large": func(w *world) {
			postForm(w, "/api/v1/check", content, part{name: "file", body: strings.Repeat("x", 2*mebibyte+1)})
		},
		"not declared": func(w *world) {
			send(w, http.MethodPost, "/api/v1/check", "application/json", unknownLength(strings.Repeat(" ", 4*mebibyte)))
		},
		"cut short": func(w *world) {
			contentType, body := formOf(content, file)
			send(w, http.MethodPost, "/api/v1/check", contentType, bytes.NewReader(body.Bytes()[:mebibyte]))
		},
		"broken off": func(w *world) {
			contentType, body := formOf(content, file)
			send(w, http.MethodPost, "/api/v1/check", contentType, io.MultiReader(body, brokenConnection{}))
		},
		"no such bank": func(w *world) { postForm(w, "/api/v1/banks/nothing/entries", file) },
		"panicking": func(w *world) {
			w.before = func(context.Context) error { panic("the room is on fire") }
			postForm(w, "/api/v1/check", content, file)
			w.before = nil
		},
		"busy": func(w *world) {
			w.before = func(context.Context) error { return errBusy }
			postForm(w, "/api/v1/check", content, file)
			w.before = nil
		},
		"gone before it began": func(w *world) {
			r := httptest.NewRequestWithContext(gone, http.MethodPost, "/api/v1/check", strings.NewReader(fullRequest))
			r.Header.Set("Authorization", "Bearer "+goodKey)
			r.Header.Set("Content-Type", "application/json")
			ask(w, r)
		},
	} {
		t.Run(name, func(t *testing.T) {
			t.Parallel()
			synctest.Test(t, func(t *testing.T) {
				w := newWorld(smallMemory)
				w.limits.PartBytes = 2 * mebibyte
				for range 4 { // so that whatever each keeps adds up
					end(w)
				}
				full := part{name: "file", body: strings.Repeat("x", 3*mebibyte/2-300)}
				postForm(w, "/api/v1/check", part{name: "content", body: `{"content_id":"all"}`}, full, full).object(t, http.StatusOK)
			})
		})
	}
}

// brokenConnection ends every read with an error.
type brokenConnection struct{}

func (brokenConnection) Read([]byte) (int, error) { return 0, io.ErrUnexpectedEOF }

// TestSlowClientsAreCutOff sends half a body over a real connection and then nothing.
func TestSlowClientsAreCutOff(t *testing.T) {
	t.Parallel()
	w := newWorld(smallMemory, func(c *api.Config) { c.Limits.Time = 500 * time.Millisecond })
	conn := dial(t, w.server(t))
	fmt.Fprintf(conn, "POST /api/v1/check HTTP/1.1\r\nHost: quell\r\nAuthorization: Bearer %s\r\nContent-Type: application/json\r\nContent-Length: 100\r\n\r\n{\"content_id\":", goodKey)
	b, err := io.ReadAll(io.LimitReader(conn, 12))
	if err != nil || string(b) != "HTTP/1.1 408" {
		t.Errorf("answered %q, %v", b, err)
	}
}

// TestClientsThatGoAwayLeaveNothing closes a real connection in the middle of a body that reserved all memory.
func TestClientsThatGoAwayLeaveNothing(t *testing.T) {
	t.Parallel()
	w := newWorld(smallMemory)
	w.limits.PartBytes = 2 * mebibyte
	conn := dial(t, w.server(t))
	fmt.Fprintf(conn, "POST /api/v1/check HTTP/1.1\r\nHost: quell\r\nAuthorization: Bearer %s\r\nContent-Type: multipart/form-data; boundary=x\r\nContent-Length: %d\r\n\r\n--x\r\n", goodKey, 3*mebibyte)
	conn.Close()
	full := part{name: "file", body: strings.Repeat("x", 3*mebibyte/2-300)}
	postForm(w, "/api/v1/check", part{name: "content", body: `{"content_id":"all"}`}, full, full).object(t, http.StatusOK)
	if w.recorded() != 1 {
		t.Errorf("recorded %d times", w.recorded())
	}
}

// dial opens a connection to a server.
func dial(t *testing.T, url string) net.Conn {
	t.Helper()
	conn, err := net.Dial("tcp", strings.TrimPrefix(url, "http://"))
	if err != nil {
		t.Fatal(err)
	}
	t.Cleanup(func() { conn.Close() })
	return conn
}

// TestManyAtOnce sends requests of all kinds side by side, for the race detector, and wants each answered as if it were alone.
func TestManyAtOnce(t *testing.T) {
	t.Parallel()
	w := newWorld(smallMemory)
	postJSON(w, "/api/v1/banks", bankOfTheIssue).object(t, http.StatusCreated)
	var all sync.WaitGroup
	for i := range 8 {
		all.Go(func() {
			for j := range 5 {
				id := fmt.Sprintf("%d-%d", i, j)
				got := []int{
					postForm(w, "/api/v1/check", part{name: "content", body: `{"content_id":"` + id + `"}`}, part{name: "file", body: id}).status,
					postJSON(w, "/api/v1/check", `{"content_id":7}`).status,
					postJSON(w, "/api/v1/contents", `{"items":[{"content_id":"`+id+`","url":"https://media.example/1"}]}`).status,
					get(w, "/api/v1/contents/"+id).status,
					postJSON(w, "/api/v1/banks/grey-heron/entries", `{"signals":[{"type":"pdq","value":"`+knownPDQ+`"}]}`).status,
					patch(w, "/api/v1/banks/grey-heron", `{"limits":{"pdq":30}}`).status,
					get(w, "/api/openapi.json").status,
				}
				if want := []int{200, 422, 202, 200, 201, 200, 200}; !slices.Equal(got, want) {
					t.Errorf("%s: answered %v, want %v", id, got, want)
				}
			}
		})
	}
	all.Wait()
}
