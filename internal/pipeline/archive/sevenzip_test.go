package archive_test

import (
	"bytes"
	"context"
	"encoding/binary"
	"fmt"
	"math/rand/v2"
	"slices"
	"strings"
	"testing"

	"github.com/google/go-cmp/cmp"

	"github.com/quell-project/quell/internal/domain"
	"github.com/quell-project/quell/internal/pipeline/archive"
	"github.com/quell-project/quell/internal/pipeline/corpustest"
)

var sevenZipMethods = map[string]corpustest.SevenZipMethod{
	"stored": corpustest.SevenZipStored, "LZMA": corpustest.SevenZipLZMA, "LZMA2": corpustest.SevenZipLZMA2,
	"deflate": corpustest.SevenZipDeflate, "bzip2": corpustest.SevenZipBzip2, "Zstandard": corpustest.SevenZipZstd,
}

func TestSevenZipsOfEveryMethodAreWalked(t *testing.T) {
	t.Parallel()
	r := rand.New(rand.NewPCG(7, 2))
	for name, method := range sevenZipMethods {
		for range 20 {
			files := []corpustest.File{{Name: "folder/"}}
			want := map[string]string{}
			for i := range r.IntN(12) {
				data := make([]byte, r.IntN(3000)*r.IntN(2))
				for j := range data {
					data[j] = byte(r.IntN(1 + i*20))
				}
				file := corpustest.File{Name: fmt.Sprintf("folder/%d 水鳥 %d", i, r.IntN(9)), Data: data}
				files, want[file.Name] = append(files, file), string(data)
			}
			for kind, data := range map[string][]byte{"solid": corpustest.SevenZip(method, files...), "plain": corpustest.PlainSevenZip(method, files...)} {
				if got := archive.Open(data).MediaType; got != "application/x-7z-compressed" {
					t.Fatalf("media type %q", got)
				}
				if diff := cmp.Diff(walked{want, archive.Outcome{Status: domain.Complete}}, walk(t, data, plenty(len(data)))); diff != "" {
					t.Fatalf("%s, %s (-want +got)\n%s", name, kind, diff)
				}
			}
		}
	}
	if got := walk(t, corpustest.SevenZipFile(nil, nil), plenty(32)); got.Outcome.Status != domain.Complete {
		t.Errorf("a 7z of nothing: %+v", got)
	}
}

// sevenZip is a 7z whose directory is written by hand: what it says of streams, and of files.
func sevenZip(body []byte, said ...[]byte) []byte {
	return corpustest.SevenZipFile(body, slices.Concat([]byte{1}, bytes.Join(said, nil), []byte{0}))
}

// packedBy is a 7z of one file of three bytes that says it was packed by steps of its own.
func packedBy(coders ...byte) []byte {
	said := slices.Concat([]byte{4, 6, 0, 1, 9, 3, 0, 7, 11, 1, 0}, coders, []byte{12}, bytes.Repeat([]byte{3}, int(coders[0])), []byte{0, 0})
	return sevenZip([]byte("one"), said, corpustest.SevenZipFiles(two[0]))
}

const oneUnread = "Of the files in it 1 could not be unpacked."

