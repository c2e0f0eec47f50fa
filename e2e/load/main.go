package main

import (
	"bufio"
	"bytes"
	"context"
	"encoding/json"
	"flag"
	"fmt"
	"math/rand/v2"
	"mime/multipart"
	"net/http"
	"os"
	"os/exec"
	"slices"
	"strings"
	"sync"
	"sync/atomic"
	"time"

	"github.com/quell-project/quell/e2e/process"
	"github.com/quell-project/quell/internal/demo/art"
)

type options struct {
	kind     string
	seconds  int
	workers  int
	rate     int
	signals  int
	pictures int
	past     int
}

func main() {
	var o options
	flag.StringVar(&o.kind, "kind", "signals", "what is sent: signals (computed by the client), jpeg (1 megapixel) or rest (nothing: memory and cold start)")
	flag.IntVar(&o.seconds, "seconds", 20, "how long checks are sent")
	flag.IntVar(&o.workers, "workers", 32, "clients that send at the same time")
	flag.IntVar(&o.rate, "rate", 0, "checks a second over all clients; 0: as fast as they are answered")
	flag.IntVar(&o.signals, "signals", 0, "random pdq signals in the index")
	flag.IntVar(&o.pictures, "pictures", 64, "different pictures that are sent")
	flag.IntVar(&o.past, "past", 0, "fingerprints of past uploads, which are searched for the signals of -signals all the while; 0: no search")
	flag.Parse()
	if err := run(context.Background(), o); err != nil {
		fmt.Fprintln(os.Stderr, "load:", err)
		os.Exit(1)
	}
}

func run(ctx context.Context, o options) error {
	dir, err := os.MkdirTemp("", "quell-load-")
	if err != nil {
		return err
	}
	defer os.RemoveAll(dir)
	binary, err := process.Build(ctx, dir)
	if err != nil {
		return err
	}
	data := dir + "/data"
	if o.signals > 0 {
		if err := fill(ctx, binary, dir, data, o.signals); err != nil {
			return err
		}
	}
	if o.past > 0 {
		if err := fillPast(data, o.past); err != nil {
			return err
		}
	}
	started := time.Now()
	s, err := process.Start(ctx, binary, data)
	if err != nil {
		return err
	}
	fmt.Printf("start to ready     %v (%d signals)\n", time.Since(started).Round(time.Millisecond), o.signals)
	defer s.Kill()
	if o.kind == "rest" {
		return rest(ctx, s, binary, data)
	}
	bodies, contentType, err := uploads(o)
	if err != nil {
		return err
	}
	hunting, stop := context.WithCancel(ctx)
	defer stop()
	hunted := make(chan error, 1)
	if o.past > 0 {
		go func() {
			times, err := keepHunting(hunting, s)
			fmt.Printf("past searched      %d times through\n", times)
			hunted <- err
		}()
	}
	result := send(ctx, s, o, bodies, contentType)
	stop()
	if o.past > 0 {
		if err := <-hunted; err != nil {
			return err
		}
	}
	result.print()
	fmt.Printf("memory             %s\n", residentMemory(s))
	return s.Stop()
}

// rest measures a server that nobody asks anything.
func rest(ctx context.Context, s *process.Server, binary, data string) error {
	time.Sleep(5 * time.Second) // until start-up garbage is collected and nothing moves
	fmt.Printf("memory at rest     %s\n", residentMemory(s))
	if err := s.Stop(); err != nil {
		return err
	}
	started := time.Now()
	again, err := process.Start(ctx, binary, data)
	if err != nil {
		return err
	}
	fmt.Printf("second start       %v\n", time.Since(started).Round(time.Millisecond))
	return again.Stop()
}

// residentMemory reads what the system counts for the process.
func residentMemory(s *process.Server) string {
	b, err := os.ReadFile(fmt.Sprintf("/proc/%d/status", s.PID()))
	if err != nil {
		return "unknown: " + err.Error()
	}
	var lines []string
	for line := range strings.Lines(string(b)) {
		if strings.HasPrefix(line, "VmRSS") || strings.HasPrefix(line, "VmHWM") {
			lines = append(lines, strings.Join(strings.Fields(line), " "))
		}
	}
	return strings.Join(lines, ", ")
}

