package bench

import (
	"bufio"
	"bytes"
	"fmt"
	"io"
	"net"
	"strconv"
	"time"
)

// hmaClient is one connection that is kept open, as those of services are. It speaks just enough HTTP: the client of the standard library would
// take more of the processors, which it shares with the server, than the server does.
type hmaClient struct {
	conn net.Conn
	in   *bufio.Reader
	body []byte
}

func dialHMA(address string) (*hmaClient, error) {
	conn, err := net.Dial("tcp", address)
	if err != nil {
		return nil, err
	}
	return &hmaClient{conn: conn, in: bufio.NewReader(conn)}, nil
}

func (c *hmaClient) close() { c.conn.Close() } // nothing is lost

// longestAnswer is how long an answer is waited for.
const longestAnswer = time.Minute

// ask sends a request and returns the answer; the body is that of the next one after the next call.
func (c *hmaClient) ask(request []byte) (status int, body []byte, err error) {
	if err := c.conn.SetDeadline(time.Now().Add(longestAnswer)); err != nil {
		return 0, nil, err
	}
	if _, err := c.conn.Write(request); err != nil {
		return 0, nil, err
	}
	line, err := c.in.ReadSlice('\n')
	if err != nil {
		return 0, nil, err
	}
	if len(line) < len("HTTP/1.1 200") || !bytes.HasPrefix(line, []byte("HTTP/1.1 ")) {
		return 0, nil, fmt.Errorf("this is no answer: %q", line)
	}
	if status, err = strconv.Atoi(string(line[9:12])); err != nil {
		return 0, nil, fmt.Errorf("this is no status: %q", line)
	}
	size := 0
	for {
		if line, err = c.in.ReadSlice('\n'); err != nil {
			return 0, nil, err
		}
		name, value, more := bytes.Cut(bytes.TrimSpace(line), []byte(": "))
		if !more {
			break
		}
		if bytes.EqualFold(name, []byte("Content-Length")) {
			if size, err = strconv.Atoi(string(value)); err != nil {
				return 0, nil, err
			}
		}
	}
	c.body = append(c.body[:0], make([]byte, size)...)
	_, err = io.ReadFull(c.in, c.body)
	return status, c.body, err
}

func get(path string) []byte { return requestOf("GET", path, "", nil) }

// requestOf writes a request; mediaType is that of the body.
func requestOf(method, path, mediaType string, body []byte) []byte {
	b := fmt.Appendf(nil, "%s %s HTTP/1.1\r\nHost: bench\r\n", method, path)
	if body != nil {
		b = fmt.Appendf(b, "Content-Type: %s\r\nContent-Length: %d\r\n", mediaType, len(body))
	}
	return append(append(b, "\r\n"...), body...)
}
