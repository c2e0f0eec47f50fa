package hma

import (
	"cmp"
	"context"
	"errors"
	"net/http"
	"slices"
	"strings"
	"sync"

	"github.com/quell-project/quell/internal/domain"
	"github.com/quell-project/quell/internal/pipeline/match"
	"github.com/quell-project/quell/internal/pipeline/signal"
)

// mostMatches bounds how many signals are found per bank and type, nearest first, over all frames and views that are looked up together.
const mostMatches = 10_000

// PartName is what the one part of a content that is looked up here is called in records.
const PartName = "signals"

// matchRoutes find known content.
func (f *face) matchRoutes() []route {
	wrong := []int{http.StatusBadRequest, http.StatusUnprocessableEntity}
	plain := fields(map[string]schema{"bank_content_id": integerSchema, "distance": textSchema})
	byBank := mapOf(listOf(detailed))
	return []route{
		{method: http.MethodGet, rule: "/m/raw_lookup", tag: "Matching", summary: "The contents that a hash matches, whatever the shares of their banks and whether they are paused",
			query: rawModel.parameters(), errors: wrong, handle: f.rawLookup,
			answer: fields(map[string]schema{"matches": listOf(schema{"anyOf": []schema{integerSchema, plain}})})},
		{method: http.MethodGet, rule: "/m/lookup", tag: "Matching", summary: "The contents that a hash, or what is at a URL, matches: by bank, for a URL without signal_type by signal type before that",
			query: slices.Concat(lookupModel.parameters(), extensions), answer: schema{"anyOf": []schema{byBank, mapOf(byBank)}},
			errors: append(wrong, http.StatusRequestEntityTooLarge), handle: f.lookupGet},
		{method: http.MethodPost, rule: "/m/lookup", tag: "Matching", summary: "The contents that a file matches, by signal type and bank",
			query: slices.Concat([]parameter{optional("types", docTypes), optional("banks", docBanks), optional("seed", docSeed),
				{name: "bypass_coinflip", doc: docBypass, schema: boolSchema}}, extensions),
			body: fileBody, answer: mapOf(byBank), errors: []int{http.StatusBadRequest, http.StatusRequestEntityTooLarge}, handle: f.lookupPost},
		{method: http.MethodGet, rule: "/m/index/status", tag: "Matching", summary: "How much is in the index of each signal type, and up to when (Unix time; -1: nothing)",
			query: []parameter{optional("signal_type", "only this one")}, errors: []int{http.StatusBadRequest}, handle: f.indexStatus,
			answer: mapOf(fields(map[string]schema{"built_to": integerSchema, "present": boolSchema, "size": integerSchema}))},
		{method: http.MethodPost, rule: "/m/compare", tag: "Matching", summary: "Whether two hashes of a type match, and how far they are apart", handle: f.compare,
			body:   jsonBody(mapOf(schema{"type": "array", "items": textSchema, "minItems": 2, "maxItems": 2})),
			answer: mapOf(listOf(schema{"anyOf": []schema{boolSchema, objectSchema}})), errors: []int{http.StatusBadRequest, http.StatusUnsupportedMediaType}},
	}
}

const (
	docBanks  = "only these banks, with commas between"
	docSeed   = "decides, instead of the hash itself, which banks with a share below 1 count"
	docBypass = "has every bank count, whatever its share"
)

type rawQuery struct {
	Signal     string  `name:"signal" doc:"the hash"`
	SignalType string  `name:"signal_type" doc:"what kind of hash it is"`
	Banks      *string `name:"banks" doc:"only these banks, with commas between"`
	Distance   bool    `name:"include_distance" default:"false" doc:"tell how far each match is away"`
}

type lookupQuery struct {
	URL         *string `name:"url" doc:"where the file is"`
	ContentType *string `name:"content_type" doc:"photo or video; without it, what the host says of the URL decides"`
	Types       *string `name:"types" doc:"signal types that are wanted of the file, with commas between"`
	Signal      *string `name:"signal" doc:"the hash"`
	SignalType  *string `name:"signal_type" doc:"what kind of hash it is; with a URL, the only type that is told of"`
	Banks       *string `name:"banks" doc:"only these banks, with commas between"`
	Seed        *string `name:"seed" doc:"decides, instead of the hash itself, which banks with a share below 1 count"`
	Bypass      bool    `name:"bypass_coinflip" default:"false" doc:"has every bank count, whatever its share"`
}

var (
	rawModel    = newModel[rawQuery]("RawLookupRequest")
	lookupModel = newModel[lookupQuery]("LookupRequest")
)

// filter picks banks by name.
type filter map[string]bool // nil: all

func filterOf(names *string) filter {
	if names == nil || *names == "" {
		return nil
	}
	f := filter{}
	for name := range strings.SplitSeq(*names, ",") {
		f[name] = true
	}
	return f
}

func (f filter) has(name string) bool { return f == nil || f[name] }

