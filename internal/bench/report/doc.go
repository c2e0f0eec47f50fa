// Package report writes what was measured into a folder of documents: tables between two marks of benchmarks.md, and charts as SVG files beside
// it. It reads the results that package bench gave, kept in the folder as JSON, so that charts can be drawn anew without measuring anything, and
// the results of two machines or revisions can be compared by whatever reads JSON.
package report
