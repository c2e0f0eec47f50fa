// Package media turns the bytes of an upload, which may be hostile, into pictures that can be fingerprinted.
//
// A Decoder tells by the bytes what a file is, reads its headers to learn what decoding would cost, and refuses what is
// beyond its Limits before any pixel has memory. Then it waits for its share of the memory and of the processors, decodes
// one frame or page after another and hands each to the caller. The pixels come as they are stored: an orientation noted
// beside them is reported, not applied, since fingerprints know all eight.
//
// Every way a file can end is one of four: complete, partial, failed or unsupported. Anything but complete is an *Error
// with a reason in plain words, so that nothing is passed over in silence.
//
// # What is read
//
//	JPEG        sequential and progressive; grey, colour, CMYK; the file may lack its end mark
//	PNG         all kinds, and every frame of an animation (APNG)
//	GIF         every frame of an animation, as a viewer composes them
//	WebP        lossy and lossless, and every frame of an animation
//	BMP, TIFF   what golang.org/x/image reads; every page of a TIFF
//
// Of a JPEG no more is decoded than a fingerprint needs: its brightness, and of a large one a smaller picture; Limits.JPEG says
// how much. A plain file takes a decoder of its own, package jpegluma, for this. Whatever that does not read, image/jpeg does.
//
// A frame of an animation, and a page of a TIFF, is cut out of the file as a file of its own, for the decoder of the
// format. So memory holds one frame at a time, whatever the file says, and the decoders need not know of animations.
package media
