//go:build !nodynamic || wasm2go

package corpustest

// Without the tag nodynamic the encoder of AVIF would load a library of the host.
var avifFormats []Format