func TestWhatASevenZipMayHold(t *testing.T) {
	t.Parallel()
	damaged, cut := "failed: It is damaged and cannot be unpacked.", "failed: It is cut off: its end is missing."
	whole := func(reason string) walked {
		status, text, _ := strings.Cut(reason, ": ")
		return walked{map[string]string{}, archive.Outcome{Status: domain.CheckStatus(status), Reason: text}}
	}
	member := func(reason string) walked {
		return walked{map[string]string{"a.txt": reason}, archive.Outcome{Status: domain.Partial, Reason: oneUnread}}
	}
	_, streams := corpustest.SevenZipStreams(0, corpustest.SevenZipFolder{Method: corpustest.SevenZipStored, Files: [][]byte{two[0].Data}})
	list := corpustest.SevenZipFiles(two[0])
	sound := sevenZip([]byte("one"), streams, list)
	for name, c := range map[string]struct {
		data []byte
		want walked
	}{
		"one file":                       {sound, walked{map[string]string{"a.txt": "one"}, archive.Outcome{Status: domain.Complete}}},
		"properties nobody needs":        {sevenZip([]byte("one"), []byte{2, 9, 2, 1, 2, 0}, streams, list), walked{map[string]string{"a.txt": "one"}, archive.Outcome{Status: domain.Complete}}},
		"one that is encrypted":          {packedBy(2, 0x24, 6, 0xf1, 7, 1, 2, 0xc0, 0, 1, 0x21, 0, 1), member("unsupported: It is encrypted.")},
		"a method nobody reads":          {packedBy(1, 2, 0x77, 0x01), member("unsupported: It is packed by method 7701, which cannot be unpacked.")},
		"PPMd":                           {packedBy(1, 0x23, 3, 4, 1, 1, 0), member("unsupported: It is packed by PPMd, which cannot be unpacked.")},
		"a program":                      {packedBy(2, 0x21, 0x21, 1, 8, 4, 3, 3, 1, 3, 1, 0), member("unsupported: It is packed by LZMA2, BCJ one over another, which cannot be unpacked.")},
		"LZMA without properties":        {packedBy(1, 3, 3, 1, 1), member(damaged)},
		"LZMA of properties that aren't": {packedBy(1, 0x23, 3, 1, 1, 5, 225, 0, 0, 1, 0), member(damaged)},
		"LZMA2 of a size that is not":    {packedBy(1, 0x21, 0x21, 1, 41), member(damaged)},
		"LZMA2 that is not":              {packedBy(1, 0x21, 0x21, 1, 8), member(damaged)},
		"storing with two ends":          {packedBy(1, 0x11, 0, 2, 1), whole(damaged)},
		"a directory that is encrypted": {corpustest.SevenZipFile([]byte("xxx"), slices.Concat([]byte{0x17, 6, 0, 1, 9, 3, 0, 7, 11, 1, 0}, []byte{1, 0x24, 6, 0xf1, 7, 1, 2, 0xc0, 0}, []byte{12, 3, 0, 0})),
			whole("unsupported: Its directory cannot be read. It is encrypted.")},
		"a file that is shorter than it says": {sevenZip([]byte("one"), bytes.Replace(streams, []byte{12, 3}, []byte{12, 9}, 1), list), member(cut)},
		"a stream that lies behind the end":   {sevenZip([]byte("one"), bytes.Replace(streams, []byte{6, 0, 1, 9, 3}, []byte{6, 1, 1, 9, 3}, 1), list), member(cut)},
		"a directory in another place":        {sevenZip(nil, []byte{3}, streams, list), whole("unsupported: A part of its directory stands in another place, which is not read.")},
		"names in another place":              {sevenZip([]byte("one"), streams, []byte{5, 1, 17, 2, 1, 0, 0}), whole("unsupported: A part of its directory stands in another place, which is not read.")},
		"more files than streams":             {sevenZip([]byte("one"), streams, corpustest.SevenZipFiles(two...)), whole(damaged)},
		"fewer files than streams":            {sevenZip([]byte("one"), streams), whole(damaged)},
		"another archive behind it":           {append(slices.Clone(sound), sound...), walked{map[string]string{"a.txt": "one"}, archive.Outcome{Status: domain.Partial, Reason: "Only the first file in it was checked. Something stands behind its end; it was not checked."}}},
		"zeros behind it":                     {append(slices.Clone(sound), 0, 0, 0), walked{map[string]string{"a.txt": "one"}, archive.Outcome{Status: domain.Complete}}},
	} {
		t.Run(name, func(t *testing.T) {
			t.Parallel()
			if diff := cmp.Diff(c.want, walk(t, c.data, plenty(len(c.data)))); diff != "" {
				t.Errorf("(-want +got)\n%s", diff)
			}
		})
	}
}

// What is to be deleted when an archive is unpacked, and folders, are no files; a file of nothing is one.
func TestWhatASevenZipNamesWithoutBytes(t *testing.T) {
	t.Parallel()
	names := []byte{0, 'a', 0, 0, 0, 'b', 0, 0, 0, 'c', 0, 0, 0}
	list := slices.Concat([]byte{5, 3, 14, 1, 0b1110_0000, 15, 1, 0b0110_0000, 16, 1, 0b0010_0000, 17, byte(len(names))}, names, []byte{0})
	want := walked{map[string]string{"b": ""}, archive.Outcome{Status: domain.Complete}}
	data := sevenZip(nil, list)
	if diff := cmp.Diff(want, walk(t, data, plenty(len(data)))); diff != "" {
		t.Errorf("(-want +got)\n%s", diff)
	}
}

