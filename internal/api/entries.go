package api

import (
	"context"
	"encoding/json"
	"fmt"
	"net/http"
	"time"

	"github.com/danielgtaylor/huma/v2"

	"github.com/quell-project/quell/internal/domain"
)

type entryRequest struct {
	_ struct{} `json:"-" additionalProperties:"false"`

	Signals    []entrySignal `json:"signals,omitempty" maxItems:"1000" doc:"Signals that stand for the item, when its file is not sent along."`
	Labels     []string      `json:"labels,omitempty" maxItems:"32" doc:"What it is, in the words of the list."`
	Note       string        `json:"note,omitempty" maxLength:"4096"`
	Source     string        `json:"source,omitempty" maxLength:"128" doc:"Where it comes from; \"api\" if absent."`
	Metadata   object        `json:"metadata,omitempty" doc:"Anything else about the item, in your own words; at most 16 KiB." example:"{\"case\":\"17\"}"`
	Confidence *float64      `json:"confidence,omitempty" minimum:"0" maximum:"1" doc:"How sure the source is; 1 if absent."`
	ExpiresAt  *time.Time    `json:"expires_at,omitempty" doc:"From when on it no longer counts; not in the past."`
}

type entryPatch struct {
	_ struct{} `json:"-" additionalProperties:"false"`

	Note        *string      `json:"note,omitempty" maxLength:"4096"`
	Metadata    object       `json:"metadata,omitempty" doc:"Replaces what was there; {} for none."`
	PausedUntil nullableTime `json:"paused_until,omitzero" doc:"Until when the entry does not count, 9999-12-31T23:59:59Z for an open end; null lets it count again."`
}

// nullableTime tells null from what is not there.
type nullableTime struct {
	set  bool
	time *time.Time // nil: null
}

// Schema implements huma.SchemaProvider.
func (nullableTime) Schema(huma.Registry) *huma.Schema {
	return &huma.Schema{Type: huma.TypeString, Format: "date-time", Nullable: true}
}

// UnmarshalJSON implements json.Unmarshaler.
func (t *nullableTime) UnmarshalJSON(b []byte) error {
	t.set = true
	return json.Unmarshal(b, &t.time)
}

type entrySignal struct {
	_ struct{} `json:"-" additionalProperties:"false"`

	Type  string `json:"type" minLength:"1" maxLength:"32" example:"pdq"`
	Value string `json:"value" minLength:"1" maxLength:"8192"`
}

type signalShape struct {
	ID          string     `json:"id"`
	Type        string     `json:"type" example:"pdq"`
	Value       string     `json:"value"`
	Source      string     `json:"source" example:"api"`
	AddedAt     time.Time  `json:"added_at"`
	Labels      []string   `json:"labels,omitempty"`
	Confidence  float64    `json:"confidence"`
	ExpiresAt   *time.Time `json:"expires_at,omitempty"`
	WithdrawnAt *time.Time `json:"withdrawn_at,omitempty"`
}

type entryShape struct {
	ID          string        `json:"id"`
	Number      int64         `json:"number" doc:"The same in one number, for programs that want one." example:"17"`
	Bank        string        `json:"bank"`
	Labels      []string      `json:"labels,omitempty"`
	Note        string        `json:"note,omitempty"`
	Metadata    object        `json:"metadata,omitempty"`
	CreatedAt   time.Time     `json:"created_at"`
	PausedUntil *time.Time    `json:"paused_until,omitempty" doc:"Before that moment its signals do not count; 9999-12-31T23:59:59Z is an open end."`
	WithdrawnAt *time.Time    `json:"withdrawn_at,omitempty"`
	Signals     []signalShape `json:"signals"`
	Checks      []checkShape  `json:"checks,omitempty" doc:"How the signals were made of a file; only when it was added."`
}

type entryList struct {
	Entries []entryShape `json:"entries" doc:"In the order they were added."`
	Next    string       `json:"next,omitempty" doc:"Ask again with after set to this; absent at the end."`
}

type entryPath struct {
	Name string `path:"name" maxLength:"255" example:"grey-heron"`
	ID   string `path:"entry_id" maxLength:"64"`
}

