package archive_test

import (
	"archive/tar"
	"archive/zip"
	"bytes"
	"context"
	"encoding/base64"
	"errors"
	"fmt"
	"io"
	"math/rand/v2"
	"slices"
	"strings"
	"testing"
	"unicode"
	"unicode/utf8"

	"github.com/google/go-cmp/cmp"

	"github.com/quell-project/quell/internal/domain"
	"github.com/quell-project/quell/internal/pipeline/archive"
	"github.com/quell-project/quell/internal/pipeline/corpustest"
)

// plenty is a budget that nothing here uses up.
func plenty(packed int) *archive.Budget {
	return &archive.Budget{Files: 1000, Bytes: 64 << 20, Largest: 16 << 20, Ratio: 1000, Packed: int64(packed)}
}

// walked is what a walk came to.
type walked struct {
	Files   map[string]string // names to what is in them, or to why it is not known
	Outcome archive.Outcome
}

func walk(t testing.TB, data []byte, b *archive.Budget) walked {
	t.Helper()
	c := archive.Open(data)
	if c == nil {
		t.Fatalf("%d bytes are taken for no container", len(data))
	}
	w := walked{Files: map[string]string{}}
	var err error
	w.Outcome, err = c.Walk(t.Context(), b, func(m archive.Member) error {
		text := string(m.Data)
		if m.Err != nil {
			text = string(m.Err.Status) + ": " + m.Err.Reason
		}
		w.Files[m.Name] = text
		return nil
	})
	if err != nil {
		t.Fatal(err)
	}
	return w
}

var two = []corpustest.File{{Name: "a.txt", Data: []byte("one")}, {Name: "b/c.txt", Data: []byte("two")}}

func TestEveryKindIsToldByItsBytesAndWalked(t *testing.T) {
	t.Parallel()
	both, one := map[string]string{"a.txt": "one", "b/c.txt": "two"}, func(name string) map[string]string { return map[string]string{name: "one"} }
	for name, c := range map[string]struct {
		data      []byte
		mediaType string
		want      map[string]string
	}{
		"zip":            {corpustest.Zip(two...), "application/zip", both},
		"stored zip":     {corpustest.StoredZip(two...), "application/zip", both},
		"empty zip":      {corpustest.Zip(), "application/zip", map[string]string{}},
		"tar":            {corpustest.Tar(two...), "application/x-tar", both},
		"tar.gz":         {corpustest.Gzip("x.tar", corpustest.Tar(two...)), "application/gzip", both},
		"tar.zst":        {corpustest.Zstd(corpustest.Tar(two...)), "application/zstd", both},
		"gzip":           {corpustest.Gzip("../a", []byte("one")), "application/gzip", one("a")},
		"gzip in pieces": {append(corpustest.Gzip("a", []byte("o")), corpustest.Gzip("b", []byte("ne"))...), "application/gzip", one("a")},
		"bzip2":          {corpustest.Bzip2([]byte("one")), "application/x-bzip2", one("content")},
		"Zstandard":      {corpustest.Zstd([]byte("one")), "application/zstd", one("content")},
		"SVG":            {corpustest.SVG([]byte("one"), []byte("two")), "image/svg+xml", map[string]string{"embedded-1": "one", "embedded-2": "two"}},
		"SVG in UTF-16":  {corpustest.UTF16(corpustest.SVG([]byte("one"))), "image/svg+xml", one("embedded-1")},
	} {
		t.Run(name, func(t *testing.T) {
			t.Parallel()
			if got := archive.Open(c.data).MediaType; got != c.mediaType {
				t.Errorf("media type %q", got)
			}
			if diff := cmp.Diff(walked{c.want, archive.Outcome{Status: domain.Complete}}, walk(t, c.data, plenty(len(c.data)))); diff != "" {
				t.Errorf("(-want +got)\n%s", diff)
			}
		})
	}
}

func TestKindsThatAreKnownBySightAndNotRead(t *testing.T) {
	t.Parallel()
	for kind, begin := range map[string]string{"RAR": "Rar!\x1a\x07\x01", "xz": "\xfd7zXZ\x00", "LZ4": "\x04\x22\x4d\x18"} {
		got := walk(t, []byte(begin+strings.Repeat("x", 99)), plenty(99))
		want := walked{map[string]string{}, archive.Outcome{Status: domain.Unsupported, Reason: "Files of the kind " + kind + " cannot be opened."}}
		if diff := cmp.Diff(want, got); diff != "" {
			t.Errorf("(-want +got)\n%s", diff)
		}
	}
	for _, data := range []string{"", "PK", "GIF89a", "%PDF-1.7", "BZh9 is a text", "<html></html>", strings.Repeat("\x00", 1024)} {
		if c := archive.Open([]byte(data)); c != nil {
			t.Errorf("%q is taken for a %s", data, c.Name)
		}
	}
}

