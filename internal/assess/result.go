package assess

import (
	"slices"

	"github.com/plumbline-project/plumbline"
	"github.com/plumbline-project/plumbline/internal/regime"
)

// stateOf gives a control or a dimension the verdict of its judging findings: the worst of them, where not-tested is worse
// than satisfied. No finding at all is not-tested.
func stateOf(findings []*plumbline.Finding, otherwise plumbline.Reason) (plumbline.State, plumbline.Reason) {
	state, reason := plumbline.State(""), plumbline.Reason("")
	for _, f := range findings {
		if s, why := standing(f); order(s) > order(state) {
			state, reason = s, why
		}
	}
	switch state {
	case "":
		return plumbline.NotTested, otherwise
	case plumbline.NotTested:
		reason = mainReason(findings)
	case plumbline.Satisfied, plumbline.NotSatisfied, plumbline.NotApplicable:
	}
	return state, reason
}

// standing is the verdict of a finding, where one that a named person set aside is not tested.
func standing(f *plumbline.Finding) (plumbline.State, plumbline.Reason) {
	if f.State == plumbline.NotSatisfied && f.Suppression != nil {
		return plumbline.NotTested, plumbline.SetAside
	}
	return f.State, f.Reason
}

func order(s plumbline.State) int {
	return slices.Index([]plumbline.State{"", plumbline.NotApplicable, plumbline.Satisfied, plumbline.NotTested, plumbline.NotSatisfied}, s)
}

// controlResults gives each control the verdict of its judging findings. Findings that inform never give one.
func controlResults(controls []plumbline.Control, findings []plumbline.Finding) []plumbline.ControlResult {
	out := make([]plumbline.ControlResult, 0, len(controls))
	for _, c := range controls {
		r := plumbline.ControlResult{Control: c}
		var judging []*plumbline.Finding
		otherwise := plumbline.NotBuilt
		for i := range findings {
			f := &findings[i]
			if f.Control != c.ID {
				continue
			}
			r.Findings = append(r.Findings, f.ID)
			if f.Role == plumbline.Judges {
				judging = append(judging, f)
			} else {
				otherwise = plumbline.InformsOnly
			}
		}
		r.State, r.Reason = stateOf(judging, otherwise)
		out = append(out, r)
	}
	return out
}

// dimensionParts says for each dimension how far it was tested. A dimension that is not built says so by name.
func dimensionParts(findings []plumbline.Finding) []plumbline.DimensionPart {
	var out []plumbline.DimensionPart
	for _, d := range plumbline.Dimensions() {
		p := plumbline.DimensionPart{ID: d}
		var judging []*plumbline.Finding
		for i := range findings {
			f := &findings[i]
			if f.Dimension != d || f.Role != plumbline.Judges || f.Reason == plumbline.NotBuilt {
				continue
			}
			judging = append(judging, f)
			if p.Findings == nil {
				p.Findings = map[plumbline.State]int{}
			}
			p.Findings[f.State]++
		}
		p.State, p.Reason = stateOf(judging, plumbline.NotBuilt)
		out = append(out, p)
	}
	return out
}

// mainReason is why a control or a whole dimension was not tested, by its findings of which one at least was not: the want of the definition or of the decisions, where that is so for any
// finding, since all that rests on them falls with them; else the reason of most findings, of equals the first. The first
// reason alone would be that of whichever rule or control stands first, often one that only a person can state.
func mainReason(findings []*plumbline.Finding) plumbline.Reason {
	count := map[plumbline.Reason]int{}
	var reasons []plumbline.Reason // in the order of the findings
	for _, f := range findings {
		state, why := standing(f)
		switch {
		case state != plumbline.NotTested:
			continue
		case why == plumbline.NoDefinition, why == plumbline.NoDecisions:
			return why
		case count[why] == 0:
			reasons = append(reasons, why)
		}
		count[why]++
	}
	main := reasons[0]
	for _, why := range reasons {
		if count[why] > count[main] {
			main = why
		}
	}
	return main
}

// regimeResults counts, for each provision, the mapped controls that evidence supports. It is no conclusion on compliance.
func regimeResults(regimes []plumbline.Regime, results []plumbline.ControlResult) []plumbline.RegimeResult {
	state := map[string]plumbline.State{}
	for i := range results {
		state[results[i].ID] = results[i].State
	}
	out := make([]plumbline.RegimeResult, 0, len(regimes))
	for _, r := range regimes {
		rr := plumbline.RegimeResult{Regime: r}
		for _, p := range r.Provisions {
			ev := plumbline.ProvisionEvidence{Provision: p.ID, Supported: []string{}, Open: []string{}}
			for _, id := range p.Controls {
				switch state[id] {
				case plumbline.Satisfied:
					ev.Supported = append(ev.Supported, id)
				case plumbline.NotApplicable:
					ev.Exempt = append(ev.Exempt, id)
				case plumbline.NotSatisfied, plumbline.NotTested:
					ev.Open = append(ev.Open, id)
				}
			}
			rr.Evidence = append(rr.Evidence, ev)
		}
		out = append(out, rr)
	}
	return out
}

// instruments keeps those that a control or a provision of this assessment names.
func instruments(cat *regime.Catalog, controls []plumbline.Control, regimes []plumbline.Regime) []plumbline.Instrument {
	named := map[string]bool{}
	for i := range controls {
		for _, m := range controls[i].Maps {
			named[m.Instrument] = true
		}
	}
	for i := range regimes {
		for _, p := range regimes[i].Provisions {
			for _, ref := range p.GroundedIn {
				if ins, ok := cat.InstrumentOf(ref); ok {
					named[ins.ID] = true
				}
			}
		}
	}
	return slices.DeleteFunc(slices.Clone(cat.Instruments), func(i plumbline.Instrument) bool { return !named[i.ID] })
}
