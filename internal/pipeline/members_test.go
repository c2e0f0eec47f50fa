package pipeline_test

import (
	"archive/zip"
	"bytes"
	"context"
	"fmt"
	"maps"
	"slices"
	"strings"
	"testing"

	"github.com/google/go-cmp/cmp"

	"github.com/quell-project/quell/internal/domain"
	"github.com/quell-project/quell/internal/pipeline"
	"github.com/quell-project/quell/internal/pipeline/corpustest"
	"github.com/quell-project/quell/internal/pipeline/ingest"
	"github.com/quell-project/quell/internal/pipeline/media"
)

func in(name string, data []byte) corpustest.File { return corpustest.File{Name: name, Data: data} }

// names returns what the parts of an upload are called.
func names(parts []domain.Part) (all []string) {
	for _, p := range parts {
		all = append(all, p.Name)
	}
	return all
}

func TestWhatIsKnownIsFoundInArchives(t *testing.T) {
	t.Parallel()
	note := in("read me.txt", []byte("Herons nest in March."))
	for name, c := range map[string]struct {
		data []byte
		part string
	}{
		"a zip":                  {corpustest.Zip(note, in("a/b.jpg", copyOf(1))), "file-1/a/b.jpg"},
		"a tar.gz":               {corpustest.Gzip("", corpustest.Tar(note, in("b.jpg", copyOf(1)))), "file-1/b.jpg"},
		"a 7z":                   {corpustest.SevenZip(corpustest.SevenZipLZMA2, note, in("b.jpg", copyOf(1))), "file-1/b.jpg"},
		"a zip in a tar":         {corpustest.Tar(in("x.zip", corpustest.Zip(in("b.jpg", copyOf(1))))), "file-1/x.zip/b.jpg"},
		"a drawing":              {corpustest.SVG(copyOf(1)), "file-1/embedded-1"},
		"a packed drawing":       {corpustest.Gzip("d.svg", corpustest.SVG(copyOf(1))), "file-1/d.svg/embedded-1"},
		"a zip behind a picture": {append(copyOf(2), corpustest.Zip(in("b.jpg", copyOf(1)))...), "file-1/b.jpg"},
		"a 7z behind a picture":  {append(copyOf(2), corpustest.SevenZip(corpustest.SevenZipLZMA, in("b.jpg", copyOf(1)))...), "file-1/b.jpg"},
		"the second of a name":   {corpustest.Zip(in("b.jpg", copyOf(2)), in("./b.jpg", copyOf(1))), "file-1/b.jpg~2"},
	} {
		t.Run(name, func(t *testing.T) {
			t.Parallel()
			w := newWorld(t)
			w.known.add(t, domain.Known, pngOf(picture(1)), domain.PDQ)
			d := w.check(t, file("file-1", c.data))
			if d.Verdict != domain.Block || len(d.Matches) != 1 || d.Matches[0].Part != c.part {
				t.Fatalf("%s, %+v", d.Reason, d.Matches)
			}
			if w.store.renditions[c.part] == nil {
				t.Errorf("of %v there are renditions", slices.Collect(maps.Keys(w.store.renditions)))
			}
		})
	}
	w := newWorld(t)
	w.known.add(t, domain.Known, note.Data, domain.SHA256)
	if d := w.check(t, file("file-1", corpustest.Zip(note))); d.Policy.Rule != "known-exact" || d.Matches[0].Part != "file-1/read me.txt" {
		t.Errorf("a file that is no picture: %+v", d)
	}
}