func (s *server) entryRoutes() {
	const path = "/api/v1/banks/{name}/entries"
	entry := schema[entryRequest](s)
	body := jsonBody(entry, `{"signals":[{"type":"pdq","value":"f8f8f0cee0f4a84f06370a22038f63f0b36e2ed596621e1d33e6b39c4e9c9b22"}],"labels":["poster"],"source":"partner"}`)
	body.Content["multipart/form-data"] = formBody("entry", entry, `{"labels":["poster"],"source":"partner"}`, "The known item: one file.", "file")
	receive(s, huma.Operation{
		OperationID: "add-entry", Method: http.MethodPost, Path: path, Tags: []string{tagBanks}, Summary: "Add a known item",
		Description: "Send JSON with `signals`, or a form with one part `file` and, if wanted, a part `entry` (JSON without signals). It takes effect everywhere within a second.",
		Parameters:  bankParam(), RequestBody: body,
		DefaultStatus: http.StatusCreated, Errors: []int{http.StatusNotFound},
	}, intake{json: maxJSON, part: "entry"}, s.addEntry)
	register(s, huma.Operation{OperationID: "list-entries", Method: http.MethodGet, Path: path, Tags: []string{tagBanks}, Summary: "Entries of a bank", Errors: []int{http.StatusNotFound}}, s.listEntries)
	register(s, huma.Operation{OperationID: "get-entry", Method: http.MethodGet, Path: path + "/{entry_id}", Tags: []string{tagBanks}, Summary: "One entry", Errors: []int{http.StatusNotFound}}, s.getEntry)
	receive(s, huma.Operation{
		OperationID: "change-entry", Method: http.MethodPatch, Path: path + "/{entry_id}", Tags: []string{tagBanks}, Summary: "Change or pause an entry",
		Description: "An entry that is paused does not count, everywhere from now on, until the moment named or until it is resumed with null. One that is withdrawn cannot be changed.",
		Parameters:  append(bankParam(), &huma.Param{Name: "entry_id", In: "path", Required: true, Schema: &huma.Schema{Type: huma.TypeString, MaxLength: new(64)}}),
		RequestBody: jsonBody(schema[entryPatch](s), `{"paused_until":"2030-01-01T00:00:00Z","note":"matches a news photo"}`), Errors: []int{http.StatusNotFound},
	}, intake{json: maxJSON}, s.changeEntry)
	register(s, huma.Operation{
		OperationID: "withdraw-entry", Method: http.MethodDelete, Path: path + "/{entry_id}", Tags: []string{tagBanks}, Summary: "Withdraw an entry",
		Description: "The entry and its signals stay on record and no longer count, everywhere within a second. Withdrawing twice does nothing.", Errors: []int{http.StatusNotFound},
	}, s.withdrawEntry)
}

func shapeEntry(e domain.Entry, bank string) entryShape {
	shape := entryShape{
		ID: string(e.ID), Number: e.Number, Bank: bank, Labels: e.Labels, Note: e.Note, Metadata: object(e.Metadata), CreatedAt: e.CreatedAt.Std(),
		PausedUntil: moment(e.PausedUntil), WithdrawnAt: moment(e.WithdrawnAt), Signals: []signalShape{},
	}
	for _, sig := range e.Signals {
		p := sig.Provenance
		shape.Signals = append(shape.Signals, signalShape{string(sig.ID), string(sig.Type), sig.Value, p.Source, p.AddedAt.Std(), p.Labels, p.Confidence, moment(sig.ExpiresAt), moment(sig.WithdrawnAt)})
	}
	return shape
}

// addEntry adds a known item to a bank.
func (s *server) addEntry(r *http.Request, f form) (entryShape, error) {
	bank, err := s.Banks.BankNamed(r.Context(), r.PathValue("name"))
	if err != nil {
		return entryShape{}, err
	}
	var q entryRequest
	if f.document != nil {
		if q, err = decode[entryRequest](s, f.document, "body"); err != nil {
			return entryShape{}, err
		}
	}
	if err := checkEntry(q, f.files); err != nil {
		return entryShape{}, err
	}
	entry, err := s.entryOf(bank, q)
	if err != nil {
		return entryShape{}, err
	}
	var checks []checkShape
	if len(f.files) > 0 {
		prints, made := s.Fingerprint.Fingerprints(r.Context(), f.files[0])
		for _, p := range prints {
			entry.Signals = append(entry.Signals, q.signal(p.Type, p.Value))
		}
		checks = shapeChecks(made)
	}
	entry, err = s.Banks.AddEntry(r.Context(), entry)
	shape := shapeEntry(entry, bank.Name)
	shape.Checks = checks
	return shape, err
}

// checkEntry returns what is wrong with a known item before its signals are looked at.
func checkEntry(q entryRequest, files [][]byte) error {
	switch {
	case len(files) > 1:
		return unprocessable("body.file", "an entry is one item: send one file")
	case len(files) == 1 && len(q.Signals) > 0:
		return unprocessable("body.signals", "send either a file or signals")
	case len(files) == 1 && len(files[0]) == 0:
		return unprocessable("body.file", "the file is empty")
	case len(files) == 0 && len(q.Signals) == 0:
		return unprocessable("body", "nothing to add: send a file or signals")
	case q.ExpiresAt != nil && !q.ExpiresAt.After(time.Now()):
		return unprocessable("body.expires_at", "is in the past")
	}
	if err := domain.CheckLabels(q.Labels); err != nil {
		return unprocessable("body.labels", err.Error())
	}
	if err := domain.CheckText(q.Source, domain.MaxSource); err != nil {
		return unprocessable("body.source", err.Error())
	}
	return checkRemarks(q.Note, q.Metadata)
}

