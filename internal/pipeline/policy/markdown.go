package policy

import (
	"fmt"
	"strings"
)

// Markdown writes the schema out for people, each chapter under a heading.
func (s Schema) Markdown(heading string) string {
	var b strings.Builder
	fmt.Fprintf(&b, "%sThe keys of a policy\n", heading)
	for _, table := range s.Keys {
		fmt.Fprintf(&b, "\n#%s%s\n\n| key | value | meaning |\n|---|---|---|\n", heading, upperFirst(table.Of))
		for _, k := range table.Keys {
			needed := ""
			if k.Required {
				needed = ", needed"
			}
			fmt.Fprintf(&b, "| `%s` | %s%s | %s |\n", k.Name, k.Form, needed, cell(k.Doc))
		}
	}
	fmt.Fprintf(&b, "\n%sWhat conditions see\n\nThis is environment %d. What is added later is unknown in facts that were recorded before.\n\n", heading, s.Environment)
	b.WriteString(namedTable("name", s.Variables))
	for _, k := range s.Kinds {
		fmt.Fprintf(&b, "\n#%s%s\n\n%s\n\n%s", heading, k.Name, k.Doc, namedTable("field", k.Fields))
	}
	fmt.Fprintf(&b, "\n%sWhat conditions can use\n\nOperators: `&&`, `||`, `!`, `? :`, `==`, `!=`, `<`, `<=`, `>`, `>=`, `in`, `+`, `-`, `*`, `/`, `%%`, `[]`.\n\n%s", heading, namedTable("macro", s.Macros))
	b.WriteString("\n| function | forms | meaning |\n|---|---|---|\n")
	for _, f := range s.Functions {
		fmt.Fprintf(&b, "| `%s` | `%s` | %s |\n", f.Name, strings.Join(f.Signatures, "`<br>`"), cell(f.Doc))
	}
	fmt.Fprintf(&b, "\n%sBounds\n\n| at most | of |\n|--:|---|\n", heading)
	for _, bound := range s.Bounds {
		fmt.Fprintf(&b, "| %d | %s |\n", bound.Most, bound.Of)
	}
	return b.String()
}

func namedTable(head string, all []Named) string {
	var b strings.Builder
	fmt.Fprintf(&b, "| %s | type | meaning |\n|---|---|---|\n", head)
	for _, n := range all {
		fmt.Fprintf(&b, "| `%s` | `%s` | %s |\n", n.Name, n.Type, cell(n.Doc))
	}
	return b.String()
}

func cell(s string) string { return strings.ReplaceAll(s, "|", `\|`) }

func upperFirst(s string) string { return strings.ToUpper(s[:1]) + s[1:] }
