package process

import (
	"bytes"
	"context"
	"encoding/json"
	"fmt"
	"io"
	"net"
	"net/http"
	"os"
	"os/exec"
	"path/filepath"
	"syscall"
	"time"
)

// Key is the API key of every server started here.
const Key = "key-of-the-end-to-end-tests"

// Build builds the binary into a folder and returns its path. It must be called inside of the module.
func Build(ctx context.Context, dir string) (string, error) {
	path := filepath.Join(dir, "quell")
	build := exec.CommandContext(ctx, "go", "build", "-o", path, "github.com/quell-project/quell/cmd/quell")
	if out, err := build.CombinedOutput(); err != nil {
		return "", fmt.Errorf("build quell: %w\n%s", err, out)
	}
	return path, nil
}

// Server is a running server.
type Server struct {
	URL string
	Log *bytes.Buffer // its standard error; read it only after the process has ended
	cmd *exec.Cmd
}

// Start starts `quell serve` on a data folder, with variables like "QUELL_BUS_URL=…" added to the environment, and returns once it is ready.
func Start(ctx context.Context, binary, data string, env ...string) (*Server, error) {
	address, err := freeAddress()
	if err != nil {
		return nil, err
	}
	s := &Server{URL: "http://" + address, Log: &bytes.Buffer{}, cmd: exec.Command(binary, "serve", "--data", data, "--listen", address)}
	s.cmd.Env = append(append(os.Environ(), "QUELL_API_KEY="+Key, "QUELL_LOG_LEVEL=warn"), env...)
	s.cmd.Stderr = s.Log
	if err := s.cmd.Start(); err != nil {
		return nil, err
	}
	if err := s.waitReady(ctx); err != nil {
		s.Kill()
		return nil, fmt.Errorf("%w; it said:\n%s", err, s.Log)
	}
	return s, nil
}

func freeAddress() (string, error) {
	l, err := net.Listen("tcp", "127.0.0.1:0")
	if err != nil {
		return "", err
	}
	defer l.Close()
	return l.Addr().String(), nil
}

// waitReady asks until the server is ready.
func (s *Server) waitReady(ctx context.Context) error {
	ctx, cancel := context.WithTimeout(ctx, 2*time.Minute)
	defer cancel()
	for {
		r, err := http.NewRequestWithContext(ctx, http.MethodGet, s.URL+"/readyz", nil)
		if err != nil {
			return err
		}
		if answer, err := http.DefaultClient.Do(r); err == nil {
			answer.Body.Close()
			if answer.StatusCode == http.StatusOK {
				return nil
			}
		}
		if err := s.cmd.Process.Signal(syscall.Signal(0)); err != nil {
			return fmt.Errorf("the server ended: %w", err)
		}
		select {
		case <-ctx.Done():
			return fmt.Errorf("the server does not get ready: %w", ctx.Err())
		case <-time.After(5 * time.Millisecond):
		}
	}
}

// Kill ends the process as a crash would: at once, with nothing finished.
func (s *Server) Kill() {
	_ = s.cmd.Process.Kill() // it may have ended by itself
	_ = s.cmd.Wait()
}

// Stop asks the process to finish, and waits.
func (s *Server) Stop() error {
	if err := s.cmd.Process.Signal(syscall.SIGTERM); err != nil {
		return err
	}
	return s.cmd.Wait()
}

// PID is the number of the process.
func (s *Server) PID() int { return s.cmd.Process.Pid }

// Call sends a request with a JSON body, or none if it is nil, and reads the JSON of the answer into a value.
func (s *Server) Call(ctx context.Context, client *http.Client, method, path string, body, into any) (status int, err error) {
	var document io.Reader
	if body != nil {
		b, err := json.Marshal(body)
		if err != nil {
			return 0, err
		}
		document = bytes.NewReader(b)
	}
	r, err := http.NewRequestWithContext(ctx, method, s.URL+path, document)
	if err != nil {
		return 0, err
	}
	r.Header.Set("Content-Type", "application/json")
	return s.Send(client, r, into)
}

// Send sends a request with the key and reads the JSON of the answer into a value.
func (s *Server) Send(client *http.Client, r *http.Request, into any) (status int, err error) {
	r.Header.Set("Authorization", "Bearer "+Key)
	answer, err := client.Do(r)
	if err != nil {
		return 0, err
	}
	defer answer.Body.Close()
	b, err := io.ReadAll(answer.Body)
	if err != nil {
		return answer.StatusCode, err
	}
	if into != nil {
		err = json.Unmarshal(b, into)
	}
	return answer.StatusCode, err
}

// Client returns an HTTP client with room for many connections to one server.
func Client(connections int) *http.Client {
	return &http.Client{Timeout: time.Minute, Transport: &http.Transport{MaxIdleConnsPerHost: connections, MaxConnsPerHost: connections}}
}
