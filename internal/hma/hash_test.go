package hma

import (
	"context"
	"crypto/md5"
	"encoding/hex"
	"errors"
	"fmt"
	"image"
	"image/draw"
	"net/http"
	"net/url"
	"strings"
	"testing"

	"github.com/quell-project/quell/internal/demo/art"
	"github.com/quell-project/quell/internal/domain"
	"github.com/quell-project/quell/pdq"
)

// pdqOf is the hash of a drawn picture, as the library makes it.
func pdqOf(t testing.TB, seed uint64) string {
	t.Helper()
	r, err := pdq.FromImage(art.Picture(seed, 256))
	if err != nil {
		t.Fatal(err)
	}
	return r.Hash.String()
}

func md5Of(data []byte) string {
	sum := md5.Sum(data)
	return hex.EncodeToString(sum[:])
}

func TestHashOfAURL(t *testing.T) {
	t.Parallel()
	w := newRealWorld(t)
	w.web["http://x/photo"] = document{data: photo(1), mediaType: "image/png"}
	w.web["http://x/loud"] = document{data: photo(1), mediaType: "IMAGE/PNG"}
	w.web["http://x/video"] = document{data: []byte("abc"), mediaType: "video/mp4; codecs=x"}
	w.web["http://x/page"] = document{data: photo(1), mediaType: "text/html"}
	w.web["http://x/unnamed"] = document{data: photo(1)}
	w.web["http://x/blank"] = document{data: blank(), mediaType: "image/png"}
	w.web["http://x/broken"] = document{data: photo(1)[:500], mediaType: "image/png"}
	w.web["http://x/text"] = document{data: []byte("not a picture"), mediaType: "image/png"}
	w.web["http://x/inside"] = document{err: &FetchError{FetchRefused, "the address is not public"}}
	w.web["http://x/huge"] = document{err: &FetchError{FetchTooLarge, "it is larger than 5 bytes"}}
	w.web["http://x/crowd"] = document{err: &FetchError{FetchNoRoom, "there is no memory for it"}}
	w.web["http://x/late"] = document{err: context.DeadlineExceeded}
	w.web["http://x/bug"] = document{err: errors.New("bug")}
	photoHash := `{"pdq":"` + pdqOf(t, 1) + `"}` + "\n"
	const hint = ", if you know the expected type, provide it with the content_type query param"
	for _, c := range []struct {
		query  string
		status int
		body   string
	}{
		{"url=http://x/photo", 200, photoHash},
		{"url=http%3A%2F%2Fx%2Fphoto", 200, photoHash},
		{"url=http://x/loud", 200, photoHash},
		{"url=http://x/photo&types=pdq", 200, photoHash},
		{"url=http://x/photo&types=+pdq+,,pdq", 200, photoHash},
		{"url=http://x/photo&content_type=", 200, photoHash},
		{"url=http://x/page&content_type=photo", 200, photoHash},
		{"url=http://x/unnamed&content_type=photo", 200, photoHash},
		{"url=http://x/video", 200, `{"video_md5":"900150983cd24fb0d6963f7d28e17f72"}` + "\n"},
		{"url=http://x/photo&content_type=video", 200, `{"video_md5":"` + md5Of(photo(1)) + `"}` + "\n"},
		{"url=http://x/blank", 200, `{"pdq":""}` + "\n"},
		{"url=http://x/photo&types=", 400, message("empty signal type selection")},
		{"url=http://x/photo&types=,%20,", 400, message("empty signal type selection")},
		{"url=http://x/photo&types=pdq,video_md5", 400, message("signal type 'video_md5' doesn't exist or is disabled")},
		{"url=http://x/photo&types=sha256", 400, message("signal type 'sha256' doesn't exist or is disabled")},
		{"url=http://x/photo&content_type=file", 400, message("no such content_type: 'file'")},
		{"url=http://x/page", 400, message("unsupported url ContentType: 'text/html'" + hint)},
		{"url=http://x/unnamed", 400, message("unsupported url ContentType: ''" + hint)},
		{"url=http://x/text", 400, message("Failed to hash photo: The file is not a picture but text/plain.")},
		{"url=http://x/inside", 400, message("Invalid or unsafe URL provided")},
		{"url=http://x/huge", 413, message("Content too large")},
		{"url=http://x/nothing", 400, message("Failed to fetch URL: there is nothing at this URL (the host answered 404)")},
		{"url=", 400, message("Failed to fetch URL: there is nothing at this URL (the host answered 404)")},
		{"url=http://x:/photo", 400, message("Invalid or unsafe URL provided")},
		{"url=http://x/late", 503, message(textBusy)},
		{"url=http://x/crowd", 503, message(textBusy)},
		{"url=http://x/bug", 500, message(textInternal)},
	} {
		wants(t, c.query, w.do(http.MethodGet, "/h/hash?"+c.query), c.status, c.body)
	}
	if got := w.do(http.MethodGet, "/h/hash?url=http://x/broken"); got.Code != http.StatusBadRequest || !strings.HasPrefix(got.Body.String(), `{"message":"Failed to hash photo: `) {
		t.Errorf("a picture whose end is missing: %d %s", got.Code, got.Body)
	}
	if got := w.do(http.MethodGet, "/h/hash"); got.Code != http.StatusUnprocessableEntity {
		t.Errorf("no url: %d %s", got.Code, got.Body)
	}
}

