package chart

import (
	"strconv"
	"strings"

	"github.com/plumbline-project/plumbline"
	"github.com/plumbline-project/plumbline/internal/text"
)

// list draws a workflow from top to bottom for a narrow page: a box for each step, under it the numbers of the steps that
// follow, and a rail at the left for each path.
func (f *flow) list() Drawing {
	const rail, after, gap, line = 7.0, 16.0, 24.0, 13.0
	paths := min(len(f.in.Paths), mostPaths)
	left := margin + 4 + rail*float64(paths)
	if paths > 0 {
		left += 8
	}
	y := f.legend(f.keys()) + 16
	next := make([][]string, len(f.spots))
	for i, s := range f.spots {
		s.x, s.y, s.w = left, y, f.frame.width()-margin-left
		next[i] = f.packed(f.following(s), s.w-52)
		y += boxHeight + after + gap + line*float64(max(len(next[i])-1, 0))
	}
	f.rails(left)
	for i, s := range f.spots {
		f.step(s)
		for k, names := range next[i] {
			f.text(names, s.x+22, s.y+boxHeight+14+line*float64(k), s.w-52, Label{Size: tagSize})
		}
		if i+1 < len(f.spots) {
			f.toNext(s, f.spots[i+1])
		}
	}
	f.badges(func(*spot) bool { return true })
	return f.drawing(f.remainder(y-gap, true) + margin)
}

// following lists the steps to which the edges of a step lead.
func (f *flow) following(s *spot) []string {
	var names []string
	for _, e := range f.edges {
		if e.from != s || e.kind == pathEdge {
			continue
		}
		name := strconv.Itoa(e.to.n)
		switch {
		case e.kind == plumbline.DataEdge:
			name += " (" + text.ChartEdgeData().In(f.frame.Lang) + ")"
		case sub(e.kind):
			name += " (" + text.ChartServes().In(f.frame.Lang) + ")"
		case f.exitName(e) != "":
			name += " (" + f.exitName(e) + ")"
		}
		names = once(names, name)
	}
	return names
}

// packed joins names into lines that fit into room pixels, after an arrow.
func (f *flow) packed(names []string, room float64) []string {
	var lines []string
	for from := 0; from < len(names); {
		to := from + 1
		join := func(to int) string {
			s := "→ " + text.FormatList(f.frame.Lang, names[from:to])
			if to < len(names) {
				s += strings.TrimSuffix(text.FormatList(f.frame.Lang, []string{"", ""}), " ")
			}
			return s
		}
		for to < len(names) && textWidth(clean(join(to+1)), tagSize, false) <= room {
			to++
		}
		line := join(to)
		if from > 0 {
			line = strings.TrimPrefix(line, "→ ")
		}
		lines = append(lines, line)
		from = to
	}
	return lines
}

// toNext draws the edge between two steps that stand one under the other.
func (f *flow) toNext(s, next *spot) {
	for _, e := range f.edges {
		if e.from == s && e.to == next && !e.tainted {
			x, y := s.x+s.w-20, next.y
			f.stroke(e, []float64{x, s.y + boxHeight, x, y - 1})
			f.head(e, x, y, 0, 1)
			return
		}
	}
}

// rails draws the paths beside the boxes.
func (f *flow) rails(left float64) {
	for p, path := range f.in.Paths[:min(len(f.in.Paths), mostPaths)] {
		x := margin + 4 + 7*float64(p)
		for i := 1; i < len(path); i++ {
			from, to := f.at[path[i-1]], f.at[path[i]]
			if from == nil || to == nil {
				continue
			}
			f.add(Path{
				Lines:  [][]float64{{left, from.middle() + 6, x, from.middle() + 6, x, to.middle() - 6, left - 6, to.middle() - 6}},
				Stroke: inkAgainst, Width: 2.2,
			})
			f.arrow(left, to.middle()-6, +1, inkAgainst)
		}
	}
}
