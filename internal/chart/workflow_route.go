package chart

import (
	"strconv"

	"github.com/plumbline-project/plumbline"
)

// track is the place in a passage where a line runs. Lines with one key share a track; where there are more lines than
// tracks, the first tracks are used again.
func (t *tile) track(p passage, key string) float64 {
	w := way{p, key}
	n, known := t.ways[w]
	if !known {
		n = t.next[p]
		t.ways[w] = n
		t.next[p]++
	}
	if p.channel {
		const tracks = 8
		return 4 + 3.4*float64(n%tracks)
	}
	const tracks = 5
	return 28 + 3*float64(n%tracks)
}

// gutterX is a track in the gutter before a column.
func (f *flow) gutterX(t *tile, column int, key string) float64 {
	return margin + float64(column)*(f.box+gutterWidth) + t.track(passage{false, column}, key)
}

// channelY is a track in the channel above a row.
func (f *flow) channelY(t *tile, row int, key string) float64 {
	return t.top - channelGap + float64(row)*(boxHeight+channelGap) + t.track(passage{true, row}, key)
}

// route draws an edge inside a tile.
func (f *flow) route(t *tile, e flowEdge) {
	if sub(e.kind) && e.from.row > e.to.row {
		f.stroke(e, f.below(t, e))
		f.head(e, f.footX(e), e.to.y+boxHeight, 0, -1)
		return
	}
	f.stroke(e, f.across(t, e, e.from.exitY(f.exitName(e))))
	f.head(e, e.to.x, e.to.middle(), 1, 0)
}

// across leads from the right side of a step to the left side of another.
func (f *flow) across(t *tile, e flowEdge, y float64) []float64 {
	from, to := e.from, e.to
	x1, y1, x2, y2 := from.x+from.w, y, to.x, to.middle()
	key := strconv.Itoa(from.n) + string(e.kind) + e.branch
	if e.tainted {
		key += "!"
	}
	switch {
	case from.row == to.row && from.col < to.col && t.free(from, to) && y1-y2 < 1 && y2-y1 < 1:
		return []float64{x1, y1, x2, y2}
	case to.col == from.col+1:
		x := f.gutterX(t, to.col, key)
		return []float64{x1, y1, x, y1, x, y2, x2, y2}
	}
	row := to.row
	if to.col <= from.col {
		row = max(from.row, to.row) + 1 // a way back runs underneath
		if from.row != to.row {
			row = max(from.row, to.row)
		}
	} else if to.row > from.row+1 {
		row = from.row + 1
	}
	a := f.gutterX(t, from.col+1, key)
	c := f.channelY(t, row, key)
	b := f.gutterX(t, to.col, strconv.Itoa(to.n)+"<")
	return []float64{x1, y1, a, y1, a, c, b, c, b, y2, x2, y2}
}

// free reports whether no box stands between two steps of one row.
func (t *tile) free(from, to *spot) bool {
	for c := from.col + 1; c < to.col; c++ {
		if t.cells[[2]int{c, from.row}] {
			return false
		}
	}
	return true
}

// below leads from the top of a part to the foot of the step that it serves.
func (f *flow) below(t *tile, e flowEdge) []float64 {
	from, to := e.from, e.to
	key := strconv.Itoa(to.n) + string(e.kind)
	x, foot := from.x+from.w/2, f.footX(e)
	c := f.channelY(t, from.row, key)
	if to.row == from.row-1 {
		return []float64{x, from.y, x, c, foot, c, foot, to.y + boxHeight}
	}
	g := f.gutterX(t, to.col+1, key)
	d := f.channelY(t, to.row+1, key)
	return []float64{x, from.y, x, c, g, c, g, d, foot, d, foot, to.y + boxHeight}
}

// footX is where parts of a kind meet the step that they serve.
func (f *flow) footX(e flowEdge) float64 {
	part := map[plumbline.EdgeKind]float64{plumbline.ModelEdge: 0.2, plumbline.MemoryEdge: 0.45, plumbline.PartEdge: 0.6, plumbline.ToolEdge: 0.8}[e.kind]
	return e.to.x + part*e.to.w
}

// stroke draws the lines of an edge.
func (f *flow) stroke(e flowEdge, lines ...[]float64) {
	style := Path{Lines: lines, Stroke: inkText, Width: 1.3}
	switch {
	case e.kind == plumbline.ErrorEdge:
		style.Dash = "7 3"
	case e.kind == plumbline.DataEdge:
		style.Dash, style.Width = "5 3", 1.1
	case e.kind == pathEdge:
		style.Dash = "9 2"
	case sub(e.kind):
		style.Dash, style.Width = "1.5 2", 1.3
	}
	if e.tainted {
		style.Stroke, style.Width = inkAgainst, pathWidth
	}
	f.add(style)
	if e.kind == plumbline.ErrorEdge { // a cross where the error leaves
		x, y := lines[0][0]+5, lines[0][1]
		f.add(Path{Lines: [][]float64{{x - 3, y - 3, x + 3, y + 3}, {x - 3, y + 3, x + 3, y - 3}}, Stroke: style.Stroke, Width: 1.4})
	}
}

// head draws the end of an edge at (x, y), which tells its kind: an arrow along (dx, dy) for what flows, a hollow diamond for a
// part that serves.
func (f *flow) head(e flowEdge, x, y, dx, dy float64) {
	if sub(e.kind) && !e.tainted {
		f.marker(2, x-4*dx, y-4*dy, 3, inkText, true)
		return
	}
	long, half, ink := 7.0, 4.0, inkText
	if e.tainted {
		long, half, ink = 9, 6, inkAgainst
	}
	f.add(Path{Lines: [][]float64{{x, y, x - long*dx + half*dy, y - long*dy + half*dx, x - long*dx - half*dy, y - long*dy - half*dx}}, Closed: true, Fill: ink})
}
