package chart

import (
	"math"
	"slices"

	"github.com/plumbline-project/plumbline"
	"github.com/plumbline-project/plumbline/internal/text"
)

// BarsInput is verdicts by row.
type BarsInput struct {
	Frame
	Rows []BarRow
}

// BarRow counts verdicts; a count that is negative counts as 0.
type BarRow struct {
	Label  string
	Counts map[plumbline.State]int
}

// Bars draws one stacked bar a row, each as long as the next, cut by verdict, with "n of m" for the verdicts that are
// supported by evidence, out of all that apply. Cost: linear in the rows; at most 200 are drawn and the rest are counted.
func Bars(in BarsInput) Drawing {
	c := canvas{frame: in.Frame}
	if len(in.Rows) == 0 {
		return c.nothing(text.ChartNoRows().In(in.Lang))
	}
	rows := in.Rows[:min(len(in.Rows), maxRows)]
	y := c.legend(c.barKeys(rows))
	labels, totals := 0.0, 0.0
	for _, r := range rows {
		labels = math.Max(labels, textWidth(clean(r.Label), fontSize, false))
		totals = math.Max(totals, textWidth(ofText(in.Lang, r), smallSize, false))
	}
	width := in.width()
	labels = math.Min(labels, width*0.35) + 1
	for _, r := range rows {
		if in.narrow() {
			c.text(r.Label, margin, y+14, width-3*margin-totals, Label{})
			c.text(ofText(in.Lang, r), width-margin, y+14, totals+1, Label{Size: smallSize, Anchor: "end"})
			c.bar(r, Rect{X: margin, Y: y + 20, W: width - 2*margin, H: 18})
			y += 48
			continue
		}
		from := margin + labels + 12
		c.text(r.Label, margin, y+16.5, labels, Label{})
		c.bar(r, Rect{X: from, Y: y + 2, W: width - margin - totals - 12 - from, H: 20})
		c.text(ofText(in.Lang, r), width-margin, y+16.5, totals+1, Label{Size: smallSize, Anchor: "end"})
		y += 30
	}
	if more := len(in.Rows) - len(rows); more > 0 {
		c.text(text.ChartMoreRows(int64(more)).In(in.Lang), margin, y+14, width-2*margin, Label{Size: smallSize, Fill: inkFaint})
		y += 20
	}
	return c.drawing(y + margin)
}

// ofText is "n of m"; m leaves out what does not apply.
func ofText(lang plumbline.Lang, r BarRow) string {
	n := max(r.Counts[plumbline.Satisfied], 0)
	m := n + max(r.Counts[plumbline.NotSatisfied], 0) + max(r.Counts[plumbline.NotTested], 0)
	return text.ChartOf(int64(n), int64(m)).In(lang)
}

func (c *canvas) barKeys(rows []BarRow) (keys []key) {
	for _, state := range states() {
		if slices.ContainsFunc(rows, func(r BarRow) bool { return r.Counts[state] > 0 }) {
			keys = append(keys, key{
				draw:  func(x, y float64) { c.barPart(state, Rect{X: x - 13, Y: y - 6, W: 26, H: 12}) },
				label: text.Label("state", string(state)).In(c.frame.Lang),
			})
		}
	}
	return keys
}

func (c *canvas) bar(r BarRow, frame Rect) {
	total := 0.0
	for _, state := range states() {
		total += float64(max(r.Counts[state], 0))
	}
	x := frame.X
	for _, state := range states() {
		count := max(r.Counts[state], 0)
		if count == 0 {
			continue
		}
		part := Rect{X: x, Y: frame.Y, W: frame.W * float64(count) / total, H: frame.H}
		x += part.W
		c.barPart(state, part)
		c.barCount(state, int64(count), part)
	}
	c.add(Rect{X: frame.X, Y: frame.Y, W: frame.W, H: frame.H, Stroke: inkFaint})
}

// barPart fills a part of a bar by its verdict: plain, hatched, dotted with short strokes, empty.
func (c *canvas) barPart(state plumbline.State, part Rect) {
	part.Fill, part.Stroke = stateInk(state), inkFaint
	c.add(part)
	switch state {
	case plumbline.NotSatisfied:
		c.add(Path{Lines: hatch(part, 7, false), Stroke: inkOnDark, Width: 1.2})
	case plumbline.NotTested:
		c.add(Path{Lines: hatch(part, 9, true), Stroke: inkOnLight, Width: 0.6, Dash: "2 3"})
	case plumbline.Satisfied, plumbline.NotApplicable:
	}
}

// barCount writes the count into its part where there is room, on a plain ground.
func (c *canvas) barCount(state plumbline.State, count int64, part Rect) {
	label := text.FormatInt(c.frame.Lang, count)
	width := textWidth(label, smallSize, true)
	if width+6 > part.W {
		return
	}
	ink := inkOnLight
	if state == plumbline.Satisfied || state == plumbline.NotSatisfied {
		ink = inkOnDark
	}
	middle := part.X + part.W/2
	c.add(Rect{X: middle - width/2 - 3, Y: part.Y + 2, W: width + 6, H: part.H - 4, Fill: stateInk(state)})
	c.text(label, middle, part.Y+part.H/2+4.2, width+1, Label{Size: smallSize, Bold: true, Anchor: "middle", Fill: ink})
}