func TestLimits(t *testing.T) {
	t.Parallel()
	const mega = 1 << 20
	zeros := corpustest.File{Name: "zeros", Data: make([]byte, 3*mega)}
	small := corpustest.File{Name: "small", Data: []byte("one")}
	tooMuch := "There is more in it than one upload may unpack."
	for name, c := range map[string]struct {
		data   []byte
		change func(*archive.Budget)
		want   map[string]string
		status domain.CheckStatus
		reason string
	}{
		"files in a zip": {corpustest.Zip(two...), func(b *archive.Budget) { b.Files = 1 }, map[string]string{"a.txt": "one"},
			domain.Partial, "Only the first file in it was checked. There are more files in it than one upload may hold."},
		"files in a tar": {corpustest.Tar(two...), func(b *archive.Budget) { b.Files = 1 }, map[string]string{"a.txt": "one"},
			domain.Partial, "Only the first file in it was checked. There are more files in it than one upload may hold."},
		"no files at all": {corpustest.Tar(two...), func(b *archive.Budget) { b.Files = 0 }, map[string]string{},
			domain.Partial, "There are more files in it than one upload may hold."},
		"a large member of a zip": {corpustest.Zip(zeros, small), func(b *archive.Budget) { b.Largest = 2 * mega },
			map[string]string{"zeros": "unsupported: Unpacked it is larger than 2,097,152 bytes, the limit for one file.", "small": "one"},
			domain.Partial, "Of the files in it 1 could not be unpacked."},
		"a large member of a tar": {corpustest.Tar(zeros, small), func(b *archive.Budget) { b.Largest = 2 * mega },
			map[string]string{"zeros": "unsupported: Unpacked it is larger than 2,097,152 bytes, the limit for one file.", "small": "one"},
			domain.Partial, "Of the files in it 1 could not be unpacked."},
		"the ratio of a member of a zip": {corpustest.Zip(zeros, small), func(b *archive.Budget) { b.Ratio, b.Packed = 100, 10*mega },
			map[string]string{"zeros": "unsupported: It unpacks to more than 100 times its size.", "small": "one"},
			domain.Partial, "Of the files in it 1 could not be unpacked."},
		"the ratio of all": {corpustest.Zip(small, zeros), func(b *archive.Budget) { b.Packed = 1000 },
			map[string]string{"small": "one", "zeros": "partial: With all that lies in it, the upload unpacks to more than 1,000 times its size."},
			domain.Partial, "Only the first file in it was checked. With all that lies in it, the upload unpacks to more than 1,000 times its size. Of the files in it 1 could not be unpacked."},
		"bytes of all in a zip": {corpustest.Zip(small, zeros, zeros), func(b *archive.Budget) { b.Bytes = 2 * mega },
			map[string]string{"small": "one", "zeros": "partial: " + tooMuch},
			domain.Partial, "Only the first file in it was checked. " + tooMuch + " Of the files in it 1 could not be unpacked."},
		"bytes of all in a tar.gz, which count once": {corpustest.Gzip("", corpustest.Tar(corpustest.File{Name: "half", Data: make([]byte, mega)}, small)),
			func(b *archive.Budget) { b.Bytes = mega + mega/2 }, map[string]string{"half": string(make([]byte, mega)), "small": "one"}, domain.Complete, ""},
		"bytes that are passed over in a tar.gz": {corpustest.Gzip("", corpustest.Tar(zeros, small)), func(b *archive.Budget) { b.Largest, b.Bytes = mega, 2*mega },
			map[string]string{"zeros": "unsupported: Unpacked it is larger than 1,048,576 bytes, the limit for one file."},
			domain.Partial, tooMuch + " Of the files in it 1 could not be unpacked."},
		"room in memory": {corpustest.Zip(small), func(b *archive.Budget) { b.Room = func(context.Context, int64) bool { return false } },
			map[string]string{"small": "failed: There was no room in memory to unpack it."},
			domain.Failed, "There was no room in memory to unpack it. Of the files in it 1 could not be unpacked."},
	} {
		t.Run(name, func(t *testing.T) {
			t.Parallel()
			b := plenty(len(c.data))
			c.change(b)
			got := walk(t, c.data, b)
			got.Outcome.Temporary = false
			if diff := cmp.Diff(walked{c.want, archive.Outcome{Status: c.status, Reason: c.reason}}, got); diff != "" {
				t.Errorf("(-want +got)\n%s", diff)
			}
		})
	}
}

