package bench

import (
	"bytes"
	"context"
	"errors"
	"fmt"
	"net"
	"os"
	"os/exec"
	"slices"
	"strconv"
	"strings"
	"syscall"
	"time"
)

// hmaServer is a running `quell serve` that clients of HMA can ask.
type hmaServer struct {
	address string
	cmd     *exec.Cmd
	log     bytes.Buffer  // its standard error; to be read after it has ended
	ended   chan struct{} // closed then
	failure error         // why; to be read after that
}

// startHMA starts a server on a data folder and returns as soon as it says that it is alive, which means that its index is loaded. Settings of the
// one who measures do not reach it: they could lead it to another database.
func startHMA(ctx context.Context, binary, folder string) (*hmaServer, error) {
	var addresses [2]string
	for i := range addresses {
		l, err := net.Listen("tcp", "127.0.0.1:0")
		if err != nil {
			return nil, fmt.Errorf("find a free port: %w", err)
		}
		defer l.Close()
		addresses[i] = l.Addr().String()
		l.Close()
	}
	s := &hmaServer{address: addresses[0], ended: make(chan struct{})}
	s.cmd = exec.Command(binary, "serve", "--data", folder, "--listen", addresses[1])
	s.cmd.Dir, s.cmd.Stderr = folder, &s.log
	s.cmd.Env = append(slices.DeleteFunc(os.Environ(), func(v string) bool { return strings.HasPrefix(v, "QUELL_") }),
		"QUELL_HMA_LISTEN="+s.address, "QUELL_LOG_LEVEL=error")
	if err := s.cmd.Start(); err != nil {
		return nil, fmt.Errorf("start the server: %w", err)
	}
	go func() {
		s.failure = s.cmd.Wait()
		close(s.ended)
	}()
	if err := s.waitAlive(ctx); err != nil {
		s.kill()
		return nil, fmt.Errorf("%w; it said:\n%s", err, &s.log)
	}
	return s, nil
}

// waitAlive asks /status until it is what HMA says when all is well.
func (s *hmaServer) waitAlive(ctx context.Context) error {
	for {
		if c, err := dialHMA(s.address); err == nil {
			status, body, err := c.ask(get("/status"))
			c.close()
			if err == nil && status == 200 && string(body) == "I-AM-ALIVE" {
				return nil
			}
		}
		select {
		case <-ctx.Done():
			return context.Cause(ctx)
		case <-s.ended:
			return fmt.Errorf("the server ended: %v", s.failure)
		case <-time.After(2 * time.Millisecond):
		}
	}
}

// kill ends the process at once.
func (s *hmaServer) kill() {
	_ = s.cmd.Process.Kill() // it may have ended
	<-s.ended
}

// stop has the process finish, and waits.
func (s *hmaServer) stop() error {
	if err := s.cmd.Process.Signal(syscall.SIGTERM); err != nil && !errors.Is(err, os.ErrProcessDone) {
		return fmt.Errorf("stop the server: %w", err)
	}
	<-s.ended
	if s.failure != nil {
		return fmt.Errorf("the server ended: %w; it said:\n%s", s.failure, &s.log)
	}
	return nil
}

// proc is what /proc knows the process by.
func (s *hmaServer) proc() string { return strconv.Itoa(s.cmd.Process.Pid) }

// resident returns the bytes of memory that the process holds, peak the most it ever held; 0 without /proc.
func (s *hmaServer) resident() int64 { return kilobytes(field("/proc/"+s.proc()+"/status", "VmRSS")) }
func (s *hmaServer) peak() int64     { return kilobytes(field("/proc/"+s.proc()+"/status", "VmHWM")) }