func (f *face) rawLookup(r *request) (any, error) {
	q, err := rawModel.query(r)
	if err != nil {
		return nil, err
	}
	h, err := f.signalOf(r.Context(), q.SignalType, q.Signal)
	if err != nil {
		return nil, err
	}
	named := filterOf(q.Banks)
	found, err := f.search(r.Context(), match.Query{Prints: searchable(h), Paused: true, Counts: func(b domain.Bank) bool {
		return named.has(b.Name) && (named != nil || b.Kind != domain.Negative)
	}})
	if err != nil {
		return nil, err
	}
	matches := []any{}
	for _, k := range contents(found) {
		if q.Distance {
			matches = append(matches, plainMatch(h.signalType, k))
		} else {
			matches = append(matches, k.Evidence.EntryNumber)
		}
	}
	return object{"matches": matches}, nil
}

// signalOf is the hash that a client has made itself.
func (f *face) signalOf(ctx context.Context, typeName, value string) (hash, error) {
	t, share, err := f.usableType(ctx, typeName)
	if err != nil {
		return hash{}, err
	}
	canonical, err := t.parse(value)
	if err != nil {
		return hash{}, badRequest("invalid signal: %s", err)
	}
	return hash{signalType: t, share: share, prints: []domain.Fingerprint{{Type: t.kind, Value: canonical}}}, nil
}

const textNoQuestion = "Either url or both signal and signal_type are required"

func (f *face) lookupGet(r *request) (any, error) {
	q, err := lookupModel.query(r)
	if err != nil {
		return nil, err
	}
	l, err := f.newLookup(r, q.Banks, q.Seed, q.Bypass)
	if err != nil {
		return nil, err
	}
	if q.URL != nil && *q.URL != "" {
		hashes, err := f.hashURL(r.Context(), hashQuery{*q.URL, q.ContentType, q.Types})
		if err != nil {
			return nil, err
		}
		return l.answer(hashes, q.SignalType)
	}
	if q.Signal == nil || q.SignalType == nil || *q.SignalType == "" {
		return nil, badRequest(textNoQuestion)
	}
	if *q.Signal == "" {
		// Clients look up whatever /h/hash returns, and give up a picture if one lookup of it fails.
		if t, known := signalTypeNamed(*q.SignalType); !known || t.exact {
			return nil, badRequest(textNoQuestion)
		}
		return object{}, nil
	}
	h, err := f.signalOf(r.Context(), *q.SignalType, *q.Signal)
	if err != nil {
		return nil, err
	}
	return l.answer([]hash{h}, q.SignalType)
}

func (f *face) lookupPost(r *request) (any, error) {
	bypass := false
	if s := r.optional("bypass_coinflip"); s != nil {
		bypass = boolWords[strings.ToLower(*s)]
	}
	l, err := f.newLookup(r, r.optional("banks"), r.optional("seed"), bypass)
	if err != nil {
		return nil, err
	}
	hashes, err := f.hashForm(r)
	if err != nil {
		return nil, err
	}
	return l.answer(hashes, nil)
}

// lookup is one question what a content matches.
type lookup struct {
	*face
	ctx     context.Context
	named   filter
	seed    *string // nil: the hash itself
	bypass  bool
	include inclusions
	content domain.ContentID // for the record; empty: the hash itself

	shares map[domain.BankID]float64 // of the banks that were asked about
	noted  []domain.Match
	found  bool // whether there is a match in the answer
}

func (f *face) newLookup(r *request, banks, seed *string, bypass bool) (*lookup, error) {
	l := &lookup{face: f, ctx: r.Context(), named: filterOf(banks), seed: seed, bypass: bypass, shares: map[domain.BankID]float64{}}
	return l, l.extend(r)
}

// coin is the coinflip for a hash, made when it is first asked for: the shares of banks are compared with it. All banks see the same one, so that
// a bank with a larger share counts wherever one with a smaller share does.
type coin func() float64

func (l *lookup) coinFor(h hash) coin {
	return sync.OnceValue(func() float64 {
		switch {
		case l.bypass:
			return 0
		case l.seed != nil:
			return coinflip(*l.seed)
		}
		return coinflip(h.first().Value)
	})
}

// reaches reports whether something of a share counts.
func (flip coin) reaches(share float64) bool { return share >= 1 || share >= flip() }

// answer looks hashes up and writes down what is to be recorded. With only, the answer is that of this one type.
func (l *lookup) answer(hashes []hash, only *string) (any, error) {
	byType := object{}
	var asked []object
	for _, h := range hashes {
		flip := l.coinFor(h)
		banks, err := l.matches(h, flip)
		if err != nil {
			return nil, err
		}
		byType[h.name] = banks
		if l.include.query {
			asked = append(asked, questions(h, flip)...)
		}
	}
	if !l.found && slices.ContainsFunc(hashes, func(h hash) bool { return h.more }) {
		return nil, busy() // what was not looked at may be known
	}
	if err := l.note(hashes); err != nil {
		return nil, err
	}
	answer := byType
	if only != nil {
		answer, _ = byType[*only].(object)
		if answer == nil {
			answer = object{}
		}
	}
	if l.include.query {
		answer[queryMember] = asked
	}
	return answer, nil
}

