package repotest

import (
	"go/ast"
	"go/parser"
	"go/token"
	"io/fs"
	"os"
	"path/filepath"
	"regexp"
	"slices"
	"strings"
	"testing"
)

const module = "github.com/quell-project/quell/"

// rooms says which packages of this module, besides those below itself, a room may import in code that is not a test. Arrows point one way:
// a stage of the corridor knows no other stage and nothing of the platform; only app and cmd join what the rooms have asked for.
var rooms = []struct {
	room    string
	imports []string
}{
	{"pdq", nil},
	{"hamming", nil},
	{"keypoint", nil},
	{"keypoint/nearby", []string{"keypoint"}},
	{"internal/domain", nil},
	{"internal/pipeline/ingest", []string{"internal/domain"}},
	{"internal/pipeline/archive", []string{"internal/domain"}},
	{"internal/pipeline/media", nil},
	{"internal/pipeline/luma", nil},
	{"internal/pipeline/view", []string{"pdq"}},
	{"internal/pipeline/signal", []string{"internal/domain", "internal/pipeline/luma", "internal/pipeline/view", "keypoint", "pdq"}},
	{"internal/pipeline/match", []string{"internal/domain", "hamming", "keypoint"}},
	{"internal/pipeline/media/cage", nil},
	{"internal/pipeline/policy", []string{"internal/domain"}},
	{"internal/gate", []string{"internal/domain", "internal/pipeline/policy"}},
	{"internal/replay", []string{"internal/domain", "internal/pipeline/policy"}},
	{"internal/pipeline/record", []string{"internal/domain"}},
	{"internal/pipeline", []string{"internal/domain"}},
	{"internal/bank", []string{"internal/domain", "internal/pipeline/signal"}},
	{"internal/hmaimport", []string{"internal/domain", "internal/bank", "internal/exchange"}},
	{"internal/auth", []string{"internal/domain"}},
	{"internal/exchange", []string{"internal/domain"}},
	{"internal/observed", []string{"internal/domain"}},
	{"internal/tally", []string{"internal/domain"}},
	{"internal/api", []string{"internal/domain", "internal/observed", "internal/pipeline/ingest", "internal/pipeline/match", "internal/pipeline/policy"}},
	{"internal/hma", []string{"internal/domain", "internal/observed", "internal/exchange", "internal/pipeline/match", "internal/pipeline/signal"}},
	{"internal/console", []string{"internal/domain", "internal/pipeline/policy", "internal/replay"}},
	{"internal/policies", []string{"internal/domain"}},
	{"internal/retrohunt", []string{"internal/domain", "internal/platform/durable", "hamming"}},
	{"internal/platform/lifecycle", nil},
	{"internal/platform/config", nil},
	{"internal/platform/intake", nil},
	{"internal/platform/fetch", nil},
	{"internal/platform/durable", nil},
	{"internal/platform/secret", []string{"internal/platform/durable"}},
	{"internal/platform/obs", []string{"internal/domain"}},
	{"internal/platform/bus", []string{"internal/domain"}},
	{"internal/platform/store", []string{"internal/domain"}},
	{"internal/demo/art", nil},
	{"internal/demo", nil},
	{"internal/bench", []string{"hamming", "keypoint", "internal/retrohunt/daybook", "pdq", "internal/domain", "internal/platform/store", "internal/pipeline/luma", "internal/pipeline/match", "internal/pipeline/media", "internal/pipeline/policy", "internal/pipeline/signal", "internal/replay", "internal/demo/art"}},
	{"policies", nil},
	{"internal/app", []string{"internal/", "policies"}},
	{"cmd/quell", []string{"internal/", "policies"}},
	{"e2e", []string{"internal/", "pdq", "hamming"}},
	{"internal/repotest", nil},
}

// libraries are usable without the rest: besides the standard library they may import only what is listed.
var libraries = map[string][]string{"pdq": {"golang.org/x/sys/cpu"}, "hamming": {"golang.org/x/sys/cpu"}, "keypoint": {"golang.org/x/sys/cpu"}, "keypoint/nearby": nil}

type source struct {
	path string // from the root of the module, with slashes
	file *ast.File
	set  *token.FileSet
	test bool
}

// sources are all Go files of the module.
func sources(t *testing.T) []source {
	t.Helper()
	root := filepath.Join("..", "..")
	var all []source
	err := filepath.WalkDir(root, func(path string, d fs.DirEntry, err error) error {
		if err != nil {
			return err
		}
		if d.IsDir() && path != root && (strings.HasPrefix(d.Name(), ".") || d.Name() == "testdata") {
			return filepath.SkipDir
		}
		if d.IsDir() || !strings.HasSuffix(path, ".go") {
			return nil
		}
		set := token.NewFileSet()
		file, err := parser.ParseFile(set, path, nil, parser.ParseComments)
		if err != nil {
			return err
		}
		rel, err := filepath.Rel(root, path)
		all = append(all, source{filepath.ToSlash(rel), file, set, strings.HasSuffix(path, "_test.go") || strings.Contains(rel, "test"+string(filepath.Separator))})
		return err
	})
	if err != nil {
		t.Fatal(err)
	}
	return all
}

