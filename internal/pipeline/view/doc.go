// Package view finds the pictures that lie within a picture: what is left without bars and frames, what an app shows on a
// screenshot, what was laid over another picture, the four of a grid, a picture that was turned by a few degrees, a screen that was
// photographed. Of each it gives the PDQ hashes, so that a list that holds no more than hashes of the known pictures finds them.
//
// Everything is found on a small grey copy, see package luma, by its straight edges:
//
//	bars       rows and columns of one brightness at the edges of the picture are cut off, twice
//	tilt       a rectangle turned about the middle, whose corners are cut off or whose surroundings are plain
//	quarter    the four parts of a picture with a gap, or a step of brightness, across its middle both ways
//	box        a rectangle whose sides are long lines of steps in brightness, or edges of the picture
//	quad       the same for lines that slant, if they are four
//
// Lines are found on a copy of half the size, then moved to where brightness changes most in the small copy, which places them to a
// few hundredths of a pixel: a hash bears being off by one or two in a hundred, no more. Then 64 × 64 samples are taken between the
// four corners, and package pdq makes the eight hashes of the picture turned and mirrored from them.
//
// Views that would say nothing are left out: those of too little structure, too small, or nearly the same as one before.
package view
