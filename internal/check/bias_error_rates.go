package check

import (
	"context"
	"math"
	"slices"

	"github.com/plumbline-project/plumbline"
	"github.com/plumbline-project/plumbline/internal/stat"
)

func biasErrorRates() Check {
	c := Check{
		ID: "bias.error_rates", Version: 1, Dimension: plumbline.ModelBias, Needs: []Need{NeedDecision, NeedSensitive, NeedLabel},
		Refs: []plumbline.Ref{
			{Cite: "Hardt M, Price E, Srebro N (2016), Equality of Opportunity in Supervised Learning", URL: "https://arxiv.org/abs/1610.02413"},
			{Cite: "Fairlearn, equalized_odds_difference and equalized_odds_ratio (agg = worst_case)", URL: "https://fairlearn.org/"},
		},
	}
	c.Run = func(_ context.Context, in *Input) ([]plumbline.Observation, error) {
		e := c.emitter()
		for _, r := range errorRates {
			in.overall(e, r)
		}
		for _, g := range in.frame.groupings {
			for _, r := range errorRates {
				in.rates(e, g, r)
				in.gaps(e, g, r)
			}
			in.equalizedOdds(e, g)
		}
		return e.out, nil
	}
	return c
}

// equalizedOdds is the worse of the gaps of true and of false positive rates: the larger difference, the smaller ratio.
// The two share the level of the feature, so that the interval of the worse one holds without choosing it by the data.
func (in *Input) equalizedOdds(e *emitter, g *grouping) {
	judged := in.among(g, plumbline.JudgedGroups)
	if why := in.noGap(g, true); why != "" {
		e.undefined("equalized_odds_difference", plumbline.Difference, judged, why)
		e.undefined("equalized_odds_ratio", plumbline.Ratio, judged, why)
		return
	}
	tpr, fpr := errorRates[0], errorRates[1]
	kt, nt := tpr.counts(g)
	kf, nf := fpr.counts(g)
	effect := in.frame.kish(g)
	worst(e, in.among(g, ""), gapOf(g, kt, nt, 0, effect), gapOf(g, kf, nf, 0, effect), nil, nil)

	t, f := in.judgedGap(g, kt, nt), in.judgedGap(g, kf, nf)
	in.unjudged(e, g, "equalized_odds", slices.DeleteFunc(slices.Clone(t.groups), func(i int) bool { return !slices.Contains(f.groups, i) }))
	if len(t.groups) < 2 || len(f.groups) < 2 {
		e.undefined("equalized_odds_difference", plumbline.Difference, judged, plumbline.TooFew)
		e.undefined("equalized_odds_ratio", plumbline.Ratio, judged, plumbline.TooFew)
		return
	}
	level := 1 - (1-in.level(g))/2
	dt, qt := in.gapIntervals(g, tpr, t, level)
	df, qf := in.gapIntervals(g, fpr, f, level)
	family := (dt.Pairs + df.Pairs) * in.family(g)
	diff := stat.Interval{Low: max(dt.Interval.Low, df.Interval.Low), High: max(dt.Interval.High, df.Interval.High)}
	ratio := stat.Interval{Low: min(qt.Interval.Low, qf.Interval.Low), High: min(qt.Interval.High, qf.Interval.High)}
	worst(e, judged, t, f, interval(diff, in.Level, newcombeAll, family), interval(ratio, in.Level, koopmanAll, family))
}

func worst(e *emitter, scope plumbline.Scope, t, f gap, diff, ratio *plumbline.Interval) {
	if len(t.groups) < 2 || len(f.groups) < 2 {
		e.undefined("equalized_odds_difference", plumbline.Difference, scope, plumbline.OneGroup)
		e.undefined("equalized_odds_ratio", plumbline.Ratio, scope, plumbline.OneGroup)
		return
	}
	var rows int64
	for _, n := range t.n {
		rows += n
	}
	for _, n := range f.n {
		rows += n
	}
	e.value("equalized_odds_difference", plumbline.Difference, scope, math.Max(t.difference, f.difference), rows, diff)
	e.value("equalized_odds_ratio", plumbline.Ratio, scope, math.Min(t.ratio, f.ratio), rows, ratio)
}
