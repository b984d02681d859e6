package chart

import (
	"cmp"
	"math"
	"slices"
	"strings"

	"github.com/plumbline-project/plumbline"
	"github.com/plumbline-project/plumbline/internal/text"
)

// ForestInput is a list of values with their intervals on one axis.
type ForestInput struct {
	Frame
	Rows  []ForestRow
	Marks []Mark
	Unit  plumbline.Unit // of the values; says how they are written and which axis they may have
	Log   bool           // logarithmic axis, for ratios and odds ratios; values of 0 and less end in an arrow
	Axis  string         // title of the axis; "percentage points" is added to a difference
	Low   float64        // ends of the axis; where Low is not less than High they come from the values
	High  float64
}

// ForestRow is one value with its interval.
type ForestRow struct {
	Section  string          // heading, written where it is not that of the row before
	Label    string          // what the value is of
	Value    float64         // NaN: none
	Low      float64         // interval; NaN: none. From 1e9 in size an end is open
	High     float64         //
	N        int64           // sample size; negative: not shown
	Note     string          // says why there is no value, and stands in its place
	State    plumbline.State // verdict, which chooses the marker; empty: none
	Emphasis bool            // bold, for a total
}

// Mark is a line across an axis: a threshold or a point of reference.
type Mark struct {
	At    float64
	Label string
	Shade int // −1 shades all below At, +1 all above, as the side that does not satisfy; 0 is a dashed line of reference
}

// openEnd is the size from which the end of an interval counts as infinite.
const openEnd = 1e9

// forest is a forest plot while it is drawn.
type forest struct {
	canvas
	in     ForestInput
	x      scale
	rows   []placedRow
	strips [][2]float64 // heights between which lines of the axis are drawn
	label  float64      // width of the labels' column
	value  float64      // width of the values' column
	n      float64      // width of the column of sample sizes
}

// placedRow is a row with the heights of its parts.
type placedRow struct {
	ForestRow
	heading float64 // baseline of the section's heading; 0 = none
	label   float64 // baseline of the label
	value   float64 // baseline of the value
	middle  float64 // of the interval
}

// Forest draws values with intervals, one a row, in sections, against thresholds. Cost: linear in the rows; at most 200 are
// drawn and the rest are counted.
func Forest(in ForestInput) Drawing {
	f := forest{canvas: canvas{frame: in.Frame}, in: in}
	if len(in.Rows) == 0 {
		return f.nothing(text.ChartNoRows().In(in.Lang))
	}
	rows := in.Rows[:min(len(in.Rows), maxRows)]
	f.columns(rows)
	f.scale(rows)
	y := f.legend(f.stateKeys(rows))
	y = f.markLabels(y)
	y = f.place(rows, y)
	f.background()
	for _, row := range f.rows {
		f.row(row)
	}
	y = f.axis(y)
	if more := len(in.Rows) - len(rows); more > 0 {
		f.text(text.ChartMoreRows(int64(more)).In(in.Lang), margin, y+14, in.width()-2*margin, Label{Size: smallSize, Fill: inkFaint})
		y += 20
	}
	return f.drawing(y + margin)
}

// columns finds the widths of the columns from the texts.
func (f *forest) columns(rows []ForestRow) {
	width := f.frame.width()
	for _, r := range rows {
		f.label = math.Max(f.label, textWidth(clean(r.Label), fontSize, r.Emphasis))
		f.value = math.Max(f.value, textWidth(f.valueText(r), smallSize, false))
		f.n = math.Max(f.n, textWidth(f.nText(r), smallSize, false))
	}
	f.label = math.Min(f.label, width*0.3) + 1
	f.value = math.Min(f.value, width*0.26) + 1
	f.x = scale{from: 2 * margin, to: width - 2*margin}
	if !f.frame.narrow() {
		f.x.from = margin + f.label + 16
		f.x.to = width - margin - f.value - 16
		if f.n > 0 {
			f.x.to -= f.n + 14
		}
	}
}

