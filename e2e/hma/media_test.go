package hma

import (
	"bytes"
	"image"
	"image/color"
	"image/png"
	"net"
	"net/http"
	"net/http/httptest"
	"strconv"
	"strings"
	"testing"

	"github.com/quell-project/quell/internal/demo/art"
)

// board draws a checkerboard of 128 pixels with cells of so many.
func board(cell int) []byte {
	img := image.NewGray(image.Rect(0, 0, 128, 128))
	for y := range 128 {
		for x := range 128 {
			if (x/cell+y/cell)%2 == 0 {
				img.SetGray(x, y, color.Gray{Y: 255})
			}
		}
	}
	return encode(img)
}

func encode(img image.Image) []byte {
	var b bytes.Buffer
	if err := png.Encode(&b, img); err != nil {
		panic(err)
	}
	return b.Bytes()
}

// files are what the tests send and serve, by name. All are drawn or made up.
var files = map[string][]byte{
	"board8.png":  board(8),
	"board16.png": board(16),
	"art.png":     encode(art.Picture(7, 256)),
	"blank.png":   encode(image.NewGray(image.Rect(0, 0, 128, 128))), // too little in it to make a hash of
	"broken.png":  []byte("\x89PNG\r\n\x1a\n and then nothing"),
	"film.mp4":    []byte("abc"),
	"empty.mp4":   {},
}

// media is a web server with the files.
type media struct{ *httptest.Server }

// serveMedia serves the files until the test ends.
func serveMedia(t testing.TB) *media {
	t.Helper()
	l, err := net.Listen("tcp", *pictures)
	if err != nil {
		t.Fatalf("-media: %v", err)
	}
	s := httptest.NewUnstartedServer(http.HandlerFunc(serveFile))
	s.Listener.Close()
	s.Listener = l
	s.Start()
	t.Cleanup(s.Close)
	return &media{s}
}

func (m *media) address() string { return strings.TrimPrefix(m.URL, "http://") }

// mediaTypes are what the server says of files.
var mediaTypes = map[string]string{"png": "image/png", "mp4": "video/mp4"}

func serveFile(w http.ResponseWriter, r *http.Request) {
	name := strings.TrimPrefix(r.URL.Path, "/")
	_, ending, _ := strings.Cut(name, ".")
	w.Header().Set("Content-Type", mediaTypes[ending])
	switch name {
	case "page.html":
		w.Header().Set("Content-Type", "text/html")
		_, _ = w.Write([]byte("<p>no picture</p>"))
	case "shouted": // the spelling of a media type is free
		w.Header().Set("Content-Type", "IMAGE/PNG")
		_, _ = w.Write(files["board8.png"])
	case "untyped":
		w.Header()["Content-Type"] = nil
		_, _ = w.Write(files["board8.png"])
	case "moved":
		http.Redirect(w, r, "/board8.png", http.StatusFound)
	case "inwards": // leads where only this machine gets
		http.Redirect(w, r, "http://169.254.169.254/board8.png", http.StatusFound)
	case "huge.png": // one byte more than 100 MiB, by its own word
		w.Header().Set("Content-Length", strconv.Itoa(100<<20+1))
		_, _ = w.Write(files["board8.png"])
	case "failing.png":
		http.Error(w, "no", http.StatusInternalServerError)
	default:
		data, there := files[name]
		if !there {
			http.NotFound(w, r)
			return
		}
		_, _ = w.Write(data)
	}
}
