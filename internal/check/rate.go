package check

import "github.com/plumbline-project/plumbline/internal/stat"

// rate is a share that is a function of the counted cells: num of den.
type rate struct {
	metric   string // of a group
	gap      string // stem of the names of its gap: stem_difference, stem_ratio
	num, den mask
	label    bool // needs the label of adverse decisions too, so that selective labels make it wrong
}

// The rates, by their standard names with the favourable outcome as the positive class. Fairlearn has the same definitions
// in metrics/_base_metrics.py; its names are kept.
var (
	selectionRate = rate{metric: "selection_rate", gap: "demographic_parity", num: cell(good, bad) | cell(good, good) | cell(good, unknown), den: decided}

	errorRates = []rate{
		{metric: "true_positive_rate", gap: "equal_opportunity", num: cell(good, good), den: cell(good, good) | cell(bad, good), label: true},
		{metric: "false_positive_rate", gap: "false_positive_rate", num: cell(good, bad), den: cell(good, bad) | cell(bad, bad), label: true},
		{metric: "false_negative_rate", gap: "false_negative_rate", num: cell(bad, good), den: cell(good, good) | cell(bad, good), label: true},
		{metric: "true_negative_rate", gap: "true_negative_rate", num: cell(bad, bad), den: cell(good, bad) | cell(bad, bad), label: true},
		{metric: "accuracy", gap: "accuracy", num: cell(good, good) | cell(bad, bad), den: labelled, label: true},
	}
	predictiveValues = []rate{
		{metric: "positive_predictive_value", gap: "predictive_parity", num: cell(good, good), den: cell(good, good) | cell(good, bad)},
		{metric: "negative_predictive_value", gap: "negative_predictive_value", num: cell(bad, bad), den: cell(bad, bad) | cell(bad, good), label: true},
	}
)

// counts gives numerator and denominator of a rate in each group.
func (r rate) counts(g *grouping) (k, n []int64) {
	k, n = make([]int64, len(g.cells)), make([]int64, len(g.cells))
	for i := range g.cells {
		k[i], n[i] = g.cells[i].sum(r.num), g.cells[i].sum(r.den)
	}
	return k, n
}

// effective gives the counts divided by each group's design effect, so that intervals made for independent rows hold for
// rows that share a subject. Where no subject repeats they are the counts themselves.
func (f *frame) effective(g *grouping, r rate, k, n []int64) (ke, ne []float64) {
	deff := f.designEffects(g, r)
	ke, ne = make([]float64, len(k)), make([]float64, len(n))
	for i := range k {
		ke[i], ne[i] = float64(k[i])/deff[i], float64(n[i])/deff[i]
	}
	return ke, ne
}

// designEffects is 1 for each group where no subject repeats. One pass over the rows for each rate and its complement, kept.
func (f *frame) designEffects(g *grouping, r rate) []float64 {
	part := min(r.num, r.den&^r.num)
	return f.effects(g, part|r.den<<outcomes, func(in []uint8) {
		for i, o := range f.rowOutcomes() { // 0 outside the denominator, 1 in it, 2 in the part too
			in[i] = uint8(r.den>>o&1 + part>>o&1)
		}
	})
}

// kish is each group's design effect if all rows of a subject were alike: rows per subject, weighted by rows. It is an upper
// bound for any quantity (Kish 1965, Survey Sampling), and 1 where no subject repeats.
func (f *frame) kish(g *grouping) []float64 {
	return f.effects(g, 0, func(in []uint8) {
		for i := range in {
			in[i] = 2
		}
	})
}

func (f *frame) effects(g *grouping, key mask, mark func([]uint8)) []float64 {
	if e, ok := g.effects[key]; ok {
		return e
	}
	effects := make([]float64, len(g.groups))
	for i := range effects {
		effects[i] = 1
	}
	if f.clusters != nil {
		in := make([]uint8, f.rows)
		mark(in)
		effects = stat.DesignEffects(f.clusters, f.subjects, g.rowGroups(), len(g.groups), in)
	}
	if g.effects == nil {
		g.effects = map[mask][]float64{}
	}
	g.effects[key] = effects
	return effects
}
