package check

import (
	"context"
	"math"

	"github.com/plumbline-project/plumbline"
	"github.com/plumbline-project/plumbline/internal/stat"
)

// calibrationBins is the number of pieces of a reliability curve.
const calibrationBins = 10

func biasCalibration() Check {
	c := Check{
		ID: "bias.calibration", Version: 1, Dimension: plumbline.ModelBias, Needs: []Need{NeedDecision, NeedSensitive, NeedLabel, NeedScore},
		Params: []plumbline.Param{{Name: "bins", Unit: "count", Default: calibrationBins}},
		Refs: []plumbline.Ref{
			{Cite: "Cox DR (1958), Two further applications of a model for binary regression, Biometrika 45:562–565", URL: "https://doi.org/10.1093/biomet/45.3-4.562"},
			{Cite: "Kumar A, Liang P, Ma T (2019), Verified Uncertainty Calibration, NeurIPS", URL: "https://arxiv.org/abs/1909.10155"},
		},
	}
	c.Run = func(ctx context.Context, in *Input) ([]plumbline.Observation, error) {
		e := c.emitter()
		r, err := in.ranked(ctx)
		if err != nil {
			return nil, err
		}
		if !in.Plan.Score.Probability || !r.probability {
			in.noCalibration(e)
			return e.out, nil
		}
		in.calibration(e, plumbline.Scope{Among: r.among}, &r.ranking.Calibrate(r.class, nil, 1, calibrationBins, in.Level)[0], in.Effect())
		for _, g := range in.frame.groupings {
			if g.refused != "" {
				e.undefined("calibration_in_the_large_difference", plumbline.Difference, in.among(g, plumbline.JudgedGroups), g.refused)
				continue
			}
			bins := calibrationBins
			if len(g.features) > 1 {
				bins = 0 // many groups, few rows each: calibration in the large only
			}
			byGroup := r.ranking.Calibrate(r.class, g.rowGroups(), len(g.groups), bins, in.Level)
			for i := range byGroup {
				in.calibration(e, plumbline.Scope{Features: g.features, Group: g.groups[i], Among: r.among}, &byGroup[i], in.frame.kish(g)[i])
			}
			in.calibrationGap(e, g, byGroup)
		}
		return e.out, nil
	}
	return c
}

// noCalibration says for all rows and for each grouping that the score is no probability.
func (in *Input) noCalibration(e *emitter) {
	e.undefined("calibration_in_the_large", plumbline.Difference, plumbline.Scope{}, plumbline.NotProbability)
	for _, g := range in.frame.groupings {
		e.undefined("calibration_in_the_large_difference", plumbline.Difference, in.among(g, plumbline.JudgedGroups), plumbline.NotProbability)
	}
}

// calibration records the figures and the curve of one group. Groups under the minimum have no fit and no curve; groups of
// an intersection have no curve. Where subjects repeat, intervals are widened by the bound on the design effect, and those
// of the expected calibration error and of the curve, which it does not cover, are left out.
func (in *Input) calibration(e *emitter, scope plumbline.Scope, c *stat.Calibration, effect float64) {
	if c.Rows == 0 {
		return
	}
	if float64(c.Rows) < float64(in.MinN)*effect {
		e.undefined("calibration_in_the_large", plumbline.Difference, scope, plumbline.TooFew)
		return
	}
	e.value("calibration_in_the_large", plumbline.Difference, scope, c.InTheLarge, c.Rows, interval(inTheLarge(c, effect, in.Level), in.Level, "wilson-shifted", 0))
	if len(scope.Features) > 1 {
		return
	}
	if c.Unfit == "" {
		e.value("calibration_slope", plumbline.Plain, scope, c.Slope, c.Rows, interval(widen(c.SlopeInterval, c.Slope, effect), in.Level, "wald", 0))
		e.value("calibration_intercept", plumbline.Plain, scope, c.Intercept, c.Rows, interval(widen(c.InterceptInterval, c.Intercept, effect), in.Level, "wald", 0))
	} else {
		e.undefined("calibration_slope", plumbline.Plain, scope, plumbline.Constant)
	}
	repeats := effect > 1
	e.value("expected_calibration_error", plumbline.Plain, scope, c.ECE, c.Rows, unless(repeats, interval(c.ECEInterval, in.Level, "ece-bound", 0)))
	for i, b := range c.Bins {
		at := scope
		at.Bin = i + 1
		e.share("calibration_curve", at, b.Positives, b.Rows, unless(repeats, interval(b.Interval, in.Level, "wilson", 0)))
		e.value("calibration_curve_score", plumbline.Share, at, b.MeanScore, b.Rows, nil)
	}
}

// inTheLarge is the interval of mean outcome minus mean score, the scores taken as given.
func inTheLarge(c *stat.Calibration, effect, level float64) stat.Interval {
	iv := stat.Wilson(float64(c.Positives)/effect, float64(c.Rows)/effect, level)
	return stat.Interval{Low: iv.Low - c.MeanScore, High: iv.High - c.MeanScore}
}

// widen stretches an interval about its estimate for a variance that is effect times as large.
func widen(iv stat.Interval, estimate, effect float64) stat.Interval {
	root := math.Sqrt(effect)
	return stat.Interval{Low: estimate - root*(estimate-iv.Low), High: estimate + root*(iv.High-estimate)}
}

func unless(no bool, iv *plumbline.Interval) *plumbline.Interval {
	if no {
		return nil
	}
	return iv
}

// calibrationGap compares the known groups that have enough rows.
func (in *Input) calibrationGap(e *emitter, g *grouping, groups []stat.Calibration) {
	var judged []int
	var values []float64
	var n int64
	effect := in.frame.kish(g)
	for i := range groups {
		if c := &groups[i]; !g.missing[i] && c.Rows > 0 && in.large(g, i, c.Rows) {
			judged, values, n = append(judged, i), append(values, c.InTheLarge), n+c.Rows
		}
	}
	scope := in.among(g, plumbline.JudgedGroups)
	in.unjudged(e, g, "calibration_in_the_large", judged)
	if len(judged) < 2 {
		e.undefined("calibration_in_the_large_difference", plumbline.Difference, scope, plumbline.TooFew)
		return
	}
	gap := stat.MaxDifferenceOf(values, in.level(g), func(i int, level float64) stat.Interval {
		return inTheLarge(&groups[judged[i]], effect[judged[i]], level)
	})
	e.value("calibration_in_the_large_difference", plumbline.Difference, scope, gap.Value, n, interval(gap.Interval, in.Level, "wilson-mover-simultaneous", gap.Pairs*in.family(g)))
}
