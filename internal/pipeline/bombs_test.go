package pipeline_test

import (
	"runtime"
	"strings"
	"testing"
	"time"

	"github.com/quell-project/quell/internal/domain"
	"github.com/quell-project/quell/internal/pipeline/corpustest"
	"github.com/quell-project/quell/internal/pipeline/ingest"
	"github.com/quell-project/quell/internal/pipeline/media"
)

// bombs says what becomes of each bomb: the checks that are not complete, or have something to say, of the file and of the first file in it that has
// any. A bomb that is not here is a test that is missing.
var bombs = map[string][]string{
	"pixel bomb":                         {"file-1 pdq unsupported: The picture has 12,000,000,000 pixels, limit 100,000,000."},
	"PNG of a million chunks":            nil,
	"PNG of a million frames":            {"file-1 pdq partial: The first 16,384 of 300,001 frames were checked."},
	"PNG with a huge text":               nil,
	"PNG with a huge profile":            nil,
	"GIF of 100,000 frames":              {"file-1 pdq partial: The first 16,384 of 100,000 frames were checked."},
	"TIFF of 100,000 directories":        {"file-1 pdq partial: 128 of 29,128 pages were checked, evenly spaced among the first 16,384. The file is cut off: its end is missing."},
	"TIFF whose directories form a ring": {"file-1 pdq partial: 128 of 1,000 pages were checked, evenly spaced."},
	"zip of zips of zips": {
		"file-1/level 4, 0.zip/level 3, 0.zip/level 2, 0.zip members partial: It lies too deep: archives are opened 3 deep, and this one was compared by its digests alone.",
		"file-1 members partial: Only the first file in it was checked. There are more files in it than one upload may hold.",
		"file-1 pdq partial: Not all that lies in it could be looked at."},
	"zip of one huge file": {
		"file-1/zeros members unsupported: It unpacks to more than 200 times its size.",
		"file-1 members partial: Of the files in it 1 could not be unpacked.",
		"file-1 pdq partial: Not all that lies in it could be looked at."},
	"zip whose files are one":    overlapping,
	"zip whose files are quoted": overlapping,
	"zip of half a million files": {
		"file-1 members partial: Only the first 256 files in it were checked. There are more files in it than one upload may hold.",
		"file-1 pdq partial: Not all that lies in it could be looked at."},
	"gzip of gzips": {
		"file-1/content/content/content members partial: It lies too deep: archives are opened 3 deep, and this one was compared by its digests alone.",
		"file-1 pdq partial: Not all that lies in it could be looked at."},
	"gzip of zeros": {
		"file-1/zeros members unsupported: It unpacks to more than 200 times its size.",
		"file-1 members partial: Of the files in it 1 could not be unpacked.",
		"file-1 pdq partial: Not all that lies in it could be looked at."},
	"Zstandard of zeros": outOfProportion,
	"bzip2 of zeros":     outOfProportion,
	"tar in tar in tar": {
		"file-1/299.tar/298.tar/297.tar members partial: It lies too deep: archives are opened 3 deep, and this one was compared by its digests alone.",
		"file-1 pdq partial: Not all that lies in it could be looked at."},
	"sparse tar of a terabyte": {
		"file-1/holes members partial: With all that lies in it, the upload unpacks to more than 200 times its size.",
		"file-1 members partial: With all that lies in it, the upload unpacks to more than 200 times its size. Of the files in it 1 could not be unpacked.",
		"file-1 pdq partial: Not all that lies in it could be looked at."},
	"gzip that holds itself": {
		"file-1/r.gz members unsupported: It holds itself, over and over.",
		"file-1 pdq partial: Not all that lies in it could be looked at."},
	"7z of one huge file": {
		"file-1/zeros members unsupported: It unpacks to more than 200 times its size.",
		"file-1 members partial: Of the files in it 1 could not be unpacked.",
		"file-1 pdq partial: Not all that lies in it could be looked at."},
	"7z of four billion files": {
		"file-1 members failed: It is damaged and cannot be unpacked.",
		"file-1 pdq partial: Not all that lies in it could be looked at."},
	"7z of half a million files": {
		"file-1 members partial: There are more files in it than one upload may hold.",
		"file-1 pdq partial: Not all that lies in it could be looked at."},
	"7z with a dictionary of 4 GiB": {
		"file-1/herons members failed: It is cut off: its end is missing.",
		"file-1 members partial: Of the files in it 1 could not be unpacked.",
		"file-1 pdq partial: Not all that lies in it could be looked at."},
	"7z with a packed directory of 3 GiB": {
		"file-1 members unsupported: Its directory has 3,221,225,472 bytes, limit 4,194,304.",
		"file-1 pdq partial: Not all that lies in it could be looked at."},
	"7z of sixty thousand folders": {
		"file-1 members failed: It is damaged and cannot be unpacked.",
		"file-1 pdq partial: Not all that lies in it could be looked at."},
	"7z in 7z in 7z": {
		"file-1/x.7z/x.7z/x.7z members partial: It lies too deep: archives are opened 3 deep, and this one was compared by its digests alone.",
		"file-1 pdq partial: Not all that lies in it could be looked at."},
	"SVG of a billion laughs": {
		"file-1 members partial: It declares entities, which are not followed.",
		"file-1 pdq unsupported: What it draws cannot be looked at; pictures that stand in it were."},
	"SVG of endless depth": {"file-1 pdq unsupported: What it draws cannot be looked at; pictures that stand in it were."},
	"SVG of a million pictures": {
		"file-1 members partial: Only the first 256 files in it were checked. There are more files in it than one upload may hold.",
		"file-1 pdq unsupported: What it draws cannot be looked at; pictures that stand in it were."},
}

