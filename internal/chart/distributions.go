package chart

import (
	"math"

	"github.com/plumbline-project/plumbline"
	"github.com/plumbline-project/plumbline/internal/text"
)

// DistributionsInput is columns before and now.
type DistributionsInput struct {
	Frame
	Items        []plumbline.Distribution
	Before, Now  string // names of the two tables
	WithheldSign string // stands for a count that is withheld
}

// mostBins is the number of bins that are drawn of a column; the rest are counted.
const mostBins = 14

// Distributions draws a small plot for each column: two bars for each bin, hatched for before and full for now, each as long as
// its share of the known values. Two plots stand side by side, one on a narrow page. Cost: linear in the bins, of which at
// most 14 are drawn for a column.
func Distributions(in DistributionsInput) Drawing {
	c := canvas{frame: in.Frame}
	if len(in.Items) == 0 {
		return c.nothing(text.ChartNoRows().In(in.Lang))
	}
	items := in.Items[:min(len(in.Items), maxRows)]
	keys := []key{{draw: func(x, y float64) { c.pairBar(0, Rect{X: x - 13, Y: y - 5, W: 26, H: 10}) }, label: in.Before}}
	keys = append(keys, key{draw: func(x, y float64) { c.pairBar(1, Rect{X: x - 13, Y: y - 5, W: 26, H: 10}) }, label: in.Now})
	y := c.legend(keys)
	columns := 2.0
	if in.narrow() {
		columns = 1
	}
	const between = 36.0
	width := (in.width() - 2*margin - between*(columns-1)) / columns
	for i := 0; i < len(items); i += int(columns) {
		under := y
		for k := range min(int(columns), len(items)-i) {
			under = math.Max(under, c.distribution(&in, &items[i+k], margin+float64(k)*(width+between), y, width))
		}
		y = under + 18
	}
	if more := len(in.Items) - len(items); more > 0 {
		c.text(text.ChartMoreRows(int64(more)).In(in.Lang), margin, y+14, in.width()-2*margin, Label{Size: smallSize, Fill: inkFaint})
		y += 20
	}
	return c.drawing(y + margin)
}

// pairBar is a bar of before (0) or now (1).
func (c *canvas) pairBar(i int, r Rect) {
	r.Stroke = seriesInk(i)
	if i == 1 {
		r.Fill = seriesInk(i)
		c.add(r)
		return
	}
	r.Fill = inkPaper
	c.add(r)
	if r.W > 2 {
		c.add(Path{Lines: hatch(r, 5, false), Stroke: seriesInk(i)})
	}
}

// distribution draws one column in a box of the given width, and returns the height under it.
func (c *canvas) distribution(in *DistributionsInput, d *plumbline.Distribution, x, y, width float64) float64 {
	psi := ""
	if d.Drift != nil {
		psi = text.ChartPsi(float64(*d.Drift)).In(in.Lang)
	}
	room := textWidth(psi, smallSize, false)
	c.text(psi, x+width, y+14, room+1, Label{Size: smallSize, Anchor: "end"})
	c.text(d.Column, x, y+14, width-room-10, Label{Bold: true})
	c.text(c.facts(d), x, y+30, width, Label{Size: smallSize, Fill: inkFaint})
	y += 38
	bins := d.Bins[:min(len(d.Bins), mostBins)]
	label, value, top := 0.0, 0.0, 0.0
	for i := range bins {
		label = math.Max(label, textWidth(clean(c.binLabel(&bins[i])), smallSize, false))
		value = math.Max(value, textWidth(c.pairText(in, d, &bins[i]), smallSize, false))
		for k := range 2 {
			if s, ok := binShare(d, &bins[i], k); ok {
				top = math.Max(top, s)
			}
		}
	}
	label, value = math.Min(label, width*0.36)+1, math.Min(value, width*0.34)+1
	from, to := x+label+8, x+width-value-8
	for i := range bins {
		b := &bins[i]
		c.text(c.binLabel(b), x, y+15, label, Label{Size: smallSize})
		c.text(c.pairText(in, d, b), x+width, y+15, value, Label{Size: smallSize, Anchor: "end", Fill: inkFaint})
		for k := range 2 {
			if s, ok := binShare(d, b, k); ok && top > 0 {
				c.pairBar(k, Rect{X: from, Y: y + 2 + 9*float64(k), W: s / top * (to - from), H: 7.5})
			}
		}
		y += 22
	}
	c.line(from, y-22*float64(len(bins)), from, y, Path{Stroke: inkFaint})
	if more := len(d.Bins) - len(bins); more > 0 {
		c.text(text.ChartMoreBins(int64(more)).In(in.Lang), x, y+14, width, Label{Size: smallSize, Fill: inkFaint})
		y += 20
	}
	return y
}

// facts says in one line how many values there are, and where the middle of numbers lies.
func (c *canvas) facts(d *plumbline.Distribution) string {
	lang := c.frame.Lang
	s := text.ChartPair(d.N[0], d.N[1]).In(lang)
	if d.Order != (plumbline.Quantiles{}) || d.Now != (plumbline.Quantiles{}) {
		s += " · " + text.ChartMedians(float64(d.Order.Q50), float64(d.Now.Q50)).In(lang)
	}
	return s
}

// binShare is the share of a bin of the known values; false where it is withheld or there are none.
func binShare(d *plumbline.Distribution, b *plumbline.Bin, k int) (float64, bool) {
	if b.Rows[k] < 0 || d.N[k] <= 0 {
		return 0, false
	}
	return math.Min(float64(b.Rows[k])/float64(d.N[k]), 1), true
}

func (c *canvas) binLabel(b *plumbline.Bin) string {
	number := func(n *plumbline.Number) string { return text.FormatNumber(c.frame.Lang, float64(*n), 4) }
	switch {
	case b.From != nil && b.To != nil:
		return number(b.From) + " – " + number(b.To)
	case b.From != nil:
		return "≥ " + number(b.From)
	case b.To != nil:
		return "< " + number(b.To)
	}
	return b.Value
}

// pairText writes both shares.
func (c *canvas) pairText(in *DistributionsInput, d *plumbline.Distribution, b *plumbline.Bin) string {
	var parts [2]string
	for k := range parts {
		parts[k] = "–"
		if s, ok := binShare(d, b, k); ok {
			parts[k] = text.FormatShare(in.Lang, s)
		} else if b.Rows[k] < 0 {
			parts[k] = in.WithheldSign
		}
	}
	return parts[0] + " → " + parts[1]
}
