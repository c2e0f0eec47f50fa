package hma

import (
	"encoding/json"
	"net/http"
	"regexp"

	"github.com/quell-project/quell/internal/domain"
	"github.com/quell-project/quell/internal/exchange"
)

// exchangeRoutes keep where signals come from: the settings and credentials of exchanges.
func (f *face) exchangeRoutes() []route {
	const tag = "Exchanges"
	missing := []int{http.StatusNotFound}
	document := []int{http.StatusBadRequest, http.StatusUnsupportedMediaType}
	auth := fields(map[string]schema{"has_set_authentification": boolSchema, "supports_authentification": boolSchema})
	return []route{
		{method: http.MethodGet, rule: "/c/exchanges/apis", tag: tag, summary: "The names of the APIs of exchanges that there are", answer: listOf(textSchema), handle: f.listAPIs},
		{method: http.MethodGet, rule: "/c/exchanges/api/<string:api_name>", tag: tag, summary: "Whether an API takes credentials, and whether some are kept",
			answer: auth, errors: []int{http.StatusBadRequest}, handle: f.showAPI},
		{method: http.MethodPost, rule: "/c/exchanges/api/<string:api_name>", tag: tag, summary: "Keep credentials for an API, encrypted; an empty object removes them",
			body: jsonBody(fields(map[string]schema{"credential_json": objectSchema})), answer: auth, errors: document, handle: f.setCredentials},
		{method: http.MethodGet, rule: "/c/exchanges/api/<string:api_name>/schema", tag: tag, summary: "The settings and credentials that an API wants",
			answer: fields(map[string]schema{"config_schema": settingsSchema, "credentials_schema": orNull(settingsSchema)}), errors: missing, handle: f.showSchema},
		{method: http.MethodPost, rule: "/c/exchanges", tag: tag, summary: "Make an exchange and, if there is none, the bank of its name", status: http.StatusCreated, answer: messageSchema,
			body:   jsonBody(schema{"type": "object", "required": []string{"api", "bank"}, "properties": object{"api": textSchema, "api_json": objectSchema, "bank": textSchema}}),
			errors: append(document, http.StatusConflict), handle: f.createExchange},
		{method: http.MethodGet, rule: "/c/exchanges", tag: tag, summary: "The names of all exchanges", answer: listOf(textSchema), handle: f.listExchanges},
		{method: http.MethodGet, rule: "/c/exchange/<string:exchange_name>", tag: tag, summary: "The settings of an exchange", answer: objectSchema, errors: missing, handle: f.showExchange},
		{method: http.MethodPut, rule: "/c/exchange/<string:exchange_name>", tag: tag, summary: "Switch an exchange on or off", body: exchangeUpdateModel.document(), answer: objectSchema,
			errors: append(missing, http.StatusUnprocessableEntity), handle: f.changeExchange},
		{method: http.MethodDelete, rule: "/c/exchange/<string:exchange_name>", tag: tag, summary: "Remove an exchange with its bank and all that is in it, if it is there", answer: messageSchema, handle: f.removeExchange},
		{method: http.MethodGet, rule: "/c/exchange/<string:exchange_name>/status", tag: tag, summary: "How far fetching from an exchange has come",
			answer: fetchStatusSchema, errors: missing, handle: f.exchangeStatus},
	}
}

var (
	settingsSchema = fields(map[string]schema{"fields": listOf(fields(map[string]schema{
		"choices": orNull(listOf(textSchema)), "default": {}, "help": textSchema, "name": textSchema, "required": boolSchema, "type": textSchema,
	}))})
	fetchStatusSchema = fields(map[string]schema{
		"checkpoint_ts": orNull(integerSchema), "fetched_items": integerSchema, "last_fetch_complete_ts": orNull(integerSchema),
		"last_fetch_succeeded": orNull(boolSchema), "running_fetch_start_ts": orNull(integerSchema), "up_to_date": boolSchema,
	})
)

