// Package bland draws pictures that mean nothing to a fingerprint: flat ones, gradients, grids, tables, screenshots of text, charts. Thousands of
// such pictures differ in what they say and look alike in their coarse features, so a search that is not careful takes one for another. They are
// drawn to measure how careful it is.
//
// Each is deterministic in its kind and seed; different seeds give different colours, sizes, numbers of lines, and words.
package bland
