package hma

import (
	"encoding/json"
	"math/rand/v2"
	"reflect"
	"testing"
	"time"

	"github.com/quell-project/quell/internal/domain"
)

// FuzzMetadata checks that what a client has said of a content comes back as it was kept, and that whatever an entry has for metadata can be shown
// with the four names of HMA, and read again.
func FuzzMetadata(f *testing.F) {
	for _, seed := range []string{
		`{}`, `null`, `{"content_id":"x","content_uri":null,"json":{"a":[1e400,"\ud800"]},"collab":{"E":["1"]}}`, `{"case":7,"json":{"case":8}}`, `{"json":[{}],"json":{}}`, `{"content_id":5}`, `[]`, `{"json_data":{}}`,
	} {
		f.Add(seed)
	}
	f.Fuzz(func(t *testing.T, text string) {
		raw := json.RawMessage(text)
		if !json.Valid(raw) {
			t.Skip() // never gets so far
		}
		if m, err := readMetadata(raw); err == nil {
			kept, err := m.kept()
			if err == nil && !reflect.DeepEqual(decoded(kept), decoded(asJSON(t, metadataOf(kept)))) && kept != nil {
				t.Errorf("%s is kept as %s, and that is read as %s", text, kept, asJSON(t, metadataOf(kept)))
			}
		} else if e, told := err.(*failure); !told || e.status != 400 {
			t.Errorf("%s: %v", text, err)
		}
		shape := metadataOf(raw).shape()
		sent := appendJSON(nil, reflect.ValueOf(shape))
		var back map[string]json.RawMessage
		if err := json.Unmarshal(sent, &back); err != nil || len(back) != 4 {
			t.Errorf("%s is shown as %s: %v", text, sent, err)
		}
		again := appendJSON(nil, reflect.ValueOf(metadataOf(sent).shape()))
		if string(again) != string(sent) {
			t.Errorf("%s is shown as %s, and that again as %s", text, sent, again)
		}
	})
}

func asJSON(t *testing.T, v any) json.RawMessage {
	t.Helper()
	b, err := json.Marshal(v)
	if err != nil {
		t.Fatal(err)
	}
	return b
}

// FuzzMoment checks that whatever is read as a moment is one that HMA allows, and comes back as it was said.
func FuzzMoment(f *testing.F) {
	for _, seed := range []string{`0`, `1`, `1800000000`, `"1_0"`, `" +7 "`, `-1`, `1.9`, `-0.5`, `1e3`, `true`, `null`, `"x"`, `[]`, `99999999999999999999`} {
		f.Add(seed)
	}
	f.Fuzz(func(t *testing.T, text string) {
		if !json.Valid([]byte(text)) {
			t.Skip()
		}
		at, err := readMoment(json.RawMessage(text))
		if err != nil {
			return
		}
		if at < 0 || at > time.Now().Add(farthest).Unix() {
			t.Errorf("%s is read as %d", text, at)
		}
		if got := disabledUntil(pauseOf(at)); got != at {
			t.Errorf("%d comes back as %d", at, got)
		}
	})
}

func TestPausesAreThoseOfHMA(t *testing.T) {
	t.Parallel()
	for said, want := range map[int64]domain.Time{0: domain.Forever, 1: 0, 2: 2_000_000, 1_800_000_000: 1_800_000_000_000_000} {
		if got := pauseOf(said); got != want {
			t.Errorf("%d pauses until %d, want %d", said, got, want)
		}
	}
	for range 1000 {
		at := rand.Int64N(1 << 33)
		if got := disabledUntil(pauseOf(at)); got != at {
			t.Errorf("%d comes back as %d", at, got)
		}
	}
}
