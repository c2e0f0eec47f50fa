// Package chart draws counts over time as SVG, on the server, from data alone: no script, no state, nothing of the page it stands on.
//
// The one form so far is [Multiples]: rows of counts stacked on one time axis, each with its own scale that begins at zero. A chart is
// written to be read in grey and without a pointer: every row is named and summed in words at its side, the highest value is marked by a
// dot, and whoever shows the chart puts the same numbers in a table beside it. A pointer over the chart brings up one cursor through all
// rows, by style sheet alone.
//
// Positions along the time axis are percentages and sizes down the page are pixels, so one drawing fits a phone and a desk without scaling
// its text. Colours and fonts come from the style sheet of the page, by the class names that start with "chart-".
package chart
