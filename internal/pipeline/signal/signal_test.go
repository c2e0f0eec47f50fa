package signal_test

import (
	"strings"
	"testing"

	"github.com/google/go-cmp/cmp"

	"github.com/quell-project/quell/internal/domain"
	"github.com/quell-project/quell/internal/pipeline/signal"
	"github.com/quell-project/quell/keypoint"
)

// example holds one canonical value of every type of this build.
var example = map[domain.SignalType]string{
	domain.PDQ:    "54a9f7c321d1443c43ba566e21d4a13989a3553f1472611cbbc5fda59e03b677",
	domain.SHA256: "ba7816bf8f01cfea414140de5dae2223b00361a396177a9cb410ff61f20015ad",
	domain.MD5:    "900150983cd24fb0d6963f7d28e17f72",

	domain.Keypoints: keypoint.Set{{X: 1, Y: 2, Size: 3, Angle: 4, Code: keypoint.Code{5, 6, 7, 8}}, {}, {}, {}}.String(),
}

func TestEveryTypeIsComplete(t *testing.T) {
	t.Parallel()
	if len(signal.All()) != len(example) {
		t.Fatalf("%d types, but %d examples: give the new type one", len(signal.All()), len(example))
	}
	for _, typ := range signal.All() {
		t.Run(string(typ.Name()), func(t *testing.T) {
			t.Parallel()
			if found, err := signal.Lookup(typ.Name()); err != nil || found.Name() != typ.Name() {
				t.Errorf("Lookup(%q) = %v, %v", typ.Name(), found, err)
			}
			if d := typ.Description(); d == "" || strings.Contains(d, "\n") {
				t.Errorf("description %q is not one line", d)
			}
			if l := typ.Limits(); l.Default < 0 || l.Default > l.Max {
				t.Errorf("limits %+v", l)
			}
			_, fromBytes := typ.(signal.BytesType)
			_, fromPictures := typ.(signal.PictureType)
			if !fromBytes && !fromPictures && typ.Name() != domain.Keypoints { // which come with those of pictures
				t.Error("can be made from nothing")
			}
		})
	}
}

func TestLimits(t *testing.T) {
	t.Parallel()
	got := map[domain.SignalType]signal.Limits{}
	for _, typ := range signal.All() {
		got[typ.Name()] = typ.Limits()
		if exact := typ.Name() != domain.PDQ && typ.Name() != domain.Keypoints; typ.Limits().Exact() != exact {
			t.Errorf("%s: Exact() = %v, want %v", typ.Name(), !exact, exact)
		}
	}
	want := map[domain.SignalType]signal.Limits{domain.PDQ: {Default: 31, Max: 63}, domain.Keypoints: {Default: 40, Max: 44}, domain.SHA256: {}, domain.MD5: {}}
	if diff := cmp.Diff(want, got); diff != "" {
		t.Errorf("limits (-want +got):\n%s", diff)
	}
}

func TestLookupNamesTheTypesThereAre(t *testing.T) {
	t.Parallel()
	_, err := signal.Lookup("smell")
	if want := `signal type "smell" is not known: use one of pdq, keypoints, sha256, md5`; err == nil || err.Error() != want {
		t.Errorf("error %v, want %s", err, want)
	}
}

func TestParseGivesOneSpelling(t *testing.T) {
	t.Parallel()
	for name, canonical := range example {
		typ := lookup(t, name)
		spellings := []string{canonical, " " + canonical + "\t", canonical + "\r\n"}
		if name != domain.Keypoints { // in base64, upper case is something else
			spellings = append(spellings, strings.ToUpper(canonical))
		}
		for _, spelling := range spellings {
			if got, err := typ.Parse(spelling); err != nil || got != canonical {
				t.Errorf("%s: Parse(%q) = %q, %v", name, spelling, got, err)
			}
		}
	}
}

