// Package nearby finds, among millions of codes of points, most of those that are near to one, with a few reads of memory.
//
// A picture is looked up by a hundred points, and whether it is found does not hang on one of them. So the search for one need not find
// every code within a distance, as package hamming does: it may miss some of those that are far off, if it is quick enough to ask for all points.
//
// The index has eight tables. Each knows codes by bits of its own, 32 of the 256, and a search looks at the codes that have the very bits of the one
// that is searched for in any table (Indyk, Motwani: "Approximate Nearest Neighbors: Towards Removing the Curse of Dimensionality", 1998). Among sixteen
// million codes, it finds nearly all that differ in ten bits, two of three at twenty, and three of ten at thirty, if bits differ
// independently; see [Index.Near]. A table uses as many of its bits as there are codes to tell apart, the steadiest first, so that a bucket holds about
// half a code however many there are.
//
// # Which bits
//
// Every bit of a code is in one table. A code is 32 bytes, one for each cell of the region and each of two neighbours of it, and a byte has one
// bit for each direction; see [keypoint.Code]. A table takes one bit of every byte, those of cells in the middle first, where a crop or a tilt
// changes least. From byte to byte it goes on to another direction: bits of one cell, and those of one direction, go together, and such pairs tell
// fewer codes apart.
//
// # Layout
//
// A code and its place in the tables fill one line of cache. Buckets are lists through these lines, newest first. Tables grow bucket by
// bucket (Litwin: "Linear hashing", 1980), so no change takes long; they do not shrink. An index of pages that are never moved takes 64 bytes for each number
// up to the greatest one and 64 for each code.
package nearby
