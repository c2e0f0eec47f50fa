package hma

import (
	"encoding/json"
	"net/http"
	"strings"

	"github.com/quell-project/quell/internal/domain"
	"github.com/quell-project/quell/internal/pipeline/match"
	"github.com/quell-project/quell/internal/pipeline/signal"
)

// What HMA does not have: lookups tell more if the client asks for it. An answer without these parameters is that of HMA.

// queryMember is where an answer says what was looked up. Neither a bank nor a signal type can be called that.
const queryMember = "$query"

// extensions are the parameters.
var extensions = []parameter{
	optional("include", "what to tell besides, with commas between: \"details\" has each match say what is known of it, and has matches listed that a known-good entry suppresses, "+
		"marked; \"query\" adds a member \"$query\" with the hashes that were looked up, their quality and the coinflip"),
	optional("content_id", "the client's own name for the content, for the record of this lookup"),
}

// detailed is a match; what is there only with details is not required.
var detailed = schema{"type": "object", "required": []string{"bank_content_id", "distance"}, "properties": map[string]schema{
	"bank_content_id": integerSchema, "distance": textSchema,
	"bank": textSchema, "bank_kind": textSchema, "matching_enabled_ratio": numberSchema, "coinflip": numberSchema,
	"entry": textSchema, "labels": listOf(textSchema), "note": textSchema, "metadata": orNull(objectSchema), "exchange": orNull(objectSchema),
	"signal_type": textSchema, "signal": textSchema, "signal_id": textSchema, "limit": integerSchema,
	"source": textSchema, "confidence": numberSchema, "added_at": schema{"type": "string", "format": "date-time"},
	"frame": integerSchema, "view": textSchema, "suppressed_by": orNull(textSchema),
}}

// inclusions say what an answer tells besides.
type inclusions struct{ details, query bool }

// extend reads the parameters.
func (l *lookup) extend(r *request) error {
	names, _ := r.arg("include")
	for name := range strings.SplitSeq(names, ",") {
		switch strings.TrimSpace(name) {
		case "":
		case "details":
			l.include.details = true
		case "query":
			l.include.query = true
		default:
			return badRequest("include '%s' is not known: use details, query or both with a comma between", domain.Clip(name, mostTold))
		}
	}
	id, _ := r.arg("content_id")
	if err := domain.CheckText(id, domain.MaxExternalID); err != nil {
		return refuse(http.StatusBadRequest, "content_id: %s", err)
	}
	l.content = domain.ContentID(id)
	return nil
}

// questions says what was looked up of a hash.
func questions(h hash, flip coin) []object {
	var all []object
	for _, p := range h.prints {
		all = append(all, object{
			"signal_type": h.name, "signal": p.Value, "quality": orNil(p.Quality), "usable": signal.Usable(p), "frame": p.Frame, "view": p.View, "coinflip": flip(),
			"signal_type_ratio": h.share,
		})
	}
	return all
}

// addDetails adds to a match what is known of it.
func (l *lookup) addDetails(m object, h hash, k match.Known, flip coin) {
	e := k.Evidence
	m["bank"], m["bank_kind"], m["matching_enabled_ratio"], m["coinflip"] = k.Bank, string(k.BankKind), l.shares[k.BankID], flip()
	m["entry"], m["labels"], m["note"], m["metadata"], m["exchange"] = string(k.Entry), e.Provenance.Labels, e.Note, e.Metadata, exchangeOf(e.Metadata)
	m["signal_type"], m["signal"], m["signal_id"], m["limit"] = h.name, e.Value, string(e.Signal), k.Limit
	m["source"], m["confidence"], m["added_at"] = e.Provenance.Source, e.Provenance.Confidence, e.Provenance.AddedAt.String()
	m["frame"], m["view"] = k.Frame, k.View
	m["suppressed_by"] = nil
	if k.SuppressedBy != "" {
		m["suppressed_by"] = string(k.SuppressedBy)
	}
}

// exchangeOf returns which records of which exchanges an entry stands for: the member "collab" of its metadata.
func exchangeOf(metadata json.RawMessage) json.RawMessage {
	var m struct {
		Collab json.RawMessage `json:"collab"`
	}
	if json.Unmarshal(metadata, &m) != nil {
		return nil
	}
	return m.Collab
}

// orNil is the value of a pointer, or nil.
func orNil(n *int) any {
	if n == nil {
		return nil
	}
	return *n
}
