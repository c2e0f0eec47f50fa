package chart

import (
	"fmt"
	"html"
	"strconv"
	"strings"
)

// drawing collects markup.
type drawing struct{ strings.Builder }

// put writes markup in the manner of Printf. Text among the arguments is escaped; only the format is markup.
func (d *drawing) put(format string, args ...any) {
	for i, a := range args {
		if s, ok := a.(string); ok {
			args[i] = html.EscapeString(s)
		}
	}
	fmt.Fprintf(d, format, args...)
}

// steps returns a path through the values from one place up to, not including, another, one unit of width each. A count belongs to a whole
// span, so it is drawn flat: a slope between two spans would claim values that nobody counted.
func steps(values []int64, from, to int, peak int64) string {
	var b strings.Builder
	for i := from; i < to; i++ {
		switch y := height(values[i], peak); {
		case i == 0:
			fmt.Fprintf(&b, "M0 %s", y)
		case i == from:
			fmt.Fprintf(&b, "M%d %sV%s", i, height(values[i-1], peak), y)
		case values[i] != values[i-1]:
			fmt.Fprintf(&b, "H%dV%s", i, y)
		}
	}
	if from < to {
		fmt.Fprintf(&b, "H%d", to)
	}
	return b.String()
}

// area returns the steps through all values, closed along the zero line.
func area(values []int64, peak int64) string {
	return fmt.Sprintf("%sV%dH0Z", steps(values, 0, len(values), peak), plotHeight)
}

// height returns the distance from the top of the plot, in pixels, at which a value stands.
func height(v, peak int64) string {
	return decimal(plotHeight * (1 - float64(v)/float64(peak)))
}

// percent returns part of whole for use as an SVG length.
func percent(part, whole float64) string { return decimal(100*part/whole) + "%" }

// decimal writes a number with at most two digits behind the point.
func decimal(x float64) string {
	s := strconv.FormatFloat(x, 'f', 2, 64)
	return strings.TrimSuffix(strings.TrimRight(s, "0"), ".")
}
