package chart

import (
	"slices"
	"strconv"

	"github.com/plumbline-project/plumbline"
	"github.com/plumbline-project/plumbline/internal/text"
)

// WorkflowInput is the graph of a workflow.
type WorkflowInput struct {
	Frame
	Graph *plumbline.Graph // steps are numbered from 1 in their order here; Column and Row place them
	Paths [][]string       // ways by which text of strangers reaches a step with an effect, as ids of steps
	Limit int              // steps that are drawn; 0 = 240
}

// Measures of a workflow's drawing, in pixels. A part of 1,150 by 900 fills a page of A4.
const (
	boxHeight   = 62.0
	gutterWidth = 50.0 // between columns; lines run up and down in it
	channelGap  = 32.0 // between rows; lines run across in it
	tileColumns = 5
	tileRows    = 12
	partHeight  = 1150.0
	mostSteps   = 240
	mostEdges   = 1500
	mostPaths   = 6
	pathWidth   = 3.2
	tagSize     = 10.5
)

// Workflow draws a graph: steps as boxes from left to right, edges as lines that turn at right angles between the boxes. What
// is wider than five columns is folded into bands, and what does not fit one page goes on in the next drawing; an edge between
// two bands ends in the number of the step at its other end. A narrow frame gives one list from top to bottom instead. Kinds
// of step are told apart by outline and word, kinds of edge by dash and end. Cost: linear in steps and edges; at most
// 1,500 edges are drawn. A graph without steps gives one drawing that says so.
func Workflow(in WorkflowInput) []Drawing {
	f := newFlow(in)
	if len(f.spots) == 0 {
		return []Drawing{f.nothing(text.ChartNoRows().In(in.Lang))}
	}
	if in.narrow() {
		return []Drawing{f.list()}
	}
	f.tile()
	var out []Drawing
	for first := 0; first < len(f.tiles); {
		last, y := first, f.tiles[first].height
		for last+1 < len(f.tiles) && y+f.tiles[last+1].height <= partHeight {
			last++
			y += f.tiles[last].height
		}
		out = append(out, f.part(first, last, len(out)))
		first = last + 1
	}
	return out
}

// flow is a workflow while it is drawn.
type flow struct {
	canvas
	in    WorkflowInput
	spots []*spot
	at    map[string]*spot // by the id of the step
	edges []flowEdge
	tiles []*tile
	box   float64        // width of a box
	marks map[string]int // badges that a box has
	left  int            // steps that are not drawn
	lost  int            // edges that are not drawn
}

// spot is a step with its place.
type spot struct {
	*plumbline.Step
	n        int // number, from 1
	col, row int // dense, in the whole graph; then in the tile
	tile     int
	x, y, w  float64
	exits    []string // branches that leave the step, in their order
	out, in  []string // numbers of steps in other tiles
}

func (s *spot) middle() float64 { return s.y + boxHeight/2 }

// flowEdge is an edge between two drawn steps.
type flowEdge struct {
	from, to *spot
	kind     plumbline.EdgeKind
	branch   string
	tainted  bool
}

// pathEdge is the kind of a step of a path that no edge of the graph carries.
const pathEdge plumbline.EdgeKind = "path"

func newFlow(in WorkflowInput) *flow {
	f := &flow{canvas: canvas{frame: in.Frame}, in: in, at: map[string]*spot{}, marks: map[string]int{}}
	if in.Graph == nil {
		return f
	}
	limit := in.Limit
	if limit <= 0 {
		limit = mostSteps
	}
	for i := range in.Graph.Steps {
		s := &in.Graph.Steps[i]
		if len(f.spots) == limit || f.at[s.ID] != nil {
			f.left++
			continue
		}
		p := &spot{Step: s, n: i + 1}
		f.at[s.ID] = p
		f.spots = append(f.spots, p)
	}
	f.connect()
	return f
}

// connect collects the edges between drawn steps, those of paths last so that they lie on top.
func (f *flow) connect() {
	type pair struct{ from, to string }
	tainted := map[pair]bool{}
	var pairs []pair
	for _, path := range f.in.Paths[:min(len(f.in.Paths), mostPaths)] {
		for i := 1; i < len(path); i++ {
			if p := (pair{path[i-1], path[i]}); !tainted[p] {
				tainted[p] = true
				pairs = append(pairs, p)
			}
		}
	}
	var strong []flowEdge
	carried := map[pair]bool{}
	for _, e := range f.in.Graph.Edges {
		from, to := f.at[e.From], f.at[e.To]
		if from == nil || to == nil || len(f.edges) >= mostEdges {
			f.lost++
			continue
		}
		edge := flowEdge{from: from, to: to, kind: e.Kind, branch: e.Branch}
		if p := (pair{e.From, e.To}); tainted[p] && !carried[p] {
			edge.tainted, carried[p] = true, true
			strong = append(strong, edge)
		} else {
			f.edges = append(f.edges, edge)
		}
	}
	for _, p := range pairs {
		if from, to := f.at[p.from], f.at[p.to]; !carried[p] && from != nil && to != nil {
			strong = append(strong, flowEdge{from: from, to: to, kind: pathEdge, tainted: true})
		}
	}
	f.edges = append(f.edges, strong...)
	for _, e := range f.edges {
		if !sub(e.kind) && !slices.Contains(e.from.exits, f.exitName(e)) {
			e.from.exits = append(e.from.exits, f.exitName(e))
		}
	}
}

