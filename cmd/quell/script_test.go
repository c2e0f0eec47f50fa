package main

import (
	"bytes"
	"errors"
	"flag"
	"fmt"
	"image"
	imagedraw "image/draw"
	"image/png"
	"io"
	"net/http"
	"os"
	"os/exec"
	"path/filepath"
	"regexp"
	"slices"
	"strconv"
	"strings"
	"syscall"
	"testing"
	"time"

	"github.com/rogpeppe/go-internal/testscript"

	"github.com/quell-project/quell/internal/demo/art"
	"github.com/quell-project/quell/internal/hmaimport/hmatest"
	"github.com/quell-project/quell/internal/pipeline/corpustest"
	"github.com/quell-project/quell/internal/platform/store/storetest"
)

var update = flag.Bool("update", false, "write the golden files again")

// TestMain makes the test binary be quell for the scripts.
func TestMain(m *testing.M) {
	testscript.Main(m, map[string]func(){"quell": main})
}

// TestScripts runs testdata/*.txtar. Besides the commands of testscript they have:
//
//	exits CODE program args…       run a program that must end with this exit status
//	eventually CODE program args…  run it until it does
//	ready FOLDER                   wait for the server on a data folder; its host and port are then in $ADDRESS
//	sigterm                        tell all programs in the background to stop
//	draw KIND SEED FILE [EDIT]     draw a small "poster", "picture" or "blank" one, as PNG or, edited, in the form of the edit; "rotate-90" is an edit, too
//	hma [clean]                    make a database as HMA has it, with rows that can and cannot be taken or with clean ones; its URL is in $HMA
//	scrub                          put names in place of what differs from run to run in the standard output of the last command
func TestScripts(t *testing.T) {
	t.Parallel()
	testscript.Run(t, testscript.Params{
		Dir: "testdata", UpdateScripts: *update, RequireExplicitExec: true, RequireUniqueNames: true,
		Setup: func(e *testscript.Env) error {
			e.Setenv("GORACE", "atexit_sleep_ms=0") // else every program that is tested for races waits a second before it ends
			return nil
		},
		Condition: func(name string) (bool, error) {
			if name != "postgres" {
				return false, fmt.Errorf("there is no condition %q", name)
			}
			return os.Getenv(storetest.Variable) != "", nil
		},
		Cmds: map[string]func(ts *testscript.TestScript, neg bool, args []string){
			"exits":      exits,
			"eventually": eventually,
			"ready":      ready,
			"sigterm":    sigterm,
			"draw":       draw,
			"pack":       pack,
			"hma":        func(ts *testscript.TestScript, _ bool, args []string) { makeHMA(t, ts, args) },
			"scrub":      scrub,
		},
	})
}

// patience is how long scripts wait for what happens beside them, on a busy machine too.
const patience = time.Minute

// poll asks until the answer is yes.
func poll(ts *testscript.TestScript, what string, ask func() bool) {
	for end := time.Now().Add(patience); !ask(); {
		if time.Now().After(end) {
			ts.Fatalf("waited %s for %s", patience, what)
		}
		time.Sleep(20 * time.Millisecond)
	}
}

func exits(ts *testscript.TestScript, neg bool, args []string) {
	if got := status(ts, neg, args); got != args[0] {
		ts.Fatalf("exit status %s, want %s", got, args[0])
	}
}

func eventually(ts *testscript.TestScript, neg bool, args []string) {
	poll(ts, "exit status "+args[0], func() bool { return status(ts, neg, args) == args[0] })
}

func status(ts *testscript.TestScript, neg bool, args []string) string {
	if neg || len(args) < 2 {
		ts.Fatalf("usage: exits CODE program args…")
	}
	err := ts.Exec(args[1], args[2:]...)
	if e, ok := errors.AsType[*exec.ExitError](err); ok {
		return strconv.Itoa(e.ExitCode())
	}
	ts.Check(err)
	return "0"
}

func ready(ts *testscript.TestScript, _ bool, args []string) {
	path := ts.MkAbs(filepath.Join(args[0], localAddressFile))
	poll(ts, "a server on "+args[0], func() bool {
		address, err := os.ReadFile(path)
		if err != nil {
			return false
		}
		url := strings.TrimSpace(string(address))
		ts.Setenv("ADDRESS", strings.TrimPrefix(url, "http://"))
		answer, err := http.Get(url + "/readyz")
		if err != nil {
			return false
		}
		answer.Body.Close()
		return answer.StatusCode == http.StatusOK
	})
}

func sigterm(ts *testscript.TestScript, _ bool, _ []string) {
	for _, c := range ts.BackgroundCmds() {
		ts.Check(c.Process.Signal(syscall.SIGTERM))
	}
}