var overlapping = []string{
	"file-1 members unsupported: Files in it lie over one another, as in archives that are made to overrun whoever opens them.",
	"file-1 pdq partial: Not all that lies in it could be looked at."}

var outOfProportion = []string{
	"file-1/content members unsupported: It unpacks to more than 200 times its size.",
	"file-1 members partial: Of the files in it 1 could not be unpacked.",
	"file-1 pdq partial: Not all that lies in it could be looked at."}

// The bombs whose frames are counted as they come take memory over and over; what is held at a time is measured with the corpus.
var manyFrames = map[string]bool{"PNG of a million frames": true, "GIF of 100,000 frames": true}

func TestBombsByName(t *testing.T) {
	for _, b := range corpustest.Bombs() {
		t.Run(b.Name, func(t *testing.T) {
			want, known := bombs[b.Name]
			if !known {
				t.Fatal("nobody says what becomes of it")
			}
			if underRace && manyFrames[b.Name] {
				t.Skip("the race detector makes work on pixels some fifty times slower; the corpus has this one too, within less work")
			}
			data := b.Make()
			w := newWorld(t)
			w.eyes.Decoder = media.NewDecoder(media.Limits{Time: time.Hour}) // what ends a bomb is not a slow machine
			w.Limits = ingest.Limits{Parts: 8, PartBytes: 64 << 20, Fingerprints: 100, Attributes: 1000}
			var before, after runtime.MemStats
			runtime.ReadMemStats(&before)
			d := w.check(t, file("file-1", data))
			runtime.ReadMemStats(&after)
			var got []string
			member := ""
			for _, c := range d.Checks {
				if c.Part != "file-1" && member == "" && c.Status != domain.Complete {
					member = c.Part
				}
				if (c.Part == "file-1" || c.Part == member) && (c.Status != domain.Complete || c.Reason != "") {
					got = append(got, c.Part+" "+c.Detector+" "+string(c.Status)+": "+c.Reason)
				}
			}
			if strings.Join(got, "\n") != strings.Join(want, "\n") {
				t.Errorf("checks\n%s\nwant\n%s", strings.Join(got, "\n"), strings.Join(want, "\n"))
			}
			if held := d.Verdict == domain.Hold; held != (want != nil) {
				t.Errorf("verdict %s", d.Verdict)
			}
			const most = 96 << 20 // of all that was asked for, be it free again or not
			if taken := after.TotalAlloc - before.TotalAlloc; taken > most && !manyFrames[b.Name] {
				t.Errorf("it took %d bytes of memory", taken)
			}
		})
	}
}
