package config

import (
	"encoding"
	"fmt"
	"os"
	"reflect"
	"strconv"
	"strings"
)

// Setting is one key as it was set.
type Setting struct {
	Key   string `json:"key"`
	Value string `json:"value"` // secrets are hidden
	From  string `json:"from"`  // "default", "file quell.yaml", "environment QUELL_LISTEN", "flag"
	Help  string `json:"help"`
	zero  bool   // 0 turns something off; of other numbers it is an error
	field reflect.Value
}

// Sources are where values come from, besides the defaults.
type Sources struct {
	// File is a YAML file that must exist; empty: none.
	File string
	// Env looks a variable of the environment up; nil: os.LookupEnv.
	Env func(string) (string, bool)
	// Flags are values by key; they win.
	Flags map[string]string
}

// Load reads the configuration and checks it. It also returns every setting, in the order of Config, with where its value came from; after an
// error too, so that people can look for what is wrong, but then no configuration.
func Load(from Sources) (*Config, []Setting, error) {
	c := &Config{}
	settings := keys(c)
	inFile, err := readFile(from.File, settings)
	env := from.Env
	if env == nil {
		env = os.LookupEnv
	}
	for i := range settings {
		s := &settings[i]
		if v, ok := inFile[s.Key]; ok {
			s.Value, s.From = v, "file "+from.File
		}
		if v, ok := env(EnvName(s.Key)); ok {
			s.Value, s.From = v, "environment "+EnvName(s.Key)
		}
		if v, ok := from.Flags[s.Key]; ok {
			s.Value, s.From = v, "flag"
		}
		if fault := set(s.field, strings.TrimSpace(s.Value)); fault == nil {
			s.Value = text(s.field)
		} else if err == nil {
			err = fmt.Errorf("%s (%s): %w", s.Key, s.From, fault)
		}
	}
	if err == nil {
		err = c.Check()
	}
	if err != nil {
		return nil, settings, err
	}
	return c, settings, nil
}

// EnvName is the environment variable of a key.
func EnvName(key string) string {
	return "QUELL_" + strings.ToUpper(strings.ReplaceAll(key, ".", "_"))
}

// keys lists the settings of a configuration with their defaults.
func keys(c *Config) []Setting {
	v := reflect.ValueOf(c).Elem()
	settings := make([]Setting, v.NumField())
	for i := range settings {
		tag := v.Type().Field(i).Tag
		settings[i] = Setting{Key: tag.Get("key"), Value: tag.Get("default"), From: "default", Help: tag.Get("help"), zero: tag.Get("zero") != "", field: v.Field(i)}
	}
	return settings
}

// set reads a text into a field.
func set(field reflect.Value, value string) error {
	if u, ok := field.Addr().Interface().(encoding.TextUnmarshaler); ok {
		return u.UnmarshalText([]byte(value))
	}
	switch field.Kind() {
	case reflect.String:
		field.SetString(value)
	case reflect.Int:
		n, err := strconv.Atoi(value)
		if err != nil {
			return fmt.Errorf("%q is not a whole number", value)
		}
		field.SetInt(int64(n))
	case reflect.Bool:
		b, err := strconv.ParseBool(value)
		if err != nil {
			return fmt.Errorf("%q is neither true nor false", value)
		}
		field.SetBool(b)
	case reflect.Slice:
		list := strings.FieldsFunc(value, func(r rune) bool { return r == ',' || r == ' ' || r == '\n' })
		field.Set(reflect.ValueOf(list))
	default:
		return fmt.Errorf("a setting of kind %s cannot be read", field.Kind())
	}
	return nil
}

// text writes a field as it can be read; secrets are hidden.
func text(field reflect.Value) string {
	if list, ok := field.Interface().([]string); ok {
		return strings.Join(list, ",")
	}
	return fmt.Sprint(field.Interface())
}
