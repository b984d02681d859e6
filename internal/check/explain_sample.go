package check

import (
	"cmp"
	"context"
	"math"
	"slices"

	"github.com/plumbline-project/plumbline"
	"github.com/plumbline-project/plumbline/internal/model"
	"github.com/plumbline-project/plumbline/internal/table"
)

// Settings of what is learnt from decisions.
const (
	explainRows   = 200_000 // rows, one of each of as many parts of the table, at most
	heldOutTenths = 3       // of ten rows (or persons) three are measured on
	surrogateDeep = 5
	surrogateMost = 16
	surrogateRate = 0.01 // chance of a split where decisions are random
	learntRows    = 2000 // a tree that learnt from fewer says nothing of how good one could be
	leafShare     = 200  // a leaf has at least one in so many rows
	leastClass    = 20   // rows of each decision that there must be on either part
)

// explained is what the checks of explanation share: sampled rows with the columns that may explain a decision.
type explained struct {
	at       []int32 // row of the table of each sampled row, ascending
	cols     []model.Column
	features []feature // of cols
	left     []leftOut
	good     []bool
	rows     []int32  // sampled rows that have a decision, in an order that does not depend on that of the table
	keys     []uint64 // of sampled rows, by what they hold
	units    []uint64 // of sampled rows, by what all rows of the person hold
	train    []int32
	held     []int32
	clusters []uint32         // of sampled rows; nil where rows are independent
	score    *model.Column    // nil where there is none
	why      plumbline.Reason // why nothing can be learnt; "" where it can
	trees    [2]*model.Tree   // without and with the score; nil until a check asks for them
}

// feature is what a column of the sample is called and shows.
type feature struct {
	name      string
	kind      table.Kind
	values    []string // of the codes; code 1 may stand for all rare values, "" then
	rest      bool     // code 1 stands for all rare values
	sensitive bool
}

// leftOut is a column that is not offered.
type leftOut struct {
	column string
	why    plumbline.Reason
}

// explain reads the sample once.
func (in *Input) explain(ctx context.Context) (*explained, error) {
	if in.frame.explained != nil {
		return in.frame.explained, nil
	}
	x := &explained{at: drawn(in.frame.rows, explainRows, in.Seed)}
	outcome := in.frame.rowOutcomes()
	for _, row := range x.at {
		x.good = append(x.good, outcome[row]/3 == good)
		if outcome[row]/3 != unknown {
			x.rows = append(x.rows, int32(len(x.good)-1)) //nolint:gosec // G115: at most explainRows
		}
		if in.frame.clusters != nil {
			x.clusters = append(x.clusters, in.frame.clusters[row])
		}
	}
	for _, c := range in.Table.Info() {
		if err := ctx.Err(); err != nil {
			return nil, err
		}
		if why := in.otherRole(&c); why != "" {
			x.left = append(x.left, leftOut{c.Name, why})
			continue
		}
		if err := in.offer(ctx, x, &c); err != nil {
			return nil, err
		}
	}
	if name := in.Plan.Score.Column; name != "" {
		values, err := in.sampleNumbers(ctx, x, name)
		if err != nil {
			return nil, err
		}
		if values != nil {
			x.score = &model.Column{Name: name, Numbers: values}
		}
	}
	x.identify()
	x.split(in.Seed)
	in.frame.explained = x
	return x, nil
}

// otherRole says why a column is not offered as an explanation: it is the outcome, a key, or comes after the decision.
// Sensitive features are offered; columns that they are derived from are not, since the derived ones stand for them.
func (in *Input) otherRole(c *table.ColumnInfo) plumbline.Reason {
	p := &in.Plan
	role := p.Role(c.Name)
	switch {
	case role != "" && role != "sensitive" && role != "control", slices.Contains(p.NotProxies, c.Name),
		slices.Contains([]string{p.Time, p.ID, p.Version, p.Reasons.Column}, c.Name):
		return plumbline.OtherRole
	case c.Kind == table.Text && in.File != nil:
		for _, d := range in.File.Data.Personal {
			if d.Column == c.Name && role == "" {
				return plumbline.OtherRole
			}
		}
	}
	return ""
}

