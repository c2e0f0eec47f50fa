//go:build !heic || !nodynamic

package media

// Without the tags heic and nodynamic there is no HEIC: see heic_codec.go.
var heicFormats []format
