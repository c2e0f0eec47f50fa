package exchange

import "slices"

// API is a programme by the way it speaks.
type API struct {
	Name        string
	Config      []Field // settings of one exchange, in the order in which HMA declares them
	Credentials []Field // nil: none are needed
}

// Field is one setting. As JSON it is what HMA tells forms about it.
type Field struct {
	Choices  []string `json:"choices"` // of an Enum; else null
	Default  any      `json:"default"` // null if required
	Help     string   `json:"help"`
	Name     string   `json:"name"`
	Required bool     `json:"required"`
	Type     Type     `json:"type"`

	class string // what HMA calls the type in messages; empty: what follows from Type
}

// Type is the type of a setting, in the words of HMA.
type Type string

// The types in use.
const (
	String      Type = "string"
	Number      Type = "number" // a whole one
	Enum        Type = "enum"
	SetOfNumber Type = "set_of_number"
)

// apis are in the order in which HMA lists them. Two of its own are missing: infinite_random, which is for load tests, and local_file, which
// would let whoever reaches the API name files on this machine.
var apis = []API{sample, threatExchange, ncmec, stopNCII, tat}

// APIs returns all programmes that are known.
func APIs() []API { return slices.Clone(apis) }

// Named returns a programme by its name.
func Named(name string) (API, bool) {
	i := slices.IndexFunc(apis, func(a API) bool { return a.Name == name })
	if i < 0 {
		return API{}, false
	}
	return apis[i], true
}

// fields returns the settings that must be given, or those that need not.
func (a API) fields(required bool) []Field {
	return slices.DeleteFunc(slices.Clone(a.Config), func(f Field) bool { return f.Required != required })
}

// Schema is what HMA tells forms about a programme.
type Schema struct {
	Config      Fields  `json:"config_schema"`
	Credentials *Fields `json:"credentials_schema"` // null: none are needed
}

// Fields is a list of settings, as HMA writes one.
type Fields struct {
	Fields []Field `json:"fields"`
}

// Schema describes the settings of the programme.
func (a API) Schema() Schema {
	s := Schema{Config: Fields{a.Config}}
	if s.Config.Fields == nil {
		s.Config.Fields = []Field{} // an empty list, not null
	}
	if a.Credentials != nil {
		s.Credentials = &Fields{a.Credentials}
	}
	return s
}
