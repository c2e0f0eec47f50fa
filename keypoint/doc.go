// Package keypoint finds points of a picture that can be found again in its copies, describes what is around them in 256 bits, and
// tells by the points of two pictures whether the one shows the other, or a part of it.
//
// A hash of the whole picture is lost when a picture is cut, framed, turned by some degrees or set into another one. Points are not: those
// that are left have the same codes, and lie towards each other as they did.
//
// # Points
//
// A picture is brought to one contrast and blurred in steps, in octaves of ever half the size; points are where the difference between one
// blur and the next is extreme in place and in blur, if it is strong and not on an edge (Lowe: "Distinctive Image Features from
// Scale-Invariant Keypoints", 2004). So a point has a size. The direction in which the picture slopes most around it is its angle; whoever
// turns the picture turns it.
//
// # Codes
//
// The region around a point, twelve times as wide as its blob and turned upright, is divided into 4 × 4 cells. How much a cell slopes in
// each of eight directions is compared with the cell to its right and the cell below it: 256 bits in all, each of which is as easily one as
// the other, so that an index holds them well (package nearby). Codes of regions that are the same differ in few bits; of those of
// unrelated photographs, one pair in ten thousand differs in 44 or fewer. [Code.Mirror] gives the code of the region in a mirror, so that known pictures
// need not be kept twice.
//
// # Agreement
//
// [Compare] takes pairs of points with like codes. Each of the nearest says by itself where the other picture would lie: place, size and turn.
// The pairs that fit are counted, and weighed by how rare it is that their codes and places fit by chance. [Agreement.Enough] is the
// judgement.
//
// # Limits
//
// Points say nothing of pictures that have none: gradients, plain skies, a few large shapes. They say little where unrelated pictures
// have much in common: text in one face, tables, charts, forms; [Paper] tells pictures of that kind, and a list should not take their
// points. Pictures that truly share a part (a logo over half of them, the same form filled in twice) agree, and ought to. A picture that is
// stretched much more one way than the other is not found.
//
// # Format
//
// A set is written as bytes, and as these bytes in base64 with the letters that are safe in URLs, without padding. All numbers are
// big-endian.
//
//	0       version, 1
//	1       number of points n, at most 128
//	2+38·i  point i, 0 ≤ i < n:
//	   +0   x, two bytes, in 65535ths of the longer side of the picture
//	   +2   y, likewise
//	   +4   size: the longer side is 2^(size/16) times as long as the standard deviation of the blob
//	   +5   angle, in 256ths of a circle, clockwise from the right
//	   +6   code, four words of eight bytes; see [Code]
//
// The same pixels give the same points with vector instructions (AVX2) and without, on processors of one kind. Between kinds of
// processors functions such as the exponential may differ in their last bit, and a rounded place, size or angle by one.
package keypoint