// fill imports random signals into a bank before the server starts.
func fill(ctx context.Context, binary, dir, data string, n int) error {
	path := dir + "/list.csv"
	f, err := os.Create(path)
	if err != nil {
		return err
	}
	w := bufio.NewWriter(f)
	fmt.Fprintln(w, "type,value")
	for range n {
		fmt.Fprintf(w, "pdq,%016x%016x%016x%016x\n", rand.Uint64(), rand.Uint64(), rand.Uint64(), rand.Uint64())
	}
	if err := w.Flush(); err != nil {
		return err
	}
	if err := f.Close(); err != nil {
		return err
	}
	started := time.Now()
	out, err := exec.CommandContext(ctx, binary, "bank", "import", "--create", "--data", data, "load", path).CombinedOutput()
	if err != nil {
		return fmt.Errorf("fill the index: %w\n%s", err, out)
	}
	took := time.Since(started)
	fmt.Printf("import             %d signals in %v, %.0f/s\n", n, took.Round(time.Millisecond), float64(n)/took.Seconds())
	return nil
}

// uploads returns a function that makes the n-th request body.
func uploads(o options) (body func(n int) []byte, contentType string, err error) {
	if o.kind == "signals" {
		return func(n int) []byte {
			return fmt.Appendf(nil, `{"content_id":"load-%d","account_id":"user-%d","surface":"post","signals":[{"type":"pdq","value":"%016x%016x%016x%016x"}]}`,
				n, n%1000, rand.Uint64(), rand.Uint64(), rand.Uint64(), rand.Uint64())
		}, "application/json", nil
	}
	files := make([][]byte, o.pictures)
	for i := range files {
		if files[i], _, err = art.Encode(art.Picture(uint64(1000+i), 1152)); err != nil {
			return nil, "", err
		}
	}
	const boundary = "boundary-between-the-parts"
	return func(n int) []byte {
		var b bytes.Buffer
		form := multipart.NewWriter(&b)
		_ = form.SetBoundary(boundary) // a constant that is allowed
		content, _ := json.Marshal(map[string]string{"content_id": fmt.Sprintf("load-%d", n)})
		_ = form.WriteField("content", string(content)) // a buffer takes all writes
		part, _ := form.CreateFormFile("file", "picture.jpg")
		_, _ = part.Write(files[n%len(files)])
		_ = form.Close()
		return b.Bytes()
	}, "multipart/form-data; boundary=" + boundary, nil
}

type result struct {
	took     time.Duration
	answered []time.Duration
	failed   int64
}

// send sends checks from all workers for the time that was asked for.
func send(ctx context.Context, s *process.Server, o options, body func(int) []byte, contentType string) result {
	ctx, cancel := context.WithTimeout(ctx, time.Duration(o.seconds)*time.Second)
	defer cancel()
	client := process.Client(o.workers)
	var next, failed atomic.Int64
	var mu sync.Mutex
	var all []time.Duration
	var group sync.WaitGroup
	started := time.Now()
	for range o.workers {
		group.Go(func() {
			var mine []time.Duration
			for {
				n := int(next.Add(1))
				if o.rate > 0 {
					wait := time.Until(started.Add(time.Duration(n) * time.Second / time.Duration(o.rate)))
					select {
					case <-ctx.Done():
					case <-time.After(wait):
					}
				}
				if ctx.Err() != nil {
					break
				}
				begun := time.Now()
				r, err := http.NewRequest(http.MethodPost, s.URL+"/api/v1/check", bytes.NewReader(body(n)))
				if err == nil {
					r.Header.Set("Content-Type", contentType)
					var status int
					if status, err = s.Send(client, r, nil); err == nil && status != http.StatusOK {
						err = fmt.Errorf("status %d", status)
					}
				}
				if err != nil {
					failed.Add(1)
					continue
				}
				mine = append(mine, time.Since(begun))
			}
			mu.Lock()
			defer mu.Unlock()
			all = append(all, mine...)
		})
	}
	group.Wait()
	return result{time.Since(started), all, failed.Load()}
}

func (r result) print() {
	slices.Sort(r.answered)
	n := len(r.answered)
	if n == 0 {
		fmt.Println("nothing was answered")
		return
	}
	at := func(share float64) time.Duration {
		return r.answered[min(n-1, int(share*float64(n)))].Round(10 * time.Microsecond)
	}
	fmt.Printf("checks             %d in %v, %.0f/s, %d failed\n", n, r.took.Round(time.Millisecond), float64(n)/r.took.Seconds(), r.failed)
	fmt.Printf("latency            median %v, 95%% %v, 99%% %v, longest %v\n", at(.5), at(.95), at(.99), at(1))
}