func TestParseSaysWhatIsWrong(t *testing.T) {
	t.Parallel()
	pdq := example[domain.PDQ]
	for _, test := range []struct {
		typ         domain.SignalType
		value, want string
	}{
		{domain.PDQ, pdq[1:], `pdq "` + pdq[1:] + `": 63 characters, want 64 hexadecimal digits`},
		{domain.PDQ, "g" + pdq[1:], `pdq "g` + pdq[1:] + `": 'g' is not a hexadecimal digit`},
		{domain.PDQ, "ä" + pdq[1:], `pdq "ä` + pdq[1:] + `": 'ä' is not a hexadecimal digit`},
		{domain.PDQ, pdq[:32] + "\n" + pdq[33:], `pdq "` + pdq[:32] + `\n` + pdq[33:] + `": '\n' is not a hexadecimal digit`},
		{domain.SHA256, "", `sha256 "": 0 characters, want 64 hexadecimal digits`},
		{domain.MD5, pdq, `md5 "` + pdq + `": 64 characters, want 32 hexadecimal digits`},
		{domain.MD5, strings.Repeat("a", 1000), `md5 "` + strings.Repeat("a", 100) + `…": 1000 characters, want 32 hexadecimal digits`},
		{domain.Keypoints, "AQ", `keypoints: points of a picture: 1 bytes, want at least 2`},
		{domain.Keypoints, keypoint.Set{{}, {}, {}}.String(), `keypoints: 3 points, want at least 4: fewer match nothing`},
	} {
		_, err := lookup(t, test.typ).Parse(test.value)
		if err == nil || err.Error() != test.want {
			t.Errorf("%s: Parse(%.80q):\n got %v\nwant %s", test.typ, test.value, err, test.want)
		}
	}
}

func TestDistance(t *testing.T) {
	t.Parallel()
	zeros, ones := strings.Repeat("0", 64), strings.Repeat("f", 64)
	for _, test := range []struct {
		typ  domain.SignalType
		a, b string
		want int
	}{
		{domain.PDQ, zeros, zeros, 0},
		{domain.PDQ, zeros, ones, 256},
		{domain.PDQ, zeros, "1" + zeros[2:] + "3", 3},
		{domain.PDQ, ones, strings.ToUpper(ones), 0},
		{domain.SHA256, zeros, zeros, 0},
		{domain.SHA256, ones, strings.ToUpper(ones), 0},
		{domain.SHA256, zeros, zeros[1:] + "1", 1},
		{domain.MD5, zeros[:32], ones[:32], 1},
	} {
		for _, pair := range [][2]string{{test.a, test.b}, {test.b, test.a}} {
			if got, err := lookup(t, test.typ).Distance(pair[0], pair[1]); err != nil || got != test.want {
				t.Errorf("%s: Distance(%q, %q) = %d, %v, want %d", test.typ, pair[0], pair[1], got, err, test.want)
			}
		}
	}
	for name, value := range example {
		for _, pair := range [][2]string{{"?", value}, {value, "?"}} {
			if _, err := lookup(t, name).Distance(pair[0], pair[1]); err == nil {
				t.Errorf("%s: Distance(%q, %q) gives no error", name, pair[0], pair[1])
			}
		}
	}
}

func TestFingerprintBytes(t *testing.T) {
	t.Parallel()
	for _, typ := range signal.All() {
		b, ok := typ.(signal.BytesType)
		if !ok {
			continue
		}
		// The values for "abc" are the test vectors of FIPS 180-4 and RFC 1321.
		want := domain.Fingerprint{Type: b.Name(), Value: example[b.Name()]}
		if diff := cmp.Diff(want, b.FingerprintBytes([]byte("abc"))); diff != "" {
			t.Errorf("%s of abc (-want +got):\n%s", b.Name(), diff)
		}
		if _, err := b.Parse(b.FingerprintBytes(nil).Value); err != nil {
			t.Errorf("%s of an empty file: %v", b.Name(), err)
		}
	}
}

func FuzzParse(f *testing.F) {
	for _, value := range example {
		f.Add(value)
		f.Add(" " + strings.ToUpper(value) + "\n")
	}
	f.Add("")
	f.Add("\xff")
	f.Fuzz(func(t *testing.T, value string) {
		for _, typ := range signal.All() {
			canonical, err := typ.Parse(value)
			if err != nil {
				continue
			}
			if again, err := typ.Parse(canonical); err != nil || again != canonical {
				t.Errorf("%s: %q is canonical, but is read as %q, %v", typ.Name(), canonical, again, err)
			}
			if d, err := typ.Distance(value, canonical); err != nil || d != 0 {
				t.Errorf("%s: %q is %d away from its canonical form, %v", typ.Name(), value, d, err)
			}
		}
	})
}

func lookup(t *testing.T, name domain.SignalType) signal.Type {
	t.Helper()
	typ, err := signal.Lookup(name)
	if err != nil {
		t.Fatal(err)
	}
	return typ
}
