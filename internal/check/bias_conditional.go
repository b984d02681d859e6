package check

import (
	"context"
	"math"
	"slices"

	"github.com/plumbline-project/plumbline"
	"github.com/plumbline-project/plumbline/internal/stat"
)

// maxStrata bounds the strata of a control feature.
const maxStrata = 20

func biasConditional() Check {
	c := Check{
		ID: "bias.conditional", Version: 1, Dimension: plumbline.ModelBias, Needs: []Need{NeedDecision, NeedSensitive, NeedControl},
		Params: []plumbline.Param{{Name: "max_strata", Unit: "count", Default: maxStrata}},
		Refs: []plumbline.Ref{
			{Cite: "Wachter S, Mittelstadt B, Russell C (2021), Why Fairness Cannot Be Automated, Computer Law & Security Review 41:105567", URL: "https://doi.org/10.1016/j.clsr.2021.105567"},
			{Cite: "Mantel N, Haenszel W (1959), Journal of the National Cancer Institute 22:719–748", URL: "https://doi.org/10.1093/jnci/22.4.719"},
			{Cite: "Robins J, Breslow N, Greenland S (1986), Biometrics 42:311–323", URL: "https://doi.org/10.2307/2531052"},
			{Cite: "Tarone RE (1985), Biometrika 72:91–95", URL: "https://doi.org/10.1093/biomet/72.1.91"},
		},
	}
	c.Run = func(ctx context.Context, in *Input) ([]plumbline.Observation, error) {
		e := c.emitter()
		var features []*conditioned
		for _, g := range in.frame.groupings {
			if len(g.features) == 1 {
				f := &conditioned{in: in, g: g}
				f.unconditional(e)
				features = append(features, f)
			}
		}
		for _, control := range in.Plan.Control {
			strata, err := in.binned(ctx, control, maxStrata)
			if err != nil {
				return nil, err
			}
			for _, f := range features {
				f.given(e, control, strata)
			}
		}
		return e.out, nil
	}
	return c
}

// conditioned compares the known groups of one feature, each with all other known rows.
type conditioned struct {
	in      *Input
	g       *grouping
	known   []int     // groups with a decided row
	effects []float64 // by group: counts are divided by it where intervals are made; NaN: there are none
	refused plumbline.Reason
}

// unconditional records the figures without a control feature, which stand next to every conditional one.
func (f *conditioned) unconditional(e *emitter) {
	scope := plumbline.Scope{Features: f.g.features}
	if f.refused = f.g.refused; f.refused == "" {
		for i := range f.g.groups {
			if !f.g.missing[i] && f.g.cells[i].sum(decided) > 0 {
				f.known = append(f.known, i)
			}
		}
		if len(f.known) < 2 {
			f.refused = plumbline.OneGroup
		}
	}
	if f.refused != "" {
		e.undefined("demographic_disparity", plumbline.Difference, scope, f.refused)
		return
	}
	f.weigh()
	cells := make([][][2]int64, len(f.g.groups))
	for i := range cells {
		cells[i] = [][2]int64{{bad: f.g.cells[i].sum(adverseRows), good: f.g.cells[i].sum(favourableRows)}}
	}
	strata := f.against(cells)
	for _, i := range f.known {
		scope.Group = f.g.groups[i]
		f.disparity(e, "demographic_disparity", scope, i, strata[i])
	}
}

// maxWeighed bounds the groups of a feature for which the rest is weighed where subjects repeat: each takes a pass over the
// rows, about 35 ns per row.
const maxWeighed = 32

// weigh gives each group the larger of its own design effect for the selection rate and that of all other known rows. It is
// taken for all strata, though a part of it lies between them, which is conservative. Beyond maxWeighed groups there are
// no intervals.
func (f *conditioned) weigh() {
	frame := f.in.frame
	f.effects = slices.Clone(frame.designEffects(f.g, selectionRate))
	if frame.clusters == nil {
		return
	}
	switch a, b := f.known[0], f.known[1]; {
	case len(f.known) == 2: // each is the rest of the other
		f.effects[a] = max(f.effects[a], f.effects[b])
		f.effects[b] = f.effects[a]
		return
	case len(f.known) > maxWeighed:
		for i := range f.effects {
			f.effects[i] = math.NaN()
		}
		return
	}
	f.weighRest()
}