func (f *forest) valueText(r ForestRow) string {
	if r.Note != "" {
		return clean(r.Note)
	}
	if !finite(r.Value) {
		return text.ChartNoValue().In(f.in.Lang)
	}
	s := valueText(f.in.Lang, f.in.Unit, r.Value)
	if hasInterval(r) {
		low, high := f.endText(r.Low), f.endText(r.High)
		s += " [" + low + ", " + high + "]"
	}
	return s
}

// endText writes the end of an interval, without the sign for percent.
func (f *forest) endText(x float64) string {
	switch {
	case x >= openEnd:
		return "∞"
	case x <= -openEnd:
		return "−∞"
	}
	return strings.TrimSuffix(valueText(f.in.Lang, f.in.Unit, x), "%")
}

func (f *forest) nText(r ForestRow) string {
	if r.N < 0 {
		return ""
	}
	return text.ChartN().In(f.in.Lang) + " " + text.FormatInt(f.in.Lang, r.N)
}

// valueText writes a value in its unit.
func valueText(lang plumbline.Lang, unit plumbline.Unit, x float64) string {
	switch unit {
	case plumbline.Share:
		return text.FormatShare(lang, x)
	case plumbline.Difference:
		return text.FormatPoints(lang, x)
	case plumbline.Ratio, plumbline.Odds:
		return text.FormatRatio(lang, x)
	case plumbline.Count, plumbline.Plain:
	}
	return text.FormatNumber(lang, x, 4)
}

// drawn reports whether a row has anything on the axis.
func drawn(r ForestRow) bool { return r.Note == "" && (hasInterval(r) || !math.IsNaN(r.Value)) }

// hasInterval reports whether both ends are there and in order; an infinite end is open.
func hasInterval(r ForestRow) bool { return r.Low <= r.High }

// scale finds the ends of the axis. Values and marks are always inside; an interval may lengthen the axis by as much again,
// and ends in an arrow beyond that.
func (f *forest) scale(rows []ForestRow) {
	f.x.log = f.in.Log
	if finite(f.in.Low, f.in.High) && f.in.Low < f.in.High && (!f.in.Log || f.in.Low > 0) {
		f.x.low, f.x.high = f.in.Low, f.in.High
		return
	}
	// On a logarithmic axis all of this happens to the logarithms; those of 0 and less are not finite and fall out.
	bend := func(x float64) float64 { return x }
	if f.in.Log {
		bend = math.Log10
	}
	var core, whole reach
	for _, r := range rows {
		if r.Note == "" {
			core.take(bend(r.Value))
		}
	}
	for _, m := range f.in.Marks {
		core.take(bend(m.At))
	}
	whole = core
	for _, r := range rows {
		if r.Note != "" || !hasInterval(r) {
			continue
		}
		for _, end := range []float64{r.Low, r.High} {
			if math.Abs(end) < openEnd {
				whole.take(bend(end))
			}
		}
	}
	if f.in.Log {
		f.logEnds(core, whole)
		return
	}
	if f.in.Unit != plumbline.Share && f.in.Unit != plumbline.Difference && core.found {
		span := math.Max(core.high-core.low, 0.25)
		whole.low, whole.high = math.Max(whole.low, core.low-span), math.Min(whole.high, core.high+span)
	}
	f.x.low, f.x.high = whole.round(5)
	least, most := bounds(f.in.Unit)
	low, high := math.Max(f.x.low, least), math.Min(f.x.high, most)
	if low < high {
		f.x.low, f.x.high = low, high
	}
}

// logEnds sets the ends of a logarithmic axis: at most one decade beyond the values and marks.
func (f *forest) logEnds(core, whole reach) {
	if !core.found {
		f.x.low, f.x.high = 0.1, 10
		return
	}
	low := math.Max(math.Max(whole.low, core.low-1), -15) - 0.05
	high := math.Min(math.Min(whole.high, core.high+1), 15) + 0.05
	f.x.low, f.x.high = math.Pow(10, math.Min(low, 14.8)), math.Pow(10, math.Max(high, -14.8))
}

