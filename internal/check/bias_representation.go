package check

import (
	"context"
	"slices"

	"github.com/plumbline-project/plumbline"
	"github.com/plumbline-project/plumbline/internal/stat"
)

func biasRepresentation() Check {
	c := Check{
		ID: "bias.representation", Version: 1, Dimension: plumbline.ModelBias, Needs: []Need{NeedDecision, NeedSensitive, NeedShares},
		Refs: []plumbline.Ref{{Cite: "Wilson EB (1927), Journal of the American Statistical Association 22:209–212", URL: "https://doi.org/10.2307/2276774"}},
	}
	c.Run = func(_ context.Context, in *Input) ([]plumbline.Observation, error) {
		e := c.emitter()
		for i := range in.Plan.Population {
			in.representation(e, &in.Plan.Population[i])
		}
		return e.out, nil
	}
	return c
}

// representation divides each declared group's share of the known rows by its share of the population, which is taken as
// exact. The intervals hold for all groups of all declared populations at once (Bonferroni).
func (in *Input) representation(e *emitter, p *Population) {
	g := in.frame.find([]string{p.Feature})
	if g == nil || g.refused != "" {
		e.undefined("representation_ratio", plumbline.Ratio, plumbline.Scope{Features: []string{p.Feature}}, plumbline.TooManyGroups)
		return
	}
	family := 0
	for i := range in.Plan.Population {
		family += len(in.Plan.Population[i].Values)
	}
	level := 1 - (1-in.Level)/float64(family)
	var known int64
	for i := range g.groups {
		if !g.missing[i] {
			known += g.rows(i)
		}
	}
	deff := in.frame.kish(in.frame.knownAndMissing(g))[0] // exact where all rows of a person are in one group, else too large
	for j, value := range p.Values {
		scope := plumbline.Scope{Features: []string{p.Feature}, Group: []string{value}}
		var k int64
		if i := slices.IndexFunc(g.groups, func(v []string) bool { return v[0] == value }); i > 0 {
			k = g.rows(i)
		}
		e.value("population_share", plumbline.Share, scope, p.Shares[j], 0, nil)
		if known < in.MinN || p.Shares[j] <= 0 {
			e.undefined("representation_ratio", plumbline.Ratio, scope, plumbline.TooFew)
			continue
		}
		iv := stat.Wilson(float64(k)/deff, float64(known)/deff, level)
		iv = stat.Interval{Low: iv.Low / p.Shares[j], High: iv.High / p.Shares[j]}
		e.value("representation_ratio", plumbline.Ratio, scope, float64(k)/float64(known)/p.Shares[j], known, interval(iv, in.Level, "wilson-simultaneous", family))
	}
}
