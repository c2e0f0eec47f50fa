// Package plot draws measurements as SVG files that stand alone: [Lines] over two axes, of which each may be logarithmic, and [Bars].
//
// A drawing brings its own background and fonts and follows the reader's preference for light or dark, so that it can stand in a document on
// any page. What a line is stands at its end, in its colour, instead of in a legend; values that matter are written beside their points. Lines
// differ in their dashes too, for those who see no colours.
//
// (The console draws counts over time with package chart. That is made for a page: it takes colours from a style sheet, fills any width, and has
// no axis of values. The two share nothing but the format.)
package plot
