package chart

import (
	"math"

	"github.com/plumbline-project/plumbline"
	"github.com/plumbline-project/plumbline/internal/text"
)

// HistogramInput is one distribution, or two to be compared.
type HistogramInput struct {
	Frame
	Edges        []float64 // of the bins, rising; the first and the last may be infinite
	A, B         []float64 // share of rows in each bin, one less than edges; B may be nil
	NameA, NameB string
	Axis         string
}

// Histogram draws the shares as steps: the first series filled, the second as a dashed outline. A bin that is open at an
// end is drawn as wide as its neighbour. Edges that do not rise, or shares that do not fit them, give a drawing that says that
// there is nothing to show. Cost: linear in the bins, at most 1,000.
func Histogram(in HistogramInput) Drawing {
	c := canvas{frame: in.Frame}
	edges, fits := closeEdges(in.Edges)
	if !fits || len(in.A) != len(edges)-1 || in.B != nil && len(in.B) != len(in.A) {
		return c.nothing(text.ChartNoRows().In(in.Lang))
	}
	var heights reach
	heights.take(0)
	heights.take(in.A...)
	heights.take(in.B...)
	if heights.low < 0 || heights.high == 0 {
		return c.nothing(text.ChartNoRows().In(in.Lang))
	}
	_, top := heights.round(4)
	keys := []key{{draw: func(x, y float64) { c.add(stepKey(x, y, 0)) }, label: in.NameA}}
	if in.B != nil {
		keys = append(keys, key{draw: func(x, y float64) { c.add(stepKey(x, y, 1)) }, label: in.NameB})
	}
	y := c.legend(keys)
	c.text(text.ChartShareAxis().In(in.Lang), margin, y+10, in.width()-2*margin, Label{Size: smallSize, Fill: inkFaint})
	y += 24
	height := math.Min(in.width()*0.45, 260)
	up := scale{low: 0, high: top, from: y + height, to: y}
	across := scale{low: edges[0], high: edges[len(edges)-1], from: margin + 44, to: in.width() - 2*margin}
	ticks := up.ticks(4)
	for _, t := range ticks {
		c.line(across.from, up.at(t), across.to, up.at(t), Path{Stroke: inkGrid})
		c.tickY(tickText(in.Lang, plumbline.Share, t, tickStep(up, ticks, len(ticks)-1)), across.from-5, up.at(t), t == 0)
	}
	c.steps(edges, in.A, across, up, 0)
	if in.B != nil {
		c.steps(edges, in.B, across, up, 1)
	}
	c.line(across.from, up.from, across.to, up.from, Path{Stroke: inkFaint})
	c.ticksX(across, across.ticks(max(int((across.to-across.from)/70), 2)), plumbline.Plain, y+height+17)
	c.text(in.Axis, (across.from+across.to)/2, y+height+35, across.to-across.from, Label{Size: smallSize, Fill: inkFaint, Anchor: "middle"})
	return c.drawing(y + height + 40 + margin)
}

// closeEdges replaces infinite ends by ones as far away as the next edge, and reports whether the edges can be drawn.
func closeEdges(edges []float64) ([]float64, bool) {
	last := len(edges) - 1
	if last < 1 || last > 1000 {
		return nil, false
	}
	closed := append([]float64(nil), edges...)
	inner := closed
	if math.IsInf(inner[0], -1) {
		inner = inner[1:]
	}
	if n := len(inner); n > 0 && math.IsInf(inner[n-1], 1) {
		inner = inner[:n-1]
	}
	for i, x := range inner {
		if !finite(x) || math.Abs(x) > 1e15 || i > 0 && x <= inner[i-1] {
			return nil, false
		}
	}
	switch {
	case len(inner) == 0:
		return []float64{0, 1}, last == 1
	case len(inner) == 1:
		width := math.Max(math.Abs(inner[0])*0.1, 1)
		closed[0], closed[last] = math.Max(closed[0], inner[0]-width), math.Min(closed[last], inner[0]+width)
		return closed, true
	}
	n := len(inner)
	closed[0] = math.Max(closed[0], 2*inner[0]-inner[1])
	closed[last] = math.Min(closed[last], 2*inner[n-1]-inner[n-2])
	return closed, true
}

// steps draws one series; a share that is not finite leaves a gap.
func (c *canvas) steps(edges, shares []float64, across, up scale, i int) {
	var lines [][]float64
	var line []float64
	for bin, share := range shares {
		if !finite(share) {
			continue
		}
		left, right, y := across.at(edges[bin]), across.at(edges[bin+1]), up.at(share)
		if i == 0 {
			c.add(Rect{X: left, Y: y, W: right - left, H: up.from - y, Fill: inkShade})
		}
		if bin == 0 || !finite(shares[bin-1]) {
			line = []float64{left, up.from}
		}
		line = append(line, left, y, right, y)
		if bin == len(shares)-1 || !finite(shares[bin+1]) {
			lines = append(lines, append(line, right, up.from))
		}
	}
	c.add(Path{Lines: lines, Stroke: seriesInk(i), Width: 1.8, Dash: seriesDash(i)})
}

func stepKey(x, y float64, i int) Item {
	return Path{
		Lines: [][]float64{{x - 13, y + 6, x - 13, y, x, y, x, y - 6, x + 13, y - 6, x + 13, y + 6}}, Stroke: seriesInk(i), Width: 1.8, Dash: seriesDash(i),
	}
}
