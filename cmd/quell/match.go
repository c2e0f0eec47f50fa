package main

import (
	"bufio"
	"errors"
	"fmt"
	"net/http"
	"slices"
	"strconv"
	"strings"

	"github.com/quell-project/quell/internal/domain"
	"github.com/quell-project/quell/internal/pipeline"
	"github.com/quell-project/quell/internal/pipeline/signal"
	"github.com/quell-project/quell/internal/platform/config"
)

type matchCmd struct {
	Server    string    `placeholder:"URL" help:"Address of a running Quell, by default the one that runs on the data folder."`
	Type      typeNames `placeholder:"TYPE" help:"Only matches of this type: pdq, sha256 or md5, also as video_sha256 and video_md5."`
	Hash      []string  `placeholder:"TYPE=VALUE" help:"Look up a hash."`
	Hashes    bool      `help:"The files are lists of hashes, one a line: type and hash, or of one --type the hash alone."`
	Rotations bool      `help:"Look up pictures turned and mirrored, too, in eight ways."`
	All       bool      `help:"Print every match, not only the strongest of each bank and type."`
	ExitCode  bool      `help:"End with status 10 if anything matched."`
	JSON      bool      `help:"Print each answer as a line of JSON."`
	Files     []string  `arg:"" optional:"" name:"file" help:"Files or URLs; - is standard input."`

	matched, partly bool // so far
}

// Help explains the output.
func (c *matchCmd) Help() string {
	return "Nothing is decided and nothing is recorded; to keep something off a service, check it. For a server elsewhere, set QUELL_API_KEY and --server.\n" +
		"Prints a line for each match, as tx does: type, distance (- for exact types), bank, category and labels; before it the file or the hash, if there are several. The category is POSITIVE_CLASS, or NEGATIVE_CLASS in a negative bank, or DISPUTED where a known-good entry is as near.\n" +
		"Exit status: 0 whether anything matched or not; 3 if something could not be looked up completely; with --exit-code 10 if anything matched."
}

// Run looks files and hashes up.
func (c *matchCmd) Run(g *globals) error {
	if len(c.Files)+len(c.Hash) == 0 {
		return errors.New("there is nothing to look up: name a file, a URL or a --hash")
	}
	cfg, _, err := g.load(nil)
	if err != nil {
		return err
	}
	api, err := newClient(g, c.Server)
	if err != nil {
		return err
	}
	for _, text := range c.Hash {
		if err := c.hash(g, api, text, text); err != nil {
			return err
		}
	}
	in := newInspector(g, cfg)
	for _, name := range c.Files {
		if c.Hashes {
			err = c.list(g, api, name)
		} else {
			err = c.file(g, api, in, cfg, name)
		}
		if err != nil {
			return err
		}
	}
	switch {
	case c.ExitCode && c.matched:
		return exit(exitMatched)
	case c.partly:
		return exit(exitPartly)
	}
	return nil
}

// list looks up the hashes of a file.
func (c *matchCmd) list(g *globals, api *client, name string) error {
	f, err := openInput(name)
	if err != nil {
		c.complain(g, name, reason(err))
		return nil
	}
	defer f.Close()
	lines := bufio.NewScanner(f)
	for n := 1; lines.Scan(); n++ {
		text := strings.TrimSpace(lines.Text())
		if text == "" {
			continue
		}
		if err := c.hash(g, api, fmt.Sprintf("%s: line %d", name, n), text); err != nil {
			return err
		}
	}
	if err := lines.Err(); err != nil {
		c.complain(g, name, reason(err))
	}
	return nil
}

// hash looks up a hash that stands somewhere.
func (c *matchCmd) hash(g *globals, api *client, where, text string) error {
	t, value, err := c.parse(text)
	if err != nil {
		c.complain(g, where, err)
		return nil
	}
	content := map[string]any{"signals": []sentSignal{{Type: t.typ, Value: value}}}
	return c.ask(g, api, question{name: value, types: typeNames{t}, content: content})
}

// parse reads a hash, which has its type before it unless there is only one.
func (c *matchCmd) parse(text string) (t typeName, value string, err error) {
	if i := strings.IndexAny(text, "= \t"); i >= 0 {
		err = t.UnmarshalText([]byte(text[:i]))
		text = strings.TrimLeft(text[i:], "= \t")
	} else if len(c.Type) == 1 {
		t = c.Type[0]
	} else {
		err = errors.New("the type is missing: write TYPE=VALUE, or name one --type")
	}
	if err != nil {
		return t, "", err
	}
	known, err := signal.Lookup(t.typ)
	if err != nil {
		return t, "", err
	}
	value, err = known.Parse(text)
	return t, value, err
}