// TestAnArchiveIsAllowedIfAllOfItWasChecked goes through what an archive may hold, and whether it is held for it.
func TestAnArchiveIsAllowedIfAllOfItWasChecked(t *testing.T) {
	t.Parallel()
	one, two, text := in("1.jpg", copyOf(1)), in("2.png", pngOf(picture(2))), in("3.txt", []byte("Herons nest in March."))
	for name, c := range map[string]struct {
		files   []corpustest.File
		verdict domain.Verdict
		checks  []string // beyond the digests of the archive
	}{
		"pictures": {[]corpustest.File{one, two}, domain.Allow,
			[]string{"file-1/1.jpg pdq complete", "file-1/2.png pdq complete", "file-1 members complete", "file-1 pdq complete"}},
		"nothing":           {nil, domain.Allow, []string{"file-1 members complete", "file-1 pdq complete"}},
		"a file of nothing": {[]corpustest.File{in("empty", nil)}, domain.Allow, []string{"file-1 members complete", "file-1 pdq complete"}},
		"a picture and a text": {[]corpustest.File{one, text}, domain.Hold, []string{"file-1/1.jpg pdq complete", "file-1 members complete",
			"file-1 pdq unsupported One of 2 files in it is no picture and was compared by its digests alone: file-1/3.txt, text/plain."}},
		"texts": {[]corpustest.File{text, in("4.txt", text.Data), one}, domain.Hold, []string{"file-1/1.jpg pdq complete", "file-1 members complete",
			"file-1 pdq unsupported 2 of 3 files in it are no pictures and were compared by their digests alone, first file-1/3.txt, text/plain."}},
		"a picture that is broken": {[]corpustest.File{in("1.jpg", copyOf(1)[:300]), two}, domain.Hold, []string{
			"file-1/1.jpg pdq failed The file is cut off: its end is missing.", "file-1/2.png pdq complete", "file-1 members complete", "file-1 pdq complete"}},
		"an archive that is not read": {[]corpustest.File{in("x.xz", []byte("\xfd7zXZ\x00"))}, domain.Hold, []string{
			"file-1/x.xz members unsupported Files of the kind xz cannot be opened.", "file-1 members complete",
			"file-1 pdq partial Not all that lies in it could be looked at."}},
		"a drawing": {[]corpustest.File{in("x.svg", corpustest.SVG(copyOf(1)))}, domain.Hold, []string{
			"file-1/x.svg/embedded-1 pdq complete", "file-1/x.svg members complete",
			"file-1/x.svg pdq unsupported What it draws cannot be looked at; pictures that stand in it were.",
			"file-1 members complete", "file-1 pdq complete"}},
	} {
		t.Run(name, func(t *testing.T) {
			t.Parallel()
			d := newWorld(t).check(t, file("file-1", corpustest.Zip(c.files...)))
			var got []string
			for _, check := range d.Checks {
				if check.Detector != "sha256" && check.Detector != "md5" {
					got = append(got, strings.TrimSpace(fmt.Sprint(check.Part, " ", check.Detector, " ", check.Status, " ", check.Reason)))
				}
			}
			if diff := cmp.Diff(c.checks, got); diff != "" || d.Verdict != c.verdict {
				t.Errorf("%s (-want +got)\n%s", d.Verdict, diff)
			}
		})
	}
}

// A picture that carries an archive is a picture, and what it carries is checked as an archive is.
func TestWhatStandsBehindAPictureIsChecked(t *testing.T) {
	t.Parallel()
	for name, c := range map[string]struct {
		behind  []byte
		members domain.CheckStatus
		verdict domain.Verdict
	}{
		"nothing":           {nil, "none", domain.Allow},
		"a few words":       {[]byte("PK\x05\x06 is no zip"), "none", domain.Allow},
		"an archive of one": {corpustest.Zip(in("1.jpg", copyOf(1))), domain.Complete, domain.Allow},
		"a 7z of one":       {corpustest.SevenZip(corpustest.SevenZipLZMA2, in("1.jpg", copyOf(1))), domain.Complete, domain.Allow},
		"a text":            {corpustest.Zip(in("1.txt", []byte("Herons nest in March."))), domain.Unsupported, domain.Hold},
		"a secret":          {encrypted(t), domain.Partial, domain.Hold},
	} {
		d := newWorld(t).check(t, file("file-1", append(copyOf(2), c.behind...)))
		if status(d, "file-1", "pdq") != domain.Complete || status(d, "file-1", "members") != c.members || d.Verdict != c.verdict {
			t.Errorf("%s: %s, %+v", name, d.Verdict, d.Checks)
		}
	}
}

func TestMembersAreOnRecord(t *testing.T) {
	t.Parallel()
	w := newWorld(t)
	inner := corpustest.Zip(in("1.jpg", copyOf(1)))
	w.check(t, file("file-1", corpustest.Zip(in("inner.zip", inner), in("2.txt", []byte("no picture")))), file("file-2", copyOf(2)))
	parts := w.upload(t).Parts
	want := []string{"file-1", "file-1/inner.zip", "file-1/inner.zip/1.jpg", "file-1/2.txt", "file-2"}
	if diff := cmp.Diff(want, names(parts)); diff != "" {
		t.Fatalf("(-want +got)\n%s", diff)
	}
	if p := parts[1]; p.Inside != "file-1" || p.MediaType != "application/zip" || p.Size != int64(len(inner)) || len(p.SHA256) != 64 || len(p.Fingerprints) != 2 {
		t.Errorf("%+v", p)
	}
	if p := parts[2]; p.Inside != "file-1/inner.zip" || p.MediaType != "image/jpeg" || p.Width != 128 || p.Frames != 1 || len(p.Fingerprints) != 3 {
		t.Errorf("%+v", p)
	}
	if p := parts[3]; p.Inside != "file-1" || p.MediaType != "text/plain" || p.Size != 10 || len(p.Fingerprints) != 2 {
		t.Errorf("%+v", p)
	}
}

