package check

import (
	"context"

	"github.com/plumbline-project/plumbline"
	"github.com/plumbline-project/plumbline/internal/stat"
	"github.com/plumbline-project/plumbline/internal/table"
)

// maxGroups bounds the groups of one feature, maxCells those that occur of an intersection: pairs of groups grow with the
// square. maxCombined bounds the combinations that could occur.
const (
	maxGroups   = 200
	maxCells    = 1000
	maxCombined = 1 << 16
)

// grouping is a sensitive feature or an intersection of several.
type grouping struct {
	features []string
	parts    []*table.Codes     // codes of each feature
	groups   [][]string         // values of each group; of a feature in the order of its codes
	missing  []bool             // a value of the group is missing
	cells    []outcomeCounts    // of each group
	refused  plumbline.Reason   // why there are no groups; "" where there are
	dense    []uint16           // combined code → group; nil for a feature, where they are the same
	perRow   []uint16           // group of each row; nil until a check asks for it
	effects  map[mask][]float64 // design effects by rate
	two      *grouping          // known and missing rows; nil until a check asks for it
}

// newFeature opens one sensitive feature. Too many values make it refused, not an error: the assessment says so.
func newFeature(ctx context.Context, t *table.Table, column string) (*grouping, error) {
	g := &grouping{features: []string{column}}
	codes, err := t.Codes(ctx, column)
	if err != nil && plumbline.CodeOf(err) == plumbline.TooLarge {
		g.refused = plumbline.TooManyGroups
		return g, nil
	}
	if err != nil {
		return nil, err
	}
	if len(codes.Dict) > maxGroups+1 {
		g.refused = plumbline.TooManyGroups
		return g, nil
	}
	g.parts = []*table.Codes{codes}
	for i, value := range codes.Dict {
		g.groups = append(g.groups, []string{value})
		g.missing = append(g.missing, i == 0)
	}
	return g, nil
}

// intersect combines features that were opened before.
func (f *frame) intersect(features []string) *grouping {
	g := &grouping{features: features}
	for _, name := range features {
		p := f.find([]string{name})
		if p == nil || p.refused != "" {
			g.refused = plumbline.TooManyGroups
			return g
		}
		g.parts = append(g.parts, p.parts[0])
	}
	if g.combinations() > maxCombined {
		g.refused = plumbline.TooManyGroups
	}
	return g
}

func (g *grouping) combinations() int {
	n := 1
	for _, p := range g.parts {
		if n *= len(p.Dict); n > maxCombined {
			return n
		}
	}
	return n
}

func (g *grouping) factors() []stat.Factor {
	factors := make([]stat.Factor, len(g.parts))
	for i, p := range g.parts {
		factors[i] = factorOf(p)
	}
	return factors
}

// margin sums the counts of all combinations over every feature but one.
func (g *grouping) margin(all []outcomeCounts, feature int) []outcomeCounts {
	after := 1
	for _, p := range g.parts[feature+1:] {
		after *= len(p.Dict)
	}
	levels := len(g.parts[feature].Dict)
	out := make([]outcomeCounts, levels)
	for c := range all {
		out[c/after%levels].add(&all[c])
	}
	return out
}

// keep takes over the groups of an intersection that occur.
func (g *grouping) keep(all []outcomeCounts) {
	g.dense = make([]uint16, len(all))
	for c := range all {
		if all[c].sum(everyRow) == 0 {
			continue
		}
		g.dense[c] = uint16(len(g.groups)) //nolint:gosec // G115: combinations fit maxCombined
		values, missing := g.valuesOf(c)
		g.groups, g.missing, g.cells = append(g.groups, values), append(g.missing, missing), append(g.cells, all[c])
	}
	if len(g.groups) > maxCells {
		*g = grouping{features: g.features, refused: plumbline.TooManyGroups}
	}
}

// valuesOf takes a combined code apart.
func (g *grouping) valuesOf(combined int) (values []string, missing bool) {
	values = make([]string, len(g.parts))
	for i := len(g.parts) - 1; i >= 0; i-- {
		dict := g.parts[i].Dict
		k := combined % len(dict)
		combined /= len(dict)
		values[i], missing = dict[k], missing || k == 0
	}
	return values, missing
}

// rowGroups gives the group of every row.
func (g *grouping) rowGroups() []uint16 {
	if g.perRow != nil {
		return g.perRow
	}
	rows := make([]uint16, g.parts[0].Len())
	for _, p := range g.parts {
		width := uint16(len(p.Dict)) //nolint:gosec // G115: at most maxGroups and the missing one
		for i, c := range p.U8 {
			rows[i] = rows[i]*width + uint16(c)
		}
		for i, c := range p.U16 {
			rows[i] = rows[i]*width + c
		}
	}
	if g.dense != nil {
		for i, c := range rows {
			rows[i] = g.dense[c]
		}
	}
	g.perRow = rows
	return rows
}

// rows counts the rows of a group.
func (g *grouping) rows(group int) int64 { return g.cells[group].sum(everyRow) }