// zipWith writes a zip whose headers are changed as package zip does not let them be.
func zipWith(t *testing.T, change func(*zip.FileHeader), files ...corpustest.File) []byte {
	t.Helper()
	var b bytes.Buffer
	z := zip.NewWriter(&b)
	for _, f := range files {
		h := &zip.FileHeader{Name: f.Name, Method: zip.Store, CompressedSize64: uint64(len(f.Data)), UncompressedSize64: uint64(len(f.Data))}
		change(h)
		w, err := z.CreateRaw(h)
		if err != nil {
			t.Fatal(err)
		}
		if _, err := w.Write(f.Data); err != nil {
			t.Fatal(err)
		}
	}
	if err := z.Close(); err != nil {
		t.Fatal(err)
	}
	return b.Bytes()
}

// hidden is a zip with a file of which its directory does not know.
func hidden() []byte {
	open, shut := corpustest.StoredZip(two[0]), corpustest.StoredZip(two[1])
	end := bytes.Index(shut, []byte("PK\x01\x02"))
	return append(append([]byte(nil), shut[:end]...), open...) // places are counted from where the rest begins
}

func TestWhatAZipMayHide(t *testing.T) {
	t.Parallel()
	contradicting := corpustest.StoredZip(two...)
	contradicting[8] = 8 // the method, in the first local header
	for name, c := range map[string]struct {
		data []byte
		want walked
	}{
		"encrypted": {zipWith(t, func(h *zip.FileHeader) { h.Flags |= 1 }, two[0]),
			walked{map[string]string{"a.txt": "unsupported: It is encrypted."}, archive.Outcome{Status: domain.Partial, Reason: "Of the files in it 1 could not be unpacked."}}},
		"a method nobody reads": {zipWith(t, func(h *zip.FileHeader) { h.Method = 98 }, two[0]),
			walked{map[string]string{"a.txt": "unsupported: It is packed by method 98, which cannot be unpacked."},
				archive.Outcome{Status: domain.Partial, Reason: "Of the files in it 1 could not be unpacked."}}},
		"a link": {zipWith(t, func(h *zip.FileHeader) { h.CreatorVersion, h.ExternalAttrs = 3<<8, 0o120777<<16 }, two...),
			walked{map[string]string{}, archive.Outcome{Status: domain.Complete, Reason: "Links and devices in it lead nowhere and were passed over: 2."}}},
		"a file that its directory does not name": {hidden(),
			walked{map[string]string{"a.txt": "one"}, archive.Outcome{Status: domain.Partial, Reason: "Only the first file in it was checked. It holds files that its directory does not name; they were not checked."}}},
		"headers that contradict each other": {contradicting,
			walked{map[string]string{"a.txt": "failed: It is damaged and cannot be unpacked.", "b/c.txt": "two"},
				archive.Outcome{Status: domain.Partial, Reason: "Of the files in it 1 could not be unpacked."}}},
		"no end": {corpustest.Zip(two...)[:60],
			walked{map[string]string{}, archive.Outcome{Status: domain.Failed, Reason: "It is cut off: its end is missing."}}},
	} {
		t.Run(name, func(t *testing.T) {
			t.Parallel()
			if diff := cmp.Diff(c.want, walk(t, c.data, plenty(len(c.data)))); diff != "" {
				t.Errorf("(-want +got)\n%s", diff)
			}
		})
	}
}