// Numbers that claim more than there is are found out before memory is taken for what they claim.
func TestNumbersOfASevenZipThatLie(t *testing.T) {
	t.Parallel()
	for _, n := range []uint64{1 << 17, 1 << 32, 1 << 62, 1<<64 - 1} {
		lie := corpustest.SevenZipNumber(n)
		for name, directory := range map[string][]byte{
			"packed streams":   slices.Concat([]byte{1, 4, 6, 0}, lie, []byte{9}),
			"where they begin": slices.Concat([]byte{1, 4, 6}, lie, []byte{1, 9, 3, 0, 7, 11, 1, 0, 1, 1, 0, 12, 3, 0, 0}, corpustest.SevenZipFiles(two[0]), []byte{0}),
			"folders":          slices.Concat([]byte{1, 4, 7, 11}, lie, []byte{0}),
			"coders":           slices.Concat([]byte{1, 4, 7, 11, 1, 0}, lie),
			"streams in":       slices.Concat([]byte{1, 4, 7, 11, 1, 0, 1, 0x11, 0}, lie, []byte{1}),
			"streams out":      slices.Concat([]byte{1, 4, 7, 11, 1, 0, 1, 0x11, 0, 1}, lie),
			"properties":       slices.Concat([]byte{1, 4, 7, 11, 1, 0, 1, 0x21, 0}, lie),
			"files in folders": slices.Concat([]byte{1, 4, 7, 11, 1, 0, 1, 1, 0, 12, 3, 0, 8, 13}, lie),
			"files":            slices.Concat([]byte{1, 5}, lie),
			"a property":       slices.Concat([]byte{1, 5, 1, 17}, lie),
			"a packed size":    slices.Concat([]byte{1, 4, 6, 0, 1, 9}, lie, []byte{0, 7, 11, 1, 0, 1, 1, 0, 12, 3, 0, 0}, corpustest.SevenZipFiles(two[0]), []byte{0}),
			"of the directory": slices.Concat([]byte{0x17, 6, 0, 1, 9, 3, 0, 7, 11, 1, 0, 1, 1, 0, 12}, lie, []byte{0, 0}),
		} {
			data := corpustest.SevenZipFile([]byte("one"), directory)
			held := int64(0)
			b := plenty(len(data))
			b.Room = func(_ context.Context, n int64) bool { held += n; return true }
			got := walk(t, data, b)
			if got.Outcome.Status == domain.Complete || got.Outcome.Reason == "" || held > 256<<10 {
				t.Errorf("%d %s: %+v, %d bytes of memory", n, name, got, held)
			}
		}
	}
	many := sevenZip(nil, []byte{5}, corpustest.SevenZipNumber(1<<17), make([]byte, 1<<17))
	if got := walk(t, many, plenty(len(many))); got.Outcome.Reason != "There are more files in it than one upload may hold." {
		t.Errorf("%+v", got)
	}
	large := sevenZip(nil, make([]byte, 5<<20))
	if got := walk(t, large, plenty(len(large))); got.Outcome.Reason != "Its directory has 5,242,882 bytes, limit 4,194,304." {
		t.Errorf("%+v", got)
	}
}

// claiming is a 7z of one file, whose packer says that it had a dictionary of 4 GiB, and that so many bytes were packed.
func claiming(method corpustest.SevenZipMethod, file corpustest.File, size uint64) []byte {
	body := method.Pack(file.Data)
	method.Properties = map[int][]byte{1: {40}, 5: {0x5d, 0xff, 0xff, 0xff, 0xff}}[len(method.Properties)]
	said := slices.Concat([]byte{4, 6, 0, 1, 9}, corpustest.SevenZipNumber(uint64(len(body))), []byte{0, 7, 11, 1, 0},
		corpustest.SevenZipCoder(method), []byte{12}, corpustest.SevenZipNumber(size), []byte{0, 0})
	return sevenZip(body, said, corpustest.SevenZipFiles(file))
}

func TestADictionaryIsNoLargerThanWhatCanComeOut(t *testing.T) {
	t.Parallel()
	for _, method := range []corpustest.SevenZipMethod{corpustest.SevenZipLZMA, corpustest.SevenZipLZMA2} {
		for name, c := range map[string]struct {
			size   uint64 // that is claimed
			budget archive.Budget
			most   int64 // bytes of memory
			want   string
		}{
			"of a small file":              {3, archive.Budget{Bytes: 1 << 30, Ratio: 200}, 128 << 10, "one"},
			"of what the ratio lets out":   {1 << 32, archive.Budget{Bytes: 1 << 40, Ratio: 200}, 4 << 20, "failed: "},
			"of what the budget lets out":  {1 << 32, archive.Budget{Bytes: 1 << 20, Ratio: 1 << 40}, 4 << 20, "failed: "},
			"of a file that says it is so": {1 << 32, archive.Budget{Bytes: 1 << 40, Ratio: 1 << 40}, 1 << 20, "unsupported: It needs a dictionary of 4,294,967,29"},
		} {
			data := claiming(method, two[0], c.size)
			held := int64(0)
			b := &c.budget
			b.Files, b.Largest, b.Packed = 9, 64<<10, int64(len(data))
			b.Room = func(_ context.Context, n int64) bool { held += n; return true }
			if got := walk(t, data, b); !strings.HasPrefix(got.Files["a.txt"], c.want) || held > c.most {
				t.Errorf("%x, %s: %+v, %d bytes of memory", method.ID, name, got, held)
			}
		}
	}
}

