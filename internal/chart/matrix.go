package chart

import (
	"math"
	"strconv"

	"github.com/plumbline-project/plumbline"
	"github.com/plumbline-project/plumbline/internal/text"
)

// MatrixInput is a risk matrix with the number of risks in each cell.
type MatrixInput struct {
	Frame
	Matrix plumbline.RiskMatrix
	Counts [5][5]int // by likelihood 1 to 5, then impact 1 to 5
}

// Matrix draws the whole risk matrix: likelihood upwards, impact to the right, each cell with the name of its level and the
// number of its risks.
func Matrix(in MatrixInput) Drawing {
	c := canvas{frame: in.Frame}
	const gutter, top = 22.0, 26.0
	cell := math.Min((in.width()-2*margin-gutter)/5, 112)
	height := math.Min(cell*0.72, 58)
	c.text(text.ChartLikelihood().In(in.Lang), margin, top-8, in.width()-2*margin, Label{Size: smallSize, Fill: inkFaint})
	for row := range 5 {
		likelihood := 5 - row
		y := top + float64(row)*height
		c.text(strconv.Itoa(likelihood), margin+gutter-8, y+height/2+4, gutter, Label{Size: smallSize, Anchor: "end"})
		for column := range 5 {
			x := margin + gutter + float64(column)*cell
			level := in.Matrix.Level(likelihood, column+1)
			c.matrixCell(Rect{X: x, Y: y, W: cell, H: height}, level, in.Counts[likelihood-1][column])
		}
	}
	y := top + 5*height
	for column := range 5 {
		c.text(strconv.Itoa(column+1), margin+gutter+(float64(column)+0.5)*cell, y+16, cell, Label{Size: smallSize, Anchor: "middle"})
	}
	c.text(text.ChartImpact().In(in.Lang), margin+gutter+5*cell, y+33, 5*cell, Label{Size: smallSize, Fill: inkFaint, Anchor: "end"})
	return c.drawing(y + 40 + margin)
}

func (c *canvas) matrixCell(r Rect, level plumbline.Severity, count int) {
	r.Fill, r.Stroke = Ink(level), inkPaper
	if level.Rank() == 0 {
		r.Fill = inkPaper
	}
	c.add(r)
	ink := inkOnLight
	if level == plumbline.Critical {
		ink = inkOnDark
	}
	middle := r.X + r.W/2
	if count > 0 {
		c.text(text.FormatInt(c.frame.Lang, int64(count)), middle, r.Y+r.H*0.48, r.W-6, Label{Size: 16, Bold: true, Anchor: "middle", Fill: ink})
	}
	if level != "" {
		c.text(text.Label("severity", string(level)).In(c.frame.Lang), middle, r.Y+r.H-7, r.W-6, Label{Size: smallSize, Anchor: "middle", Fill: ink})
	}
}