func TestHashOfAFile(t *testing.T) {
	t.Parallel()
	w := newRealWorld(t)
	picture := string(photo(1))
	photoHash := `{"pdq":"` + pdqOf(t, 1) + `"}` + "\n"
	for name, c := range map[string]struct {
		query  string
		parts  []part
		status int
		body   string
	}{
		"a photo":               {"", []part{{"photo", "a.png", picture}}, 200, photoHash},
		"whatever it is called": {"", []part{{"photo", "ü/;.exe", picture}}, 200, photoHash},
		"a video":               {"", []part{{"video", "a.mp4", "abc"}}, 200, `{"video_md5":"900150983cd24fb0d6963f7d28e17f72"}` + "\n"},
		"an empty video":        {"", []part{{"video", "a.mp4", ""}}, 200, `{"video_md5":"d41d8cd98f00b204e9800998ecf8427e"}` + "\n"},
		"one type":              {"types=pdq", []part{{"photo", "a.png", picture}}, 200, photoHash},
		"fields beside it":      {"", []part{{"note", "", "x"}, {"photo", "a.png", picture}, {"note", "", "y"}}, 200, photoHash},
		"a blank photo":         {"", []part{{"photo", "a.png", string(blank())}}, 200, `{"pdq":""}` + "\n"},
		"a blank first frame":   {"", []part{{"photo", "a.gif", string(animation(1))}}, 200, `{"pdq":""}` + "\n"},
		"no file":               {"", []part{{"photo", "", picture}}, 400, message("Missing multipart/form-data file upload")},
		"nothing":               {"", nil, 400, message("Missing multipart/form-data file upload")},
		"two fields":            {"", []part{{"photo", "a.png", picture}, {"video", "b.mp4", "abc"}}, 400, message("Only one file allowed per request")},
		"two in one field":      {"", []part{{"photo", "a.png", picture}, {"photo", "b.png", picture}}, 400, message("Only one file allowed per request")},
		"another field":         {"", []part{{"file", "a.png", picture}}, 400, message("no such content_type: 'file'")},
		"no field":              {"", []part{{"", "a.png", picture}}, 400, message("no such content_type: ''")},
		"no type":               {"types=", []part{{"photo", "a.png", picture}}, 400, message("empty signal type selection")},
		"a type of the other":   {"types=video_md5", []part{{"photo", "a.png", picture}}, 400, message("signal type 'video_md5' doesn't exist or is disabled")},
		"no picture":            {"", []part{{"photo", "a.png", "abc"}}, 400, message("Failed to hash photo: The file is not a picture but text/plain.")},
		"too large":             {"", []part{{"video", "a.mp4", strings.Repeat("x", 1<<20+1)}}, 413, message(textTooLarge)},
		"the largest":           {"", []part{{"video", "a.mp4", strings.Repeat("x", 1<<20)}}, 200, `{"video_md5":"` + md5Of([]byte(strings.Repeat("x", 1<<20))) + `"}` + "\n"},
		"fields too large":      {"", []part{{"a", "", strings.Repeat("x", maxFields/2)}, {"b", "", strings.Repeat("x", maxFields/2+1)}}, 413, message(textTooLarge)},
		"all too large":         {"", []part{{"video", "a.mp4", strings.Repeat("x", 2<<20)}}, 413, message(textTooLarge)},
	} {
		wants(t, name, w.form(t, "/h/hash?"+c.query, c.parts...), c.status, c.body)
	}
}