func TestLimitsOfASevenZip(t *testing.T) {
	t.Parallel()
	const mega = 1 << 20
	r := rand.New(rand.NewPCG(1, 7))
	noise := corpustest.File{Name: "noise", Data: make([]byte, 2*mega)}
	for i := range noise.Data {
		noise.Data[i] = byte(r.IntN(256))
	}
	again := corpustest.File{Name: "again", Data: noise.Data}
	zeros, little := corpustest.File{Name: "zeros", Data: make([]byte, 3*mega)}, corpustest.File{Name: "little", Data: []byte("one")}
	allTooMuch, tooMuch := "With all that lies in it, the upload unpacks to more than 100 times its size.", "There is more in it than one upload may unpack."
	tooLarge := "unsupported: Unpacked it is larger than 1,048,576 bytes, the limit for one file."
	far := corpustest.SevenZipZstd // which looks back eight mebibytes
	for name, c := range map[string]struct {
		files  []corpustest.File
		change func(*archive.Budget)
		want   map[string]string
		status domain.CheckStatus
		reason string
	}{
		"files": {two, func(b *archive.Budget) { b.Files = 1 }, map[string]string{"a.txt": "one"},
			domain.Partial, "Only the first file in it was checked. There are more files in it than one upload may hold."},
		"one file, and those behind it": {[]corpustest.File{zeros, little}, func(b *archive.Budget) { b.Largest = mega; b.Ratio = 1 << 20 },
			map[string]string{"zeros": tooLarge, "little": "one"}, domain.Partial, oneUnread},
		"one file, and bytes of all behind it": {[]corpustest.File{zeros, little}, func(b *archive.Budget) { b.Largest, b.Bytes, b.Ratio = mega, 2*mega, 1<<20 },
			map[string]string{"zeros": tooLarge, "little": "partial: " + tooMuch}, domain.Partial, tooMuch + " Of the files in it 2 could not be unpacked."},
		"bytes of all": {[]corpustest.File{little, zeros}, func(b *archive.Budget) { b.Bytes, b.Ratio = 2*mega, 1<<20 },
			map[string]string{"little": "one", "zeros": "partial: " + tooMuch}, domain.Partial, "Only the first file in it was checked. " + tooMuch + " " + oneUnread},
		"the ratio of all": {[]corpustest.File{little, zeros}, func(b *archive.Budget) { b.Ratio, b.Packed = 100, 10 },
			map[string]string{"little": "one", "zeros": "partial: " + allTooMuch}, domain.Partial, "Only the first file in it was checked. " + allTooMuch + " " + oneUnread},
		"the ratio of a folder, in an upload that is larger": {[]corpustest.File{zeros, little}, func(b *archive.Budget) { b.Ratio, b.Packed = 100, mega },
			map[string]string{"zeros": "unsupported: It unpacks to more than 100 times its size.", "little": "unsupported: It unpacks to more than 100 times its size."},
			domain.Partial, "Of the files in it 2 could not be unpacked."},
		"a file that is there twice, which takes next to nothing": {[]corpustest.File{noise, again}, func(b *archive.Budget) { b.Ratio = 100 },
			map[string]string{"noise": string(noise.Data), "again": string(noise.Data)}, domain.Complete, ""},
		"room in memory": {two, func(b *archive.Budget) { b.Room = func(context.Context, int64) bool { return false } },
			map[string]string{}, domain.Failed, "There was no room in memory to unpack it."},
	} {
		t.Run(name, func(t *testing.T) {
			t.Parallel()
			method := corpustest.SevenZipLZMA2
			if name == "a file that is there twice, which takes next to nothing" {
				method = far
			}
			data := corpustest.SevenZip(method, c.files...)
			b := plenty(len(data))
			c.change(b)
			got := walk(t, data, b)
			got.Outcome.Temporary = false
			if diff := cmp.Diff(walked{c.want, archive.Outcome{Status: c.status, Reason: c.reason}}, got); diff != "" {
				t.Errorf("(-want +got)\n%s", domain.Clip(diff, 4000))
			}
		})
	}
}

