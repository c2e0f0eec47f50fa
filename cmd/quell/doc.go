// Command quell keeps known terrorist propaganda and known child-abuse imagery off an online service.
//
// One file a command; main.go puts them together. `quell --help` and `quell COMMAND --help` say what there is.
package main