// offer adds a column to the sample, or to what is left out.
func (in *Input) offer(ctx context.Context, x *explained, c *table.ColumnInfo) error {
	f := feature{name: c.Name, kind: c.Kind, sensitive: in.Plan.Role(c.Name) == "sensitive"}
	if c.Kind != table.Text && c.Kind != table.Nested && c.Kind != table.Boolean && !f.sensitive {
		values, err := in.sampleNumbers(ctx, x, c.Name)
		if err != nil {
			return err
		}
		if values != nil {
			if constant(values) {
				x.left = append(x.left, leftOut{c.Name, plumbline.Constant})
				return nil
			}
			x.features, x.cols = append(x.features, f), append(x.cols, model.Column{Name: c.Name, Numbers: values})
			return nil
		}
	}
	codes, err := in.Table.Codes(ctx, c.Name)
	if err != nil {
		if !unreadable(err) {
			return err
		}
		x.left = append(x.left, leftOut{c.Name, plumbline.TooManyGroups})
		return nil
	}
	why := plumbline.OtherRole
	if f.sensitive || !in.personal(c.Name, codes.Dict) { // rules name values
		why = x.offerCodes(&f, codes, max(in.MinCell, minValueRows))
	}
	if why != "" {
		x.left = append(x.left, leftOut{c.Name, why})
	}
	return nil
}

// offerCodes keeps the values that at least least sampled rows have, at most as many as a tree takes; all others share code 1.
// A column most of whose rows would share it tells nothing by its values.
func (x *explained) offerCodes(f *feature, codes *table.Codes, least int64) plumbline.Reason {
	rows := codesAt(codes, x.at)
	counts := make([]int64, len(codes.Dict))
	var valued, kept int64
	for _, c := range rows {
		counts[c]++
	}
	var keep []int
	for c := 1; c < len(counts); c++ {
		valued += counts[c]
		if counts[c] >= least {
			keep = append(keep, c)
		}
	}
	slices.SortStableFunc(keep, func(a, b int) int { return cmp.Compare(counts[b], counts[a]) })
	keep = keep[:min(len(keep), model.MaxLevels-2)]
	final := make([]uint16, len(counts))
	for c := 1; c < len(final); c++ {
		final[c] = 1
	}
	f.values = []string{"", ""}
	for i, c := range keep {
		final[c] = uint16(i + 2)
		kept += counts[c]
		f.values = append(f.values, codes.Dict[c])
	}
	switch {
	case 2*kept < valued:
		return plumbline.TooManyGroups
	case valued == 0 || kept == valued && len(keep) == 1 && counts[0] == 0:
		return plumbline.Constant
	}
	f.rest = kept < valued
	for i, c := range rows {
		rows[i] = final[c]
	}
	x.features = append(x.features, *f)
	x.cols = append(x.cols, model.Column{Name: f.name, Codes: rows, Levels: len(f.values)})
	return ""
}

// sampleNumbers reads the sampled rows of a numeric column, NaN where there is none; nil where it is not numeric.
func (in *Input) sampleNumbers(ctx context.Context, x *explained, column string) ([]float64, error) {
	col, err := in.Table.Floats(ctx, column)
	if err != nil {
		if unreadable(err) {
			return nil, nil
		}
		return nil, err
	}
	out := make([]float64, len(x.at))
	for i, row := range x.at {
		if out[i] = col.Values[row]; !col.Ok(int(row)) {
			out[i] = math.NaN()
		}
	}
	return out, nil
}

// constant reports whether there is at most one number, and none or all are missing.
func constant(values []float64) bool {
	first, some, missing := 0.0, false, false
	for _, v := range values {
		switch {
		case math.IsNaN(v):
			missing = true
		case !some:
			first, some = v, true
		case v != first:
			return false
		}
	}
	return !some || !missing
}

