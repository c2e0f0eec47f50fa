// Package cage runs picture decoders that were compiled to WebAssembly, for formats that nobody has written in Go.
//
// A decoder in a cage has nothing but the bytes that it is given and a memory that may grow up to a size: no files, no network, no
// clock, no library of the host. Each file gets an instance of its own, which is thrown away with it, so that a file which takes a
// decoder over has taken over nothing. A fault of the decoder, the end of its memory and the end of the caller's time are errors of
// that one file.
//
// The program is compiled to machine code when it is first used, which takes a second or so, and stays compiled.
package cage
