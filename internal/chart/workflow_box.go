package chart

import (
	"slices"
	"strconv"
	"strings"

	"github.com/plumbline-project/plumbline"
	"github.com/plumbline-project/plumbline/internal/text"
)

// tag is a mark in the corner of a step.
type tag int

const (
	aiTag tag = iota
	personTag
	outsideTag
	effectTag
	untrustedTag
)

func tags() []tag { return []tag{aiTag, personTag, outsideTag, effectTag, untrustedTag} }

// holds reports whether a step carries the tag.
func (t tag) holds(s *plumbline.Step) bool {
	switch t {
	case aiTag:
		return s.AI
	case personTag:
		return s.Kind == plumbline.PersonStep
	case outsideTag:
		return outside(s) != ""
	case effectTag:
		return s.Effect.Privileged()
	case untrustedTag:
		return s.Untrusted
	}
	return false
}

func (t tag) label() plumbline.Text {
	switch t {
	case aiTag:
		return text.ChartTagAi()
	case personTag:
		return text.ChartTagPerson()
	case outsideTag:
		return text.ChartTagOutside()
	case effectTag:
		return text.ChartTagEffect()
	case untrustedTag:
	}
	return text.ChartTagUntrusted()
}

func (t tag) width() float64 {
	if t == aiTag {
		return 20
	}
	return 14
}

// outside is the first host that a step calls beyond the own machine; "?" where the address is computed.
func outside(s *plumbline.Step) string {
	for _, e := range s.Endpoints {
		if e.Local {
			continue
		}
		if e.Host != "" {
			return e.Host
		}
		return "?"
	}
	return ""
}

// tag draws a mark 14 high with its upper left corner at (x, y).
func (c *canvas) tag(t tag, x, y float64) {
	switch t {
	case aiTag:
		c.add(Rect{X: x, Y: y + 0.5, W: 20, H: 13, Fill: inkPoint})
		c.text("AI", x+10, y+10.6, 20, Label{Size: tagSize, Bold: true, Anchor: "middle", Fill: inkOnDark})
	case personTag:
		c.add(Circle{X: x + 7, Y: y + 4, R: 3, Fill: inkText}, Path{Lines: [][]float64{{x + 1, y + 13, x + 3, y + 8.5, x + 11, y + 8.5, x + 13, y + 13}}, Closed: true, Fill: inkText})
	case outsideTag:
		c.add(Path{Lines: [][]float64{{x + 3, y + 11, x + 11, y + 3}, {x + 5, y + 3, x + 11, y + 3, x + 11, y + 9}}, Stroke: inkText, Width: 1.8})
	case effectTag:
		c.add(Path{Lines: [][]float64{{x + 8, y + 1, x + 3, y + 8, x + 6.5, y + 8, x + 5.5, y + 13, x + 11, y + 5.5, x + 7.2, y + 5.5}}, Closed: true, Fill: inkText})
	case untrustedTag:
		c.add(
			Path{Lines: [][]float64{{x + 7, y + 0.5, x + 14, y + 13.5, x, y + 13.5}}, Closed: true, Fill: inkAgainst},
			Path{Lines: [][]float64{{x + 7, y + 4.5, x + 7, y + 9}, {x + 7, y + 10.5, x + 7, y + 12}}, Stroke: inkOnDark, Width: 1.6},
		)
	}
}

