package art

import "strings"

// glyphs is the block alphabet. A glyph is a set of strokes, separated by commas; a stroke is a line of points, each a
// digit for x (0 to 8) and one for y (0 to c, twelve, downwards). A stroke that ends where it began is closed.
var glyphs = map[rune]string{
	'A': "0c 02 20 60 82 8c,07 87", 'B': "60 82 84 66 88 8a 6c 0c 00 60,06 66", 'C': "83 82 60 20 02 0a 2c 6c 8a 89",
	'D': "00 50 83 89 5c 0c 00", 'E': "80 00 0c 8c,06 66", 'F': "80 00 0c,06 66", 'G': "70 20 02 0a 2c 6c 8a 87 57",
	'H': "00 0c,80 8c,06 86", 'I': "10 1c", 'J': "60 6a 4c 1c", 'K': "00 0c,80 16,16 8c", 'L': "00 0c 7c",
	'M': "0c 00 46 80 8c", 'N': "0c 00 8c 80", 'O': "20 60 82 8a 6c 2c 0a 02 20", 'P': "0c 00 60 82 85 67 07",
	'Q': "20 60 82 8a 6c 2c 0a 02 20,59 8c", 'R': "0c 00 60 82 84 66 06,57 8c", 'S': "83 82 60 20 02 04 26 66 88 8a 6c 2c 0a 09",
	'T': "00 80,40 4c", 'U': "00 0a 2c 6c 8a 80", 'V': "00 4c 80", 'W': "00 2c 45 6c 80", 'X': "00 8c,80 0c",
	'Y': "00 46 80,46 4c", 'Z': "00 80 0c 8c",

	'0': "20 60 82 8a 6c 2c 0a 02 20", '1': "12 40 4c", '2': "02 20 60 82 84 0c,0c 8c", '3': "02 20 60 82 84 66 88 8a 6c 2c 0a,36 66",
	'4': "6c 60,60 08,08 88", '5': "80 00 05 65 87 8a 6c 2c 0a", '6': "82 60 20 02 0a 2c 6c 8a 87 65 05", '7': "00 80 3c",
	'8': "20 60 82 84 66 26 04 02 20,26 66 88 8a 6c 2c 0a 08 26", '9': "87 27 05 02 20 60 82 8a 6c 2c 0a",
}

const gridHeight = 12

// lettering is the style of a line of text.
type lettering struct {
	height float64 // of a capital, in units
	weight float64 // of a stroke, as a share of the height: 0.12 is light, 0.26 heavy
}

// stroke is the width of a stroke.
func (l lettering) stroke() float64 { return l.height * l.weight }

// cell is the side of a cell of the glyphs' grid, which holds the middle lines of the strokes.
func (l lettering) cell() float64 { return (l.height - l.stroke()) / gridHeight }

// advance is the distance from the left edge of a letter to that of the next.
func (l lettering) advance(letter rune) float64 {
	strokes, known := glyphs[letter]
	if !known {
		return 0.45 * l.height
	}
	return float64(glyphWidth(strokes))*l.cell() + l.stroke() + l.gap()
}

// gap is the space between two letters.
func (l lettering) gap() float64 { return l.height * (0.13 + 0.2*l.weight) }

// width is the width of a line.
func (l lettering) width(line string) float64 {
	width := -l.gap()
	for _, letter := range line {
		width += l.advance(letter)
	}
	return width
}

// fitting returns the style of the given weight in which line is width wide.
func fitting(line string, width, weight float64) lettering {
	one := lettering{height: 1, weight: weight}
	return lettering{height: width / one.width(line), weight: weight}
}

// text writes a line of capitals and figures, its upper left corner at (x, y).
func (c *canvas) text(line string, x, y float64, style lettering, p paint) {
	for _, letter := range line {
		for stroke := range strings.SplitSeq(glyphs[letter], ",") {
			if stroke != "" {
				c.fill(style.draw(stroke, x, y), p)
			}
		}
		x += style.advance(letter)
	}
}

// centred writes a line of capitals around x.
func (c *canvas) centred(line string, x, y float64, style lettering, p paint) {
	c.text(line, x-style.width(line)/2, y, style, p)
}

// draw returns the outline of one stroke of a letter whose upper left corner is at (x, y).
func (l lettering) draw(stroke string, x, y float64) shape {
	var line []point
	for at := range strings.FieldsSeq(stroke) {
		line = append(line, point{
			x + l.stroke()/2 + float64(gridDigit(at[0]))*l.cell(),
			y + l.stroke()/2 + float64(gridDigit(at[1]))*l.cell(),
		})
	}
	last := len(line) - 1
	if line[0] == line[last] {
		return loop(line[:last], l.stroke())
	}
	// Ends reach half a stroke further, then everything is cut off level with the line's top and foot.
	line[0] = beyond(line[1], line[0], l.stroke()/2)
	line[last] = beyond(line[last-1], line[last], l.stroke()/2)
	return ribbon(line, l.stroke(), l.stroke()).move(func(p point) point {
		return point{p.x, min(max(p.y, y), y+l.height)}
	})
}

// beyond returns the point that lies a length past b, coming from a.
func beyond(a, b point, length float64) point {
	ux, uy := unit(a, b)
	return b.add(ux*length, uy*length)
}

func glyphWidth(strokes string) int {
	widest := 0
	for at := range strings.FieldsFuncSeq(strokes, func(r rune) bool { return r == ' ' || r == ',' }) {
		widest = max(widest, gridDigit(at[0]))
	}
	return widest
}

// gridDigit reads a hexadecimal digit.
func gridDigit(digit byte) int {
	if digit >= 'a' {
		return int(digit-'a') + 10
	}
	return int(digit - '0')
}
