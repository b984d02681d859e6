package assess

import (
	"slices"

	"github.com/plumbline-project/plumbline"
	"github.com/plumbline-project/plumbline/internal/regime"
	"github.com/plumbline-project/plumbline/internal/text"
	"github.com/plumbline-project/plumbline/internal/workflow"
)

// risks makes a row of the register for each control that has judging findings which are not satisfied. A suppressed
// finding makes no risk while its suppression runs.
func risks(f *workflow.File, cat *regime.Catalog, controls []plumbline.Control, findings []plumbline.Finding) []plumbline.Risk {
	var out []plumbline.Risk
	for i := range controls {
		c := &controls[i]
		var ids []string
		worst := plumbline.Severity("")
		for k := range findings {
			g := &findings[k]
			if g.Control == c.ID && counts(g) {
				ids = append(ids, g.ID)
				if g.Severity.Rank() > worst.Rank() {
					worst = g.Severity
				}
			}
		}
		if len(ids) == 0 {
			continue
		}
		r := plumbline.Risk{
			ID: "R-" + c.ID, Findings: ids, Title: text.RiskTitle(c.Title, int64(len(ids))),
			Likelihood: cat.Likelihood(worst), Impact: cat.Impact(c.Impact, f.Sector), Owner: f.Owner.Name,
		}
		r.Level = cat.Matrix.Level(r.Likelihood, r.Impact)
		r.Treatment = treatment(f, c.ID, ids)
		if r.Treatment.Owner != "" {
			r.Owner = r.Treatment.Owner
		}
		out = append(out, r)
	}
	return out
}

// counts reports whether a finding bears on its control, the exit status and the risk register.
func counts(f *plumbline.Finding) bool {
	return f.State == plumbline.NotSatisfied && f.Role == plumbline.Judges && f.Suppression == nil
}

// treatment is the mitigation that the file declares for the control or for one of its findings. It never lowers the level
// by itself: that takes a re-test, or a named person who accepts the risk.
func treatment(f *workflow.File, control string, findings []string) plumbline.Treatment {
	for _, m := range f.Mitigations {
		if m.Control != control && !slices.Contains(findings, m.Finding) {
			continue
		}
		t := plumbline.Treatment{Kind: "mitigate", Action: m.Action, Owner: m.Owner, Due: m.Due, Status: m.Status}
		if m.Status == "accepted" {
			t.Kind, t.Owner = "accept", m.AcceptedBy
		}
		return t
	}
	return plumbline.Treatment{}
}

// mitigationEngine judges by the workflow file and by the findings before it, not by observations.
const mitigationEngine = "bias.mitigation_signed"

// mitigationSigned is MB-07: each judging finding that is not satisfied has a decision by a named person.
func (j *judge) mitigationSigned(f *workflow.File) {
	open, all := 0, 0
	for i := range j.findings {
		g := &j.findings[i]
		if !counts(g) || g.Dimension != plumbline.ModelBias {
			continue
		}
		all++
		if treatment(f, g.Control, []string{g.ID}).Kind == "" {
			open++
		}
	}
	out := plumbline.Finding{State: plumbline.Satisfied, Statement: text.FindingMitigated(int64(all))}
	switch {
	case j.in.Table == nil: // nothing was measured, so nothing can be said to need no decision
		out.State, out.Reason, out.Statement = plumbline.NotTested, plumbline.NoDecisions, text.FindingNothingHeld(j.control.Title, reasonName(plumbline.NoDecisions))
	case all == 0:
		out.State, out.Reason, out.Statement = plumbline.NotApplicable, plumbline.NoData, text.FindingNothingToMitigate()
	case open > 0:
		out.State, out.Reason, out.Statement = plumbline.NotTested, plumbline.NotAttested, text.FindingNotMitigated(int64(open), int64(all))
	}
	j.add(out)
}
