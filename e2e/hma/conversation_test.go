package hma

import (
	"bytes"
	"fmt"
	"mime/multipart"
	"net/http"
	"os"
	"regexp"
	"strconv"
	"strings"
	"testing"
)

// A conversation is a golden file: requests and the answers to them, in the form of HTTP, with "> " before the lines of a request and "< " before
// those of its answer. Blocks are apart by an empty line; lines with "#" say what for. Of the headers of an answer those of told are shown; its body
// follows byte for byte, and where there is no line feed at its end, that is said:
//
//	# Names are capital letters, digits and underscores.
//	> POST /c/banks
//	> Content-Type: application/json
//	>
//	> {"name":"my_test_bank"}
//	< 400
//	< Content-Type: application/json
//	<
//	< {"message":"Bank names must be UPPER_WITH_UNDERSCORE"}
//
// The body of a multipart/form-data without a boundary is written as its parts, one a line: name=value, or name=@file with a name of the map files.
// {media} stands for the address of the media server and {512*x} for as many x; in answers {time} is a Unix time that changes.
type conversation struct {
	path   string
	blocks []block
}

type block struct {
	line     int      // of the file
	comments []string // whole lines
	request  []string // without "> "; empty: comments alone
	answer   string   // as it is written
}

const noLineFeed = `\ no line feed at the end`

// told are the headers of an answer that are shown, in this order.
var told = []string{"Content-Type", "Allow", "Location", "Retry-After", "Www-Authenticate"}

func readConversation(t testing.TB, path string) conversation {
	t.Helper()
	text, err := os.ReadFile(path)
	if err != nil {
		t.Fatal(err)
	}
	c := conversation{path: path}
	at := 1
	for part := range strings.SplitSeq(strings.TrimRight(string(text), "\n"), "\n\n") {
		b := block{line: at}
		for line := range strings.SplitSeq(part, "\n") {
			switch mark, rest, _ := strings.Cut(line, " "); mark {
			case "#":
				b.comments = append(b.comments, line)
			case ">":
				b.request = append(b.request, rest)
			case "<", `\`:
				b.answer += line + "\n"
			default:
				t.Fatalf("%s:%d: %q is no line of a request, an answer or a comment", path, at, line)
			}
			at++
		}
		at++
		c.blocks = append(c.blocks, b)
	}
	return c
}

// write writes the file.
func (c conversation) write(t *testing.T) {
	t.Helper()
	var parts []string
	for _, b := range c.blocks {
		lines := b.comments
		for _, line := range b.request {
			lines = append(lines, strings.TrimRight("> "+line, " "))
		}
		parts = append(parts, strings.TrimRight(strings.Join(lines, "\n")+"\n"+b.answer, "\n"))
	}
	if err := os.WriteFile(c.path, []byte(strings.Join(parts, "\n\n")+"\n"), 0o644); err != nil {
		t.Fatal(err)
	}
}

// method and path of the request.
func (b block) target() (method, path string) {
	method, target, _ := strings.Cut(b.request[0], " ")
	path, _, _ = strings.Cut(target, "?")
	return method, path
}

// status is that of the answer.
func (b block) status() int {
	line, _, _ := strings.Cut(strings.TrimPrefix(b.answer, "< "), "\n")
	n, _ := strconv.Atoi(line)
	return n
}

var repeated = regexp.MustCompile(`\{(\d+)\*(.)\}`)

// filled puts what placeholders stand for.
func (s *server) filled(text string) string {
	text = strings.ReplaceAll(text, "{media}", s.media.URL)
	return repeated.ReplaceAllStringFunc(text, func(m string) string {
		found := repeated.FindStringSubmatch(m)
		n, _ := strconv.Atoi(found[1])
		return strings.Repeat(found[2], n)
	})
}

var moment = regexp.MustCompile(`("(?:built_to|index_built_to|newest_db_item|last_fetch_complete_ts)":)\d{9,}`)

// told writes an answer down, without what differs from run to run.
func (s *server) told(a answer) string {
	lines := []string{strconv.Itoa(a.status)}
	for _, name := range told {
		for _, v := range a.header.Values(name) {
			lines = append(lines, name+": "+v)
		}
	}
	if a.body != "" {
		lines = append(append(lines, ""), strings.Split(strings.TrimSuffix(a.body, "\n"), "\n")...)
	}
	text := ""
	for _, line := range lines {
		text += strings.TrimRight("< "+line, " ") + "\n"
	}
	if a.body != "" && !strings.HasSuffix(a.body, "\n") {
		text += noLineFeed + "\n"
	}
	return moment.ReplaceAllString(strings.ReplaceAll(text, s.media.URL, "{media}"), "${1}{time}")
}

// ask sends the request of a block.
func (s *server) ask(b block) answer {
	s.t.Helper()
	method, target, _ := strings.Cut(s.filled(b.request[0]), " ")
	head, body := b.request[1:], []string(nil)
	for i, line := range head {
		if line == "" {
			head, body = head[:i], head[i+1:]
			break
		}
	}
	sent := []byte(s.filled(strings.Join(body, "\n")))
	headers := http.Header{}
	for _, line := range head {
		name, v, _ := strings.Cut(line, ": ")
		if v == "multipart/form-data" {
			v, sent = s.formOf(body)
		}
		headers.Add(name, v)
	}
	r, err := http.NewRequestWithContext(s.t.Context(), method, s.base+target, bytes.NewReader(sent))
	if err != nil {
		s.t.Fatal(err)
	}
	r.Header = headers
	return s.do(r)
}

// formOf makes a form of its parts.
func (s *server) formOf(parts []string) (mediaType string, body []byte) {
	s.t.Helper()
	var b bytes.Buffer
	m := multipart.NewWriter(&b)
	for _, p := range parts {
		name, v, _ := strings.Cut(p, "=")
		file, isFile := strings.CutPrefix(v, "@")
		data, there := files[file]
		switch {
		case !isFile:
			_ = m.WriteField(name, s.filled(v))
		case !there:
			s.t.Fatalf("there is no file %q", file)
		default:
			w, err := m.CreateFormFile(name, file)
			if err != nil {
				s.t.Fatal(err)
			}
			_, _ = w.Write(data)
		}
	}
	_ = m.Close()
	return m.FormDataContentType(), b.Bytes()
}

// holds has a conversation again and compares the answers.
func (s *server) holds(c conversation) {
	s.t.Helper()
	for i, b := range c.blocks {
		if b.request == nil {
			continue
		}
		if s.caughtUp {
			if err := s.app.CatchUp(s.t.Context()); err != nil {
				s.t.Fatal(err)
			}
		}
		got := s.told(s.ask(b))
		if *update {
			c.blocks[i].answer = got
		} else if got != b.answer {
			s.t.Errorf("%s:%d: %s\nwant\n%sgot\n%s", c.path, b.line, b.request[0], b.answer, got)
		}
	}
	if *update {
		t, isTest := s.t.(*testing.T)
		if !isTest {
			panic(fmt.Sprintf("golden files are written by tests, not by a %T", s.t))
		}
		c.write(t)
	}
}
