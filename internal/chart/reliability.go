package chart

import (
	"math"

	"github.com/plumbline-project/plumbline"
	"github.com/plumbline-project/plumbline/internal/text"
)

// ReliabilityInput is calibration by group: how often what was predicted came true.
type ReliabilityInput struct {
	Frame
	Curves []Curve
}

// Curve is the calibration of one group.
type Curve struct {
	Label  string
	Points []Point // in order of Predicted
}

// Point is one bin of a curve; all values are shares.
type Point struct {
	Predicted, Observed float64 // means of the bin; a point with one that is not from 0 to 1 is not drawn
	Low, High           float64 // interval of Observed; NaN: none
}

const (
	maxTogether = 3  // curves in one panel; more get a panel each
	maxPanels   = 24 // panels; more are counted and not drawn
)

// Reliability draws calibration curves with intervals against the diagonal: up to three in one panel, told apart by dash
// and marker, and one small panel a group beyond that. Cost: linear in the points; at most 24 panels are drawn.
func Reliability(in ReliabilityInput) Drawing {
	c := canvas{frame: in.Frame}
	if len(in.Curves) == 0 {
		return c.nothing(text.ChartNoRows().In(in.Lang))
	}
	diagonal := key{
		draw:  func(x, y float64) { c.line(x-13, y+5, x+13, y-5, Path{Stroke: inkFaint, Dash: "4 3"}) },
		label: text.ChartDiagonal().In(in.Lang),
	}
	if len(in.Curves) <= maxTogether {
		keys := []key{diagonal}
		for i, curve := range in.Curves {
			keys = append(keys, key{draw: func(x, y float64) { c.curveKey(i, x, y) }, label: curve.Label})
		}
		y := c.legend(keys)
		size := math.Min(in.width()-2*margin-40, 420)
		c.panel(panel{x: margin + 40, y: y + 22, size: size, titles: true, ticks: 5}, in.Curves)
		return c.drawing(y + 22 + size + 42 + margin)
	}
	return c.multiples(in, c.legend([]key{diagonal}))
}

// multiples draws a panel for each curve.
func (c *canvas) multiples(in ReliabilityInput, y float64) Drawing {
	drawn := in.Curves[:min(len(in.Curves), maxPanels)]
	most := max(int(in.width()/190), 2)
	lines := (len(drawn) + most - 1) / most
	columns := (len(drawn) + lines - 1) / lines // as even as can be
	const gutter = 40.0
	cell := (in.width() - 2*margin) / float64(columns)
	size := cell - gutter - 10
	c.text(text.ChartObserved().In(in.Lang), margin, y+10, in.width()-2*margin, Label{Size: smallSize, Fill: inkFaint})
	y += 18
	rowHeight := size + 49
	for i, curve := range drawn {
		x := margin + float64(i%columns)*cell + gutter
		top := y + float64(i/columns)*rowHeight + 20
		c.text(curve.Label, x, top-6, size, Label{Bold: true, Size: smallSize})
		c.panel(panel{x: x, y: top, size: size, ticks: 2}, []Curve{curve})
	}
	y += float64(lines) * rowHeight
	c.text(text.ChartPredicted().In(in.Lang), in.width()/2, y+10, in.width()-2*margin,
		Label{Size: smallSize, Fill: inkFaint, Anchor: "middle"})
	y += 16
	if more := len(in.Curves) - len(drawn); more > 0 {
		c.text(text.ChartMoreGroups(int64(more)).In(in.Lang), margin, y+14, in.width()-2*margin, Label{Size: smallSize, Fill: inkFaint})
		y += 20
	}
	return c.drawing(y + margin)
}

// panel is a square with both axes from 0 to 1.
type panel struct {
	x, y, size float64
	titles     bool
	ticks      int
}

func (c *canvas) panel(p panel, curves []Curve) {
	across := scale{low: 0, high: 1, from: p.x, to: p.x + p.size}
	up := scale{low: 0, high: 1, from: p.y + p.size, to: p.y}
	ticks := across.ticks(p.ticks)
	for _, t := range ticks {
		c.line(across.at(t), p.y, across.at(t), p.y+p.size, Path{Stroke: inkGrid})
		c.line(p.x, up.at(t), p.x+p.size, up.at(t), Path{Stroke: inkGrid})
		c.tickY(tickText(c.frame.Lang, plumbline.Share, t, ticks[1]), p.x-5, up.at(t), t == 0)
	}
	c.ticksX(across, ticks, plumbline.Share, p.y+p.size+17)
	c.add(Rect{X: p.x, Y: p.y, W: p.size, H: p.size, Stroke: inkFaint})
	c.line(p.x, p.y+p.size, p.x+p.size, p.y, Path{Stroke: inkFaint, Dash: "4 3"})
	if p.titles {
		c.text(text.ChartObserved().In(c.frame.Lang), margin, p.y-12, c.frame.width()-2*margin, Label{Size: smallSize, Fill: inkFaint})
		c.text(text.ChartPredicted().In(c.frame.Lang), p.x+p.size/2, p.y+p.size+35, p.size, Label{Size: smallSize, Fill: inkFaint, Anchor: "middle"})
	}
	for i, curve := range curves {
		c.curve(i, curve, across, up)
	}
}

func (c *canvas) curve(i int, curve Curve, across, up scale) {
	ink := seriesInk(i)
	var line []float64
	var points []Point
	for _, p := range curve.Points[:min(len(curve.Points), maxRows)] {
		if p.Predicted >= 0 && p.Predicted <= 1 && p.Observed >= 0 && p.Observed <= 1 { // NaN fails too
			points = append(points, p)
			line = append(line, across.at(p.Predicted), up.at(p.Observed))
		}
	}
	for _, p := range points {
		if p.Low <= p.High {
			x := across.at(p.Predicted)
			c.line(x, up.at(p.Low), x, up.at(p.High), Path{Stroke: ink, Width: 1.3})
		}
	}
	if len(points) > 1 {
		c.add(Path{Lines: [][]float64{line}, Stroke: ink, Width: 1.8, Dash: seriesDash(i)})
	}
	for _, p := range points {
		c.marker(i, across.at(p.Predicted), up.at(p.Observed), 3.2, ink, false)
	}
}

func (c *canvas) curveKey(i int, x, y float64) {
	c.line(x-13, y, x+13, y, Path{Stroke: seriesInk(i), Width: 1.8, Dash: seriesDash(i)})
	c.marker(i, x, y, 3.2, seriesInk(i), false)
}