// identify gives each sampled row a key from what it holds, and puts the rows in the order of the keys, so that nothing that
// is dealt by them depends on the order of the table.
func (x *explained) identify() {
	x.keys = make([]uint64, len(x.good))
	for r, g := range x.good {
		x.keys[r] = uint64(side01(g)) //nolint:gosec // G115: 0 or 1
	}
	columns := x.cols
	if x.score != nil {
		columns = x.inputs(true)
	}
	for c := range columns {
		addTo(x.keys, &columns[c])
	}
	content := slices.Clone(x.keys)
	again := map[uint64]uint64{} // rows that hold the same are told apart by a number
	for r, key := range content {
		x.keys[r] = model.Hash(key, again[key])
		again[key]++
	}
	x.units = x.keys
	if x.clusters != nil {
		x.units = persons(content, x.clusters)
	}
	slices.SortFunc(x.rows, func(a, b int32) int {
		return cmp.Or(cmp.Compare(x.units[a], x.units[b]), cmp.Compare(x.keys[a], x.keys[b]), cmp.Compare(a, b))
	})
}

// persons gives the rows of each person one key, from what they hold together.
func persons(content []uint64, clusters []uint32) []uint64 {
	sums := map[uint32]uint64{}
	for r, c := range clusters {
		sums[c] += content[r]
	}
	out := make([]uint64, len(content))
	again, done := map[uint64]uint64{}, map[uint32]uint64{}
	for r, c := range clusters {
		key, found := done[c]
		if !found {
			key = model.Hash(sums[c], again[sums[c]])
			again[sums[c]]++
			done[c] = key
		}
		out[r] = key
	}
	return out
}

// addTo mixes the values of a column into keys.
func addTo(keys []uint64, c *model.Column) {
	for r := range keys {
		if c.Numbers != nil {
			keys[r] = model.Hash(keys[r], math.Float64bits(c.Numbers[r]+0)) // no negative zero
		} else {
			keys[r] = model.Hash(keys[r], uint64(c.Codes[r]))
		}
	}
}

// split deals the rows into those to learn from and those to measure on, by the seed; all rows of a person go together.
func (x *explained) split(seed uint64) {
	var classes [2][2]int
	for _, r := range x.rows {
		part, class := 0, side01(x.good[r])
		if model.Hash(seed, x.units[r])%10 < heldOutTenths {
			part = 1
			x.held = append(x.held, r)
		} else {
			x.train = append(x.train, r)
		}
		classes[part][class]++
	}
	switch {
	case len(x.rows) > 0 && (classes[0][0]+classes[1][0] == 0 || classes[0][1]+classes[1][1] == 0):
		x.why = plumbline.Constant
	case min(classes[0][0], classes[0][1], classes[1][0], classes[1][1]) < leastClass:
		x.why = plumbline.TooFew
	case len(x.cols) == 0:
		x.why = plumbline.NoData
	}
}

// inputs are the columns offered to a tree: with the score as the last one where withScore is set.
func (x *explained) inputs(withScore bool) []model.Column {
	if !withScore {
		return x.cols
	}
	return append(slices.Clone(x.cols), *x.score)
}

// tree learns the surrogate, once; nil where nothing can be learnt, or there is no score.
func (in *Input) tree(x *explained, withScore bool) *model.Tree {
	at := 0
	if withScore {
		at = 1
	}
	if x.why != "" || withScore && x.score == nil {
		return nil
	}
	if x.trees[at] == nil {
		x.trees[at] = model.Grow(x.inputs(withScore), x.good, x.train, model.Options{
			Depth: surrogateDeep, Leaves: surrogateMost, Alpha: surrogateRate, Effect: in.Effect(),
			MinLeaf: max(int(in.MinN), int(in.MinCell), len(x.train)/leafShare),
		})
	}
	return x.trees[at]
}
