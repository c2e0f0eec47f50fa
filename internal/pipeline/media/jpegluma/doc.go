// Package jpegluma reads from a JPEG file what a fingerprint needs, and nothing else: the brightness of its pixels, if wanted
// at a half, a quarter or an eighth of the size. It is several times faster than image/jpeg, and like that plain Go, without
// unsafe and assembly: a fault in it can be a wrong picture or a panic, never foreign memory.
//
// What makes it fast: the bits of a scan lie in a window without the zeros that are stuffed into them, so that eight bytes are
// taken at a time; one look-up in a table tells a code together with the value behind it; of colour, and of frequencies that
// the wanted size cannot show, nothing but the length is looked at, several codes in one look-up; and the inverse transform
// leaves out what is zero.
//
// It reads what most cameras and sites write: sequential Huffman-coded files of 8 bits, grey or YCbCr, with all components in
// one scan. Whatever is different, unusual or wrong about a file ends in ErrOther: image/jpeg reads all that this package
// reads, and its word on the rest counts. So this package need not tell a damaged file from one that it does not know, and
// accepts less rather than more.
//
// Two things it does that image/jpeg does not: it reads such files of 12 bits, as medical and scientific cameras write them, and makes
// 8 bits of each sample; and of a file that is cut off or damaged it can tell what comes before.
package jpegluma
