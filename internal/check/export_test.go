package check

import (
	"github.com/plumbline-project/plumbline"
	"github.com/plumbline-project/plumbline/internal/table"
)

// CountGaps counts the rates of each feature and of all of them together, from columns that are in memory, and records every
// gap: what a benchmark of counting measures. Value "1" is favourable in decision and label.
func CountGaps(features []*table.Codes, decision, label *table.Codes) []plumbline.Observation {
	in := &Input{Level: 0.95, MinN: 30}
	favourable := Outcome{Favourable: []string{"1"}}
	side := func(c *table.Codes) *coded {
		k := &coded{codes: c, side: make([]uint8, len(c.Dict))}
		for i, v := range c.Dict {
			k.side[i] = favourable.side(v, i == 0)
		}
		return k
	}
	f := &frame{rows: decision.Len(), decision: side(decision), label: side(label)}
	in.frame = f
	names := make([]string, len(features))
	for i, c := range features {
		names[i] = c.Name
		g := &grouping{features: []string{c.Name}, parts: []*table.Codes{c}}
		for k, v := range c.Dict {
			g.groups, g.missing = append(g.groups, []string{v}), append(g.missing, k == 0)
		}
		f.groupings = append(f.groupings, g)
		in.Plan.Sensitive = append(in.Plan.Sensitive, Sensitive{Column: c.Name})
	}
	f.groupings = append(f.groupings, f.intersect(names))
	in.Plan.Intersections = [][]string{names}
	f.count()
	e := &emitter{}
	for _, g := range f.groupings {
		in.rates(e, g, selectionRate)
		in.gaps(e, g, selectionRate)
		for _, r := range errorRates {
			in.rates(e, g, r)
			in.gaps(e, g, r)
		}
		in.equalizedOdds(e, g)
	}
	return e.out
}

// WithheldOf returns the counts after those that would give a hidden one back are hidden too.
func WithheldOf(counts ...int64) []int64 {
	at := make([]*int64, len(counts))
	for i := range counts {
		at[i] = &counts[i]
	}
	withholdAnother(at)
	return counts
}

// Visited is how many steps and edges the rules of the definition have looked at.
func Visited(in *Input) int64 { return in.flow.visited }

// Drawn draws rows.
var Drawn = drawn
