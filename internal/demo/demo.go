package demo

import (
	_ "embed" // for Shadow
	"fmt"
	"strings"
	"time"

	"github.com/quell-project/quell/internal/demo/art"
)

// How much is drawn.
const (
	posters  = 8
	size     = 500 // longer side of a picture, in pixels: the one for which the tests of package art hold
	newsCopy = 5   // the poster that a news report shows
)

// Bank is a bank of the demo.
type Bank struct {
	Name, Kind, Description string
	Items                   func() ([]Item, error)
}

// Item is a known picture.
type Item struct {
	Says   string
	Labels []string
	Data   []byte
}

// Shadow is a version of known-content.yaml that the demo only tries.
//
//go:embed shadow.yaml
var Shadow []byte

// Upload is something that a user of the demo's service posts.
type Upload struct {
	ContentID, AccountID, Surface string
	Language                      string
	AccountAge                    time.Duration
	Says                          string // what it is, for the reader of the demo
	Data                          []byte
}

// Banks returns the banks of the demo.
func Banks() []Bank {
	return []Bank{
		{"demo-known", "known", "posters of the invented group Grey Heron", knownPosters},
		{"demo-good", "negative", "report of a newspaper that shows a poster", newsReport},
	}
}

func knownPosters() ([]Item, error) {
	items := make([]Item, posters)
	for i := range items {
		data, _, err := art.Encode(art.Poster(uint64(i+1), size))
		if err != nil {
			return nil, err
		}
		items[i] = Item{fmt.Sprintf("Grey Heron poster %d", i+1), []string{"grey-heron", "poster"}, data}
	}
	return items, nil
}

// newsReport is a poster as a newspaper shows it: known to be good, although the poster is in it.
func newsReport() ([]Item, error) {
	data, err := edited(newsCopy, "caption")
	return []Item{{"newspaper report about poster 5", []string{"news"}, data}}, err
}

// edited returns a poster changed by the named edit.
func edited(poster uint64, edit string) ([]byte, error) {
	for _, e := range art.Edits() {
		if e.Name == edit {
			data, _, err := e.Apply(art.Poster(poster, size))
			return data, err
		}
	}
	return nil, fmt.Errorf("there is no edit %q", edit)
}

// Copy returns a poster as a user might post it once more, for whoever wants to check a picture by hand: it is a near copy of a known one.
func Copy() ([]byte, error) { return edited(1, "crop-2") }

// Uploads returns the stream of uploads.
func Uploads() ([]Upload, error) {
	var all []Upload
	add := func(account, surface, says string, data []byte) {
		u := Upload{ContentID: fmt.Sprintf("post-%d", len(all)+1), AccountID: account, Surface: surface, Language: "en", AccountAge: 500 * 24 * time.Hour, Says: says, Data: data}
		if strings.HasPrefix(account, "heron-fan") { // who has come back with a new account
			u.Language, u.AccountAge = "de", 2*24*time.Hour
		}
		all = append(all, u)
	}
	ordinary := func(seed uint64, account string) error {
		data, _, err := art.Encode(art.Picture(seed, size))
		add(account, "post", "ordinary picture", data)
		return err
	}
	copyOf := func(poster uint64, edit, account, surface string) error {
		data, err := edited(poster, edit)
		says := fmt.Sprintf("poster %d, ", poster)
		for _, e := range art.Edits() {
			if e.Name == edit {
				says += e.Says
			}
		}
		add(account, surface, says, data)
		return err
	}
	exact, _, err := art.Encode(art.Poster(2, size))
	if err != nil {
		return nil, err
	}
	for _, step := range []func() error{
		func() error { return ordinary(11, "ana") },
		func() error { return ordinary(12, "ben") },
		func() error { return copyOf(1, "jpeg-40", "heron-fan-1", "post") },
		func() error { return ordinary(13, "cleo") },
		func() error { return copyOf(3, "resize-60", "heron-fan-1", "avatar") },
		func() error { add("heron-fan-2", "post", "poster 2, the very same file", exact); return nil },
		func() error { return ordinary(14, "ana") },
		func() error { return copyOf(4, "brighter", "heron-fan-3", "post") },
		func() error { return copyOf(6, "crop-2", "heron-fan-2", "post") },
		func() error { return ordinary(15, "dmitri") },
		func() error { return copyOf(7, "greyscale", "heron-fan-3", "attachment") },
		func() error { return copyOf(newsCopy, "caption", "daily-news", "article") },
		func() error {
			add("eve", "attachment", "the first bytes of a picture", exact[:len(exact)/20])
			return nil
		},
		func() error { return copyOf(8, "caption", "heron-fan-1", "post") },
		func() error { return ordinary(16, "farid") },
	} {
		if err := step(); err != nil {
			return nil, err
		}
	}
	return all, nil
}