// bounds is the range that a unit allows.
func bounds(unit plumbline.Unit) (least, most float64) {
	switch unit {
	case plumbline.Share:
		return 0, 1
	case plumbline.Difference:
		return -1, 1
	case plumbline.Ratio, plumbline.Odds, plumbline.Count:
		return 0, math.Inf(1)
	case plumbline.Plain:
	}
	return math.Inf(-1), math.Inf(1)
}

func (f *forest) stateKeys(rows []ForestRow) (keys []key) {
	for _, state := range states() {
		for _, r := range rows {
			if r.State == state {
				keys = append(keys, key{
					draw:  func(x, y float64) { f.stateMarker(state, x, y) },
					label: text.Label("state", string(state)).In(f.in.Lang),
				})
				break
			}
		}
	}
	return keys
}

// markLabels writes the names of the marks above the plot, each on the first line that has room.
func (f *forest) markLabels(y float64) float64 {
	const lineHeight = 17.0
	var ends []float64 // right end of the last label of each line
	marks := slices.SortedStableFunc(slices.Values(f.in.Marks), func(a, b Mark) int { return cmp.Compare(a.At, b.At) })
	for _, m := range marks {
		if m.Label == "" || !finite(m.At) || !f.x.holds(m.At) {
			continue
		}
		room := math.Min(textWidth(clean(m.Label), smallSize, false), f.frame.width()-2*margin)
		from := math.Min(math.Max(f.x.at(m.At)-room/2, margin), f.frame.width()-margin-room)
		line := 0
		for line < len(ends) && ends[line]+10 > from {
			line++
		}
		if line == len(ends) {
			ends = append(ends, 0)
		}
		ends[line] = from + room
		f.text(m.Label, from, y+lineHeight*float64(line)+12, room+0.01, Label{Size: smallSize, Fill: inkFaint})
	}
	return y + lineHeight*float64(len(ends))
}

// place gives every row its heights and returns the height under the last one.
func (f *forest) place(rows []ForestRow, y float64) float64 {
	section, start := "", y
	for i, r := range rows {
		p := placedRow{ForestRow: r}
		if r.Section != section {
			section = r.Section
			if i > 0 {
				y += 6
			}
			if section != "" {
				if f.frame.narrow() {
					y += 2
				}
				p.heading = y + 15
				y += 22
			}
		}
		if f.frame.narrow() {
			p.label = y + 14
			p.value = p.label
			if textWidth(clean(r.Label), fontSize, r.Emphasis)+10 > f.narrowRoom(r) {
				p.value = y + 30
				y += 16
			}
			if drawn(r) {
				p.middle = y + 27
				f.strips = append(f.strips, [2]float64{y + 19, y + 35})
				y += 18
			}
			y += 24
		} else {
			p.middle = y + 12
			p.label, p.value = y+16.5, y+16.5
			y += 24
		}
		f.rows = append(f.rows, p)
	}
	if !f.frame.narrow() {
		f.strips = [][2]float64{{start, y}}
	}
	return y
}

// narrowRoom is what the value leaves to the label in a narrow row.
func (f *forest) narrowRoom(r ForestRow) float64 {
	return f.frame.width() - 2*margin - textWidth(f.narrowText(r), smallSize, false)
}

// narrowText is value and sample size in one.
func (f *forest) narrowText(r ForestRow) string {
	if n := f.nText(r); n != "" {
		return f.valueText(r) + " · " + n
	}
	return f.valueText(r)
}

// background draws the shaded sides, the lines of the axis and the marks.
func (f *forest) background() {
	ticks := f.x.ticks(f.tickCount())
	for _, strip := range f.strips {
		top, bottom := strip[0], strip[1]
		for _, m := range f.in.Marks {
			if !finite(m.At) || m.Shade == 0 {
				continue
			}
			at := f.x.at(m.At)
			from, to := f.x.from, at
			if m.Shade > 0 {
				from, to = at, f.x.to
			}
			f.add(Rect{X: from, Y: top, W: to - from, H: bottom - top, Fill: inkShade})
		}
		for _, x := range ticks {
			f.line(f.x.at(x), top, f.x.at(x), bottom, Path{Stroke: inkGrid})
		}
		for _, m := range f.in.Marks {
			if !finite(m.At) || !f.x.holds(m.At) {
				continue
			}
			style := Path{Stroke: inkText, Width: 1.4}
			if m.Shade == 0 {
				style = Path{Stroke: inkFaint, Dash: "4 3"}
			}
			f.line(f.x.at(m.At), top, f.x.at(m.At), bottom, style)
		}
	}
}

