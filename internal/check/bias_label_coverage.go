package check

import (
	"context"
	"math"

	"github.com/plumbline-project/plumbline"
	"github.com/plumbline-project/plumbline/internal/stat"
)

// maxCoverageGap is the largest difference in label coverage between the two decisions that still counts as none.
const maxCoverageGap = 0.05

func biasLabelCoverage() Check {
	c := Check{
		ID: "bias.label_coverage", Version: 1, Dimension: plumbline.ModelBias, Needs: []Need{NeedDecision, NeedLabel},
		Params: []plumbline.Param{{Name: "max_coverage_gap", Unit: "difference", Default: maxCoverageGap}},
		Refs: []plumbline.Ref{
			{Cite: "Lakkaraju H et al. (2017), The Selective Labels Problem, KDD", URL: "https://doi.org/10.1145/3097983.3098066"},
		},
	}
	c.Run = func(_ context.Context, in *Input) ([]plumbline.Observation, error) {
		e := c.emitter()
		known, all := coverage(&in.frame.total, decided)
		e.share("label_coverage", plumbline.Scope{}, known, all, wilson(float64(known), float64(all), in.Level))
		kf, nf := coverage(&in.frame.total, favourableRows)
		ka, na := coverage(&in.frame.total, adverseRows)
		e.share("label_coverage", plumbline.Scope{Column: "favourable"}, kf, nf, wilson(float64(kf), float64(nf), in.Level))
		e.share("label_coverage", plumbline.Scope{Column: "adverse"}, ka, na, wilson(float64(ka), float64(na), in.Level))
		if nf == 0 || na == 0 {
			e.undefined("label_coverage_difference", plumbline.Difference, plumbline.Scope{}, plumbline.Constant)
			return e.out, nil
		}
		iv := in.coverageGap(in.frame.all(), 0)
		e.value("label_coverage_difference", plumbline.Difference, plumbline.Scope{}, float64(kf)/float64(nf)-float64(ka)/float64(na), nf+na,
			interval(iv, in.Level, "newcombe", 0))
		return e.out, nil
	}
	return c
}

func coverage(cells *outcomeCounts, rows mask) (known, all int64) {
	return cells.sum(rows & labelKnown), cells.sum(rows)
}

// selectiveLabels reports whether labels are missing by decision, over all rows or in a known group that is large enough to
// judge: a group whose refusals have no outcome has error rates that look perfect.
func (in *Input) selectiveLabels() bool {
	if in.selectiveIn(in.frame.all(), 0) {
		return true
	}
	for _, g := range in.frame.groupings {
		for i := range g.groups {
			if !g.missing[i] && in.large(g, i, g.rows(i)) && in.selectiveIn(g, i) {
				return true
			}
		}
	}
	return false
}

// selectiveIn looks at one group. Labels are taken as missing without regard to the decision where both decisions have
// nearly all of them, so that those that lack cannot move a rate by much, or where the whole interval of the difference in
// coverage lies within ±maxCoverageGap. In doubt they are selective.
func (in *Input) selectiveIn(g *grouping, group int) bool {
	kf, nf := coverage(&g.cells[group], favourableRows)
	ka, na := coverage(&g.cells[group], adverseRows)
	if nf == 0 && na == 0 || nearlyAll(kf, nf) && nearlyAll(ka, na) {
		return false
	}
	iv := in.coverageGap(g, group)
	return !(math.Max(math.Abs(iv.Low), math.Abs(iv.High)) <= maxCoverageGap)
}

func nearlyAll(k, n int64) bool { return float64(n-k) <= maxCoverageGap*float64(n) }

// coverageGap is the interval of the difference in label coverage between favourable and adverse decisions.
func (in *Input) coverageGap(g *grouping, group int) stat.Interval {
	side := func(rows mask) (k, n float64) {
		r := rate{num: rows & labelKnown, den: rows}
		ki, ni := r.counts(g)
		ke, ne := in.frame.effective(g, r, ki, ni)
		return ke[group], ne[group]
	}
	kf, nf := side(favourableRows)
	ka, na := side(adverseRows)
	return stat.Newcombe(kf, nf, ka, na, in.Level)
}
