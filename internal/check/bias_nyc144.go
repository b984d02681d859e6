package check

import (
	"context"
	"math"

	"github.com/plumbline-project/plumbline"
)

// smallCategory: an auditor may leave out a category with less than one in so many rows of the data used (6 RCNY § 5-301 (d):
// less than 2 %).
const smallCategory = 50

func biasNYC144() Check {
	c := Check{
		ID: "bias.nyc144", Version: 1, Dimension: plumbline.ModelBias, Needs: []Need{NeedDecision, NeedSensitive},
		Params: []plumbline.Param{{Name: "small_category", Unit: "share", Default: 1.0 / smallCategory}},
		Refs: []plumbline.Ref{
			{Cite: "New York City Local Law 144 of 2021; rules 6 RCNY §§ 5-300 to 5-304 (formula only; no threshold is set there)"},
		},
	}
	c.Run = func(ctx context.Context, in *Input) ([]plumbline.Observation, error) {
		e := c.emitter()
		above, err := in.aboveMedian(ctx, e)
		if err != nil {
			return nil, err
		}
		for _, g := range in.frame.groupings {
			if g.refused != "" {
				e.undefined("nyc_selection_impact_ratio", plumbline.Ratio, plumbline.Scope{Features: g.features}, g.refused)
				continue
			}
			small := in.nycCategories(e, g)
			k, n := selectionRate.counts(g)
			in.nycRatios(e, g, "nyc_selection", k, n, small)
			if above != nil {
				k, n = countAbove(g, above)
				in.nycRatios(e, g, "nyc_scoring", k, n, small)
			}
		}
		return e.out, nil
	}
	return c
}

// nycCategories records the share of each category and the rows of unknown category, and says which categories are small.
// The data used are all rows with a decision, those of unknown category among them; one test holds for both ratios.
func (in *Input) nycCategories(e *emitter, g *grouping) (small []bool) {
	_, n := selectionRate.counts(g)
	var used, missing, rows int64
	for i := range g.groups {
		used += n[i]
		rows += g.rows(i)
		if g.missing[i] {
			missing += g.rows(i)
		}
	}
	e.value("nyc_unknown_count", plumbline.Count, plumbline.Scope{Features: g.features}, float64(missing), rows, nil)
	small = make([]bool, len(g.groups))
	for i := range g.groups {
		small[i] = smallCategory*n[i] < used
		if !g.missing[i] && g.rows(i) > 0 {
			e.share("nyc_category_share", plumbline.Scope{Features: g.features, Group: g.groups[i]}, n[i], used, nil)
		}
	}
	return small
}

// nycRatios records rate and impact ratio of each known category: its rate divided by that of the category with the highest
// one. Unknown categories enter no ratio; the formula of the rule carries no interval of its own and no correction.
func (in *Input) nycRatios(e *emitter, g *grouping, stem string, k, n []int64, small []bool) {
	best := -1
	for i := range g.groups {
		if g.missing[i] || n[i] == 0 || in.Plan.DropSmall && small[i] {
			continue
		}
		if best < 0 || less(k[best], n[best], k[i], n[i]) {
			best = i
		}
	}
	for i := range g.groups {
		if g.missing[i] || n[i] == 0 {
			continue
		}
		scope := plumbline.Scope{Features: g.features, Group: g.groups[i]}
		e.share(stem+"_rate", scope, k[i], n[i], nil)
		if in.Plan.DropSmall && small[i] {
			e.undefined(stem+"_impact_ratio", plumbline.Ratio, scope, plumbline.TooFew)
			continue
		}
		if k[best] == 0 {
			e.undefined(stem+"_impact_ratio", plumbline.Ratio, scope, plumbline.ZeroDenominator)
			continue
		}
		e.value(stem+"_impact_ratio", plumbline.Ratio, scope, float64(k[i])/float64(n[i])/(float64(k[best])/float64(n[best])), n[i], nil)
	}
}

// aboveMedian marks the rows whose score is strictly better than the median of the sample: 1 better, 0 not, 2 without a
// score. It records the median as the score is written, and returns nil where there is no score.
func (in *Input) aboveMedian(ctx context.Context, e *emitter) (marks []uint8, err error) {
	if in.Plan.Score.Column == "" {
		return nil, nil
	}
	r, err := in.ranked(ctx)
	if err != nil {
		return nil, err
	}
	median := r.ranking.Median()
	if math.IsNaN(median) {
		return nil, nil // no row has a score
	}
	var scored int64
	marks = make([]uint8, len(r.scores))
	for i, s := range r.scores {
		switch {
		case math.IsNaN(s):
			marks[i] = 2
			continue
		case s > median:
			marks[i] = 1
		}
		scored++
	}
	e.value("nyc_median_score", plumbline.Plain, plumbline.Scope{}, in.Plan.Score.turned(median), scored, nil)
	return marks, nil
}

// countAbove counts by group the rows above the median of the whole sample, of those with a score.
func countAbove(g *grouping, above []uint8) (k, n []int64) {
	k, n = make([]int64, len(g.groups)), make([]int64, len(g.groups))
	for i, c := range g.rowGroups() {
		switch above[i] {
		case 1:
			k[c]++
			n[c]++
		case 0:
			n[c]++
		}
	}
	return k, n
}