func TestWhatATarMayHold(t *testing.T) {
	t.Parallel()
	data := corpustest.TarOf([]tar.Header{
		{Typeflag: tar.TypeReg, Name: "/etc/../../a.txt", Size: 3},
		{Typeflag: tar.TypeDir, Name: "folder/"},
		{Typeflag: tar.TypeSymlink, Name: "link", Linkname: "/etc/passwd"},
		{Typeflag: tar.TypeLink, Name: "hard", Linkname: "link"},
		{Typeflag: tar.TypeChar, Name: "null", Devmajor: 1, Devminor: 3},
		{Typeflag: tar.TypeFifo, Name: "pipe"},
	}, two)
	want := walked{map[string]string{"etc/a.txt": "one"}, archive.Outcome{Status: domain.Complete, Reason: "Links and devices in it lead nowhere and were passed over: 4."}}
	if diff := cmp.Diff(want, walk(t, data, plenty(len(data)))); diff != "" {
		t.Errorf("(-want +got)\n%s", diff)
	}
	want.Outcome = archive.Outcome{Status: domain.Partial, Reason: "Only the first file in it was checked. Something stands behind its end; it was not checked. Links and devices in it lead nowhere and were passed over: 4."}
	more := append(data, corpustest.Tar(two...)...)
	if diff := cmp.Diff(want, walk(t, more, plenty(len(more)))); diff != "" {
		t.Errorf("two tars in one (-want +got)\n%s", diff)
	}
}

func TestWhereADrawingMayHoldPictures(t *testing.T) {
	t.Parallel()
	b64 := base64.StdEncoding.EncodeToString([]byte("one?>"))
	for name, c := range map[string]struct {
		inside string
		want   string // what is in the first picture; empty: there is none
		status domain.CheckStatus
	}{
		"an image":                       {`<image href="data:image/png;base64,` + b64 + `"/>`, "one?>", domain.Complete},
		"an image of SVG 1.1":            {`<image xlink:href='DATA:image/png;BASE64,` + b64 + `'/>`, "one?>", domain.Complete},
		"without padding, broken":        {`<image href="data:;base64,` + b64[:4] + "\n\t" + b64[4:7] + `"/>`, "one?>", domain.Complete},
		"in the alphabet of URLs":        {`<image href="data:;base64,` + base64.URLEncoding.EncodeToString([]byte("one?>")) + `"/>`, "one?>", domain.Complete},
		"in characters by number":        {`<image href="&#100;&#x61;ta:image/png;base64,` + b64 + `"/>`, "one?>", domain.Complete},
		"in percent":                     {`<image href="data:text/plain,one%3F%3E"/>`, "one?>", domain.Complete},
		"in percent and base64":          {`<image href="data:text/plain;base64,` + strings.ReplaceAll(b64, "=", "%3D") + `"/>`, "one?>", domain.Complete},
		"in a style":                     {`<rect style="fill:url(data:image/png;base64,` + b64 + `) red"/>`, "one?>", domain.Complete},
		"in a style sheet":               {`<style><![CDATA[rect{fill:url('data:image/png;base64,` + b64 + `')}]]></style>`, "one?>", domain.Complete},
		"in a page in it":                {`<foreignObject><img src="data:image/png;base64,` + b64 + `"></foreignObject>`, "one?>", domain.Complete},
		"behind what only looks so":      {`<style>/* data: none, data:image/png;base64,` + b64 + `</style>`, "one?>", domain.Complete},
		"nothing":                        {`<image href="https://media.example/1.png"/>`, "", domain.Complete},
		"behind a tag that is no tag":    {`<image href="data:image/png;base64,` + b64 + `"/><`, "one?>", domain.Partial},
		"in an entity":                   {`<image href="&x;"/>`, "", domain.Complete},
		"in a comment, which shows none": {`<!-- data:image/png;base64,` + b64 + ` -->`, "", domain.Complete},
	} {
		t.Run(name, func(t *testing.T) {
			t.Parallel()
			data := []byte(`<?xml version="1.0" encoding="ISO-8859-1"?><svg xmlns="http://www.w3.org/2000/svg"><desc>` + "\xe9" + `</desc>` + c.inside + `</svg>`)
			got := walk(t, data, plenty(len(data)))
			found := got.Files["embedded-1"]
			if name == "behind what only looks so" {
				found = got.Files["embedded-2"]
			}
			if found != c.want || got.Outcome.Status != c.status {
				t.Errorf("%+v", got)
			}
		})
	}
	data := []byte(`<!DOCTYPE svg [<!ENTITY x "data:image/png;base64,` + b64 + `">]><svg><image href="&x;"/></svg>`)
	want := walked{map[string]string{"embedded-1": "one?>"}, archive.Outcome{Status: domain.Partial, Reason: "Only the first file in it was checked. It declares entities, which are not followed."}}
	if diff := cmp.Diff(want, walk(t, data, plenty(len(data)))); diff != "" {
		t.Errorf("(-want +got)\n%s", diff)
	}
}

