// Package edits does to pictures what people do to them before they post them again: it crops, turns, frames, covers, spoils and recolours them,
// takes screenshots, photographs a screen and puts them beside others.
//
// [All] lists the edits. Each is deterministic: the same picture, seed and other pictures give the same result. They are made to be measured
// with, so they are as strong as uploaders make them, not as mild as those of the demo (package art). What the result looks like, and how large it
// is, follows the services that people copy from: a screenshot has the shape of a telephone, a caption has letters, a photo of a screen has a
// bezel and moiré. Text is written in the block alphabet of package art; no fonts or pictures come from outside.
//
// An edit that ends in JPEG is encoded and decoded, and so arrives as a decoder hands it over.
package edits