func draw(ts *testscript.TestScript, _ bool, args []string) {
	if len(args) < 3 {
		ts.Fatalf("usage: draw KIND SEED FILE [EDIT]")
	}
	seed, err := strconv.ParseUint(args[1], 10, 64)
	ts.Check(err)
	data, err := drawing(args[0], seed, args[3:]...)
	ts.Check(err)
	ts.Check(os.WriteFile(ts.MkAbs(args[2]), data, 0o600))
}

// pack writes a zip of files.
func pack(ts *testscript.TestScript, _ bool, args []string) {
	if len(args) < 1 {
		ts.Fatalf("usage: pack ZIP [FILE]...")
	}
	var files []corpustest.File
	for _, name := range args[1:] {
		files = append(files, corpustest.File{Name: name, Data: []byte(ts.ReadFile(name))})
	}
	ts.Check(os.WriteFile(ts.MkAbs(args[0]), corpustest.Zip(files...), 0o600))
}

// makeHMA makes a database that is gone after all scripts.
func makeHMA(t *testing.T, ts *testscript.TestScript, args []string) {
	if len(args) > 0 {
		ts.Setenv("HMA", hmatest.Many(t, 10).URL)
		return
	}
	ts.Setenv("HMA", hmatest.Sample(t).URL)
}

// drawing returns a drawn picture as a file.
func drawing(kind string, seed uint64, edit ...string) ([]byte, error) {
	const size = 240 // small: the race detector is slow with pixels
	var img *image.RGBA
	switch kind {
	case "poster":
		img = art.Poster(seed, size)
	case "picture":
		img = art.Picture(seed, size)
	case "blank":
		img = image.NewRGBA(image.Rect(0, 0, size, size))
		imagedraw.Draw(img, img.Bounds(), image.White, image.Point{}, imagedraw.Src)
	default:
		return nil, errors.New("draw a poster, a picture or nothing (blank)")
	}
	if slices.Equal(edit, []string{"rotate-90"}) {
		img, edit = quarterTurn(img), nil
	}
	if len(edit) == 0 {
		var b bytes.Buffer
		err := png.Encode(&b, img)
		return b.Bytes(), err
	}
	edits := art.Edits()
	i := slices.IndexFunc(edits, func(e art.Edit) bool { return e.Name == edit[0] })
	if i < 0 {
		return nil, errors.New("there is no such edit")
	}
	data, _, err := edits[i].Apply(img)
	return data, err
}

// quarterTurn turns a picture counter-clockwise.
func quarterTurn(img *image.RGBA) *image.RGBA {
	w, h := img.Bounds().Dx(), img.Bounds().Dy()
	turned := image.NewRGBA(image.Rect(0, 0, h, w))
	for y := range w {
		for x := range h {
			turned.Set(x, y, img.At(w-1-y, x))
		}
	}
	return turned
}

// changing are the things that differ from run to run, and what stands for them in golden files.
var changing = []struct {
	thing *regexp.Regexp
	name  string
}{
	{regexp.MustCompile(`[0-9a-f]{8}(-[0-9a-f]{4}){3}-[0-9a-f]{12}`), "ID"},
	{regexp.MustCompile(`qk_[A-Z2-7]{26}`), "KEY"},
	{regexp.MustCompile(`token=[A-Z2-7]{26}`), "token=TOKEN"},
	{regexp.MustCompile(`\b127\.0\.0\.1:[0-9]+`), "ADDRESS"},
	{regexp.MustCompile(`\b[0-9]{4}-[0-9]{2}-[0-9]{2}T[0-9:.]+Z`), "TIME"},
	{regexp.MustCompile(`\S*/quell-demo-[0-9]+`), "FOLDER"},
	{regexp.MustCompile(`distance [0-9]+ of`), "distance N of"}, // of drawn pictures: some processors round otherwise
	{regexp.MustCompile(`go1\.[0-9.a-z]+`), "GO"},
	{regexp.MustCompile(`\b(linux|darwin|windows)/[a-z0-9]+`), "SYSTEM"},
	{regexp.MustCompile(`\bdevelopment(-[0-9a-f]{12})?\b`), "VERSION"},
}

func scrubbed(text string) string {
	for _, c := range changing {
		text = c.thing.ReplaceAllString(text, c.name)
	}
	return text
}

func scrub(ts *testscript.TestScript, _ bool, _ []string) {
	text := scrubbed(ts.ReadFile("stdout"))
	_, err := io.WriteString(ts.Stdout(), text)
	ts.Check(err)
}
