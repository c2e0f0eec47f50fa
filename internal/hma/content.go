package hma

import (
	"encoding/json"
	"maps"
	"net/http"
	"slices"
	"strconv"
	"strings"
	"unicode/utf8"

	"github.com/quell-project/quell/internal/domain"
)

// contentRoutes add, show, change and remove contents of banks: entries, named by their numbers.
func (f *face) contentRoutes() []route {
	const tag, one = "Bank Content", "/c/bank/<bank_name>/content/<int:content_id>"
	missing := []int{http.StatusNotFound}
	added := fields(map[string]schema{"id": integerSchema, "signals": mapOf(textSchema)})
	return []route{
		{method: http.MethodPost, rule: "/c/bank/<bank_name>/content", tag: tag, summary: "Add a file, or what is at a URL, to a bank: its hashes are kept, not the file",
			query: []parameter{optional("url", "where the file is; without it, the file is sent in a form"), optional("content_type", docContentType), optional("types", docTypes)},
			body:  contentBody, answer: added, errors: append(missing, http.StatusBadRequest, http.StatusRequestEntityTooLarge), handle: f.addContent},
		{method: http.MethodPost, rule: "/c/bank/<bank_name>/signal", tag: tag, summary: "Add the hashes of one content to a bank",
			body: jsonBody(schema{"type": "object", "properties": object{"note": textSchema}, "additionalProperties": textSchema}), answer: added,
			errors: append(missing, http.StatusBadRequest, http.StatusUnsupportedMediaType), handle: f.addSignals},
		{method: http.MethodGet, rule: one, tag: tag, summary: "A content of a bank",
			query: []parameter{
				{name: "include_signals", doc: "true: with its hashes", schema: boolSchema},
				{name: "include_metadata", doc: "false: without its metadata", schema: boolSchema},
			},
			answer: schema{"type": "object", "required": []string{"bank", "disable_until_ts", "id", "original_media_uri"}, "properties": object{
				"bank": bankSchema, "disable_until_ts": integerSchema, "id": integerSchema, "metadata": objectSchema, "note": textSchema,
				"original_media_uri": orNull(textSchema), "signals": mapOf(textSchema),
			}}, errors: missing, handle: f.showContent},
		{method: http.MethodPut, rule: one, tag: tag, summary: "Change the note of a content, or from when on it matches",
			body: jsonBody(schema{"type": "object", "properties": object{
				"disable_until_ts": schema{"anyOf": []schema{integerSchema, textSchema}, "description": "Unix time before which it does not match; 0: it does not match, 1: it does"},
				"note":             schema{"type": "string", "maxLength": maxNote, "description": "what people should know of it; \"\" removes that"},
			}}),
			answer: fields(map[string]schema{
				"bank": bankSchema, "collab_metadata": objectSchema, "disable_until_ts": integerSchema, "id": integerSchema, "note": orNull(textSchema),
				"original_media_uri": orNull(textSchema), "user_metadata": orNull(objectSchema),
			}), errors: append(missing, http.StatusBadRequest, http.StatusUnsupportedMediaType), handle: f.changeContent},
		{method: http.MethodDelete, rule: one, tag: tag, summary: "Remove a content from a bank, if it is there", answer: fields(map[string]schema{"deleted": integerSchema}),
			errors: missing, handle: f.removeContent},
	}
}

// maxNote is the longest note, in characters.
const maxNote = 255

// contentBody is a form of one file with what is to be known of it, or an object with that for a file at a URL.
var contentBody = &body{optional: true, content: map[string]schema{
	"multipart/form-data": {"type": "object", "properties": object{
		"photo": schema{"type": "string", "format": "binary"}, "video": schema{"type": "string", "format": "binary"},
		"metadata": schema{"type": "string", "contentMediaType": typeJSON, "contentSchema": metadataSchema},
		"note":     schema{"type": "string", "maxLength": maxNote}, "content_id": textSchema, "content_uri": textSchema,
	}},
	typeJSON: {"type": "object", "properties": object{"metadata": metadataSchema, "note": schema{"type": "string", "maxLength": maxNote}}},
}}

var metadataSchema = schema{"type": "object", "additionalProperties": false, "properties": object{"content_id": textSchema, "content_uri": textSchema, "json": objectSchema}}

// addition is what a client sends of a content that it adds.
type addition struct {
	file     *upload // nil: none
	metadata metadata
	note     string
}

