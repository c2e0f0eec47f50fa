package policy

import (
	"regexp"
	"strconv"
	"strings"

	"go.yaml.in/yaml/v3"
)

// sentence is what a rule says to people, with words in braces that stand for evidence.
type sentence string

var placeholder = regexp.MustCompile(`\{[^{}]*\}`)

// evidence is what a sentence can speak of: the match, or else the part, that made the rule true.
type evidence struct {
	match *Match
	part  *Part
}

var words = map[string]func(evidence) string{
	"part": func(e evidence) string {
		switch {
		case e.match != nil:
			return e.match.Part
		case e.part != nil:
			return e.part.Name
		}
		return "The upload"
	},
	"bank":         ofMatch(func(m *Match) string { return strconv.Quote(m.Bank.Name) }),
	"type":         ofMatch(func(m *Match) string { return m.Signal.Type }),
	"distance":     ofMatch(func(m *Match) string { return strconv.Itoa(m.Distance) }),
	"limit":        ofMatch(func(m *Match) string { return strconv.Itoa(m.Limit) }),
	"sources":      ofMatch(func(m *Match) string { return strings.Join(m.Sources, ", ") }),
	"type_of_part": ofPart(func(p *Part) string { return p.Type }),
	"check":        ofPart(func(p *Part) string { return p.Check }),
	"detector":     ofPart(func(p *Part) string { return p.By }),
	"why":          ofPart(func(p *Part) string { return p.Reason }),
}

func ofMatch(get func(*Match) string) func(evidence) string {
	return func(e evidence) string {
		if e.match == nil {
			return "?"
		}
		return get(e.match)
	}
}

func ofPart(get func(*Part) string) func(evidence) string {
	return func(e evidence) string {
		if e.part == nil {
			return "?"
		}
		return get(e.part)
	}
}

func (r *reader) sentence(n *yaml.Node) sentence {
	s := r.text(n, maxSentence)
	for _, p := range placeholder.FindAllString(s, -1) {
		if word := strings.Trim(p, "{}"); words[word] == nil {
			r.report(n, maybe(word, sortedKeys(words)), "the sentence has %s, which stands for nothing", p)
		}
	}
	return sentence(strings.TrimSpace(s))
}

// about fills in what there is.
func (s sentence) about(e evidence) string {
	return strings.TrimSpace(placeholder.ReplaceAllStringFunc(string(s), func(p string) string { return words[strings.Trim(p, "{}")](e) }))
}