// However many files a folder holds, it is unpacked once; and what one folder took of memory is free again for the next.
func TestAFolderOfASevenZipIsUnpackedOnce(t *testing.T) {
	t.Parallel()
	var files []corpustest.File
	total := int64(0)
	for i := range 100 {
		files = append(files, corpustest.File{Name: fmt.Sprint(i), Data: bytes.Repeat([]byte{byte(i)}, 5000)})
		total += 5000
	}
	for name, data := range map[string][]byte{"solid": corpustest.SevenZip(corpustest.SevenZipLZMA, files...), "plain": corpustest.PlainSevenZip(corpustest.SevenZipZstd, files...)} {
		b := plenty(len(data))
		var held memory
		b.Room = held.take
		before := b.Bytes
		if got := walk(t, data, b); len(got.Files) != len(files) || got.Outcome.Status != domain.Complete {
			t.Fatalf("%s: %+v", name, got.Outcome)
		}
		if taken := before - b.Bytes; taken < total || taken > total+8000 {
			t.Errorf("%s: %d bytes were unpacked for %d", name, taken, total)
		}
		if held.peak > 26<<20 {
			t.Errorf("%s: %d bytes of memory", name, held.peak)
		}
	}
}

// Whatever is cut off a 7z, it is not taken for whole.
func TestASevenZipThatIsCutOff(t *testing.T) {
	t.Parallel()
	for _, data := range [][]byte{corpustest.SevenZip(corpustest.SevenZipLZMA2, two...), corpustest.PlainSevenZip(corpustest.SevenZipStored, two...)} {
		for n := len("7z\xbc\xaf\x27\x1c"); n < len(data); n++ {
			if got := walk(t, data[:n], plenty(n)); got.Outcome.Status == domain.Complete {
				t.Errorf("%d of %d bytes: %+v", n, len(data), got)
			}
		}
	}
}

func TestAWalkOfASevenZipEndsWithItsContext(t *testing.T) {
	t.Parallel()
	data := corpustest.SevenZip(corpustest.SevenZipLZMA, two...)
	ctx, cancel := context.WithCancel(t.Context())
	visits := 0
	o, err := archive.Open(data).Walk(ctx, plenty(len(data)), func(archive.Member) error { visits++; cancel(); return nil })
	want := archive.Outcome{Status: domain.Partial, Reason: "Only the first file in it was checked. There was no time to unpack it.", Temporary: true}
	if err != nil || o != want || visits != 1 {
		t.Errorf("%+v, %v after %d visits", o, err, visits)
	}
}

func TestASevenZipBehindAFileOfAnotherKind(t *testing.T) {
	t.Parallel()
	inside := corpustest.SevenZip(corpustest.SevenZipLZMA, two...)
	for name, before := range map[string]string{"a picture": "GIF89a", "a program": "MZ", "what looks like one": "GIF7z\xbc\xaf\x27\x1c\x007z\xbc\xaf"} {
		c := archive.Behind(append([]byte(before), inside...))
		if c == nil || c.Name != "7z" {
			t.Fatalf("behind %s: %+v", name, c)
		}
		visits := 0
		if o, err := c.Walk(t.Context(), plenty(len(inside)), func(archive.Member) error { visits++; return nil }); err != nil || o.Status != domain.Complete || visits != 2 {
			t.Errorf("behind %s: %+v, %v after %d visits", name, o, err, visits)
		}
	}
	for n := range 32 {
		if c := archive.Behind(append([]byte("GIF89a"), inside[:n]...)); c != nil {
			t.Errorf("%d bytes are taken for a %s", n, c.Name)
		}
	}
}

// FuzzSevenZip varies directories, which stand behind what they say is packed.
func FuzzSevenZip(f *testing.F) {
	for _, method := range sevenZipMethods {
		for _, data := range [][]byte{corpustest.PlainSevenZip(method, two...), corpustest.SevenZip(method, two...)} {
			at := int(binary.LittleEndian.Uint64(data[12:]))
			f.Add(data[32:][:at], data[32+at:])
		}
	}
	f.Fuzz(func(t *testing.T, body, directory []byte) {
		data := corpustest.SevenZipFile(body, directory)
		var held memory
		b := &archive.Budget{Files: 8, Bytes: 1 << 20, Largest: 1 << 18, Ratio: 100, Packed: int64(len(data)), Room: held.take}
		w := walk(t, data, b)
		unpacked := 0
		for _, text := range w.Files {
			unpacked += len(text)
		}
		if unpacked > 1<<20+8*200 || held.peak > fuzzMemory+36*int64(len(data)) || w.Outcome.Status == "" || w.Outcome.Status != domain.Complete && w.Outcome.Reason == "" {
			t.Errorf("%d bytes hold %d, with %d bytes of memory, %+v", len(data), unpacked, held.peak, w.Outcome)
		}
	})
}