// readAddition reads a body: a form, JSON, or nothing that matters.
func readAddition(r *request) (a addition, err error) {
	if r.isForm() {
		return readAdditionForm(r)
	}
	sent, err := r.members()
	if err == errNotJSON {
		return a, nil
	}
	if err == nil {
		a.metadata, err = readMetadata(sent["metadata"])
	}
	if err == nil {
		a.note, err = readNote(sent["note"])
	}
	return a, err
}

// readAdditionForm reads a form. Coop sends content_id and content_uri as fields of their own.
func readAdditionForm(r *request) (a addition, err error) {
	var sent map[string]string
	if a.file, sent, err = r.openForm(); err != nil {
		return a, err
	}
	if text := sent["metadata"]; text != "" {
		if !json.Valid([]byte(text)) {
			return a, badRequest("metadata form field must be valid JSON")
		}
		if a.metadata, err = readMetadata(json.RawMessage(text)); err != nil {
			return a, err
		}
	}
	if id := sent["content_id"]; id != "" && a.metadata.ContentID == nil {
		a.metadata.ContentID = &id
	}
	if uri := sent["content_uri"]; uri != "" && a.metadata.ContentURI == nil {
		a.metadata.ContentURI = &uri
	}
	a.note, err = readNote(quoted(sent["note"]))
	return a, err
}

// readNote reads a note; absent and null are none.
func readNote(sent json.RawMessage) (string, error) {
	v := decoded(sent)
	note, isText := v.(string)
	if v != nil && !isText {
		return "", badRequest("note should be a string")
	}
	if utf8.RuneCountInString(note) > maxNote {
		return "", badRequest("note must be at most %d characters", maxNote)
	}
	return cleaned(note), nil
}

func (f *face) addContent(r *request) (any, error) {
	b, err := f.bankOf(r)
	if err != nil {
		return nil, err
	}
	a, err := readAddition(r)
	if err != nil {
		return nil, err
	}
	var hashes []hash
	switch url, _ := r.arg("url"); {
	case url != "":
		hashes, err = f.hashURL(r.Context(), hashQuery{url, r.optional("content_type"), r.optional("types")})
	case a.file != nil:
		hashes, err = f.hashFile(r.Context(), *a.file, r.optional("types"))
	default:
		err = badRequest("Neither `url` nor multipart file upload was received")
	}
	if err != nil {
		return nil, err
	}
	return f.add(r, b, values(hashes), a)
}

func (f *face) addSignals(r *request) (any, error) {
	b, err := f.bankOf(r)
	if err != nil {
		return nil, err
	}
	sent, err := r.object()
	if err != nil {
		return nil, err
	}
	note, err := readNote(sent["note"])
	if err != nil {
		return nil, err
	}
	delete(sent, "note")
	signals := map[string]string{}
	for name, raw := range sent {
		signals[name], _ = decoded(raw).(string) // what is no text is no signal, as "" is none
	}
	return f.add(r, b, signals, addition{note: note})
}

// source is the provenance of what is added here.
const source = "hma"

// add adds a content with its signals by the names of their types.
func (f *face) add(r *request, b domain.Bank, signals map[string]string, a addition) (any, error) {
	if len(signals) == 0 {
		return nil, badRequest("No signals given")
	}
	kept, err := a.metadata.kept()
	if err != nil {
		return nil, err
	}
	e := domain.Entry{BankID: b.ID, Note: a.note, Metadata: kept}
	shown := map[string]string{}
	for _, name := range slices.Sorted(maps.Keys(signals)) {
		t, known := signalTypeNamed(name)
		if !known {
			return nil, badRequest("No such signal type %s", domain.Clip(name, mostTold))
		}
		canonical, err := t.parse(signals[name])
		if err != nil {
			return nil, badRequest("Invalid %s signal: %s", name, err)
		}
		shown[name] = canonical
		e.Signals = append(e.Signals, domain.Signal{Type: t.kind, Value: canonical, Provenance: domain.Provenance{Source: source, Confidence: 1}})
	}
	e, err = f.Banks.AddEntry(r.Context(), e)
	if err != nil && f.Faults.NotFound(err) { // the bank was removed a moment ago
		return nil, refuse(http.StatusNotFound, "bank '%s' not found", domain.Clip(b.Name, mostTold))
	}
	if err != nil {
		return nil, outageOf(err)
	}
	return object{"id": e.Number, "signals": shown}, nil
}

