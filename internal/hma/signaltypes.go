package hma

import (
	"context"
	"net/http"

	"github.com/quell-project/quell/internal/domain"
)

// signalTypeRoutes tell of signal and content types, and switch signal types.
func (f *face) signalTypeRoutes() []route {
	const tag = "Configuration"
	return []route{
		{method: http.MethodGet, rule: "/c/signal_type", tag: tag, summary: "Every signal type, with the share of lookups for which it counts",
			answer: listOf(fields(map[string]schema{"enabled_ratio": numberSchema, "name": textSchema})), handle: f.listSignalTypes},
		{method: http.MethodPut, rule: "/c/signal_type/<signal_type_name>", tag: tag, summary: "Set the share of lookups for which a signal type counts; 0 switches it off",
			body: jsonBody(fields(map[string]schema{"enabled_ratio": numberSchema})), status: http.StatusNoContent,
			errors: []int{http.StatusBadRequest, http.StatusUnsupportedMediaType, http.StatusUnprocessableEntity}, handle: f.changeSignalType},
		{method: http.MethodGet, rule: "/c/signal_type/index", tag: tag, summary: "How far the index of each signal type is behind the banks (Unix time; -1: nothing)",
			query: []parameter{optional("signal_type", "only this one")}, errors: []int{http.StatusBadRequest}, handle: f.signalTypeIndex,
			answer: mapOf(fields(map[string]schema{
				"db_size": integerSchema, "index_built_to": integerSchema, "index_out_of_date": boolSchema, "index_size": integerSchema, "newest_db_item": integerSchema,
			}))},
		{method: http.MethodGet, rule: "/c/content_type", tag: tag, summary: "Every content type, and whether a signal type of it is in use",
			answer: listOf(fields(map[string]schema{"enabled": boolSchema, "name": textSchema})), handle: f.listContentTypes},
	}
}

// sharesNow returns the shares of all signal types.
func (f *face) sharesNow(r *request) (map[string]float64, error) {
	set, err := f.Banks.Shares(r.Context())
	if err != nil {
		return nil, outageOf(err)
	}
	all := map[string]float64{}
	for _, t := range signalTypes {
		all[t.name] = 1
		if share, there := set[t.kind]; there {
			all[t.name] = share
		}
	}
	return all, nil
}

func (f *face) listSignalTypes(r *request) (any, error) {
	shares, err := f.sharesNow(r)
	if err != nil {
		return nil, err
	}
	shapes := make([]object, len(signalTypes))
	for i, t := range signalTypes {
		shapes[i] = object{"enabled_ratio": shares[t.name], "name": t.name}
	}
	return shapes, nil
}

func (f *face) listContentTypes(r *request) (any, error) {
	shares, err := f.sharesNow(r)
	if err != nil {
		return nil, err
	}
	shapes := make([]object, len(contentTypes))
	for i, name := range contentTypes {
		enabled := false
		for _, t := range signalTypes {
			enabled = enabled || t.content == name && shares[t.name] > 0
		}
		shapes[i] = object{"enabled": enabled, "name": name}
	}
	return shapes, nil
}

func (f *face) changeSignalType(r *request) (any, error) {
	name := r.param("signal_type_name")
	t, known := signalTypeNamed(name)
	if !known {
		return nil, badRequest("No such signal type '%s'", domain.Clip(name, mostTold))
	}
	sent, err := r.members()
	if err != nil {
		return nil, err
	}
	raw, there := sent["enabled_ratio"]
	value := decoded(raw)
	if !there || value == nil {
		return nil, badRequest("enabled_ratio is required")
	}
	share, misfit := asFloat(value)
	if misfit != "" {
		return nil, badRequest("Invalid float: %s", pythonValue(value))
	}
	ratio := share.(float64)
	if err := checkRatio(&ratio); err != nil {
		return nil, err
	}
	if err := f.Banks.SetShare(r.Context(), t.kind, ratio); err != nil {
		return nil, outageOf(err)
	}
	f.shares.forget()
	return nothing(), nil
}

// signalTypeIndex compares the index with what SQL holds. Changes reach the index one by one, so that it is behind for a moment at most.
func (f *face) signalTypeIndex(r *request) (any, error) {
	return f.ofTypes(r, func(t signalType, newest domain.Time) (object, error) {
		live, err := f.liveSignals(r.Context(), t)
		if err != nil {
			return nil, err
		}
		size := int64(f.Index.Size(t.kind))
		status := object{"db_size": live, "index_built_to": -1, "index_out_of_date": size != live || !f.Index.Loaded(), "index_size": size, "newest_db_item": -1}
		if newest != 0 {
			status["newest_db_item"] = newest.Std().Unix()
		}
		if newest != 0 && f.Index.Loaded() {
			status["index_built_to"] = newest.Std().Unix()
		}
		return status, nil
	})
}

// liveSignals counts the signals of a type in SQL, one count at a time however many clients ask: counting ten million takes the database a second or
// more, and lookups need it too.
func (f *face) liveSignals(ctx context.Context, t signalType) (int64, error) {
	if err := f.counting.Acquire(ctx, 1); err != nil {
		return 0, busy()
	}
	defer f.counting.Release(1)
	n, err := f.Banks.LiveSignals(ctx, t.kind)
	return n, outageOf(err)
}
