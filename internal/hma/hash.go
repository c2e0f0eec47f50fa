package hma

import (
	"context"
	"errors"
	"net/http"
	"net/url"
	"slices"
	"strings"

	"github.com/quell-project/quell/internal/domain"
	"github.com/quell-project/quell/internal/pipeline/signal"
)

// hashRoutes make fingerprints of files.
func (f *face) hashRoutes() []route {
	hashes := mapOf(textSchema)
	wrong := []int{http.StatusBadRequest, http.StatusRequestEntityTooLarge}
	return []route{
		{method: http.MethodGet, rule: "/h/hash", tag: "Hashing", summary: "The hashes of what is at a URL, by signal type; \"\" for a picture with too little in it",
			query: hashModel.parameters(), answer: hashes, errors: append(wrong, http.StatusUnprocessableEntity), handle: f.hashGet},
		{method: http.MethodPost, rule: "/h/hash", tag: "Hashing", summary: "The hashes of a file, by signal type; \"\" for a picture with too little in it",
			query: []parameter{optional("types", docTypes)}, body: fileBody, answer: hashes, errors: wrong, handle: f.hashPost},
	}
}

const (
	docContentType = "photo or video; without it, what the host says of the URL decides"
	docTypes       = "signal types that are wanted, with commas between; without it, all of the content type"
)

// fileBody is a form of one file.
var fileBody = &body{content: map[string]schema{"multipart/form-data": {"type": "object", "maxProperties": 1, "properties": object{
	"photo": schema{"type": "string", "format": "binary"},
	"video": schema{"type": "string", "format": "binary"},
}}}}

type hashQuery struct {
	URL         string  `name:"url" doc:"where the file is"`
	ContentType *string `name:"content_type" doc:"photo or video; without it, what the host says of the URL decides"`
	Types       *string `name:"types" doc:"signal types that are wanted, with commas between; without it, all of the content type"`
}

var hashModel = newModel[hashQuery]("HashRequest")

func (f *face) hashGet(r *request) (any, error) {
	q, err := hashModel.query(r)
	if err != nil {
		return nil, err
	}
	hashes, err := f.hashURL(r.Context(), q)
	if err != nil {
		return nil, err
	}
	return values(hashes), nil
}

func (f *face) hashPost(r *request) (any, error) {
	hashes, err := f.hashForm(r)
	if err != nil {
		return nil, err
	}
	return values(hashes), nil
}

// hash is what one signal type makes of a content.
type hash struct {
	signalType
	share  float64              // of lookups for which the type counts
	prints []domain.Fingerprint // of every frame and view, usable or not
	more   bool                 // there may be others, for which there was no time or memory
}

// value is the hash that stands for the content: that of the first frame as it is stored, or nothing if there is too little in it.
func (h hash) value() string {
	first := h.first()
	if !signal.Usable(first) {
		return ""
	}
	return first.Value
}

// first is the fingerprint of the first frame as it is stored, with its transparency ignored if it has any: so do HMA and all who share hashes
// with it.
func (h hash) first() (first domain.Fingerprint) {
	for _, p := range h.prints {
		switch {
		case p.Frame != h.prints[0].Frame:
			return first
		case p.View == "", p.View == signal.WithoutAlpha && signal.Usable(p):
			first = p
		}
	}
	return first
}

// values returns the hashes by the names of their types.
func values(hashes []hash) map[string]string {
	all := map[string]string{}
	for _, h := range hashes {
		all[h.name] = h.value()
	}
	return all
}

// hashForm hashes the one file of a form, as the query wants it.
func (f *face) hashForm(r *request) ([]hash, error) {
	file, _, err := r.form()
	if err != nil {
		return nil, err
	}
	return f.hashFile(r.Context(), file, r.optional("types"))
}

// hashFile hashes an uploaded file by the types that are named; nil: by all of its content type.
func (f *face) hashFile(ctx context.Context, file upload, types *string) ([]hash, error) {
	wanted, err := f.wanted(ctx, file.field, types)
	if err != nil {
		return nil, err
	}
	return f.hash(ctx, file.field, file.data, wanted)
}

