// Package archive opens files that hold other files, all of which may be hostile: archives, packed files, and drawings with pictures in them.
//
// A container is told by its bytes and walked: every file in it is unpacked into memory, one at a time, and handed to the caller, who may find
// that it is a container itself. Nothing is written to disk, no link is followed, and no name of a member is used for anything but to be shown.
//
// What a walk may take is a Budget: so many files, so many bytes in all and in one, and no more than so many times the bytes that were packed.
// One Budget serves all containers of an upload, nested or side by side, so that it holds for whatever they are made to become. Each walk ends
// in an Outcome. It is complete only when every file was handed over; otherwise it says what was not, and why.
//
// # What is read
//
//	zip             stored, deflate, bzip2 and Zstandard, with the 64-bit extensions; so documents of offices, books and packages too
//	tar             all kinds, also inside one of the next three
//	gzip, bzip2, Zstandard   as one file, or as a tar
//	7z              stored, LZMA, LZMA2, deflate, bzip2 and Zstandard, one method a folder; what is encrypted, and programs behind a filter, is not
//	SVG             the pictures that stand in it as data: URIs; what it draws is not rendered, what it refers to elsewhere is not fetched
//
// RAR, xz and others are known by sight and not read.
//
// The directories of zip and 7z are read here, within bounds, rather than by libraries that take memory for whatever number stands in them. In 7z a
// few bytes may also ask for a dictionary of up to 4 GiB; it is given no more than what the budget would let out, and 64 MiB at most.
package archive
