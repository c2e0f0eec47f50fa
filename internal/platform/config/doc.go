// Package config is what an operator can set: every key with its default, its meaning, and where its value came from.
//
// A key is set, weakest first, by its default, by a YAML file, by the environment and by a flag. In YAML, "media.pixels" may be written dotted
// or nested; in the environment it is QUELL_MEDIA_PIXELS. An unknown key in the file is an error, so that a slip of the pen never goes
// unnoticed. The zero configuration works.
//
// docs/configuration.md lists all keys; it is written from the fields of [Config].
package config

//go:generate go test -run TestReference -update
