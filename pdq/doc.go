// Package pdq computes PDQ, a 256-bit perceptual hash of a picture, together with its quality and the hashes of its
// eight rotations and reflections.
//
// Two pictures that look alike get hashes that differ in few bits. By custom a distance of at most 31 is a match, and a
// hash whose quality is below 50 is not used, because a nearly featureless picture resembles too many others.
//
// # The algorithm
//
// PDQ was published by Facebook, "The TMK+PDQF Video-Hashing Algorithm and the PDQ Image-Hashing Algorithm" (2019).
// A picture becomes one of 8-bit red, green and blue; its luma 0.299 R + 0.587 G + 0.114 B is blurred by two passes of a
// box filter along rows and columns (a tent filter after Jarosz, "Fast Image Convolutions", 2001), sampled to 64×64 and
// transformed by a discrete cosine transform. Each of the 16×16 lowest frequencies without the constant ones gives one
// bit: whether it is above their median. Quality, 0 to 100, measures the gradients of the 64×64 picture.
//
// All arithmetic is float32 in the order of the reference implementation, so equal pixels give an equal hash on every
// architecture, bit for bit, with vector instructions (AVX2) or without. The picture is never shrunk before hashing. (The
// command-line tool of the reference shrinks what is larger than 512 pixels; its library, and what is built upon it, does
// not.) The filter runs in one sweep from the top to the bottom, eight rows at a time, and holds only the rows under its
// window, about 1/32 of a byte for each pixel.
//
// # Pixels
//
// Colours are those of package image, cut to 8 bits. Transparent pixels are laid over white, as a page shows them. An
// orientation noted beside the pixels (EXIF) is not applied: the eight transforms find a turned picture.
package pdq