// encrypted is a zip of one file that says it is encrypted.
func encrypted(t *testing.T) []byte {
	t.Helper()
	var b bytes.Buffer
	z := zip.NewWriter(&b)
	if _, err := z.CreateRaw(&zip.FileHeader{Name: "secret.jpg", Flags: 1, Method: zip.Store}); err != nil {
		t.Fatal(err)
	}
	if err := z.Close(); err != nil {
		t.Fatal(err)
	}
	return b.Bytes()
}

// TestArchivesOfAURLAreLookedAtAgain fetches an archive, in which something cannot be read for now; the next time another is there, and then nothing.
func TestArchivesOfAURLAreLookedAtAgain(t *testing.T) {
	t.Parallel()
	w := newWorld(t)
	w.web.put(page, corpustest.Zip(in("1.jpg", copyOf(1)), in("2.jpg", copyOf(2))))
	w.eyes.failing(slow)
	w.accept(t, url(page))
	w.resume(t)
	if u := w.upload(t); u.DueAt == 0 || len(u.Parts) != 3 {
		t.Fatalf("something in it may succeed another time: %+v", u)
	}
	w.web.put(page, busy)
	w.resume(t)
	if u := w.upload(t); u.DueAt == 0 || len(u.Parts) != 3 {
		t.Errorf("what an earlier try found stays: %+v", u)
	}
	w.eyes.failing(nil)
	w.web.put(page, corpustest.Zip(in("3.jpg", copyOf(3))))
	w.resume(t)
	if u := w.upload(t); u.DueAt != 0 || !slices.Equal(names(u.Parts), []string{"url", "url/3.jpg"}) {
		t.Errorf("another archive has other members: %v", names(u.Parts))
	}
	if all := w.decided(t); len(all) != 3 || all[2].Verdict != domain.Allow {
		t.Errorf("%+v", all)
	}
}

// TestWhatLiesInOtherPartsStays walks the URL of an upload again whose other part is an archive: its bytes are gone, what was found in it is not.
func TestWhatLiesInOtherPartsStays(t *testing.T) {
	t.Parallel()
	w := newWorld(t)
	w.web.put(page, busy)
	w.check(t, file("file-1", corpustest.Zip(in("1.jpg", copyOf(1)))), file("file-2", encrypted(t)), url(page))
	w.known.add(t, domain.Known, pngOf(picture(1)), domain.PDQ)
	w.web.put(page, copyOf(2))
	w.resume(t)
	d := w.decided(t)[1]
	if d.Verdict != domain.Block || d.Matches[0].Part != "file-1/1.jpg" {
		t.Errorf("%+v", d)
	}
	if status(d, "file-2/secret.jpg", "members") != domain.Unsupported || status(d, "file-1/1.jpg", "pdq") != domain.Complete || status(d, "url", "pdq") != domain.Complete {
		t.Errorf("%+v", d.Checks)
	}
	want := []string{"file-1", "file-1/1.jpg", "file-2", "file-2/secret.jpg", "url"}
	if diff := cmp.Diff(want, names(w.upload(t).Parts)); diff != "" {
		t.Errorf("(-want +got)\n%s", diff)
	}
}

// TestOnePartCannotUseUpTheBudget sends, before a picture, an archive that takes all it can get of everything that is counted.
func TestOnePartCannotUseUpTheBudget(t *testing.T) {
	t.Parallel()
	var many []corpustest.File
	for i := range 12 {
		many = append(many, in(fmt.Sprint(i, ".png"), pngOf(picture(i))))
	}
	greedy := corpustest.StoredZip(many...)
	for name, c := range map[string]struct {
		budget pipeline.Budget
		reason string
	}{
		"files":  {pipeline.Budget{Files: 10}, "Only the first 5 files in it were checked. There are more files in it than one upload may hold."},
		"bytes":  {pipeline.Budget{Bytes: int64(len(greedy))}, "There is more in it than one upload may unpack."},
		"frames": {pipeline.Budget{Frames: 10}, "The upload has more pictures than are looked at: at most 10 frames and 2000000000 pixels in all."},
		"pixels": {pipeline.Budget{Pixels: 10 * 128 * 128}, "The upload has more pictures than are looked at: at most 1024 frames and 163840 pixels in all."},
	} {
		t.Run(name, func(t *testing.T) {
			t.Parallel()
			w := newWorld(t)
			w.Inspector.Budget = c.budget
			d := w.check(t, file("file-1", greedy), file("file-2", copyOf(99)), file("file-3", corpustest.StoredZip(in("98.jpg", copyOf(98)))))
			if d.Verdict != domain.Hold || !slices.ContainsFunc(d.Checks, func(c2 domain.Check) bool { return strings.Contains(c2.Reason, c.reason) }) {
				t.Errorf("%s: %+v", d.Verdict, d.Checks)
			}
			for _, part := range []string{"file-2", "file-3/98.jpg"} {
				if status(d, part, "pdq") != domain.Complete {
					t.Errorf("%s was not checked: %+v", part, d.Checks)
				}
			}
		})
	}
	w := newWorld(t)
	w.Inspector.Budget = pipeline.Budget{Frames: 2}
	if d := w.check(t, file("file-1", animation(picture(1), picture(2), picture(3)))); status(d, "file-1", "pdq") != domain.Partial || d.Verdict != domain.Hold {
		t.Errorf("an animation of more frames: %+v", d.Checks)
	}
}

