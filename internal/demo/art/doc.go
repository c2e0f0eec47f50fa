// Package art draws the pictures of the demo: posters of the invented group "Grey Heron", ordinary pictures, and the edits
// that uploaders make to both. All of it is flat graphic art of birds, boats and fruit, drawn by the program itself, so that
// Quell can be shown and tested at work without any real material. Nothing in it resembles a real group.
//
// [Poster] and [Picture] are deterministic: the same seed and size give the same pixels (where a processor fuses
// multiplication and addition, a pixel on an edge may be one step off). Pictures of different seeds lie far apart as PDQ
// sees them, and each edit of [Edits] stays within the usual limit of 31 bits of its original; the tests hold the first
// dozens of seeds to that.
//
// How it works, from below: a canvas fills shapes with anti-aliasing (canvas.go); shapes are outlines of polygons, splines
// and ribbons (shape.go); letters are shapes too (letters.go). Above that, heron.go draws the emblem, poster.go the sheets
// around it, scenery.go what landscapes share, and the other files one or two kinds of picture each.
package art
