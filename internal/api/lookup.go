package api

import (
	"net/http"

	"github.com/danielgtaylor/huma/v2"

	"github.com/quell-project/quell/internal/domain"
)

type lookupShape struct {
	Parts   []partShape  `json:"parts" doc:"What was looked up, with its fingerprints."`
	Checks  []checkShape `json:"checks" doc:"How far each part could be looked at; what is not complete may match something that is not told here."`
	Matches []knownShape `json:"matches" doc:"The strongest evidence first."`
}

func (s *server) lookupRoutes() {
	content := schema[lookupRequest](s)
	body := jsonBody(content, `{"signals":[{"type":"pdq","value":"f8f8f0cee0f4a84f06370a22038f63f0b36e2ed596621e1d33e6b39c4e9c9b22"}]}`)
	body.Content["multipart/form-data"] = formBody("content", content, `{"content_id":"post-17"}`, "The files that are looked up, in their order.")
	receive(s, huma.Operation{
		OperationID: "lookup", Method: http.MethodPost, Path: "/api/v1/lookup", Tags: []string{tagCheck}, Summary: "Look up without a record",
		Description: "Takes what a check takes, and the content need not have an id; a form may be of files alone. The answer tells everything that is known of what matches. " +
			"Nothing is decided and nothing is written down: to keep something off a service, check it.",
		RequestBody: body,
	}, intake{json: maxJSON, part: "content"}, s.lookup)
}

func (s *server) lookup(r *http.Request, f form) (lookupShape, error) {
	var q lookupRequest
	if f.document != nil {
		var err error
		if q, err = decode[lookupRequest](s, f.document, "body"); err != nil {
			return lookupShape{}, err
		}
	}
	submission, err := s.submission(domain.ContentID(q.ContentID), q.AboutContent, f.files, "body")
	if err != nil {
		return lookupShape{}, err
	}
	parts, checks, known, err := s.Corridor.Lookup(r.Context(), submission)
	if err != nil {
		return lookupShape{}, err
	}
	return lookupShape{shapeParts(parts), shapeChecks(checks), shapeKnown(known)}, nil
}
