// Package luma makes small grey copies of pictures, in which other packages look for shapes: pictures within a picture,
// points that can be found again.
//
// A copy holds the brightness that package pdq sees, 0.299 R + 0.587 G + 0.114 B, with transparent pixels laid over white.
// Each of its pixels is the mean of the pixels of the original that it covers, those at its edge in part, so that an edge in
// the copy lies where it lies in the original to a fraction of a pixel. Of very large pictures only every second, third or
// n-th pixel is read.
package luma
