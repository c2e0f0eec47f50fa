package console

import (
	"context"
	"errors"
	"net/http"
	"net/url"
	"slices"
	"strconv"

	"github.com/quell-project/quell/internal/domain"
)

// rendition serves the veiled picture of one part of an upload. It is never kept by a browser, never read as anything but the picture formats
// that Quell makes, and powerless when opened on its own.
func (c *console) rendition(w http.ResponseWriter, r *http.Request, person string) {
	upload, part := r.PathValue("upload"), r.PathValue("part")
	ctx, cancel := context.WithTimeout(r.Context(), readTimeout)
	defer cancel()
	mediaType, data, err := "", []byte(nil), ErrNotFound
	if isID(upload) {
		mediaType, data, err = c.Record.Rendition(ctx, domain.UploadID(upload), part)
	}
	switch {
	case errors.Is(err, ErrNotFound):
		c.notFound(w, r, person)
	case err != nil:
		c.broken(w, r, person, err)
	case !slices.Contains([]string{"image/jpeg", "image/png", "image/webp"}, mediaType):
		c.Log.ErrorContext(ctx, "console: rendition is not a picture", "upload", upload, "part", part, "media_type", mediaType)
		c.notFound(w, r, person)
	default:
		h := w.Header()
		h.Set("Content-Security-Policy", "default-src 'none'; sandbox")
		h.Set("Referrer-Policy", "no-referrer")
		h.Set("Content-Type", mediaType)
		h.Set("Content-Length", strconv.Itoa(len(data)))
		if _, err := w.Write(data); err != nil {
			c.Log.DebugContext(ctx, "console: rendition not sent", "err", err)
		}
	}
}

// renditionPath returns where the veiled picture of a part is served.
func renditionPath(upload domain.UploadID, part string) string {
	return "/renditions/" + url.PathEscape(string(upload)) + "/" + url.PathEscape(part)
}
