package api

import (
	"bytes"
	"encoding/json"
	"fmt"
	"net/http"

	"github.com/danielgtaylor/huma/v2"

	"github.com/quell-project/quell/internal/domain"
	"github.com/quell-project/quell/internal/pipeline/ingest"
)

// maxBatch bounds the body of a batch, in bytes.
const maxBatch = 32 << 20

type batchShape struct {
	Items []itemShape `json:"items" doc:"In the order of the request."`
}

type itemShape struct {
	ContentID string           `json:"content_id,omitempty" example:"post-17" doc:"Absent if it could not be read."`
	Status    string           `json:"status" enum:"accepted,rejected"`
	UploadID  string           `json:"upload_id,omitempty"`
	State     string           `json:"state,omitempty" enum:"pending,decided" doc:"decided: these bytes of this content were decided before."`
	Problem   *huma.ErrorModel `json:"problem,omitempty" doc:"What is wrong with a rejected item."`
}

func (s *server) batchRoutes() {
	receive(s, huma.Operation{
		OperationID: "submit-contents", Method: http.MethodPost, Path: "/api/v1/contents", Tags: []string{tagCheck}, Summary: "Submit a batch for checking",
		Description: "Every item has the form of a check request with a `url` or `signals`. Accepted items are on disk when the answer leaves and are decided in the background; a faulty item does not fail the others.",
		RequestBody: jsonBody(&huma.Schema{
			Type: huma.TypeObject, Required: []string{"items"}, AdditionalProperties: false,
			Properties: map[string]*huma.Schema{"items": {Type: huma.TypeArray, Items: schema[contentRequest](s), MinItems: new(1), MaxItems: new(s.Limits.Batch)}},
		}, `{"items":[{"content_id":"post-17","url":"https://media.example/17.jpg"},{"content_id":"post-18","url":"https://media.example/18.jpg"}]}`),
		DefaultStatus: http.StatusAccepted,
	}, intake{json: maxBatch}, s.submit)
}

func (s *server) submit(r *http.Request, f form) (batchShape, error) {
	items, err := s.batchItems(f.document)
	if err != nil {
		return batchShape{}, err
	}
	answer := batchShape{Items: make([]itemShape, len(items))}
	var good []ingest.Submission
	var places []int // in the answer, of the good ones
	for i, item := range items {
		sub, id, err := s.batchItem(item, fmt.Sprintf("body.items[%d]", i))
		if err != nil {
			answer.Items[i] = itemShape{ContentID: id, Status: "rejected", Problem: s.problemOf(r.URL.Path, err)}
			continue
		}
		answer.Items[i] = itemShape{ContentID: id, Status: "accepted"}
		good, places = append(good, sub), append(places, i)
	}
	if len(good) == 0 {
		return answer, nil
	}
	uploads, err := s.Corridor.Accept(r.Context(), good)
	if err != nil {
		return batchShape{}, err
	}
	for i, u := range uploads {
		answer.Items[places[i]].UploadID, answer.Items[places[i]].State = string(u.ID), string(u.State)
	}
	return answer, nil
}

// batchItems takes the items of a batch apart without reading them, so that a fault in one is no fault of another.
func (s *server) batchItems(document []byte) ([]json.RawMessage, error) {
	if err := wellFormed(document, "body"); err != nil {
		return nil, err
	}
	var items []json.RawMessage
	d := json.NewDecoder(bytes.NewReader(document))
	if t, _ := d.Token(); t != json.Delim('{') {
		return nil, unprocessable("body", "expected object")
	}
	for d.More() {
		name, _ := d.Token()
		if name != "items" {
			return nil, unprocessable("body."+domain.Clip(fmt.Sprint(name), mostTold), "unexpected property")
		}
		if items != nil {
			return nil, unprocessable("body.items", "is there twice")
		}
		if t, _ := d.Token(); t != json.Delim('[') {
			return nil, unprocessable("body.items", "expected array")
		}
		for items = []json.RawMessage{}; d.More(); {
			if len(items) == s.Limits.Batch {
				return nil, unprocessable("body.items", fmt.Sprintf("more than %d items", s.Limits.Batch))
			}
			var item json.RawMessage
			if err := d.Decode(&item); err != nil {
				return nil, unprocessable("body.items", "cannot be read")
			}
			items = append(items, item)
		}
		_, _ = d.Token() // the end of the list; what is well formed has one
	}
	if len(items) == 0 {
		return nil, unprocessable("body.items", "expected a list of at least one item")
	}
	return items, nil
}

// batchItem judges one item. The content id is there whenever it can be read.
func (s *server) batchItem(item json.RawMessage, at string) (sub ingest.Submission, id string, err error) {
	if len(item) > maxJSON {
		return sub, "", unprocessable(at, fmt.Sprintf("%d bytes, at most %d are allowed", len(item), maxJSON))
	}
	value, err := parse(item, at)
	if err != nil {
		return sub, "", err
	}
	if object, ok := value.(map[string]any); ok {
		if id, _ = object["content_id"].(string); len(id) > domain.MaxExternalID {
			id = ""
		}
	}
	q, err := fit[contentRequest](s, value, at)
	if err != nil {
		return sub, id, err
	}
	if sub, err = s.submission(domain.ContentID(q.ContentID), q.AboutContent, nil, at); err != nil {
		return sub, id, err
	}
	return sub, id, faultAt(at, s.Corridor.Judge(sub))
}
