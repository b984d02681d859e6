package chart

import (
	"math"

	"github.com/plumbline-project/plumbline"
)

// key is an entry of a legend: a symbol in a box of 26 × 12 pixels around (x, y), and what it means.
type key struct {
	draw  func(x, y float64)
	label string
}

// legend writes keys in lines at the top, and returns the height under them.
func (c *canvas) legend(keys []key) float64 {
	y := float64(margin)
	const symbol, gap, lineHeight = 26.0, 16.0, 20.0
	if len(keys) == 0 {
		return y
	}
	x, right := margin, c.frame.width()-margin
	for _, k := range keys {
		room := math.Min(textWidth(clean(k.label), smallSize, false), right-margin-symbol-6)
		if x > margin && x+symbol+6+room > right {
			x, y = margin, y+lineHeight
		}
		k.draw(x+symbol/2, y+lineHeight/2)
		x += symbol + 6 + c.text(k.label, x+symbol+6, y+lineHeight/2+4, room+0.01, Label{Size: smallSize}) + gap
	}
	return y + lineHeight + 6
}

// centred writes a short text around x, moved so that it stays inside the drawing.
func (c *canvas) centred(s string, x, y float64, style Label) {
	half := textWidth(clean(s), style.Size, style.Bold) / 2
	style.Anchor = "middle"
	switch w := c.frame.width(); {
	case 2*half > w-2*margin:
		style.Anchor, x = "start", margin
	case x-half < margin:
		style.Anchor, x = "start", margin
	case x+half > w-margin:
		style.Anchor, x = "end", w-margin
	}
	c.text(s, x, y, c.frame.width()-2*margin, style)
}

// ticksX writes the values under a horizontal axis at height y, leaving out those that would touch the one before.
func (c *canvas) ticksX(s scale, ticks []float64, unit plumbline.Unit, y float64) {
	end := math.Inf(-1)
	for i, x := range ticks {
		label := tickText(c.frame.Lang, unit, x, tickStep(s, ticks, i))
		half := textWidth(label, smallSize, false) / 2
		if at := s.at(x); at-half > end+6 {
			c.centred(label, at, y, Label{Size: smallSize, Fill: inkFaint})
			end = at + half
		}
	}
}

// tickY writes a value left of a vertical axis; the lowest stands higher, clear of the values under the horizontal axis.
func (c *canvas) tickY(label string, x, y float64, lowest bool) {
	if lowest {
		y -= 4
	}
	c.text(label, x, y+4, x, Label{Size: smallSize, Fill: inkFaint, Anchor: "end"})
}

// tickStep is the step that tells how many decimals a tick needs.
func tickStep(s scale, ticks []float64, i int) float64 {
	if s.log || len(ticks) < 2 {
		return math.Abs(ticks[i]) / 10
	}
	return ticks[1] - ticks[0]
}

// shapes is the number of markers that marker knows.
const shapes = 6

// marker draws the i-th shape around (x, y); a hollow one is filled with paper.
func (c *canvas) marker(i int, x, y, r float64, ink Ink, hollow bool) {
	fill, width := ink, 1.0
	if hollow {
		fill, width = inkPaper, 1.6
	}
	var corners []float64
	switch i % shapes {
	case 0:
		c.add(Circle{X: x, Y: y, R: r, Fill: fill, Stroke: ink, Width: width})
		return
	case 1:
		corners = []float64{x - r, y - r, x + r, y - r, x + r, y + r, x - r, y + r}
	case 2:
		corners = []float64{x, y - 1.3*r, x + 1.3*r, y, x, y + 1.3*r, x - 1.3*r, y}
	case 3:
		corners = []float64{x, y - 1.2*r, x + 1.2*r, y + r, x - 1.2*r, y + r}
	case 4:
		corners = []float64{x, y + 1.2*r, x + 1.2*r, y - r, x - 1.2*r, y - r}
	default:
		c.add(Path{Lines: [][]float64{{x - r, y - r, x + r, y + r}, {x - r, y + r, x + r, y - r}}, Stroke: ink, Width: 2})
		return
	}
	c.add(Path{Lines: [][]float64{corners}, Closed: true, Fill: fill, Stroke: ink, Width: width})
}

// stateMarker draws a verdict: filled circle, filled diamond, hollow circle, hollow square; a square without a verdict.
func (c *canvas) stateMarker(s plumbline.State, x, y float64) {
	switch s {
	case plumbline.Satisfied:
		c.marker(0, x, y, 5, inkSupport, false)
	case plumbline.NotSatisfied:
		c.marker(2, x, y, 5, inkAgainst, false)
	case plumbline.NotTested:
		c.marker(0, x, y, 4.5, inkPoint, true)
	case plumbline.NotApplicable:
		c.marker(1, x, y, 4, inkPoint, true)
	default:
		c.marker(1, x, y, 4, inkPoint, false)
	}
}

// hatch returns lines at 45 degrees inside a rectangle, rising to the right, or falling.
func hatch(r Rect, gap float64, falling bool) [][]float64 {
	var lines [][]float64
	for d := gap; d < r.W+r.H; d += gap {
		// The line x + y = d, in coordinates from the upper left corner.
		x1, y1 := math.Max(d-r.H, 0), math.Min(d, r.H)
		x2, y2 := math.Min(d, r.W), math.Max(d-r.W, 0)
		if falling {
			y1, y2 = r.H-y1, r.H-y2
		}
		lines = append(lines, []float64{r.X + x1, r.Y + y1, r.X + x2, r.Y + y2})
	}
	return lines
}

// arrow draws a head at (x, y) that points left (−1) or right (+1): the interval goes on.
func (c *canvas) arrow(x, y, direction float64, ink Ink) {
	back := x - 6*direction
	c.add(Path{Lines: [][]float64{{x, y, back, y - 4, back, y + 4}}, Closed: true, Fill: ink})
}

// nothing is the drawing of an input without rows.
func (c *canvas) nothing(words string) Drawing {
	c.text(words, margin, 24, c.frame.width()-2*margin, Label{Fill: inkFaint})
	return c.drawing(36)
}