// hashURL hashes what is at a URL.
func (f *face) hashURL(ctx context.Context, q hashQuery) ([]hash, error) {
	content, wanted := "", []hash(nil)
	if q.ContentType != nil && *q.ContentType != "" {
		content = *q.ContentType
		var err error
		if wanted, err = f.wanted(ctx, content, q.Types); err != nil { // nothing is fetched for what cannot be done
			return nil, err
		}
	}
	if u, err := url.Parse(q.URL); err == nil && strings.HasSuffix(u.Host, ":") { // a port that is empty is no number to HMA
		return nil, badRequest(textUnsafe)
	}
	data, mediaType, err := f.Fetch.Fetch(ctx, q.URL)
	if err != nil {
		return nil, fetchFailure(err)
	}
	if wanted == nil {
		if content, err = contentOf(mediaType); err != nil {
			return nil, err
		}
		if wanted, err = f.wanted(ctx, content, q.Types); err != nil {
			return nil, err
		}
	}
	return f.hash(ctx, content, data, wanted)
}

const textUnsafe = "Invalid or unsafe URL provided"

// fetchFailure says in the words of HMA why there is nothing from a URL.
func fetchFailure(err error) error {
	e, ok := errors.AsType[*FetchError](err)
	if !ok {
		return err
	}
	switch e.Kind {
	case FetchRefused:
		return badRequest(textUnsafe)
	case FetchTooLarge:
		return refuse(http.StatusRequestEntityTooLarge, "Content too large")
	case FetchNoRoom:
		return busy()
	}
	return badRequest("Failed to fetch URL: %s", e.Reason)
}

// contentOf returns the content type that a media type stands for.
func contentOf(mediaType string) (string, error) {
	switch lower := strings.ToLower(mediaType); {
	case strings.HasPrefix(lower, "image"):
		return "photo", nil
	case strings.HasPrefix(lower, "video"):
		return "video", nil
	}
	return "", badRequest("unsupported url ContentType: '%s', if you know the expected type, provide it with the content_type query param", domain.Clip(mediaType, mostTold))
}

// wanted returns the signal types of a content type that a client names, with commas between; nil: all.
func (f *face) wanted(ctx context.Context, content string, names *string) ([]hash, error) {
	if !slices.Contains(contentTypes, content) {
		return nil, badRequest("no such content_type: '%s'", domain.Clip(content, mostTold))
	}
	var all []hash
	for _, t := range signalTypes {
		if t.content != content {
			continue
		}
		share, err := f.shares.of(ctx, t)
		if err != nil {
			return nil, err
		}
		if share > 0 {
			all = append(all, hash{signalType: t, share: share})
		}
	}
	if len(all) == 0 {
		return nil, badRequest("content_type %s is disabled", content)
	}
	if names == nil {
		return all, nil
	}
	return named(all, *names)
}

// named picks the types that are named.
func named(all []hash, names string) ([]hash, error) {
	var picked []hash
	for name := range strings.SplitSeq(names, ",") {
		is := func(h hash) bool { return h.name == strings.TrimSpace(name) }
		i := slices.IndexFunc(all, is)
		switch {
		case strings.TrimSpace(name) == "" || slices.ContainsFunc(picked, is):
		case i < 0:
			return nil, badRequest("signal type '%s' doesn't exist or is disabled", domain.Clip(strings.TrimSpace(name), mostTold))
		default:
			picked = append(picked, all[i])
		}
	}
	if picked == nil {
		return nil, badRequest("empty signal type selection")
	}
	return picked, nil
}

// hash fills hashes with the fingerprints of a file. A file of which there is none of some type is an error.
func (f *face) hash(ctx context.Context, content string, data []byte, hashes []hash) ([]hash, error) {
	kinds := make([]domain.SignalType, len(hashes))
	for i, h := range hashes {
		kinds[i] = h.kind
	}
	prints, checks := f.Fingerprint.Examine(ctx, data, kinds...)
	for i := range hashes {
		h := &hashes[i]
		for _, p := range prints {
			if p.Type == h.kind {
				h.prints = append(h.prints, p)
			}
		}
		reason := "There is no picture in it."
		for _, c := range checks {
			if c.Detector == string(h.kind) && c.Reason != "" {
				reason, h.more = c.Reason, h.more || c.Temporary
			}
		}
		switch {
		case len(h.prints) > 0:
			continue
		case h.more:
			return nil, busy()
		}
		return nil, badRequest("Failed to hash %s: %s", content, reason)
	}
	return hashes, nil
}
