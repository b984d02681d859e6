package check

import (
	"context"

	"github.com/plumbline-project/plumbline"
	"github.com/plumbline-project/plumbline/internal/stat"
)

func biasMissingGroup() Check {
	c := Check{
		ID: "bias.missing_group", Version: 1, Dimension: plumbline.ModelBias, Needs: []Need{NeedDecision, NeedSensitive},
		Refs: []plumbline.Ref{{Cite: "Koopman PAR (1984), Biometrics 40:513–517", URL: "https://doi.org/10.2307/2531405"}},
	}
	c.Run = func(_ context.Context, in *Input) ([]plumbline.Observation, error) {
		e := c.emitter()
		for _, g := range in.frame.groupings {
			if len(g.features) == 1 && g.refused == "" {
				in.missingGroup(e, g)
			}
		}
		return e.out, nil
	}
	return c
}

// missingGroup compares the selection rate of the rows whose value is missing with that of all rows whose value is known.
// The known rows are the reference; the missing ones never are.
func (in *Input) missingGroup(e *emitter, g *grouping) {
	if g.rows(0) == 0 {
		return
	}
	scope := plumbline.Scope{Features: g.features, Group: []string{""}, Among: plumbline.KnownGroups}
	if why := in.noGap(g, false); why != "" {
		e.undefined("missing_group_ratio", plumbline.Ratio, scope, why)
		return
	}
	if !in.missingCompared(g) {
		e.undefined("missing_group_ratio", plumbline.Ratio, scope, plumbline.TooFew)
		return
	}
	two := in.frame.knownAndMissing(g)
	k, n := selectionRate.counts(two)
	ke, ne := in.frame.effective(two, selectionRate, k, n)
	iv := stat.Koopman(ke[1], ne[1], ke[0], ne[0], in.level(g))
	value := float64(k[1]) / float64(n[1]) / (float64(k[0]) / float64(n[0]))
	e.value("missing_group_ratio", plumbline.Ratio, scope, value, n[0]+n[1], interval(iv, in.Level, "koopman", in.family(g)))
}

// missingCompared reports whether a feature has enough missing and enough known values to compare the two.
func (in *Input) missingCompared(g *grouping) bool {
	if g.refused != "" {
		return false
	}
	two := in.frame.knownAndMissing(g)
	_, n := selectionRate.counts(two)
	return in.large(two, 0, n[0]) && in.large(two, 1, n[1])
}

// knownAndMissing joins the groups of a feature into two: 0 known, 1 missing.
func (f *frame) knownAndMissing(g *grouping) *grouping {
	if g.two == nil {
		g.two = &grouping{features: g.features, groups: [][]string{nil, {""}}, missing: []bool{false, true}, cells: make([]outcomeCounts, 2)}
		for i := range g.cells {
			if g.missing[i] {
				g.two.cells[1].add(&g.cells[i])
			} else {
				g.two.cells[0].add(&g.cells[i])
			}
		}
		if f.clusters != nil {
			g.two.perRow = make([]uint16, f.rows)
			for i, c := range g.rowGroups() {
				if c == 0 {
					g.two.perRow[i] = 1
				}
			}
		}
	}
	return g.two
}
