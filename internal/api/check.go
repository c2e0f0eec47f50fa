package api

import (
	"fmt"
	"net/http"

	"github.com/danielgtaylor/huma/v2"

	"github.com/quell-project/quell/internal/domain"
	"github.com/quell-project/quell/internal/pipeline/ingest"
)

func (s *server) checkRoutes() {
	content := schema[contentRequest](s)
	body := jsonBody(content, `{"content_id":"post-17","account_id":"user-4","surface":"post","url":"https://media.example/17.jpg"}`)
	body.Content["multipart/form-data"] = formBody("content", content, `{"content_id":"post-17","account_id":"user-4","surface":"post"}`, "The files of the upload, in their order.", "content")
	receive(s, huma.Operation{
		OperationID: "check", Method: http.MethodPost, Path: "/api/v1/check", Tags: []string{tagCheck}, Summary: "Check one upload",
		Description: "Send a form with one part `content` (JSON) and any number of parts `file`, or only the JSON with a `url` or `signals`. The answer comes when the decision is recorded. " +
			"Sending the same content id with the same bytes again returns the same decision.",
		RequestBody: body,
	}, intake{json: maxJSON, part: "content"}, s.check)
}

func (s *server) check(r *http.Request, f form) (decisionShape, error) {
	if f.document == nil {
		return decisionShape{}, unprocessable("body.content", "the part \"content\" with the JSON document is missing")
	}
	q, err := decode[contentRequest](s, f.document, "body")
	if err != nil {
		return decisionShape{}, err
	}
	submission, err := s.submission(domain.ContentID(q.ContentID), q.AboutContent, f.files, "body")
	if err != nil {
		return decisionShape{}, err
	}
	d, err := s.Corridor.Check(r.Context(), submission)
	return shapeDecision(d), err
}

// submission makes of a request what the corridor takes. at is the path of the request, for naming faults.
func (s *server) submission(id domain.ContentID, q AboutContent, files [][]byte, at string) (ingest.Submission, error) {
	sub := ingest.Submission{
		ContentID: id, AccountID: domain.AccountID(q.AccountID), Surface: q.Surface, Visibility: q.Visibility, Language: q.Language, Attributes: q.Attributes,
		AccountCreatedAt: given(q.AccountAt), CreatedAt: given(q.CreatedAt),
	}
	for i, b := range files {
		sub.Parts = append(sub.Parts, ingest.Part{Name: fmt.Sprintf("file-%d", i+1), Data: b})
	}
	if q.URL != "" {
		sub.Parts = append(sub.Parts, ingest.Part{Name: "url", URL: q.URL})
	}
	if len(q.Signals) > 0 {
		prints, err := s.prints(q.Signals, at+".signals")
		if err != nil {
			return sub, err
		}
		sub.Parts = append(sub.Parts, ingest.Part{Name: "signals", Fingerprints: prints})
	}
	return sub, nil
}

// maxView bounds what a client says of how a picture was turned, in bytes.
const maxView = 64

// prints reads signals in their text form.
func (s *server) prints(signals []clientSignal, at string) ([]domain.Fingerprint, error) {
	prints := make([]domain.Fingerprint, len(signals))
	for i, sig := range signals {
		t, value, err := s.parseSignal(sig.Type, sig.Value, fmt.Sprintf("%s[%d]", at, i))
		if err != nil {
			return nil, err
		}
		if err := domain.CheckText(sig.View, maxView); err != nil {
			return nil, unprocessable(fmt.Sprintf("%s[%d].view", at, i), err.Error())
		}
		prints[i] = domain.Fingerprint{Type: t, Value: value, Quality: sig.Quality, View: sig.View}
	}
	return prints, nil
}

// parseSignal reads a signal that stands at a place in the request.
func (s *server) parseSignal(name, value, at string) (domain.SignalType, string, error) {
	t, err := s.signalType(name, at+".type")
	if err != nil {
		return "", "", err
	}
	value, err = t.Parse(value)
	if err != nil {
		return "", "", unprocessable(at+".value", err.Error())
	}
	return t.Name, value, nil
}

func (s *server) signalType(name, at string) (SignalType, error) {
	for _, t := range s.SignalTypes {
		if string(t.Name) == name {
			return t, nil
		}
	}
	return SignalType{}, unprocessable(at, fmt.Sprintf("signal type %q is not known", domain.Clip(name, mostTold)))
}
