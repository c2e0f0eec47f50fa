package hma

import (
	"cmp"
	"maps"
	"net/http"
	"slices"
	"strings"
)

// route is one method of one path. The table of them drives dispatch, the list of routes and the OpenAPI document.
type route struct {
	method string
	// rule is the path in the notation of Flask: "/c/bank/<bank_name>/content/<int:content_id>". A parameter is one segment that is not empty;
	// one that is an int is digits, and "string:" before a name says nothing.
	rule    string
	tag     string // the group in the document
	summary string
	query   []parameter // what may stand in the query
	body    *body       // what may be sent; nil: nothing
	status  int         // if all is well; 0: 200
	answer  schema      // what is sent then; nil: nothing, or no JSON
	errors  []int       // statuses of the other answers, besides those that every route has
	open    bool        // no key is asked for
	// handle works on a request. What it returns is sent as JSON with status 200, unless it is an answerer; an error is sent by face.fail.
	handle func(*request) (any, error)

	segments []segment
}

// segment is one piece of a rule.
type segment struct {
	text    string // to be met as it is, or the name of a parameter
	isParam bool
	isInt   bool
}

// parse splits a rule.
func parse(rule string) []segment {
	var all []segment
	for part := range strings.SplitSeq(strings.TrimPrefix(rule, "/"), "/") {
		s := segment{text: part}
		if strings.HasPrefix(part, "<") {
			s.text, s.isParam = strings.Trim(part, "<>"), true
			s.text, s.isInt = strings.CutPrefix(strings.TrimPrefix(s.text, "string:"), "int:")
		}
		if part != "" {
			all = append(all, s)
		}
	}
	return all
}

// matches reports whether a path that was split is one of the route, and adds its parameters.
func (rt *route) matches(parts []string, params map[string]string) bool {
	if len(parts) != len(rt.segments) {
		return false
	}
	for i, s := range rt.segments {
		switch {
		case !s.isParam && parts[i] != s.text, s.isInt && !digits(parts[i]):
			return false
		case s.isParam:
			params[s.text] = parts[i]
		}
	}
	return true
}

func digits(s string) bool { return strings.Trim(s, "0123456789") == "" }

// router finds routes.
type router struct{ all []*route }

func newRouter(table []route) *router {
	r := &router{}
	for i := range table {
		rt := &table[i]
		rt.segments = parse(rt.rule)
		r.all = append(r.all, rt)
	}
	// "/c/signal_type/index" comes before "/c/signal_type/<name>".
	slices.SortStableFunc(r.all, func(a, b *route) int {
		return slices.CompareFunc(a.segments, b.segments, func(s, t segment) int { return cmp.Compare(s.rank(), t.rank()) })
	})
	return r
}

// rank is 0 for what is to be met as it is and 1 for parameters.
func (s segment) rank() int {
	if s.isParam {
		return 1
	}
	return 0
}

// split cuts a path into segments; ok is false if no rule can match it. However many slashes stand in a row, they count as one: clients whose
// base URL ends with a slash send two, and a redirect would make a GET of their POST. One at the end is a path of its own, as in Flask.
func split(path string) (parts []string, ok bool) {
	for part := range strings.SplitSeq(path, "/") {
		if part != "" {
			parts = append(parts, part)
		}
	}
	return parts, len(parts) == 0 || !strings.HasSuffix(path, "/")
}

// find returns the route of a method and path with the parameters of the path. If there is none, allowed lists the methods that the path has:
// none for a path that there is not.
func (r *router) find(method, path string) (found *route, params map[string]string, allowed []string) {
	parts, ok := split(path)
	if !ok {
		return nil, nil, nil
	}
	methods := map[string]bool{}
	for _, rt := range r.all {
		params := map[string]string{}
		if !rt.matches(parts, params) {
			continue
		}
		if method == rt.method || method == http.MethodHead && rt.method == http.MethodGet {
			return rt, params, nil
		}
		methods[rt.method], methods[http.MethodOptions] = true, true
		methods[http.MethodHead] = methods[http.MethodHead] || rt.method == http.MethodGet
	}
	maps.DeleteFunc(methods, func(_ string, has bool) bool { return !has })
	return nil, nil, slices.Sorted(maps.Keys(methods))
}

// rules lists every rule once, sorted.
func (r *router) rules() []string {
	all := make([]string, len(r.all))
	for i, rt := range r.all {
		all[i] = rt.rule
	}
	slices.Sort(all)
	return slices.Compact(all)
}
