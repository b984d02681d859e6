package check

import (
	"context"
	"slices"

	"github.com/plumbline-project/plumbline/internal/stat"
	"github.com/plumbline-project/plumbline/internal/table"
)

// frame holds what most checks share: the columns of the outcome, the groupings, and the counts of both. What is needed per
// row is made when a check first asks for it.
type frame struct {
	rows         int
	decision     *coded
	label        *coded      // nil where there is none
	groupings    []*grouping // features as declared, then intersections as declared
	selective    bool        // labels are missing by decision, in some group at least
	missingTests int         // features whose missing values are compared as a group
	total        outcomeCounts
	whole        *grouping // one group of all rows; nil until a check asks for it
	clusters     []uint32  // subject of each row; nil where rows are independent
	subjects     int
	perRow       []uint8     // outcome of each row; nil until a check asks for it
	order        *scoreOrder // nil until a check asks for it
	explained    *explained  // nil until a check asks for it
}

func newFrame(ctx context.Context, in *Input) (*frame, error) {
	f := &frame{}
	if in.Table != nil {
		f.rows = int(in.Table.Rows())
	}
	var err error
	if f.decision, err = code(ctx, in.Table, in.Plan.Decision); err != nil {
		return nil, err
	}
	if f.label, err = code(ctx, in.Table, in.Plan.Label); err != nil {
		return nil, err
	}
	for _, s := range in.Plan.Sensitive {
		g, err := newFeature(ctx, in.Table, s.Column)
		if err != nil {
			return nil, err
		}
		f.groupings = append(f.groupings, g)
	}
	for _, features := range in.Plan.Intersections {
		f.groupings = append(f.groupings, f.intersect(features))
	}
	f.count()
	if in.Plan.Subject != "" {
		subjects, err := in.Table.Groups(ctx, in.Plan.Subject)
		if err != nil {
			return nil, err
		}
		f.cluster(subjects)
	}
	in.frame = f
	f.selective = f.label != nil && in.selectiveLabels()
	for _, g := range f.groupings {
		if len(g.features) == 1 && in.missingCompared(g) {
			f.missingTests++
		}
	}
	return f, nil
}

// all is one group of all rows.
func (f *frame) all() *grouping {
	if f.whole == nil {
		f.whole = &grouping{groups: [][]string{nil}, missing: []bool{false}, cells: []outcomeCounts{f.total}}
		if f.clusters != nil {
			f.whole.perRow = make([]uint16, f.rows)
		}
	}
	return f.whole
}

// constant reports whether every decision is the same.
func (f *frame) constant() bool {
	return f.total.sum(favourableRows) == 0 || f.total.sum(adverseRows) == 0
}

// count counts all groupings. A feature that is part of an intersection is had from the counts of that, so that each row is
// read once for each intersection and for each feature in none.
func (f *frame) count() {
	for _, g := range f.groupings {
		if len(g.parts) < 2 || g.refused != "" {
			continue
		}
		all := f.countBy(g.factors(), g.combinations())
		for i, name := range g.features {
			if p := f.find([]string{name}); p.cells == nil {
				p.cells = g.margin(all, i)
			}
		}
		g.keep(all)
	}
	for _, g := range f.groupings {
		if len(g.parts) == 1 && g.cells == nil {
			g.cells = f.countBy(g.factors(), g.combinations())
		}
	}
	f.total = outcomeCounts{}
	for _, g := range f.groupings {
		if len(g.parts) == 1 {
			f.total = total(g.cells)
			return
		}
	}
	f.total = total(f.countBy(nil, 1))
}

// cluster keeps the subjects where one of them has several rows. A row without a subject is a subject of its own.
func (f *frame) cluster(subjects *table.Groups) {
	n := subjects.N
	if int64(n)+subjects.Missing == int64(f.rows) {
		return
	}
	for i, id := range subjects.IDs {
		if id == table.NoGroup {
			subjects.IDs[i] = uint32(n) //nolint:gosec // G115: at most the number of rows
			n++
		}
	}
	f.clusters, f.subjects = subjects.IDs, n
}

// find returns the grouping of the features, or nil.
func (f *frame) find(features []string) *grouping {
	for _, g := range f.groupings {
		if slices.Equal(g.features, features) {
			return g
		}
	}
	return nil
}

// maxRawCells bounds a table over the raw codes of decision and label. Beyond it the outcome is coded per row first.
const maxRawCells = 1 << 16

// countBy counts outcomes for each combination of the features' codes, the last feature running fastest. It counts the raw
// codes in one pass and sorts the cells into sides afterwards, so that no row is touched twice.
func (f *frame) countBy(features []stat.Factor, combinations int) []outcomeCounts {
	if f.rows == 0 {
		return make([]outcomeCounts, combinations)
	}
	labels := 1
	if f.label != nil {
		labels = len(f.label.side)
	}
	decisions := len(f.decision.side)
	if combinations*decisions*labels > maxRawCells {
		return f.countRows(features, combinations)
	}
	factors := append(slices.Clone(features), f.decision.factor())
	if f.label != nil {
		factors = append(factors, f.label.factor())
	}
	out := make([]outcomeCounts, combinations)
	for i, n := range stat.Tabulate(factors...) {
		label := uint8(unknown)
		if f.label != nil {
			label = f.label.side[i%labels]
		}
		out[i/(decisions*labels)][3*f.decision.side[i/labels%decisions]+label] += n
	}
	return out
}

func (f *frame) countRows(features []stat.Factor, combinations int) []outcomeCounts {
	out := make([]outcomeCounts, combinations)
	factors := append(slices.Clone(features), stat.Factor{Codes: f.rowOutcomes(), Levels: outcomes})
	for i, n := range stat.Tabulate(factors...) {
		out[i/outcomes][i%outcomes] += n
	}
	return out
}

// rowOutcomes codes the outcome of every row.
func (f *frame) rowOutcomes() []uint8 {
	if f.perRow == nil {
		f.perRow = make([]uint8, f.rows)
		f.decision.addTo(f.perRow, 3)
		f.label.addTo(f.perRow, 1)
	}
	return f.perRow
}