// exchangeName is what exchanges may be called.
var exchangeName = regexp.MustCompile(`\A[A-Z0-9_]+\z`)

func (f *face) listAPIs(*request) (any, error) {
	names := []string{}
	for _, a := range exchange.APIs() {
		names = append(names, a.Name)
	}
	return names, nil
}

// apiOf returns the API that the path names.
func apiOf(r *request) (exchange.API, error) {
	name := r.param("api_name")
	a, known := exchange.Named(name)
	if !known {
		return a, badRequest("no such Exchange API '%s'", domain.Clip(name, mostTold))
	}
	return a, nil
}

func (f *face) showAPI(r *request) (any, error) {
	a, err := apiOf(r)
	if err != nil {
		return nil, err
	}
	return f.shapeAPI(r, a)
}

// shapeAPI tells of the credentials of an API, in the spelling of HMA.
func (f *face) shapeAPI(r *request, a exchange.API) (any, error) {
	kept, err := f.Exchanges.HasCredentials(r.Context(), a.Name)
	if err != nil {
		return nil, outageOf(err)
	}
	return object{"has_set_authentification": kept, "supports_authentification": a.Credentials != nil}, nil
}

func (f *face) setCredentials(r *request) (any, error) {
	a, err := apiOf(r)
	if err != nil {
		return nil, err
	}
	sent, err := r.object()
	if err != nil {
		return nil, err
	}
	raw, there := sent["credential_json"]
	if !there || decoded(raw) == nil {
		return f.shapeAPI(r, a)
	}
	credentials, err := a.ParseCredentials(raw)
	if err != nil {
		return nil, badRequest("%s", err)
	}
	if err := f.Exchanges.SetCredentials(r.Context(), a.Name, credentials); err != nil {
		if _, away := f.Exchanges.HasCredentials(r.Context(), a.Name); away != nil { // then it is not the key that is missing
			return nil, outageOf(away)
		}
		f.Log.Error("credentials could not be kept", "api", a.Name, "error", err)
		return nil, refuse(http.StatusInternalServerError, "Service misconfigured, see logs for details")
	}
	return f.shapeAPI(r, a)
}

func (f *face) showSchema(r *request) (any, error) {
	name := r.param("api_name")
	a, known := exchange.Named(name)
	if !known {
		return nil, refuse(http.StatusNotFound, "Exchange API '%s' not found", domain.Clip(name, mostTold))
	}
	described, err := json.Marshal(a.Schema())
	return json.RawMessage(described), err
}

func (f *face) createExchange(r *request) (any, error) {
	sent, err := r.object()
	if err != nil {
		return nil, err
	}
	e, err := newExchange(sent)
	if err != nil {
		return nil, err
	}
	_, err = f.Exchanges.CreateExchange(r.Context(), e)
	switch {
	case err == nil:
		return created(object{"message": "Created successfully"}), nil
	case f.Faults.Conflict(err):
		return nil, f.nameTaken(r, e.Name)
	}
	return nil, outageOf(err)
}

// nameTaken says who has the name that an exchange was to have. An exchange never takes over a bank that is there: when it is removed, its bank is
// removed too.
func (f *face) nameTaken(r *request, name string) error {
	what := "Bank"
	if _, err := f.Exchanges.Exchange(r.Context(), name); err == nil {
		what = "Exchange"
	}
	return refuse(http.StatusConflict, "%s '%s' already exists", what, domain.Clip(name, mostTold))
}