// contentOf returns the content that the path names, if it is in the bank that the path names.
func (f *face) contentOf(r *request) (domain.Bank, domain.Entry, error) {
	b, err := f.bankOf(r)
	if err != nil {
		return b, domain.Entry{}, err
	}
	e, err := f.Banks.EntryNumbered(r.Context(), r.number("content_id"))
	if err != nil && !f.Faults.NotFound(err) {
		return b, e, outageOf(err)
	}
	if err != nil || e.BankID != b.ID || e.WithdrawnAt != 0 {
		return b, e, noContent(r)
	}
	return b, e, nil
}

func noContent(r *request) error {
	named := r.param("content_id")
	if n := r.number("content_id"); n >= 0 {
		named = strconv.FormatInt(n, 10) // without zeros before it
	}
	return refuse(http.StatusNotFound, "content '%s' not found", domain.Clip(named, mostTold))
}

func (f *face) showContent(r *request) (any, error) {
	b, e, err := f.contentOf(r)
	if err != nil {
		return nil, err
	}
	shape := object{"bank": shapeBank(b), "disable_until_ts": disabledUntil(e.PausedUntil), "id": e.Number, "original_media_uri": nil}
	if m := metadataOf(e.Metadata); !m.empty() && !r.says("include_metadata", "false") {
		shape["metadata"] = m.shape()
	}
	if e.Note != "" {
		shape["note"] = e.Note
	}
	if signals := signalsOf(e); len(signals) > 0 && r.says("include_signals", "true") {
		shape["signals"] = signals
	}
	return shape, nil
}

// says reports whether the query has a word under a name, in whatever case.
func (r *request) says(name, word string) bool {
	s, _ := r.arg(name)
	return strings.EqualFold(s, word)
}

// signalsOf returns the live signals of an entry that HMA knows, the first of each type.
func signalsOf(e domain.Entry) map[string]string {
	signals := map[string]string{}
	for _, s := range e.Signals {
		t, known := signalTypeOf(s.Type)
		if _, twice := signals[t.name]; known && !twice && s.WithdrawnAt == 0 {
			signals[t.name] = s.Value
		}
	}
	return signals
}

func (f *face) changeContent(r *request) (any, error) {
	b, e, err := f.contentOf(r)
	if err != nil {
		return nil, err
	}
	sent, err := r.object()
	if err != nil {
		return nil, err
	}
	change, err := readChange(sent)
	if err != nil {
		return nil, err
	}
	if change.Note != nil || change.PausedUntil != nil {
		e, err = f.Banks.ChangeEntry(r.Context(), b.ID, e.ID, change)
	}
	if err != nil && f.Faults.NotFound(err) { // removed a moment ago
		return nil, noContent(r)
	}
	if err != nil {
		return nil, outageOf(err)
	}
	return shapeChanged(b, e), nil
}

// readChange reads what is to be changed of a content.
func readChange(sent map[string]json.RawMessage) (change domain.EntryChange, err error) {
	if raw, there := sent["disable_until_ts"]; there {
		until, err := readMoment(raw)
		if err != nil {
			return change, err
		}
		paused := pauseOf(until)
		change.PausedUntil = &paused
	}
	if raw, there := sent["note"]; there {
		note, err := readNote(raw)
		if err != nil {
			return change, err
		}
		change.Note = &note
	}
	return change, nil
}

// shapeChanged is a content that was changed: HMA has another form for that.
func shapeChanged(b domain.Bank, e domain.Entry) object {
	m := metadataOf(e.Metadata)
	shape := object{
		"bank": shapeBank(b), "collab_metadata": object{}, "disable_until_ts": disabledUntil(e.PausedUntil), "id": e.Number, "note": nil,
		"original_media_uri": nil, "user_metadata": nil,
	}
	if e.Note != "" {
		shape["note"] = e.Note
	}
	if m.Collab != nil {
		shape["collab_metadata"] = m.Collab
	}
	if m.Collab = nil; !m.empty() {
		user := m.shape()
		delete(user, "collab")
		shape["user_metadata"] = user
	}
	return shape
}

func (f *face) removeContent(r *request) (any, error) {
	b, err := f.bankOf(r)
	if err != nil {
		return nil, err
	}
	e, err := f.Banks.EntryNumbered(r.Context(), r.number("content_id"))
	if err == nil && (e.BankID != b.ID || e.WithdrawnAt != 0) {
		return object{"deleted": 0}, nil
	}
	if err == nil {
		err = f.Banks.WithdrawEntry(r.Context(), b.ID, e.ID)
	}
	if err != nil && f.Faults.NotFound(err) {
		return object{"deleted": 0}, nil
	}
	if err != nil {
		return nil, outageOf(err)
	}
	return object{"deleted": 1}, nil
}