func TestNamesAreSafeToShow(t *testing.T) {
	t.Parallel()
	for raw, want := range map[string]string{
		"a/b.png":                        "a/b.png",
		"../../etc/passwd":               "etc/passwd",
		`..\..\windows\system.ini`:       "windows/system.ini",
		"/absolute//x/./y/":              "absolute/x/y",
		"":                               "unnamed",
		"..":                             "unnamed",
		"nul\x00byte":                    "nul_byte",
		"line\nbreak\x1b[31m":            "line_break_[31m",
		"exe.\u202egnp":                  "exe._gnp",
		"zero\u200bwidth":                "zero_width",
		"not \xff UTF-8":                 "not _ UTF-8",
		"grüße/水鳥.png":                   "grüße/水鳥.png",
		strings.Repeat("x", 70_000):      "…" + strings.Repeat("x", archive.MaxName-3),
		strings.Repeat("鳥", 99) + ".png": "…" + strings.Repeat("鳥", 37) + ".png",
	} {
		if name := archive.Clean(raw); name != want {
			t.Errorf("%q becomes %q, want %q", domain.Clip(raw, 40), name, want)
		}
	}
}

func TestWhatVisitReturnsEndsTheWalk(t *testing.T) {
	t.Parallel()
	enough := errors.New("enough")
	for _, data := range [][]byte{corpustest.Zip(two...), corpustest.Tar(two...), corpustest.SVG([]byte("one"), []byte("two"))} {
		visits := 0
		_, err := archive.Open(data).Walk(t.Context(), plenty(len(data)), func(archive.Member) error {
			visits++
			return enough
		})
		if !errors.Is(err, enough) || visits != 1 {
			t.Errorf("%v after %d visits", err, visits)
		}
	}
}

// A panic of the visitor is not taken for damage.
func TestAPanicOfVisitGoesOn(t *testing.T) {
	t.Parallel()
	defer func() {
		if r := recover(); !strings.Contains(fmt.Sprint(r), "ours") {
			t.Errorf("recovered %v", r)
		}
	}()
	data := corpustest.Zip(two...)
	_, err := archive.Open(data).Walk(t.Context(), plenty(len(data)), func(archive.Member) error { panic("ours") })
	t.Errorf("came back: %v", err)
}

func TestAWalkEndsWithItsContext(t *testing.T) {
	t.Parallel()
	for _, data := range [][]byte{corpustest.Zip(two...), corpustest.Tar(two...), corpustest.Gzip("a", []byte("one")), corpustest.SVG([]byte("one"))} {
		ctx, cancel := context.WithCancel(t.Context())
		cancel()
		o, err := archive.Open(data).Walk(ctx, plenty(len(data)), func(archive.Member) error { return nil })
		if err != nil || o.Status != domain.Failed || !o.Temporary || !strings.HasPrefix(o.Reason, "There was no time to unpack it.") {
			t.Errorf("%+v, %v", o, err)
		}
	}
}

// Zips are read here by the same rules as by package archive/zip: what that finds in a sound one is found, byte for byte.
func TestZipsAreReadAsTheLibraryReadsThem(t *testing.T) {
	t.Parallel()
	r := rand.New(rand.NewPCG(3, 4))
	for range 50 {
		var files []corpustest.File
		for i := range r.IntN(20) {
			data := make([]byte, r.IntN(5000))
			for j := range data {
				data[j] = byte(r.IntN(1 + i*20))
			}
			files = append(files, corpustest.File{Name: fmt.Sprintf("%d/%d", i, r.IntN(9)), Data: data})
		}
		before := append([]byte("PK\x05\x06 stands before it"), corpustest.Zip(files...)...)
		for _, data := range [][]byte{corpustest.Zip(files...), corpustest.StoredZip(files...), before} {
			library, err := zip.NewReader(bytes.NewReader(data), int64(len(data)))
			if err != nil {
				t.Fatal(err)
			}
			want := map[string]string{}
			for _, f := range library.File {
				want[f.Name] = read(t, f)
			}
			if diff := cmp.Diff(walked{want, archive.Outcome{Status: domain.Complete}}, walk(t, data, plenty(len(data)))); diff != "" {
				t.Fatalf("(-want +got)\n%s", diff)
			}
		}
	}
}

