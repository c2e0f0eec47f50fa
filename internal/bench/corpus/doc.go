// Package corpus makes sets of 256-bit codes to measure a search with, and questions to ask of them.
//
// A [Set] is codes by number: code i is computed from the seed and i alone, so that a hundred million codes need no memory beside the
// index, and so that whoever checks an answer can make them again. The questions of a set are as repeatable: question j is the same however
// many are asked.
//
// There are three sets. [Uniform] codes are independent coin flips, the usual yardstick. [Crowded] codes are uniform but for one crowd of
// near-copies and some smaller ones, as lists have where one picture went round the world. [Pictures] are PDQ hashes of crops of pictures;
// they crowd as real hashes do.
package corpus
