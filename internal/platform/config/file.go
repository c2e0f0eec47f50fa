package config

import (
	"bytes"
	"errors"
	"fmt"
	"io"
	"os"
	"reflect"
	"slices"
	"strings"

	"go.yaml.in/yaml/v3" // the YAML organisation's own continuation of the library everybody uses; pure Go, no dependencies
)

// maxFile is how large a file of settings may be, in bytes.
const maxFile = 1 << 20

// readFile returns the values of a YAML file by key. After an error it returns what it had read until then.
func readFile(path string, settings []Setting) (map[string]string, error) {
	if path == "" {
		return nil, nil
	}
	f, err := os.Open(path)
	if err != nil {
		return nil, fmt.Errorf("read the configuration: %w", err)
	}
	defer f.Close()
	data, err := io.ReadAll(io.LimitReader(f, maxFile+1))
	if err != nil {
		return nil, fmt.Errorf("read the configuration: %w", err)
	}
	if len(data) > maxFile {
		return nil, fmt.Errorf("%s: larger than 1 MiB; is this the right file?", path)
	}
	values, err := parse(data, settings)
	if err != nil {
		return values, fmt.Errorf("%s: %w", path, err)
	}
	return values, nil
}

// parse returns the values of a YAML document by key. It takes texts as they are written: what looks like a number to YAML, such as a key of
// many digits, stays what the operator wrote.
func parse(data []byte, settings []Setting) (map[string]string, error) {
	p := parser{settings: settings, values: map[string]string{}, lines: map[string]int{}}
	d := yaml.NewDecoder(bytes.NewReader(data))
	var document, second yaml.Node
	if err := d.Decode(&document); errors.Is(err, io.EOF) {
		return p.values, nil
	} else if err != nil {
		return p.values, err
	}
	if err := p.root(document.Content[0]); err != nil {
		return p.values, err
	}
	if err := d.Decode(&second); errors.Is(err, io.EOF) {
		return p.values, nil
	} else if err != nil {
		return p.values, err
	}
	return p.values, fault(&second, "a second document begins; settings are one document")
}

type parser struct {
	settings []Setting
	values   map[string]string
	lines    map[string]int // where a key was set
}

// fault is an error that names the line.
func fault(at *yaml.Node, format string, args ...any) error {
	return fmt.Errorf("line %d: %s", at.Line, fmt.Sprintf(format, args...))
}

func (p *parser) root(n *yaml.Node) error {
	if isNull(n) {
		return nil
	}
	if n.Kind != yaml.MappingNode {
		return fault(n, "settings are written as key: value")
	}
	return p.section("", n)
}

// section reads the keys below a prefix. Only sections of known keys are entered, so the depth is bounded.
func (p *parser) section(prefix string, n *yaml.Node) error {
	for i := 0; i+1 < len(n.Content); i += 2 {
		name, value := n.Content[i], n.Content[i+1]
		if name.Kind != yaml.ScalarNode {
			return fault(name, "a key is a word")
		}
		key := prefix + name.Value
		if value.Kind == yaml.MappingNode && p.isSection(key) {
			if err := p.section(key+".", value); err != nil {
				return err
			}
			continue
		}
		if err := p.value(key, name, value); err != nil {
			return err
		}
	}
	return nil
}

func (p *parser) isSection(key string) bool {
	return slices.ContainsFunc(p.settings, func(s Setting) bool { return strings.HasPrefix(s.Key, key+".") })
}

// value reads the value of a key. A key with nothing behind it is as good as not written.
func (p *parser) value(key string, at, n *yaml.Node) error {
	known := slices.IndexFunc(p.settings, func(s Setting) bool { return s.Key == key })
	switch {
	case known < 0 && p.isSection(key):
		if isNull(n) {
			return nil
		}
		return fault(at, "%q is a section: write its keys below it, indented, each with a value", key)
	case known < 0:
		return fault(at, "there is no key %q; `quell config` lists all keys", key)
	case p.lines[key] > 0:
		return fault(at, "%s is set a second time, first in line %d", key, p.lines[key])
	}
	p.lines[key] = at.Line
	switch list := p.settings[known].field.Kind() == reflect.Slice; {
	case isNull(n):
	case n.Kind == yaml.ScalarNode:
		p.values[key] = n.Value
	case n.Kind == yaml.AliasNode:
		return fault(n, "%s: aliases are not read here; write the value out", key)
	case n.Kind == yaml.SequenceNode && list:
		items := make([]string, len(n.Content))
		for i, item := range n.Content {
			if item.Kind != yaml.ScalarNode {
				return fault(item, "%s: the items of the list are texts", key)
			}
			items[i] = item.Value
		}
		p.values[key] = strings.Join(items, ",")
	default:
		return fault(n, "%s has one value, not several", key)
	}
	return nil
}

func isNull(n *yaml.Node) bool { return n.Kind == yaml.ScalarNode && n.ShortTag() == "!!null" }