func read(t *testing.T, f *zip.File) string {
	t.Helper()
	r, err := f.Open()
	if err != nil {
		t.Fatal(err)
	}
	defer r.Close()
	data, err := io.ReadAll(r)
	if err != nil {
		t.Fatal(err)
	}
	return string(data)
}

// halfEnd is a file that ends as a zip of 64 bits does, and is too short for the record that would have to stand before that.
func halfEnd() []byte {
	record := []byte("PK\x05\x06" + strings.Repeat("\xff", 16) + "\x00\x00")
	copy(record[4:], make([]byte, 8))
	return slices.Concat([]byte("PK\x06\x06PK\x06\x07"), make([]byte, 16), record)
}

func TestAnEndWithoutItsRecordIsNoZip(t *testing.T) {
	t.Parallel()
	if c := archive.Behind(halfEnd()); c != nil {
		t.Errorf("it is %+v", c)
	}
}

// fuzzMemory is what a walk may take beside a multiple of the file: a member, an unpacker of Zstandard, and a directory that was packed.
const fuzzMemory = 1<<18 + 1 + 24<<20 + 32<<18

// Whatever the bytes are, a walk ends within its budget, with an outcome that has a reason, and names nothing that cannot be shown.
func FuzzWalk(f *testing.F) {
	r := rand.New(rand.NewPCG(1, 1))
	for _, format := range corpustest.Formats() {
		if data := format.Make(r); archive.Open(data) != nil {
			f.Add(data)
		}
	}
	f.Add(corpustest.Quine())
	f.Add(append([]byte("GIF89a"), corpustest.Zip(two...)...))
	f.Add(append([]byte("GIF89a"), corpustest.PlainSevenZip(corpustest.SevenZipLZMA2, two...)...))
	f.Add(halfEnd())
	f.Fuzz(func(t *testing.T, data []byte) {
		c := archive.Open(data)
		if c == nil {
			c = archive.Behind(data)
		}
		if c == nil {
			return
		}
		var held memory
		b := &archive.Budget{Files: 8, Bytes: 1 << 20, Largest: 1 << 18, Ratio: 100, Packed: int64(len(data)), Room: held.take}
		visits, unread := 0, 0
		o, err := c.Walk(t.Context(), b, func(m archive.Member) error {
			visits++
			if m.Err != nil {
				unread++
				if m.Err.Reason == "" || m.Err.Status == domain.Complete || m.Data != nil {
					t.Errorf("%+v", m)
				}
			}
			if int64(len(m.Data)) > 1<<18 || len(m.Name) > archive.MaxName || m.Name == "" || !utf8.ValidString(m.Name) || strings.ContainsFunc(m.Name, unicode.IsControl) {
				t.Errorf("%d bytes called %q", len(m.Data), m.Name)
			}
			return nil
		})
		switch {
		case err != nil:
			t.Errorf("%v", err)
		case visits > 8, b.Files != 8-visits, b.Bytes < 0:
			t.Errorf("%d visits, budget %+v", visits, b)
		case held.peak > fuzzMemory+36*int64(len(data)):
			t.Errorf("%d bytes of memory", held.peak)
		case o.Status == domain.Complete && unread > 0, o.Status != domain.Complete && o.Reason == "", o.Status == "":
			t.Errorf("%+v with %d of %d unread", o, unread, visits)
		}
	})
}

// FuzzSVG varies drawings, whose reader is a parser of its own.
func FuzzSVG(f *testing.F) {
	f.Add(`<image href="data:image/png;base64,aGVyb24="/>`)
	f.Add(`<style>a{b:url(data:,x%20y)}</style><!ENTITY a "&b;">`)
	f.Add(`<a b='data:x,data:y,"'>data:;base64,&#61;&amp;</a>`)
	f.Fuzz(func(t *testing.T, inside string) {
		data := []byte("<svg>" + inside + "</svg>")
		w := walk(t, data, &archive.Budget{Files: 8, Bytes: 1 << 20, Largest: 1 << 18, Ratio: 100, Packed: int64(len(data))})
		total := 0
		for _, text := range w.Files {
			total += len(text)
		}
		if total > len(data)+8*200 || w.Outcome.Status == "" {
			t.Errorf("%d bytes hold %d, %+v", len(data), total, w.Outcome)
		}
	})
}