func TestFormThatIsNone(t *testing.T) {
	t.Parallel()
	w := newRealWorld(t)
	for name, c := range map[string]struct {
		mediaType, body string
		status          int
		text            string
	}{
		"no form":                      {"application/octet-stream", "abc", 400, textNoFile},
		"nothing":                      {"", "", 400, textNoFile},
		"a form of text":               {"application/x-www-form-urlencoded", "photo=x", 400, textNoFile},
		"no boundary":                  {"multipart/form-data", "abc", 400, textNoFile},
		"cut short":                    {"multipart/form-data; boundary=b", "--b\r\nContent-Disposition: form-data; name=\"video\"; filename=\"x\"\r\n\r\nabc", 400, textUnread},
		"no disposition":               {"multipart/form-data; boundary=b", "--b\r\n\r\nabc\r\n--b--\r\n", 400, textUnread},
		"an empty name is a file name": {"multipart/form-data; boundary=b", "--b\r\nContent-Disposition: form-data; name=\"audio\"; filename=\"\"\r\n\r\nabc\r\n--b--\r\n", 400, "no such content_type: 'audio'"},
	} {
		wants(t, name, w.post("/h/hash", c.mediaType, c.body), c.status, message(c.text))
	}
}

func TestASecondFileIsRefusedBeforeItIsRead(t *testing.T) {
	t.Parallel()
	w := newRealWorld(t)
	body := &counted{Reader: strings.NewReader("--b\r\nContent-Disposition: form-data; name=\"video\"; filename=\"x\"\r\n\r\nabc\r\n" +
		"--b\r\nContent-Disposition: form-data; name=\"video\"; filename=\"y\"\r\n\r\n" + strings.Repeat("x", 1<<20) + "\r\n--b--\r\n")}
	r, _ := http.NewRequest(http.MethodPost, "/h/hash", body)
	r.RemoteAddr = "192.0.2.1:1"
	r.ContentLength = -1
	r.Header.Set("Content-Type", "multipart/form-data; boundary=b")
	wants(t, "two files", w.send(r), http.StatusBadRequest, message(textTwoFiles))
	if body.read > 64<<10 {
		t.Errorf("%d bytes were read", body.read)
	}
}

// counted counts what is read of a body.
type counted struct {
	*strings.Reader
	read int
}

func (c *counted) Read(p []byte) (int, error) {
	n, err := c.Reader.Read(p)
	c.read += n
	return n, err
}

func TestOnlyWhatIsNeededIsMade(t *testing.T) {
	t.Parallel()
	asked := &examiner{}
	w := newRealWorld(t, func(_ *realWorld, cfg *Config) { asked.Fingerprinter, cfg.Fingerprint = cfg.Fingerprint, asked })
	w.form(t, "/h/hash", part{"photo", "a.png", string(photo(1))})
	w.form(t, "/h/hash", part{"video", "a.mp4", "abc"})
	if len(asked.types) != 2 || asked.types[0] != domain.PDQ || asked.types[1] != domain.MD5 {
		t.Errorf("%v", asked.types)
	}
}

// examiner notes which types are asked for, and may answer by itself.
type examiner struct {
	Fingerprinter
	types  []domain.SignalType
	prints []domain.Fingerprint
	checks []domain.Check
}

func (e *examiner) Examine(ctx context.Context, data []byte, types ...domain.SignalType) ([]domain.Fingerprint, []domain.Check) {
	e.types = append(e.types, types...)
	if e.checks != nil {
		return e.prints, e.checks
	}
	return e.Fingerprinter.Examine(ctx, data, types...)
}

func TestAFailureThatMayPassIsNoFaultOfTheFile(t *testing.T) {
	t.Parallel()
	w := newRealWorld(t, func(_ *realWorld, cfg *Config) {
		cfg.Fingerprint = &examiner{checks: []domain.Check{{Detector: "pdq", Status: domain.Failed, Reason: "It took too long.", Temporary: true}}}
	})
	wants(t, "too long", w.form(t, "/h/hash", part{"photo", "a.png", "x"}), http.StatusServiceUnavailable, message(textBusy))
}

