// Package mediatest writes picture files for tests: what no encoder of the libraries writes, such as animations, files of one colour that take no
// bits a pixel, and files that are as wrong as a test wants them.
package mediatest
