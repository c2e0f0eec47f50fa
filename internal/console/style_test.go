package console

import (
	"fmt"
	"math"
	"regexp"
	"strconv"
	"testing"
)

// oklch is a colour by what people see: lightness 0..1, strength of colour, and hue in degrees.
type oklch struct{ l, c, h float64 }

var token = regexp.MustCompile(`--([a-z-]+): light-dark\(oklch\(([0-9. ]+)\), oklch\(([0-9. ]+)\)\);`)

// themes reads the colour tokens of the style sheet, light theme first.
func themes(t *testing.T) [2]map[string]oklch {
	t.Helper()
	both := [2]map[string]oklch{{}, {}}
	for _, m := range token.FindAllStringSubmatch(stylesheet(t), -1) {
		for i := range both {
			var c oklch
			if _, err := fmt.Sscan(m[2+i], &c.l, &c.c, &c.h); err != nil {
				t.Fatalf("token --%s: %v", m[1], err)
			}
			both[i][m[1]] = c
		}
	}
	return both
}

func stylesheet(t *testing.T) string {
	t.Helper()
	css, err := assetFiles.ReadFile("assets/console.css")
	if err != nil {
		t.Fatal(err)
	}
	return string(css)
}

// linear converts to linear sRGB (Björn Ottosson, "A perceptual color space for image processing", 2020).
func (c oklch) linear() (r, g, b float64) {
	sin, cos := math.Sincos(c.h * math.Pi / 180)
	x, y := c.c*cos, c.c*sin
	l := math.Pow(c.l+0.3963377774*x+0.2158037573*y, 3)
	m := math.Pow(c.l-0.1055613458*x-0.0638541728*y, 3)
	s := math.Pow(c.l-0.0894841775*x-1.2914855480*y, 3)
	return 4.0767416621*l - 3.3077115913*m + 0.2309699292*s,
		-1.2684380046*l + 2.6097574011*m - 0.3413193965*s,
		-0.0041960863*l - 0.7034186147*m + 1.7076147010*s
}

// contrast is the contrast ratio of WCAG 2.2.
func contrast(a, b oklch) float64 {
	luminance := func(c oklch) float64 {
		r, g, b := c.linear()
		return 0.2126*r + 0.7152*g + 0.0722*b
	}
	x, y := luminance(a)+0.05, luminance(b)+0.05
	return max(x, y) / min(x, y)
}

var verdictTokens = []string{"allow", "label", "limit", "hold", "block"}

func TestTextHasEnoughContrastInBothThemes(t *testing.T) {
	t.Parallel()
	for i, theme := range themes(t) {
		pairs := [][2]string{{"on-accent", "accent"}}
		for _, text := range append([]string{"ink", "soft", "accent"}, verdictTokens...) {
			pairs = append(pairs, [2]string{text, "ground"}, [2]string{text, "sunken"})
		}
		for _, p := range pairs {
			if got := contrast(theme[p[0]], theme[p[1]]); !(got >= 4.5) {
				t.Errorf("%s theme: --%s on --%s has a contrast of %.2f, WCAG AA asks for 4.5", [2]string{"light", "dark"}[i], p[0], p[1], got)
			}
		}
	}
}

func TestVerdictsAreEquallyLight(t *testing.T) {
	t.Parallel()
	for _, theme := range themes(t) {
		for _, v := range verdictTokens {
			if theme[v].l == 0 || theme[v].l != theme["allow"].l {
				t.Errorf("--%s has the lightness %v, --allow %v", v, theme[v].l, theme["allow"].l)
			}
		}
	}
}

// A colour outside sRGB is shown as another one on most screens, which the figures above would not know.
func TestColoursAreOnEveryScreen(t *testing.T) {
	t.Parallel()
	for _, theme := range themes(t) {
		for name, c := range theme {
			r, g, b := c.linear()
			if min(r, g, b) < -0.001 || max(r, g, b) > 1.001 {
				t.Errorf("--%s %v is outside sRGB: %.3f %.3f %.3f", name, c, r, g, b)
			}
		}
	}
}

func TestColoursStandOnlyInTokens(t *testing.T) {
	t.Parallel()
	rest := token.ReplaceAllString(stylesheet(t), "")
	if found := regexp.MustCompile(`#[0-9a-fA-F]{3,8}\b|(rgb|hsl|oklch|oklab|lab)\(`).FindAllString(rest, -1); found != nil {
		t.Errorf("colours outside the tokens: %q", found)
	}
	for _, m := range regexp.MustCompile(`var\(--([a-z-]+)`).FindAllStringSubmatch(rest, -1) {
		if !regexp.MustCompile(`--` + m[1] + `:`).MatchString(stylesheet(t)) {
			t.Errorf("--%s is used but not defined", m[1])
		}
	}
}

// Logical properties make the right-to-left page the mirror image of the left-to-right one.
func TestStylesAreFreeOfLeftAndRight(t *testing.T) {
	t.Parallel()
	physical := regexp.MustCompile(`(?m)[;{\s](left|right|top|bottom|width|height|(margin|padding|border)-(left|right|top|bottom)|text-align: (left|right))\s*:`)
	if found := physical.FindAllString(stylesheet(t), -1); found != nil {
		t.Errorf("physical properties: %q", found)
	}
}

// The list of sizes is short on purpose: three of type, and spaces on a grid of 4 px.
func TestSizesAreFew(t *testing.T) {
	t.Parallel()
	sizes := map[string]bool{}
	for _, m := range regexp.MustCompile(`font-size: ([^;]+);`).FindAllStringSubmatch(stylesheet(t), -1) {
		sizes[m[1]] = true
	}
	if len(sizes) > 3 {
		t.Errorf("%d sizes of type: %v", len(sizes), sizes)
	}
	for _, m := range regexp.MustCompile(`(?:gap|padding[a-z-]*|margin[a-z-]*): ([^;]+);`).FindAllStringSubmatch(stylesheet(t), -1) {
		for _, px := range regexp.MustCompile(`(\d+)px`).FindAllStringSubmatch(m[1], -1) {
			if n, err := strconv.Atoi(px[1]); err != nil || n%4 != 0 {
				t.Errorf("%q is off the grid", m[0])
			}
		}
	}
}