func (f *forest) tickCount() int { return max(int((f.x.to-f.x.from)/70), 2) }

func (f *forest) row(r placedRow) {
	width := f.frame.width()
	if r.heading > 0 {
		f.text(r.Section, margin, r.heading, width-2*margin, Label{Bold: true})
	}
	valueInk := inkText
	if r.Note != "" || !finite(r.Value) {
		valueInk = inkFaint
	}
	valueStyle := Label{Size: smallSize, Fill: valueInk}
	if f.frame.narrow() {
		valueStyle.Anchor = "end"
		f.text(r.Label, margin, r.label, width-2*margin, Label{Bold: r.Emphasis})
		f.text(f.narrowText(r.ForestRow), width-margin, r.value, width-2*margin, valueStyle)
	} else {
		f.text(r.Label, margin, r.label, f.label, Label{Bold: r.Emphasis})
		n, room := f.nText(r.ForestRow), f.value
		if n == "" && f.n > 0 {
			room += f.n + 14 // the column of sample sizes is free
		}
		f.text(f.valueText(r.ForestRow), f.x.to+16, r.value, room, valueStyle)
		f.text(n, width-margin, r.value, f.n+1, Label{Size: smallSize, Anchor: "end", Fill: inkFaint})
	}
	if drawn(r.ForestRow) {
		f.interval(r)
	}
}

// interval draws the interval and its value on the axis.
func (f *forest) interval(r placedRow) {
	ink := inkPoint
	if r.State == plumbline.Satisfied || r.State == plumbline.NotSatisfied {
		ink = stateInk(r.State)
	}
	if hasInterval(r.ForestRow) {
		f.whisker(r, ink)
	}
	switch {
	case !finite(r.Value):
	case r.Value < f.x.low:
		f.arrow(f.x.from, r.middle, -1, ink)
	case r.Value > f.x.high:
		f.arrow(f.x.to, r.middle, +1, ink)
	default:
		f.stateMarker(r.State, f.x.at(r.Value), r.middle)
	}
}

func (f *forest) whisker(r placedRow, ink Ink) {
	low, high := f.x.at(r.Low), f.x.at(r.High)
	f.line(low, r.middle, high, r.middle, Path{Stroke: ink, Width: 2})
	if f.x.holds(r.Low) {
		f.line(low, r.middle-4, low, r.middle+4, Path{Stroke: ink, Width: 1.5})
	} else if r.Low < f.x.low {
		f.arrow(f.x.from, r.middle, -1, ink)
	}
	if f.x.holds(r.High) {
		f.line(high, r.middle-4, high, r.middle+4, Path{Stroke: ink, Width: 1.5})
	} else if r.High > f.x.high {
		f.arrow(f.x.to, r.middle, +1, ink)
	}
}

// axis draws the line under the rows with its values and title, and returns the height under them.
func (f *forest) axis(y float64) float64 {
	f.line(f.x.from, y, f.x.to, y, Path{Stroke: inkFaint})
	f.ticksX(f.x, f.x.ticks(f.tickCount()), f.in.Unit, y+16)
	title := clean(f.in.Axis)
	var extra []string
	if f.in.Unit == plumbline.Difference {
		extra = append(extra, text.ChartPoints().In(f.in.Lang))
	}
	if f.in.Log {
		extra = append(extra, text.ChartLog().In(f.in.Lang))
	}
	for _, e := range extra {
		if title != "" {
			title += " · "
		}
		title += e
	}
	if title == "" {
		return y + 20
	}
	f.centred(title, (f.x.from+f.x.to)/2, y+34, Label{Size: smallSize, Fill: inkFaint})
	return y + 40
}