// file looks up a file or a URL. A URL is opened by the server, but where the picture has to be turned first everything is done here.
func (c *matchCmd) file(g *globals, api *client, in pipeline.Inspector, cfg *config.Config, name string) error {
	q := question{name: name, types: c.Type}
	if isURL(name) && !c.Rotations {
		q.content = map[string]any{"url": name}
		return c.ask(g, api, q)
	}
	data, err := readFileOrURL(g.ctx, name, cfg)
	if err != nil {
		c.complain(g, name, err)
		return nil
	}
	if !c.Rotations {
		q.data = data
		return c.ask(g, api, q)
	}
	all, turned, checks := examineTurned(g.ctx, in, data, c.Type.types()...)
	for i := range checks {
		checks[i].Part = "" // there is but one
	}
	c.judge(g, name, checks)
	var signals []sentSignal
	for _, f := range turned {
		signals = append(signals, sentSignal{f.Type, f.Value, f.Quality, f.View})
	}
	for _, f := range all {
		switch {
		case f.Type != domain.PDQ:
			signals = append(signals, sentSignal{Type: f.Type, Value: f.Value})
		case f.View != signal.Upright: // which is one of the turns
			signals = append(signals, sentSignal{f.Type, f.Value, f.Quality, turned[0].View})
		}
	}
	if len(signals) == 0 {
		return nil // and the checks have said why
	}
	q.content = map[string]any{"signals": signals}
	return c.ask(g, api, q)
}

// sentSignal is a signal as the API takes it.
type sentSignal struct {
	Type    domain.SignalType `json:"type"`
	Value   string            `json:"value"`
	Quality *int              `json:"quality,omitempty"`
	View    string            `json:"view,omitempty"`
}

// question is what the server is asked.
type question struct {
	name    string
	types   typeNames      // whose matches are told, by these names
	content map[string]any // what is said of the content
	data    []byte         // the file; nil: none
}

// ask looks something up and prints what is known of it. An error is one that every other question would end in.
func (c *matchCmd) ask(g *globals, api *client, q question) error {
	answer, err := api.lookup(g.ctx, q.content, q.data)
	if r, ok := errors.AsType[*refusal](err); err != nil && (!ok || slices.Contains([]int{http.StatusUnauthorized, http.StatusNotFound, http.StatusServiceUnavailable}, r.status)) {
		return err
	}
	if err != nil {
		c.complain(g, q.name, err)
		return nil
	}
	var checks []domain.Check
	for _, k := range answer.list("checks") {
		checks = append(checks, domain.Check{Detector: k.text("detector"), Part: inArchive(k), Status: domain.CheckStatus(k.text("status")), Reason: k.text("reason")})
	}
	c.judge(g, q.name, checks)
	matches := slices.DeleteFunc(answer.list("matches"), func(m document) bool { return !q.types.wants(domain.SignalType(m.text("signal_type"))) })
	c.matched = c.matched || len(matches) > 0
	if c.JSON {
		answer["file"], answer["matches"] = q.name, matches
		return g.printJSON(answer)
	}
	return c.print(g, q, matches)
}

// judge tells of checks that are not complete; the part of one is what follows the name of the file. Those of types that nobody asked for do not matter.
func (c *matchCmd) judge(g *globals, name string, checks []domain.Check) {
	for _, k := range checks {
		_, err := signal.Lookup(domain.SignalType(k.Detector))
		if k.Status != domain.Complete && (err != nil || c.Type.wants(domain.SignalType(k.Detector))) {
			c.complain(g, name+k.Part, fmt.Errorf("%s %s. %s", k.Detector, k.Status, k.Reason))
		}
	}
}

// complain tells of what could not be looked up.
func (c *matchCmd) complain(g *globals, where string, err error) {
	c.partly = true
	fmt.Fprintf(g.stderr, "quell: %s: %v\n", where, err)
}

// print writes matches as tx does.
func (c *matchCmd) print(g *globals, q question, matches []document) error {
	type group struct{ bank, typ string }
	told := map[group]bool{}
	for _, m := range matches {
		of := group{m.text("bank"), m.text("signal_type")}
		if told[of] && !c.All {
			continue
		}
		told[of] = true
		line, inside := c.line(q, m), inArchive(m)
		if c.Hashes || len(c.Files)+len(c.Hash) > 1 || inside != "" {
			line = q.name + inside + ": " + line
		}
		if _, err := fmt.Fprintln(g.stdout, line); err != nil {
			return err
		}
	}
	return nil
}

// line is a match on a line.
func (c *matchCmd) line(q question, m document) string {
	t := domain.SignalType(m.text("signal_type"))
	name, _ := q.types.name(t)
	words := []string{name}
	if view := m.text("view"); c.Rotations && view != "" {
		words = append(words, view)
	}
	distance := strconv.FormatFloat(m.number("distance"), 'f', -1, 64)
	if known, err := signal.Lookup(t); err == nil && known.Limits().Exact() {
		distance = "-"
	}
	words = append(words, distance, "("+m.text("bank")+")", category(domain.BankKind(m.text("bank_kind")), m.text("suppressed_by") != ""))
	if labels, _ := m["labels"].([]any); len(labels) > 0 {
		texts := make([]string, len(labels))
		for i, l := range labels {
			texts[i] = fmt.Sprint(l)
		}
		words = append(words, strings.Join(texts, ","))
	}
	return strings.Join(words, " ")
}