// newExchange reads an exchange, and says in the order of HMA what is wrong with it.
func newExchange(sent map[string]json.RawMessage) (e domain.Exchange, err error) {
	raw, there := sent["bank"]
	if !there || decoded(raw) == nil {
		return e, badRequest("bank is required")
	}
	e.Name, _ = decoded(raw).(string)
	if !exchangeName.MatchString(e.Name) {
		return e, badRequest("Field `bank` must match /^[A-Z0-9_]+$/")
	}
	settings := json.RawMessage(`{}`)
	if raw, there := sent["api_json"]; there {
		settings = raw
	}
	if _, isObject := decoded(settings).(map[string]any); !isObject {
		return e, badRequest("Field `api_json` must be object")
	}
	if raw, there = sent["api"]; !there || decoded(raw) == nil {
		return e, badRequest("Field `api_type` is required")
	}
	e.API, _ = decoded(raw).(string)
	a, known := exchange.Named(e.API)
	if !known {
		return e, badRequest("No such exchange type %s", pythonValue(decoded(raw)))
	}
	if e.Config, e.Enabled, err = a.Parse(settings); err != nil {
		return e, badRequest("Failed to parse `api_json` - %s", err)
	}
	return e, checkBankName(e.Name)
}

func (f *face) listExchanges(r *request) (any, error) {
	all, err := f.Exchanges.Exchanges(r.Context())
	if err != nil {
		return nil, outageOf(err)
	}
	names := make([]string, len(all))
	for i, e := range all {
		names[i] = e.Name
	}
	return names, nil
}

// namedExchange returns the exchange that the path names.
func (f *face) namedExchange(r *request) (domain.Exchange, error) {
	e, err := f.Exchanges.Exchange(r.Context(), r.param("exchange_name"))
	return e, f.noExchange(r, err)
}

// noExchange says why there is no exchange; nil stays nil.
func (f *face) noExchange(r *request, err error) error {
	if err != nil && f.Faults.NotFound(err) {
		return refuse(http.StatusNotFound, "Exchange '%s' not found", domain.Clip(r.param("exchange_name"), mostTold))
	}
	return outageOf(err)
}

func (f *face) showExchange(r *request) (any, error) {
	e, err := f.namedExchange(r)
	if err != nil {
		return nil, err
	}
	return shapeExchange(e)
}

// shapeExchange is an exchange in the form of HMA: the one answer that is indented.
func shapeExchange(e domain.Exchange) (any, error) {
	shown, err := exchange.Render(e)
	return reply{status: http.StatusOK, mediaType: typeJSON, body: shown}, err
}

type exchangeUpdate struct {
	Enabled *bool `name:"enabled" doc:"whether to fetch from it"`
}

var exchangeUpdateModel = newModel[exchangeUpdate]("ExchangeUpdateRequest")

func (f *face) changeExchange(r *request) (any, error) {
	q, err := exchangeUpdateModel.body(r)
	if err != nil {
		return nil, err
	}
	if q.Enabled == nil {
		return f.showExchange(r)
	}
	e, err := f.Exchanges.EnableExchange(r.Context(), r.param("exchange_name"), *q.Enabled)
	if err != nil {
		return nil, f.noExchange(r, err)
	}
	return shapeExchange(e)
}

func (f *face) removeExchange(r *request) (any, error) {
	if err := f.Exchanges.RemoveExchange(r.Context(), r.param("exchange_name")); err != nil && !f.Faults.NotFound(err) {
		return nil, outageOf(err)
	}
	return object{"message": "Exchange deleted"}, nil
}

// exchangeStatus tells that nothing was fetched: this version keeps exchanges, and does not fetch from them yet. Only the examples are there from
// the start.
func (f *face) exchangeStatus(r *request) (any, error) {
	e, err := f.namedExchange(r)
	if err != nil {
		return nil, err
	}
	status := object{
		"checkpoint_ts": nil, "fetched_items": 0, "last_fetch_complete_ts": nil, "last_fetch_succeeded": nil, "running_fetch_start_ts": nil, "up_to_date": false,
	}
	if e.API == exchange.SampleName {
		status["fetched_items"], status["last_fetch_complete_ts"] = len(exchange.Sample(e.Name)), e.CreatedAt.Std().Unix()
		status["last_fetch_succeeded"], status["up_to_date"] = true, true
	}
	return status, nil
}