// step draws a box with number, kind, name, and the model or host that it calls.
func (f *flow) step(s *spot) {
	ink, edge := inkText, Path{Lines: [][]float64{outline(s)}, Closed: true, Fill: inkPaper, Stroke: inkText, Width: 1.2}
	switch {
	case s.Disabled:
		ink, edge.Dash, edge.Stroke = inkFaint, "2 3", inkFaint
	case s.Kind == plumbline.OpaqueStep:
		edge.Dash = "5 3"
	case s.AI:
		edge.Width = 2.2
	}
	f.add(edge)
	if s.Kind == plumbline.PersonStep { // a second outline
		f.add(Rect{X: s.x + 3, Y: s.y + 3, W: s.w - 6, H: boxHeight - 6, Stroke: inkFaint})
	}
	left, right := s.x+12, s.x+s.w-10
	for _, t := range slices.Backward(tags()) {
		if t.holds(s.Step) {
			right -= t.width()
			f.tag(t, right, s.y+4)
			right -= 3
		}
	}
	kind := strconv.Itoa(s.n) + " " + text.Label("chart.step", string(s.Kind)).In(f.frame.Lang)
	if s.Disabled {
		kind += " · " + text.ChartDisabled().In(f.frame.Lang)
	}
	f.text(kind, left, s.y+15, right-left-2, Label{Size: tagSize, Fill: ink})
	room := s.w - 22
	under := s.Model
	if under == "" {
		under = outside(s.Step)
	}
	name := s.Name
	if strings.TrimSpace(name) == "" {
		name = s.ID
	}
	if rest := f.name(name, left, s.y+31, room, ink); rest != "" {
		f.text(rest, left, s.y+44, room, Label{Size: smallSize, Bold: true, Fill: ink})
	}
	f.text(under, left, s.y+56, room, Label{Size: tagSize, Fill: ink})
}

// name writes the first line of a name and returns what is left for the second one.
func (f *flow) name(name string, x, y, room float64, ink Ink) (rest string) {
	whole := clean(name)
	style := Label{Size: smallSize, Bold: true, Fill: ink}
	used, cut, space := 0.0, -1, -1
	for i, r := range whole {
		if r == ' ' {
			space = i
		}
		if used += signWidth(r) * smallSize * weight(true); used > room {
			cut = i
			break
		}
	}
	if cut < 0 {
		f.text(whole, x, y, room, style)
		return ""
	}
	if space > cut/3 {
		cut = space
	}
	f.text(strings.TrimSpace(whole[:cut]), x, y, room, style)
	return strings.TrimSpace(whole[cut:])
}

// outline is the shape of a step: slanted where the workflow begins, pointed where it ends, a hexagon where it branches.
func outline(s *spot) []float64 {
	x, y, r, b := s.x, s.y, s.x+s.w, s.y+boxHeight
	switch s.Kind { //nolint:exhaustive // the other kinds are plain boxes
	case plumbline.TriggerStep, plumbline.SourceStep:
		return []float64{x + 10, y, r, y, r, b, x + 10, b, x, b - 12, x, y + 12}
	case plumbline.DecisionStep, plumbline.GuardStep:
		return []float64{x + 9, y, r - 9, y, r, y + boxHeight/2, r - 9, b, x + 9, b, x, y + boxHeight/2}
	case plumbline.OutputStep:
		return []float64{x, y, r - 9, y, r, y + boxHeight/2, r - 9, b, x, b}
	case plumbline.ToolStep, plumbline.MemoryStep, plumbline.RetrievalStep:
		return []float64{x + 7, y, r - 7, y, r, y + 7, r, b - 7, r - 7, b, x + 7, b, x, b - 7, x, y + 7}
	}
	return []float64{x, y, r, y, r, b, x, b}
}

// badges number the steps of each path: A1, A2, … for the first, B1 for the second.
func (f *flow) badges(shown func(*spot) bool) {
	const most = 4 // of a box
	for p, path := range f.in.Paths[:min(len(f.in.Paths), mostPaths)] {
		for i, id := range path {
			s := f.at[id]
			if s == nil || !shown(s) || f.marks[id] == most {
				continue
			}
			label := string(rune('A'+p)) + strconv.Itoa(i+1)
			x := s.x + 12 + 27*float64(f.marks[id])
			f.marks[id]++
			f.add(Rect{X: x - 12, Y: s.y - 13, W: 24, H: 14, Fill: inkAgainst})
			f.text(label, x, s.y-2.4, 24, Label{Size: tagSize, Bold: true, Anchor: "middle", Fill: inkOnDark})
		}
	}
}
