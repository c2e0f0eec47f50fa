package policy

import (
	"slices"
	"strings"

	"cel.dev/cel-go/cel"
	"cel.dev/cel-go/common/decls"
)

// Schema is the published description of the language: what conditions can see and use, which keys a policy has, and what bounds there are.
type Schema struct {
	Environment int        `json:"environment" doc:"Number of the environment. It grows when something is added; what is added is unknown in older facts."`
	Variables   []Named    `json:"variables" doc:"The names that conditions may use, besides those that a policy defines itself."`
	Kinds       []Kind     `json:"kinds" doc:"The types of what they see."`
	Functions   []Function `json:"functions" doc:"What conditions may call."`
	Macros      []Named    `json:"macros" doc:"What goes through a list, or asks whether something was said."`
	Keys        []KeyTable `json:"keys" doc:"The keys of the text of a policy."`
	Bounds      []Bound    `json:"bounds"`
}

// Named is a variable, a field or a macro.
type Named struct {
	Name string `json:"name"`
	Type string `json:"type"`
	Doc  string `json:"doc"`
}

// Kind is a type with its fields.
type Kind struct {
	Name   string  `json:"name"`
	Doc    string  `json:"doc"`
	Fields []Named `json:"fields"`
}

// Function is a function that conditions may call.
type Function struct {
	Name       string   `json:"name"`
	Doc        string   `json:"doc"`
	Signatures []string `json:"signatures"`
}

// Bound is a limit of policies.
type Bound struct {
	Most int    `json:"most"`
	Of   string `json:"of"`
}

// Describe returns the schema of this build. The compiler reads variables, kinds and functions from where it does.
func Describe() (Schema, error) {
	env, _, err := newEnvironment(nil)
	if err != nil {
		return Schema{}, err
	}
	s := Schema{Environment: EnvVersion, Functions: functionsOf(env), Macros: macros, Keys: keyTables, Bounds: bounds}
	for _, v := range variables {
		s.Variables = append(s.Variables, Named{v.name, typeName(v.typ), v.doc})
	}
	s.Variables = append(s.Variables, Named{listsName, "Lists", "The named lists of the policy: lists.name is a list of texts."})
	for _, k := range kinds {
		one := Kind{Name: k.name, Doc: k.doc}
		for _, f := range k.fields {
			one.Fields = append(one.Fields, Named{f.name, typeName(f.typ), f.doc})
		}
		s.Kinds = append(s.Kinds, one)
	}
	return s, nil
}

// typeName writes a type as conditions do.
func typeName(t *cel.Type) string {
	return strings.NewReplacer("google.protobuf.Duration", "duration", "google.protobuf.Timestamp", "timestamp", "dyn", "any").Replace(t.String())
}

// functionsOf lists the functions with a name of their own; operators are no calls.
func functionsOf(env *cel.Env) (all []Function) {
	for _, name := range sortedKeys(env.Functions()) {
		if !functionName(name) {
			continue
		}
		f := Function{Name: name, Doc: functionDocs[name]}
		for _, o := range env.Functions()[name].OverloadDecls() {
			f.Signatures = append(f.Signatures, signature(name, o))
		}
		slices.Sort(f.Signatures)
		all = append(all, f)
	}
	return all
}

// functionName reports whether it is one that people write: CEL keeps operators among the functions, under names with signs.
func functionName(name string) bool {
	return name != "in" && !strings.HasPrefix(name, "_") && !strings.ContainsAny(name, "@!") && !strings.HasPrefix(name, "-")
}

func signature(name string, o *decls.OverloadDecl) string {
	var args []string
	for _, t := range o.ArgTypes() {
		args = append(args, typeName(t))
	}
	if o.IsMemberFunction() {
		name, args = args[0]+"."+name, args[1:]
	}
	return name + "(" + strings.Join(args, ", ") + ") → " + typeName(o.ResultType())
}

// functionDocs say what functions do.
var functionDocs = map[string]string{
	"bool": "Turns a text into true or false.", "bytes": "Turns a text into bytes.", "double": "Turns into a number with a fraction.", "int": "Turns into a whole number; a moment into seconds since 1970.",
	"uint": "Turns into a whole number that is not negative.", "string": "Turns into a text.", "dyn": "Puts the check of types off until the condition is asked.", "type": "The type of a value.",
	"duration": `A length of time, as duration("168h"): hours are the largest unit.`, "timestamp": `A moment, as timestamp("2026-01-31T00:00:00Z").`,
	"size": "How many: elements of a list, entries of a map, characters of a text.", "contains": "Whether a text has another in it.", "startsWith": "Whether a text begins with another.",
	"endsWith": "Whether a text ends with another.", "matches": "Whether a part of a text matches a regular expression in the syntax of RE2.",
	"charAt": "The character at a place, from 0.", "indexOf": "Where a text first has another in it, from 0; -1: nowhere.", "lastIndexOf": "Where it has it last.", "join": "Joins texts, with another between them.",
	"split": "Takes a text apart at another.", "substring": "The part of a text from one place to before another.", "replace": "A text with another put in the place of a third.", "reverse": "A text backwards.",
	"trim": "A text without space around it.", "lowerAscii": "A text with small letters a to z.", "upperAscii": "A text with capital letters A to Z.", "format": "A text with values put in for %s, %d and so on.",
	"strings.quote": "A text in quotes.", "getDate": "Day of the month, from 1.", "getDayOfMonth": "Day of the month, from 0.", "getDayOfWeek": "Day of the week, 0 is Sunday.", "getDayOfYear": "Day of the year, from 0.",
	"getFullYear": "The year.", "getMonth": "The month, from 0.", "getHours": "The hour of a moment in UTC, or in a time zone that is named; all hours of a length of time.", "getMinutes": "The minute, or all minutes.",
	"getSeconds": "The second, or all seconds.", "getMilliseconds": "The milliseconds within the second.",
}

// macros are what CEL calls so: they look like calls, and their arguments are conditions about an element.
var macros = []Named{
	{"has", "has(content.attributes.name) → bool", "Whether it is known."},
	{"exists", "list.exists(x, condition) → bool", "Whether the condition is true for one of them."},
	{"all", "list.all(x, condition) → bool", "Whether it is true for all of them; of an empty list it is."},
	{"exists_one", "list.exists_one(x, condition) → bool", "Whether it is true for exactly one of them."},
	{"filter", "list.filter(x, condition) → list", "Those for which it is true."},
	{"map", "list.map(x, value) → list", "A value of each; with three arguments only of those for which the second is true."},
}

// bounds are what a policy must keep to, and what it sees at most.
var bounds = []Bound{
	{MaxText, "bytes of a policy"},
	{maxRules, "rules and exemptions"},
	{maxListItems, "texts of a named list"},
	{maxTests, "tests"},
	{maxSentence, "bytes of a sentence for people"},
	{maxCondition, "bytes of a condition"},
	{maxCost, "steps that a condition may take on the largest upload, as CEL estimates them"},
	{maxCosts, "steps that all conditions of a policy may take together"},
	{MaxMatches, "matches that conditions see; that there are more is then unknown"},
	{MaxMedia, "parts, likewise"},
	{MaxReports, "reports, likewise"},
}