func TestMemoryForMembersIsGivenBack(t *testing.T) {
	t.Parallel()
	w := newWorld(t)
	var contexts []context.Context
	room := true
	w.Inspector.Room = func(ctx context.Context, bytes int64) bool {
		contexts = append(contexts, ctx)
		if ctx.Err() != nil || bytes <= 0 {
			t.Errorf("%d bytes, %v", bytes, ctx.Err())
		}
		return room
	}
	w.check(t, file("file-1", corpustest.Zip(in("1.jpg", copyOf(1)))))
	for _, ctx := range contexts {
		if ctx.Err() == nil {
			t.Error("some memory is still held")
		}
	}
	if len(contexts) == 0 {
		t.Error("no memory was asked for")
	}
	room = false
	d, err := w.Check(t.Context(), ingest.Submission{ContentID: "post-18", Parts: []ingest.Part{file("file-1", corpustest.Zip(in("1.jpg", copyOf(1)))), file("file-2", copyOf(2))}})
	if err != nil || d.Verdict != domain.Hold || status(d, "file-1", "members") != domain.Failed || status(d, "file-2", "pdq") != domain.Complete {
		t.Errorf("%+v, %v", d, err)
	}
}

// A panic, as an error of ours may cause, takes one part and not the upload.
func TestAPanicFailsOnePart(t *testing.T) {
	t.Parallel()
	w := newWorld(t)
	w.Inspector.Decode = afraid{w.eyes}
	d := w.check(t, file("file-1", corpustest.Zip(in("1.gif", animation(picture(1))))), file("file-2", copyOf(2)))
	if d.Verdict != domain.Hold || status(d, "file-1", "corridor") != domain.Failed || status(d, "file-2", "pdq") != domain.Complete {
		t.Errorf("%+v", d)
	}
}

// afraid panics at the sight of a GIF.
type afraid struct{ *eyes }

func (p afraid) Decode(ctx context.Context, data []byte, visit func(media.Frame) error) (media.Picture, error) {
	if bytes.HasPrefix(data, []byte("GIF")) {
		panic("index out of range")
	}
	return p.eyes.Decode(ctx, data, visit)
}

// TestRenditionsOfMembers holds an archive of more pictures than renditions are kept of: those that matched come first.
func TestRenditionsOfMembers(t *testing.T) {
	t.Parallel()
	var files []corpustest.File
	for i := range 20 {
		files = append(files, in(fmt.Sprintf("%02d.png", i), pngOf(picture(i))))
	}
	w := newWorld(t)
	w.known.add(t, domain.Known, pngOf(picture(19)), domain.SHA256)
	w.check(t, file("file-1", corpustest.Zip(files...)))
	got := slices.Sorted(maps.Keys(w.store.renditions))
	if len(got) != 16 || got[0] != "file-1/00.png" || got[15] != "file-1/19.png" {
		t.Errorf("%v", got)
	}
	w = newWorld(t)
	w.known.add(t, domain.KnownCSAM, pngOf(picture(19)), domain.SHA256)
	if d := w.check(t, file("file-1", corpustest.Zip(files...))); d.Policy.Rule != "known-csam" || len(w.store.renditions) != 0 {
		t.Errorf("%s, %d renditions", d.Policy.Rule, len(w.store.renditions))
	}
}

// What is given to a bank stands for itself: an archive is listed by its digests, and it is said that what lies in it is not.
func TestAnArchiveIsListedAsItselfAndSaysSo(t *testing.T) {
	t.Parallel()
	prints, checks := newWorld(t).Inspector.Fingerprints(t.Context(), corpustest.Zip(in("1.jpg", copyOf(1))))
	if len(prints) != 2 || prints[0].Type != domain.SHA256 || prints[1].Type != domain.MD5 {
		t.Errorf("%+v", prints)
	}
	want := domain.Check{Detector: "pdq", Part: "file", Status: domain.Unsupported,
		Reason: "It is of the kind zip, which holds other files: they are not looked at here. Send them one by one."}
	if diff := cmp.Diff(want, checks[0]); diff != "" {
		t.Errorf("(-want +got)\n%s", diff)
	}
}
