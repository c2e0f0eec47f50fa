package plot

import (
	"fmt"
	"html"
	"strconv"
	"strings"
)

// drawing collects markup.
type drawing struct{ strings.Builder }

// put writes a line of markup in the manner of Printf. Text among the arguments is escaped; only the format is markup.
func (d *drawing) put(format string, args ...any) {
	for i, a := range args {
		switch v := a.(type) {
		case string:
			args[i] = html.EscapeString(v)
		case float64:
			args[i] = decimal(v)
		}
	}
	fmt.Fprintf(d, format+"\n", args...)
}

// decimal writes a length with one digit behind the point at most.
func decimal(x float64) string {
	s := strings.TrimSuffix(strconv.FormatFloat(x, 'f', 1, 64), ".0")
	if s == "-0" {
		return "0"
	}
	return s
}

// style has the colours for light pages, and others for readers who prefer dark ones. Every pair of text and ground has a contrast of 4.5 or more.
const style = `<style>
text{font-family:system-ui,-apple-system,"Segoe UI",Roboto,"Helvetica Neue",Arial,sans-serif;font-size:12.5px;fill:#3d4450}
.ground{fill:#fdfdfc;stroke:#dcdfe4}.title{font-size:17px;font-weight:600;fill:#14181f}.subtitle{fill:#5b6472}
.grid{stroke:#e9ebee}.fine{stroke:#f3f4f6}.axis{stroke:#9aa3b0}.tick{fill:#5b6472}.mark{stroke:#8a93a1;stroke-dasharray:2 4}
.name{font-weight:600}.value{font-size:11.5px;font-weight:400}.track{fill:#eef0f3}
.line{fill:none;stroke-width:2.4;stroke-linejoin:round;stroke-linecap:round}.point{stroke:#fdfdfc;stroke-width:1.5}
.dash1{stroke-dasharray:8 4}.dash2{stroke-dasharray:2 5}.dash3{stroke-dasharray:9 4 2 4}.faint{stroke-width:1.5;opacity:.75}
.s0{stroke:#1f5fbf}.f0{fill:#1f5fbf}.s1{stroke:#b4450f}.f1{fill:#b4450f}.s2{stroke:#0f766e}.f2{fill:#0f766e}.s3{stroke:#7a3fb0}.f3{fill:#7a3fb0}.s4{stroke:#6b7280}.f4{fill:#6b7280}
@media (prefers-color-scheme:dark){text{fill:#c6ccd6}.ground{fill:#14181f;stroke:#2c333e}.title{fill:#f1f4f8}.subtitle,.tick{fill:#9aa5b5}
.grid{stroke:#262d38}.fine{stroke:#1c222b}.axis{stroke:#5a6575}.mark{stroke:#7d8898}.track{fill:#212833}.point{stroke:#14181f}
.s0{stroke:#6ea8fe}.f0{fill:#6ea8fe}.s1{stroke:#f79259}.f1{fill:#f79259}.s2{stroke:#4fd1c1}.f2{fill:#4fd1c1}.s3{stroke:#c79bf2}.f3{fill:#c79bf2}.s4{stroke:#a3adbb}.f4{fill:#a3adbb}}
</style>`

// Width of all drawings and the margins around what is drawn, in pixels.
const (
	width      = 760
	edge       = 24
	headHeight = 78
)

// open begins a drawing with its ground and its words. For those who hear the page, the subtitle and summary say what there is to see.
func (d *drawing) open(height float64, title, subtitle, summary string) {
	d.put(`<svg xmlns="http://www.w3.org/2000/svg" width="%d" height="%d" viewBox="0 0 %d %d" role="img" aria-labelledby="t d">`, width, int(height), width, int(height))
	d.put(`<title id="t">%s</title><desc id="d">%s</desc>`, title, summary)
	d.WriteString(style + "\n")
	d.put(`<rect class="ground" x="0.5" y="0.5" width="%d" height="%d" rx="10"/>`, width-1, int(height)-1)
	d.put(`<text class="title" x="%d" y="35">%s</text><text class="subtitle" x="%d" y="56">%s</text>`, edge, title, edge, subtitle)
}

func (d *drawing) close() string {
	d.WriteString("</svg>\n")
	return d.String()
}
