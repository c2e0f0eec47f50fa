// Package signal knows the signal types: how a signal of each is written, made from an upload and compared with another.
//
// One file holds one type. To add one, write its file and name it in the list of signal.go: lists of known content, the live index and
// the corridor then find it there. A type is a small stateless value, safe for use by any number of goroutines.
//
// What a type can be made from is told by the interfaces it has besides Type: BytesType for any file, PictureType for decoded pictures.
package signal