func (s source) dir() string { return s.path[:max(0, strings.LastIndex(s.path, "/"))] }

func (s source) generated() bool { return ast.IsGenerated(s.file) }

// TestArrowsPointOneWay checks every import against the table of rooms.
func TestArrowsPointOneWay(t *testing.T) {
	t.Parallel()
	for _, s := range sources(t) {
		if s.test {
			continue
		}
		room, allowed, known := roomOf(s.dir())
		if !known {
			t.Errorf("%s: the room %s is not in the table of rooms; say what it may import", s.path, s.dir())
			continue
		}
		for _, i := range s.file.Imports {
			path := strings.Trim(i.Path.Value, `"`)
			inside, ours := strings.CutPrefix(path, module)
			if !ours {
				if extra, isLibrary := libraries[room]; isLibrary && strings.Contains(strings.Split(path, "/")[0], ".") && !hasPrefix(extra, path) {
					t.Errorf("%s imports %s: a public library stands on the standard library alone", s.path, path)
				}
				continue
			}
			if inside != room && !strings.HasPrefix(inside, room+"/") && !hasPrefix(allowed, inside) {
				t.Errorf("%s imports %s: declare the methods that are needed and let app join them", s.path, inside)
			}
		}
	}
}

// roomOf returns the narrowest room of a folder.
func roomOf(dir string) (room string, imports []string, known bool) {
	for _, r := range rooms {
		if (dir == r.room || strings.HasPrefix(dir, r.room+"/")) && len(r.room) > len(room) {
			room, imports, known = r.room, r.imports, true
		}
	}
	return room, imports, known
}

func hasPrefix(prefixes []string, path string) bool {
	return slices.ContainsFunc(prefixes, func(p string) bool { return path == p || strings.HasPrefix(path, strings.TrimSuffix(p, "/")+"/") })
}

// TestEveryPackageSaysWhatItIs wants a doc.go in every package, with more than a few words.
func TestEveryPackageSaysWhatItIs(t *testing.T) {
	t.Parallel()
	docs := map[string]string{}
	for _, s := range sources(t) {
		if s.test && !strings.Contains(s.dir(), "test") {
			continue
		}
		text := ""
		if strings.HasSuffix(s.path, "/doc.go") {
			text = s.file.Doc.Text()
		}
		docs[s.dir()] += text
	}
	for dir, doc := range docs {
		if strings.Count(doc, ".") < 1 || len(doc) < 80 {
			t.Errorf("%s: the package comment says too little: %q", dir, doc)
		}
	}
}

var vague = regexp.MustCompile(`^(util|utils|common|helper|helpers|manager|misc|base|shared)$`)

// TestNamesSayWhatThingsAre refuses packages that are named after nothing.
func TestNamesSayWhatThingsAre(t *testing.T) {
	t.Parallel()
	for _, s := range sources(t) {
		if vague.MatchString(s.file.Name.Name) {
			t.Errorf("%s: package %s is named after nothing; name it after what it holds", s.path, s.file.Name.Name)
		}
	}
}

// The largest file and function that still read well. Tables of tests may be longer.
const (
	longestFile     = 500
	longestFunction = 80
)

// long names functions that are longer for a reason.
var long = map[string]string{
	"internal/console/words_en.go english": "a catalogue of words, one a line",
}

// TestNothingGrowsTooLong bounds files and functions.
func TestNothingGrowsTooLong(t *testing.T) {
	t.Parallel()
	for _, s := range sources(t) {
		if s.test || s.generated() {
			continue
		}
		if n := s.set.Position(s.file.FileEnd).Line; n > longestFile {
			t.Errorf("%s has %d lines, at most %d: one job a file", s.path, n, longestFile)
		}
		for _, d := range s.file.Decls {
			f, ok := d.(*ast.FuncDecl)
			if !ok {
				continue
			}
			if n := s.set.Position(f.End()).Line - s.set.Position(f.Pos()).Line + 1; n > longestFunction && long[s.path+" "+f.Name.Name] == "" {
				t.Errorf("%s: %s has %d lines, at most %d", s.path, f.Name.Name, n, longestFunction)
			}
		}
	}
}

var link = regexp.MustCompile(`\]\(([^)#\s]+)(#[^)]*)?\)`)

// TestLinksInTheDocumentsLeadSomewhere checks relative links of all Markdown files.
func TestLinksInTheDocumentsLeadSomewhere(t *testing.T) {
	t.Parallel()
	root := filepath.Join("..", "..")
	err := filepath.WalkDir(root, func(path string, d fs.DirEntry, err error) error {
		if err != nil || d.IsDir() || !strings.HasSuffix(path, ".md") {
			return err
		}
		text, err := os.ReadFile(path)
		if err != nil {
			return err
		}
		for _, m := range link.FindAllStringSubmatch(string(text), -1) {
			if strings.Contains(m[1], "://") || strings.HasPrefix(m[1], "mailto:") {
				continue
			}
			if _, err := os.Stat(filepath.Join(filepath.Dir(path), m[1])); err != nil {
				t.Errorf("%s links to %s, which is not there", path, m[1])
			}
		}
		return nil
	})
	if err != nil {
		t.Fatal(err)
	}
}
