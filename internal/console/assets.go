package console

import (
	"bytes"
	"crypto/sha256"
	"embed"
	"encoding/hex"
	"fmt"
	"net/http"
	"path"
	"strings"
	"time"
)

// assetPrefix is where style sheet, module and mark are served.
const assetPrefix = "/assets/"

//go:embed assets
var assetFiles embed.FS

// assets are the files that pages refer to, under names that change with their content, so that browsers may keep them for ever.
type assets struct {
	href  map[string]string // path by plain name
	bytes map[string][]byte // content by served name
}

func loadAssets() (assets, error) {
	entries, err := assetFiles.ReadDir("assets")
	if err != nil {
		return assets{}, fmt.Errorf("console: read embedded assets: %w", err)
	}
	a := assets{href: map[string]string{}, bytes: map[string][]byte{}}
	for _, e := range entries {
		data, err := assetFiles.ReadFile("assets/" + e.Name())
		if err != nil {
			return assets{}, fmt.Errorf("console: read embedded asset: %w", err)
		}
		sum := sha256.Sum256(data)
		ext := path.Ext(e.Name())
		served := strings.TrimSuffix(e.Name(), ext) + "." + hex.EncodeToString(sum[:6]) + ext
		a.href[e.Name()] = assetPrefix + served
		a.bytes[served] = data
	}
	return a, nil
}

// ServeHTTP serves the asset that the request names.
func (a assets) ServeHTTP(w http.ResponseWriter, r *http.Request) {
	name := r.PathValue("name")
	data, ok := a.bytes[name]
	if !ok {
		http.NotFound(w, r)
		return
	}
	w.Header().Set("Cache-Control", "public, max-age=31536000, immutable")
	http.ServeContent(w, r, name, time.Time{}, bytes.NewReader(data))
}
