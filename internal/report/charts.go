package report

import (
	"bytes"
	"cmp"
	"html/template"
	"math"
	"slices"
	"strconv"
	"strings"

	"github.com/plumbline-project/plumbline"
	"github.com/plumbline-project/plumbline/internal/chart"
	"github.com/plumbline-project/plumbline/internal/text"
)

// Widths for which charts are drawn, in CSS pixels: the text column of a desk, and of a phone.
const (
	wideChart   = 900
	narrowChart = 340
	figureRunes = 40 // of a label
)

// draw makes a figure of one plot at both widths. draw is called with the frame of each.
func (v *view) draw(caption string, plot func(chart.Frame) chart.Drawing) (figure, bool) {
	v.figures++
	id := "d" + strconv.Itoa(v.figures)
	wide, ok := svg(plot(chart.Frame{ID: id, Lang: v.lang, Title: caption, Width: wideChart}))
	narrow, ok2 := svg(plot(chart.Frame{ID: id + "n", Lang: v.lang, Title: caption, Width: narrowChart}))
	return figure{Caption: caption, Wide: wide, Narrow: narrow}, ok && ok2
}

// svg writes a drawing. The chart package escapes every text in it; its bytes are the only ones that the page takes as they
// are. A drawing that cannot be written is left out: the numbers stand in the table beside it.
func svg(d chart.Drawing) (template.HTML, bool) {
	var b bytes.Buffer
	if err := chart.SVG(&b, d); err != nil {
		return "", false
	}
	return template.HTML(b.String()), true //nolint:gosec // made and escaped by internal/chart
}

// forest draws one rate of all groups of a grouping; false where fewer than one has a value.
func (v *view) forest(features []string, metric string) (figure, bool) {
	rows, totals := v.collect(features, []string{metric}, byGroup)
	drawnRows, more := v.mostPeople(rows)
	var in chart.ForestInput
	values := 0
	for _, r := range slices.Concat(drawnRows, totals) {
		o := r.obs[0]
		row := chart.ForestRow{Label: visible(r.head.Text, figureRunes), Value: math.NaN(), Low: math.NaN(), High: math.NaN(), N: -1, Emphasis: r.key == ""}
		switch {
		case o.Suppressed:
			row.Note = withheldSign
		case o.Value == nil:
			row.Note = v.label("reason", string(o.Undefined))
		default:
			values++
			row.Value = float64(*o.Value)
			if o.Interval != nil {
				row.Low, row.High = float64(o.Interval.Low), float64(o.Interval.High)
			}
			if o.N != nil && !o.Blurred {
				row.N = *o.N
			}
		}
		in.Unit = o.Unit
		in.Rows = append(in.Rows, row)
	}
	if values == 0 || len(rows) == 0 {
		return figure{}, false
	}
	name := v.metric(metric).Text
	in.Axis, in.Marks = name, v.marks(metric)
	caption := v.t(text.ReportMeasuredCaption(visible(strings.Join(features, " × "), v.lim.name), name))
	if more != "" {
		caption += v.semicolon() + more
	}
	return v.draw(caption, func(f chart.Frame) chart.Drawing {
		in.Frame = f
		return chart.Forest(in)
	})
}

// mostPeople is largest with the limit of a drawing.
func (v *view) mostPeople(rows []*pivotRow) (kept []*pivotRow, more string) {
	table := v.lim.rows
	v.lim.rows = v.lim.groups
	defer func() { v.lim.rows = table }()
	return v.largest(rows)
}

// marks are the thresholds of controls on a metric, with where they come from.
func (v *view) marks(metric string) []chart.Mark {
	var out []chart.Mark
	for i := range v.a.Controls {
		for _, r := range v.a.Controls[i].Rules {
			at, err := strconv.ParseFloat(r.Value, 64)
			if r.Metric != metric || err != nil || math.IsInf(at, 0) || math.IsNaN(at) || len(out) == 3 {
				continue
			}
			m := chart.Mark{At: at, Shade: -1, Label: v.t(text.ReportThreshold()) + " " + visible(r.Value, minText)}
			if r.Op == "<=" {
				m.Shade = 1
			}
			out = append(out, m)
		}
	}
	return out
}

// reliability draws the calibration curves of a grouping, those with the most rows first.
func (v *view) reliability(features []string) (figure, bool) {
	type curve struct {
		chart.Curve
		n int64
	}
	curves := map[string]*curve{}
	var order []*curve
	predicted := map[string]*plumbline.Observation{}
	for _, o := range v.facts[join(features)]["calibration_curve_score"] {
		predicted[join(o.Scope.Group)+"\x00"+strconv.Itoa(o.Scope.Bin)] = o
	}
	for _, o := range v.facts[join(features)]["calibration_curve"] {
		key := join(o.Scope.Group)
		p := predicted[key+"\x00"+strconv.Itoa(o.Scope.Bin)]
		if p == nil || p.Value == nil || o.Value == nil || o.Suppressed || len(o.Scope.Group) == 0 {
			continue
		}
		c := curves[key]
		if c == nil {
			c = &curve{Curve: chart.Curve{Label: visible(v.group(o.Scope.Group), figureRunes)}}
			curves[key] = c
			order = append(order, c)
		}
		point := chart.Point{Predicted: float64(*p.Value), Observed: float64(*o.Value), Low: math.NaN(), High: math.NaN()}
		if o.Interval != nil {
			point.Low, point.High = float64(o.Interval.Low), float64(o.Interval.High)
		}
		c.Points = append(c.Points, point)
		if o.N != nil {
			c.n += *o.N
		}
	}
	if len(order) == 0 {
		return figure{}, false
	}
	const most = 12
	slices.SortStableFunc(order, func(a, b *curve) int { return cmp.Compare(b.n, a.n) })
	kept, more := cut(v, order, min(most, v.lim.groups))
	var in chart.ReliabilityInput
	for _, c := range kept {
		slices.SortStableFunc(c.Points, func(a, b chart.Point) int { return cmp.Compare(a.Predicted, b.Predicted) })
		in.Curves = append(in.Curves, c.Curve)
	}
	caption := v.t(text.ReportMeasuredCaption(visible(strings.Join(features, " × "), v.lim.name), v.metric("calibration_curve").Text))
	if more != "" {
		caption += v.semicolon() + more
	}
	return v.draw(caption, func(f chart.Frame) chart.Drawing {
		in.Frame = f
		return chart.Reliability(in)
	})
}

// matrix draws the risk matrix with the number of risks in each cell; false where the assessment holds no matrix.
func (v *view) matrix() (figure, bool) {
	if v.a.Matrix.Levels == (plumbline.RiskMatrix{}).Levels {
		return figure{}, false
	}
	in := chart.MatrixInput{Matrix: v.a.Matrix}
	for i := range v.a.Risks {
		r := &v.a.Risks[i]
		in.Counts[min(max(r.Likelihood, 1), 5)-1][min(max(r.Impact, 1), 5)-1]++
	}
	return v.draw(v.t(text.ReportMatrixCaption()), func(f chart.Frame) chart.Drawing {
		f.Width = min(f.Width, 620)
		in.Frame = f
		return chart.Matrix(in)
	})
}