// matches returns what a hash matches by bank, nearest first.
func (l *lookup) matches(h hash, flip coin) (object, error) {
	banks := object{}
	prints := searchable(h)
	if len(prints) == 0 || !flip.reaches(h.share) {
		return banks, nil
	}
	found, err := l.search(l.ctx, match.Query{Prints: prints, Counts: func(b domain.Bank) bool {
		l.shares[b.ID] = b.EnabledShare
		// What is known to be good suppresses, whichever banks are asked for.
		return flip.reaches(b.EnabledShare) && (b.Kind == domain.Negative || l.named.has(b.Name))
	}})
	if err != nil {
		return nil, err
	}
	l.noted = append(l.noted, strongest(found)...)
	for _, k := range contents(found) {
		if k.BankKind == domain.Negative || k.SuppressedBy != "" && !l.include.details {
			continue
		}
		l.found = l.found || k.SuppressedBy == ""
		m := plainMatch(h.signalType, k)
		if l.include.details {
			l.addDetails(m, h, k, flip)
		}
		list, _ := banks[k.Bank].([]object)
		banks[k.Bank] = append(list, m)
	}
	return banks, nil
}

// search asks the index.
func (f *face) search(ctx context.Context, q match.Query) ([]match.Known, error) {
	q.Most = max(notedPerBank, mostMatches/max(1, len(q.Prints)))
	found, err := f.Index.Search(ctx, q)
	if errors.Is(err, match.ErrNotReady) {
		return nil, refuse(http.StatusServiceUnavailable, "index not yet ready")
	}
	return found, outageOf(err)
}

// searchable returns the fingerprints of a hash that can be looked up.
func searchable(h hash) []match.Fingerprint {
	var prints []match.Fingerprint
	for _, p := range h.prints {
		if signal.Usable(p) {
			prints = append(prints, match.Fingerprint{Part: PartName, Fingerprint: p})
		}
	}
	return prints
}

// contents returns every content once, where it counts most: nearest first, then the older ones first.
func contents(found []match.Known) []match.Known {
	found = slices.Clone(found)
	slices.SortStableFunc(found, func(a, b match.Known) int {
		return cmp.Or(cmp.Compare(rank(a), rank(b)), cmp.Compare(a.Distance, b.Distance), cmp.Compare(a.Evidence.EntryNumber, b.Evidence.EntryNumber))
	})
	seen := map[int64]bool{}
	return slices.DeleteFunc(found, func(k match.Known) bool {
		before := seen[k.Evidence.EntryNumber]
		seen[k.Evidence.EntryNumber] = true
		return before
	})
}

// rank puts matches that are suppressed behind all that are not.
func rank(k match.Known) int {
	if k.SuppressedBy != "" {
		return 1
	}
	return 0
}

// plainMatch is a match in the form of HMA.
func plainMatch(t signalType, k match.Known) object {
	return object{"bank_content_id": k.Evidence.EntryNumber, "distance": t.distance(k.Distance)}
}

// Bounds of a record: enough to judge by, and no more than what Quell takes of an upload.
const (
	notedPerBank = 20
	notedPrints  = 192 // 64 frames in three views
)

// strongest returns what goes into a record of what was found, which is in order.
func strongest(found []match.Known) []domain.Match {
	var all []domain.Match
	count := map[domain.BankID]int{}
	for _, k := range found {
		if count[k.BankID]++; count[k.BankID] <= notedPerBank {
			all = append(all, k.Match)
		}
	}
	return all
}

// note writes a lookup down if that is wanted.
func (l *lookup) note(hashes []hash) error {
	if l.Record == RecordNone || l.Record == RecordMatches && !l.found {
		return nil
	}
	content := l.content
	var prints []domain.Fingerprint
	for _, h := range hashes {
		if content == "" {
			content = domain.ContentID("hma:" + h.name + ":" + h.first().Value)
		}
		prints = append(prints, h.prints...)
	}
	if err := l.Recorder.Note(l.ctx, content, notable(prints, l.noted), l.noted); err != nil {
		l.Log.Error("a lookup could not be recorded", "error", err)
		return busy()
	}
	return nil
}

// notable returns the fingerprints that go into a record: of a long animation those that matched come first, whatever the frame.
func notable(prints []domain.Fingerprint, matches []domain.Match) []domain.Fingerprint {
	if len(prints) <= notedPrints {
		return prints
	}
	matched := func(p domain.Fingerprint) bool {
		return slices.ContainsFunc(matches, func(m domain.Match) bool { return m.SignalType == p.Type && m.Frame == p.Frame && m.View == p.View })
	}
	kept := slices.DeleteFunc(slices.Clone(prints), func(p domain.Fingerprint) bool { return !matched(p) })
	for _, p := range prints {
		if !matched(p) {
			kept = append(kept, p)
		}
	}
	return kept[:notedPrints]
}