// sub reports whether an edge leads from a part of a step to it: a model, a tool, a memory.
func sub(k plumbline.EdgeKind) bool {
	return k == plumbline.ModelEdge || k == plumbline.ToolEdge || k == plumbline.MemoryEdge || k == plumbline.PartEdge
}

// exitName is what is written where an edge leaves its step.
func (f *flow) exitName(e flowEdge) string {
	switch {
	case e.kind == plumbline.ErrorEdge:
		return text.ChartEdgeError().In(f.frame.Lang)
	case e.kind != plumbline.FlowEdge:
		return ""
	case e.branch == "0" || e.branch == "main":
		return ""
	}
	return e.branch
}

// part draws the tiles from first to last as one drawing.
func (f *flow) part(first, last, no int) Drawing {
	f.items, f.marks = nil, map[string]int{}
	frame := f.in.Frame
	if no > 0 || last < len(f.tiles)-1 {
		frame.ID += "-" + strconv.Itoa(no+1)
		frame.Title += " · " + text.ChartPart(int64(no+1)).In(frame.Lang)
	}
	f.frame = frame
	y := f.legend(f.keys())
	for i := first; i <= last; i++ {
		f.drawTile(f.tiles[i], y)
		y += f.tiles[i].height
	}
	return f.drawing(f.remainder(y, last == len(f.tiles)-1) + margin)
}

// remainder says under the last part what is not drawn.
func (f *flow) remainder(y float64, last bool) float64 {
	style := Label{Size: smallSize, Fill: inkFaint}
	if f.left > 0 && last {
		f.text(text.ChartMoreSteps(int64(f.left)).In(f.frame.Lang), margin, y+14, f.frame.width()-2*margin, style)
		y += 20
	}
	if more := len(f.in.Paths) - mostPaths; more > 0 && last {
		f.text(text.ChartMorePaths(int64(more)).In(f.frame.Lang), margin, y+14, f.frame.width()-2*margin, style)
		y += 20
	}
	if f.lost > 0 && last {
		f.text(text.ChartMoreEdges(int64(f.lost)).In(f.frame.Lang), margin, y+14, f.frame.width()-2*margin, style)
		y += 20
	}
	return y
}

// keys is the legend: what occurs in the graph.
func (f *flow) keys() (keys []key) {
	add := func(when bool, label plumbline.Text, draw func(x, y float64)) {
		if when {
			keys = append(keys, key{draw: draw, label: label.In(f.frame.Lang)})
		}
	}
	some := func(test func(*spot) bool) bool { return slices.ContainsFunc(f.spots, test) }
	edge := func(test func(flowEdge) bool) bool { return slices.ContainsFunc(f.edges, test) }
	line := func(e flowEdge) func(x, y float64) {
		return func(x, y float64) {
			f.stroke(e, []float64{x - 13, y, x + 8, y})
			f.head(e, x+12, y, 1, 0)
		}
	}
	for _, k := range []struct {
		kind  plumbline.EdgeKind
		label plumbline.Text
	}{
		{plumbline.FlowEdge, text.ChartEdgeFlow()},
		{plumbline.ErrorEdge, text.ChartEdgeError()},
		{plumbline.DataEdge, text.ChartEdgeData()},
	} {
		add(edge(func(e flowEdge) bool { return e.kind == k.kind && !e.tainted }), k.label, line(flowEdge{kind: k.kind}))
	}
	add(edge(func(e flowEdge) bool { return sub(e.kind) }), text.ChartEdgeSub(), line(flowEdge{kind: plumbline.PartEdge}))
	add(edge(func(e flowEdge) bool { return e.tainted }), text.ChartEdgePath(), line(flowEdge{kind: plumbline.FlowEdge, tainted: true}))
	tagKey := func(t tag) func(x, y float64) { return func(x, y float64) { f.tag(t, x-t.width()/2, y-7) } }
	for _, t := range tags() {
		add(some(func(s *spot) bool { return t.holds(s.Step) }), t.label(), tagKey(t))
	}
	add(some(func(s *spot) bool { return s.Disabled }), text.ChartDisabled(), func(x, y float64) {
		f.add(Path{Lines: [][]float64{{x - 13, y - 6, x + 13, y - 6, x + 13, y + 6, x - 13, y + 6}}, Closed: true, Stroke: inkFaint, Dash: "2 3"})
	})
	return keys
}