// weighRest weighs for each known group the other known rows.
func (f *conditioned) weighRest() {
	frame := f.in.frame
	in, side := make([]uint8, frame.rows), make([]uint16, frame.rows)
	for i, o := range frame.rowOutcomes() {
		in[i] = uint8(selectionRate.den>>o&1 + selectionRate.num>>o&1)
	}
	for _, k := range f.known {
		for i, c := range f.g.rowGroups() {
			side[i] = 0
			if int(c) == k || f.g.missing[c] {
				side[i] = 1 // beyond the one group
			}
		}
		rest := stat.DesignEffects(frame.clusters, frame.subjects, side, 1, in)
		f.effects[k] = max(f.effects[k], rest[0])
	}
}

// given records the figures inside the strata of one control feature. Rows whose stratum is missing form a stratum of their
// own.
func (f *conditioned) given(e *emitter, control string, strata *bins) {
	why := f.refused
	if why == "" && strata == nil {
		why = plumbline.TooManyGroups
	}
	scope := plumbline.Scope{Features: f.g.features, Given: control}
	if why != "" {
		e.undefined("conditional_demographic_disparity", plumbline.Difference, scope, why)
		return
	}
	cells := make([][][2]int64, len(f.g.groups)) // group → stratum → adverse, favourable
	for i := range cells {
		cells[i] = make([][2]int64, strata.n)
	}
	outcome := f.in.frame.rowOutcomes()
	for i, c := range f.g.rowGroups() {
		if d := outcome[i] / 3; d != unknown {
			cells[c][strata.codes[i]][d]++
		}
	}
	tables := f.against(cells)
	for _, i := range f.known {
		scope.Group = f.g.groups[i]
		f.disparity(e, "conditional_demographic_disparity", scope, i, tables[i])
		f.mantelHaenszel(e, scope, i, tables[i])
	}
}

// against makes of the counts by group and stratum the tables of each known group against all others.
func (f *conditioned) against(cells [][][2]int64) [][]stat.Stratum {
	totals := make([][2]int64, len(cells[0]))
	for _, i := range f.known {
		for s := range totals {
			totals[s][bad] += cells[i][s][bad]
			totals[s][good] += cells[i][s][good]
		}
	}
	out := make([][]stat.Stratum, len(cells))
	for _, i := range f.known {
		for s, t := range totals {
			own := cells[i][s]
			out[i] = append(out[i], stat.Stratum{
				A: float64(own[good]), B: float64(own[bad]), C: float64(t[good] - own[good]), D: float64(t[bad] - own[bad]),
			})
		}
	}
	return out
}

// effective divides counts by a design effect.
func effective(strata []stat.Stratum, effect float64) []stat.Stratum {
	out := slices.Clone(strata)
	for i, s := range out {
		out[i] = stat.Stratum{A: s.A / effect, B: s.B / effect, C: s.C / effect, D: s.D / effect}
	}
	return out
}

// disparity records one demographic disparity; above 0 the group bears more of the refusals than of the acceptances.
func (f *conditioned) disparity(e *emitter, metric string, scope plumbline.Scope, group int, strata []stat.Stratum) {
	level := f.in.Level
	d := stat.ConditionalDisparity(strata, level)
	iv := stat.ConditionalDisparity(effective(strata, f.effects[group]), level).Interval
	e.value(metric, plumbline.Difference, scope, d.Value, int64(d.Rows), interval(iv, level, "delta-multinomial", 0))
}

// mantelHaenszel records the common odds ratio and risk difference, and whether the odds ratios differ between strata.
func (f *conditioned) mantelHaenszel(e *emitter, scope plumbline.Scope, group int, strata []stat.Stratum) {
	level := f.in.Level
	var n float64
	for _, s := range strata {
		n += s.A + s.B + s.C + s.D
	}
	mh, weighed := stat.NewMantelHaenszel(strata, level), stat.NewMantelHaenszel(effective(strata, f.effects[group]), level)
	e.value("mantel_haenszel_odds_ratio", plumbline.Odds, scope, mh.OddsRatio, int64(n), interval(weighed.OddsInterval, level, "robins-breslow-greenland", 0))
	e.value("mantel_haenszel_risk_difference", plumbline.Difference, scope, mh.RiskDifference, int64(n), interval(weighed.RiskInterval, level, "sato-klingenberg", 0))
	if math.IsNaN(f.effects[group]) {
		e.undefined("breslow_day_p", plumbline.Plain, scope, plumbline.TooManyGroups)
		return
	}
	e.value("breslow_day_p", plumbline.Plain, scope, weighed.Homogeneity, int64(n), nil)
}
