package check

import (
	"context"

	"github.com/plumbline-project/plumbline"
	"github.com/plumbline-project/plumbline/internal/stat"
)

func biasAUC() Check {
	c := Check{
		ID: "bias.auc", Version: 1, Dimension: plumbline.ModelBias, Needs: []Need{NeedDecision, NeedSensitive, NeedLabel, NeedScore},
		Refs: []plumbline.Ref{
			{Cite: "DeLong ER, DeLong DM, Clarke-Pearson DL (1988), Biometrics 44:837–845", URL: "https://doi.org/10.2307/2531595"},
			{Cite: "Sun X, Xu W (2014), IEEE Signal Processing Letters 21:1389–1393", URL: "https://doi.org/10.1109/LSP.2014.2337313"},
		},
	}
	c.Run = func(ctx context.Context, in *Input) ([]plumbline.Observation, error) {
		e := c.emitter()
		if in.frame.selective {
			e.undefined("auc", plumbline.Plain, plumbline.Scope{}, plumbline.SelectiveLabels)
			return e.out, nil
		}
		r, err := in.ranked(ctx)
		if err != nil {
			return nil, err
		}
		done := false // every grouping gives the area over all rows
		for _, g := range in.frame.groupings {
			if g.refused != "" {
				e.undefined("auc", plumbline.Plain, plumbline.Scope{Features: g.features}, g.refused)
				continue
			}
			overall, byGroup := r.ranking.AUC(r.class, g.rowGroups(), len(g.groups))
			if !done {
				in.auc(e, plumbline.Scope{}, clustered(overall, in.Effect()))
				done = true
			}
			for i, a := range byGroup {
				byGroup[i] = clustered(a, in.frame.kish(g)[i])
				in.auc(e, plumbline.Scope{Features: g.features, Group: g.groups[i]}, byGroup[i])
			}
			in.aucGap(e, g, byGroup)
		}
		return e.out, nil
	}
	return c
}

// clustered widens the variance of an area by the bound on the design effect of repeated subjects.
func clustered(a stat.AUC, effect float64) stat.AUC {
	a.Variance *= effect
	return a
}

func (in *Input) auc(e *emitter, scope plumbline.Scope, a stat.AUC) {
	n := a.Positives + a.Negatives
	if n == 0 {
		return
	}
	var iv *plumbline.Interval
	if min(a.Positives, a.Negatives) >= 2 {
		iv = interval(a.Interval(in.Level), in.Level, "delong-logit", 0)
	}
	e.value("auc", plumbline.Plain, scope, a.Value, n, iv)
}

// aucGap compares the known groups that have enough rows of both classes.
func (in *Input) aucGap(e *emitter, g *grouping, areas []stat.AUC) {
	var judged []stat.AUC
	var values []float64
	var n int64
	for i, a := range areas {
		if least := min(a.Positives, a.Negatives); !g.missing[i] && least > 0 && in.large(g, i, least) {
			judged, values = append(judged, a), append(values, a.Value)
			n += a.Positives + a.Negatives
		}
	}
	scope := in.among(g, plumbline.JudgedGroups)
	if len(judged) < 2 {
		e.undefined("auc_difference", plumbline.Difference, scope, plumbline.TooFew)
		return
	}
	gap := stat.MaxDifferenceOf(values, in.level(g), func(i int, level float64) stat.Interval { return judged[i].Interval(level) })
	e.value("auc_difference", plumbline.Difference, scope, gap.Value, n, interval(gap.Interval, in.Level, "delong-simultaneous", gap.Pairs*in.family(g)))
}
