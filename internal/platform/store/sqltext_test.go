package store

import (
	"go/ast"
	"go/parser"
	"go/token"
	"path/filepath"
	"regexp"
	"strconv"
	"strings"
	"testing"

	"github.com/google/go-cmp/cmp"

	"github.com/quell-project/quell/internal/domain"
)

// engineFiles are the only files that may use what one engine has and the other has not.
var engineFiles = map[string]bool{"dialect.go": true, "sqlite.go": true, "postgres.go": true, "leader.go": true}

// engineOnly are words that run on one engine only, or do something else on the other.
var engineOnly = regexp.MustCompile(`(?i)\b(ilike|for update|for share|skip locked|any\(|greatest|least|date_trunc|extract\(|json_each|jsonb|json_extract|` +
	`autoincrement|generated|on duplicate|insert or|replace into|pragma|pg_\w+|unixepoch|now\(\)|collate|glob|similar to|unnest|regexp|rowid|stddev|::)`)

func TestQueriesAreWrittenForBothEngines(t *testing.T) {
	t.Parallel()
	queries := sqlOf(t)
	if len(queries) < 50 {
		t.Fatalf("found only %d queries: does this test still know how queries are written?", len(queries))
	}
	for _, q := range queries {
		if err := checkParams(q.text, 0); err != "" {
			t.Errorf("%s: %s\n%s", q.at, err, q.text)
		}
		if word := engineOnly.FindString(q.text); word != "" && !engineFiles[filepath.Base(q.at.Filename)] {
			t.Errorf("%s: %q does not run the same on both engines\n%s", q.at, word, q.text)
		}
	}
}

// TestBuiltQueriesToo does the same for the queries whose parameters are counted at run time.
func TestBuiltQueriesToo(t *testing.T) {
	t.Parallel()
	insert, args := multiRow("t", "a, b", "on conflict (a) do nothing", [][]any{{1, 2}, {3, 4}, {5, 6}})
	if diff := cmp.Diff("insert into t (a, b) values ($1,$2),($3,$4),($5,$6) on conflict (a) do nothing", insert); diff != "" || len(args) != 6 || args[4] != 5 {
		t.Errorf("insert with %v (-want +got):\n%s", args, diff)
	}
	if got := params(1, 3); got != "($2,$3,$4)" {
		t.Errorf("a list behind one parameter is %s", got)
	}
	for _, s := range []Selection{{}, {Verdict: domain.Block}, {Before: "d"}, {Unchecked: true, Before: "d"}, {Verdict: domain.Block, Unchecked: true, Before: "d", Limit: 3}} {
		query, args := s.query()
		if err := checkParams(query, len(args)); err != "" {
			t.Errorf("%+v: %s\n%s", s, err, query)
		}
	}
	for before, want := range map[string]string{"": "where a = $1 order by t.id desc limit $2", "x": "where a = $1 and t.id < $2 order by t.id desc limit $3"} {
		if query, args := newestFirst("where a = $1", []any{1}, "t.id", before, 9); query != want || checkParams(query, len(args)) != "" {
			t.Errorf("newest before %q: %s with %v", before, query, args)
		}
	}
	for _, before := range []domain.EventID{"", "a"} {
		query, args := alarmQuery(before == "", before, 9)
		if err := checkParams(query, len(args)); err != "" {
			t.Errorf("alarms before %q: %s\n%s", before, err, query)
		}
	}
}

func TestBuiltQueriesOfReportsToo(t *testing.T) {
	t.Parallel()
	for _, s := range []ReportSelection{{}, {Content: "post"}, {Before: "r"}, {Content: "post", Before: "r", Limit: 3}} {
		query, args := s.query()
		if err := checkParams(query, len(args)); err != "" {
			t.Errorf("%+v: %s\n%s", s, err, query)
		}
	}
}

var param = regexp.MustCompile(`\$(\d+)`)

// checkParams says what is wrong with the parameters of a query: they must appear in ascending order without gaps; one that has appeared may
// appear again. n is their number, 0 if not known.
func checkParams(query string, n int) string {
	highest := 0
	for _, m := range param.FindAllStringSubmatch(query, -1) {
		p, _ := strconv.Atoi(m[1])
		if p > highest+1 || p < 1 {
			return m[0] + " comes too soon"
		}
		highest = max(highest, p)
	}
	if n != 0 && highest != n {
		return "parameters and arguments differ in number"
	}
	return ""
}

func TestCheckParams(t *testing.T) {
	t.Parallel()
	for query, want := range map[string]string{
		"select 1": "", "a = $1": "", "a = $1 and b = $2 and c = $1": "", "a = $2": "$2 comes too soon", "a = $2 and b = $1": "$2 comes too soon", "$1 $3 $2": "$3 comes too soon",
	} {
		if got := checkParams(query, 0); got != want {
			t.Errorf("%s: got %q, want %q", query, got, want)
		}
	}
}

// query is an SQL text of the package.
type query struct {
	at   token.Position
	text string
}

// sqlOf returns the SQL texts in the source of the package, without what stands between literals that are joined: names of columns, and lists of
// parameters, which TestBuiltQueriesToo reads.
func sqlOf(t *testing.T) []query {
	t.Helper()
	files, err := filepath.Glob("*.go")
	if err != nil {
		t.Fatal(err)
	}
	var found []query
	for _, name := range files {
		if strings.HasSuffix(name, "_test.go") {
			continue
		}
		set := token.NewFileSet()
		file, err := parser.ParseFile(set, name, nil, 0)
		if err != nil {
			t.Fatal(err)
		}
		ast.Inspect(file, func(n ast.Node) bool {
			e, ok := n.(ast.Expr)
			if !ok {
				return true
			}
			text, ok := literal(e)
			if ok && isSQL.MatchString(text) {
				found = append(found, query{set.Position(e.Pos()), text})
			}
			return !ok // what is inside has been read
		})
	}
	return found
}

var isSQL = regexp.MustCompile(`^\s*(select|insert|update|delete|with|on conflict|set|pragma) |\$\d`)

// literal returns the text of a string literal, or of a sum of them and of other things.
func literal(e ast.Expr) (string, bool) {
	switch e := e.(type) {
	case *ast.BasicLit:
		if e.Kind != token.STRING {
			return "", false
		}
		s, err := strconv.Unquote(e.Value)
		return s, err == nil
	case *ast.BinaryExpr:
		left, l := literal(e.X)
		right, r := literal(e.Y)
		if e.Op != token.ADD || !l && !r {
			return "", false
		}
		return left + " " + right, true
	}
	return "", false
}
