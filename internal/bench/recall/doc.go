// Package recall measures how many edited copies of known pictures are found, and how many pictures are taken for others.
//
// Pictures come from folders ([Load]). Those that are versions of one picture, by their names or their looks, make a group; one of each group is
// used, and a hash of the group's name puts it into one of two halves: [Train], on which methods may be made, and [Test], on which they are judged.
//
// A [Method] is told a list of pictures and then asked for others. [Run] asks for every edit (package edits) of every picture of a half, counts the
// hits on the right picture, for all views of a method together and for each alone, and every hit on another group as false. [Unrelated] asks
// thousands of pictures that have nothing to do with each other for all others, and extrapolates how often one would match in a longer list;
// [Guards] does the same with pictures that mean nothing to a fingerprint: flat ones, gradients, grids, tables, text, charts.
//
// Everything is repeatable: equal folders and seeds give equal figures, times aside.
package recall