// TestFramesThereWasNoTimeForAreNotTakenForUnknown has an animation of which only the first frame was read.
func TestFramesThereWasNoTimeForAreNotTakenForUnknown(t *testing.T) {
	t.Parallel()
	quality := 100
	w := newRealWorld(t, func(_ *realWorld, cfg *Config) {
		cfg.Fingerprint = &examiner{
			prints: []domain.Fingerprint{{Type: domain.PDQ, Value: exampleHash, Quality: &quality}},
			checks: []domain.Check{{Detector: "pdq", Status: domain.Partial, Reason: "Only 1 frame was read: it took too long.", Temporary: true}},
		}
	})
	file := part{"photo", "a.gif", "x"}
	wants(t, "hash", w.form(t, "/h/hash", file), http.StatusOK, `{"pdq":"`+exampleHash+`"}`+"\n")
	wants(t, "nothing so far", w.form(t, "/m/lookup", file), http.StatusServiceUnavailable, message(textBusy))
	number := w.entry(t, w.bank(t, "A", 1), domain.PDQ, exampleHash)
	wants(t, "known already", w.form(t, "/m/lookup", file), http.StatusOK, fmt.Sprintf(`{"pdq":{"A":[{"bank_content_id":%d,"distance":"0"}]}}`+"\n", number))
}

func TestTypesThatAreSwitchedOff(t *testing.T) {
	t.Parallel()
	w := newRealWorld(t, func(w *realWorld, _ *Config) { w.shares[domain.PDQ] = 0 })
	wants(t, "hash", w.form(t, "/h/hash", part{"photo", "a.png", string(photo(1))}), 400, message("content_type photo is disabled"))
	wants(t, "video", w.form(t, "/h/hash", part{"video", "a.mp4", "abc"}), 200, `{"video_md5":"900150983cd24fb0d6963f7d28e17f72"}`+"\n")
	value := pdqOf(t, 1)
	for _, path := range []string{"/m/lookup", "/m/raw_lookup"} {
		wants(t, path, w.do(http.MethodGet, path+"?signal_type=pdq&signal="+value), 400, message("SignalType 'pdq' is not enabled"))
	}
	wants(t, "compare", w.post("/m/compare", typeJSON, `{"pdq":["`+value+`","`+value+`"]}`), 400, message("SignalType 'pdq' is not enabled"))
}

// TestTransparencyIsIgnoredAsHMADoes: what others list of a picture with transparency is the hash of its colours alone.
func TestTransparencyIsIgnoredAsHMADoes(t *testing.T) {
	t.Parallel()
	w := newRealWorld(t)
	colours := art.Picture(1, 256)
	veiled := image.NewNRGBA(colours.Bounds())
	draw.Draw(veiled, veiled.Bounds(), colours, colours.Bounds().Min, draw.Src)
	for i := 3; i < len(veiled.Pix)/2; i += 4 {
		veiled.Pix[i] = 0
	}
	ignored, err := pdq.FromImage(pdq.IgnoreAlpha(veiled))
	if err != nil {
		t.Fatal(err)
	}
	if onWhite, err := pdq.FromImage(veiled); err != nil || onWhite.Hash == ignored.Hash {
		t.Fatalf("the picture looks the same with its transparency ignored, %v", err)
	}
	w.web["http://x/veiled"] = document{data: pngOf(veiled), mediaType: "image/png"}
	wants(t, "hash", w.do(http.MethodGet, "/h/hash?url=http://x/veiled"), 200, `{"pdq":"`+ignored.Hash.String()+`"}`+"\n")

	hidden := image.NewNRGBA(colours.Bounds()) // nothing but white, in colours of one kind
	w.web["http://x/hidden"] = document{data: pngOf(hidden), mediaType: "image/png"}
	wants(t, "hash", w.do(http.MethodGet, "/h/hash?url=http://x/hidden"), 200, `{"pdq":""}`+"\n")
}

// TestHashesCanBeLookedUp: clients look up every hash they get.
func TestHashesCanBeLookedUp(t *testing.T) {
	t.Parallel()
	w := newRealWorld(t)
	w.web["http://x/1"] = document{data: photo(1), mediaType: "image/png"}
	w.web["http://x/2"] = document{data: []byte("abc"), mediaType: "video/mp4"}
	for u := range w.web {
		for name, value := range hashesOf(t, w.do(http.MethodGet, "/h/hash?url="+url.QueryEscape(u))) {
			wants(t, name, w.do(http.MethodGet, "/m/lookup?signal_type="+name+"&signal="+value), 200, "{}\n")
		}
	}
}