// checkRemarks returns what is wrong with what people say of an entry.
func checkRemarks(note string, metadata object) error {
	if err := domain.CheckText(note, domain.MaxNote); err != nil {
		return unprocessable("body.note", err.Error())
	}
	if err := domain.CheckMetadata(json.RawMessage(metadata)); err != nil {
		return unprocessable("body.metadata", err.Error())
	}
	return nil
}

// entryOf makes an entry with the signals that a request names.
func (s *server) entryOf(bank domain.Bank, q entryRequest) (domain.Entry, error) {
	e := domain.Entry{BankID: bank.ID, Labels: q.Labels, Note: q.Note, Metadata: json.RawMessage(q.Metadata)}
	seen := map[domain.Fingerprint]bool{}
	for i, sig := range q.Signals {
		at := fmt.Sprintf("body.signals[%d]", i)
		t, value, err := s.parseSignal(sig.Type, sig.Value, at)
		if err != nil {
			return e, err
		}
		f := domain.Fingerprint{Type: t, Value: value}
		if seen[f] {
			return e, unprocessable(at, "is there twice")
		}
		seen[f] = true
		e.Signals = append(e.Signals, q.signal(t, value))
	}
	return e, nil
}

// signal makes a signal with the provenance that the request states.
func (q entryRequest) signal(t domain.SignalType, value string) domain.Signal {
	sig := domain.Signal{Type: t, Value: value, Provenance: domain.Provenance{Source: "api", Labels: q.Labels, Confidence: 1}, ExpiresAt: given(q.ExpiresAt)}
	if q.Source != "" {
		sig.Provenance.Source = q.Source
	}
	if q.Confidence != nil {
		sig.Provenance.Confidence = *q.Confidence
	}
	return sig
}

func (s *server) listEntries(ctx context.Context, in *struct {
	Name  string `path:"name" maxLength:"255" example:"grey-heron"`
	After string `query:"after" maxLength:"64" doc:"Only entries behind the one with this id: for the next page."`
	Limit int    `query:"limit" minimum:"1" maximum:"200" default:"50"`
}) (*body[entryList], error) {
	bank, err := s.Banks.BankNamed(ctx, in.Name)
	if err != nil {
		return nil, err
	}
	entries, err := s.Banks.Entries(ctx, bank.ID, domain.EntryID(in.After), in.Limit+1)
	if err != nil {
		return nil, err
	}
	shapes, next := pageOf(entries, in.Limit, func(e domain.Entry) entryShape { return shapeEntry(e, bank.Name) }, func(e domain.Entry) domain.EntryID { return e.ID })
	return &body[entryList]{entryList{shapes, next}}, nil
}

func (s *server) getEntry(ctx context.Context, in *entryPath) (*body[entryShape], error) {
	bank, err := s.Banks.BankNamed(ctx, in.Name)
	if err != nil {
		return nil, err
	}
	e, err := s.Banks.Entry(ctx, bank.ID, domain.EntryID(in.ID))
	if err != nil {
		return nil, err
	}
	return &body[entryShape]{shapeEntry(e, bank.Name)}, nil
}

// changeEntry changes what people say of an entry, and whether it is paused.
func (s *server) changeEntry(r *http.Request, f form) (entryShape, error) {
	q, err := decode[entryPatch](s, f.document, "body")
	if err != nil {
		return entryShape{}, err
	}
	change := domain.EntryChange{Note: q.Note, Metadata: json.RawMessage(q.Metadata)}
	if q.PausedUntil.set {
		change.PausedUntil = new(domain.Time)
	}
	if until := q.PausedUntil.time; until != nil {
		if !until.After(time.Now()) {
			return entryShape{}, unprocessable("body.paused_until", "is in the past")
		}
		*change.PausedUntil = domain.At(*until)
	}
	var note string
	if q.Note != nil {
		note = *q.Note
	}
	if err := checkRemarks(note, q.Metadata); err != nil {
		return entryShape{}, err
	}
	bank, err := s.Banks.BankNamed(r.Context(), r.PathValue("name"))
	if err != nil {
		return entryShape{}, err
	}
	e, err := s.Banks.ChangeEntry(r.Context(), bank.ID, domain.EntryID(r.PathValue("entry_id")), change)
	return shapeEntry(e, bank.Name), err
}

func (s *server) withdrawEntry(ctx context.Context, in *entryPath) (*body[entryShape], error) {
	bank, err := s.Banks.BankNamed(ctx, in.Name)
	if err != nil {
		return nil, err
	}
	if err := s.Banks.WithdrawEntry(ctx, bank.ID, domain.EntryID(in.ID)); err != nil {
		return nil, err
	}
	return s.getEntry(ctx, in)
}
