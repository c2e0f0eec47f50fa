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
//	JPEG        sequential and progressive; grey, colour, CMYK; sequential ones of 12 bits too; the file may lack its end mark
//	PNG         all kinds, and every frame of an animation (APNG)
//	GIF         every frame of an animation, as a viewer composes them
//	WebP        lossy and lossless, and every frame of an animation
//	BMP, TIFF   what golang.org/x/image reads; every page of a TIFF
//	AVIF        stills and sequences of pictures; in builds with the tag nodynamic
//	HEIC        stills; in builds with the tags nodynamic and heic
//
// JPEG XL and JPEG 2000 are known by sight and cannot be read. The kind is told by the bytes alone, never by a name: by the first ones, as
// browsers do it, and of ISO base media files by all the brands that they name.
//
// Of a file that is cut off or damaged, what comes before is looked at as viewers show it, if it is half of the rows or more: of JPEG,
// PNG, GIF and BMP, and of a progressive JPEG the picture without its finer scans. Such a file is partial.
//
// Of a long animation not every frame is visited. Those that are lie evenly, and wherever something new is shown, so that a picture that
// flashes by is seen: see scenes.go.
//
// Colour profiles (ICC) are not looked at. A profile of a usual kind, such as that of phones, moves the hash by a few bits, since it is made
// from brightness (TestProfilesAreIgnored); one that is made to mislead can move it by any number, as any other edit of the pixels can.
//
// Of a JPEG no more is decoded than a fingerprint needs: its brightness, and of a large one a smaller picture; Limits.JPEG says
// how much. A plain file takes a decoder of its own, package jpegluma, for this. Whatever that does not read, image/jpeg does.
//
// The decoders of AVIF and HEIC are C in a cage of WebAssembly, package cage: their memory is bounded by what the size of the picture
// explains, and a fault of theirs is one of the file.
//
// A frame of an animation, and a page of a TIFF, is cut out of the file as a file of its own, for the decoder of the
// format. So memory holds one frame at a time, whatever the file says, and the decoders need not know of animations.
package media
