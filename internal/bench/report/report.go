package report

import (
	"fmt"
	"os"
	"path/filepath"
	"strings"
)

// The marks in benchmarks.md between which everything is written by Write.
const (
	begin = "<!-- measured: written by quell bench report -->"
	end   = "<!-- end of measured -->"
)

// Write reads the results in benchmarks/ of a folder of documents and writes the charts into images/ and the tables into benchmarks.md, between
// its marks. Files are written only if all could be made. It returns the files that it wrote.
func Write(docs string) (written []string, err error) {
	r, err := read(filepath.Join(docs, "benchmarks"))
	if err != nil {
		return nil, err
	}
	document := filepath.Join(docs, "benchmarks.md")
	text, err := os.ReadFile(document)
	if err != nil {
		return nil, fmt.Errorf("read the document: %w", err)
	}
	before, rest, ok := strings.Cut(string(text), begin+"\n")
	_, after, closed := strings.Cut(rest, end)
	if !ok || !closed {
		return nil, fmt.Errorf("%s has no place for what was measured: write the two lines %q and %q where it should be", document, begin, end)
	}
	files := map[string]string{document: before + begin + "\n" + r.markdown() + end + after}
	written = append(written, document)
	for _, c := range r.charts() {
		svg, err := c.svg()
		if err != nil {
			return nil, err
		}
		path := filepath.Join(docs, "images", c.file)
		files[path] = svg
		written = append(written, path)
	}
	if err := os.MkdirAll(filepath.Join(docs, "images"), 0o755); err != nil {
		return nil, fmt.Errorf("make a folder for the charts: %w", err)
	}
	for _, path := range written {
		if err := os.WriteFile(path, []byte(files[path]), 0o644); err != nil {
			return nil, fmt.Errorf("write the report: %w", err)
		}
	}
	return written, nil
}
