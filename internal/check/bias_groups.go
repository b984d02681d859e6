package check

import (
	"context"

	"github.com/plumbline-project/plumbline"
)

func biasGroups() Check {
	c := Check{
		ID: "bias.groups", Version: 1, Dimension: plumbline.ModelBias, Needs: []Need{NeedDecision, NeedSensitive},
		Refs: []plumbline.Ref{{Cite: "Wilson EB (1927), Journal of the American Statistical Association 22:209–212", URL: "https://doi.org/10.2307/2276774"}},
	}
	c.Run = func(_ context.Context, in *Input) ([]plumbline.Observation, error) {
		e := c.emitter()
		for _, g := range in.frame.groupings {
			scope := plumbline.Scope{Features: g.features}
			if g.refused != "" {
				e.undefined("group_share", plumbline.Share, scope, g.refused)
				continue
			}
			all, missing := int64(in.frame.rows), int64(0)
			for i := range g.groups {
				n := g.rows(i)
				if g.missing[i] {
					missing += n
				}
				if n == 0 {
					continue
				}
				e.share("group_share", plumbline.Scope{Features: g.features, Group: g.groups[i]}, n, all, wilson(float64(n), float64(all), in.Level))
			}
			in.undecided(e, g)
			e.share("missing_share", scope, missing, all, wilson(float64(missing), float64(all), in.Level))
		}
		return e.out, nil
	}
	return c
}

// undecided records the share of rows without a decision on either side, in each group of a feature that has any.
func (in *Input) undecided(e *emitter, g *grouping) {
	for i := range g.groups {
		n := g.rows(i)
		if k := n - g.cells[i].sum(decided); k > 0 {
			e.share("undecided_share", plumbline.Scope{Features: g.features, Group: g.groups[i]}, k, n, wilson(float64(k), float64(n), in.Level))
		}
	}
}
