package assess

import (
	"github.com/plumbline-project/plumbline"
	"github.com/plumbline-project/plumbline/internal/check"
	"github.com/plumbline-project/plumbline/internal/text"
)

// maxFalseDiscovery bounds the false discovery rate among columns that are looked at as proxies.
const maxFalseDiscovery = 0.05

// proxies is MB-01: no undeclared column gives a sensitive feature away and has to do with the decision. Each such column
// is a finding; a feature has one more that says what was looked at, unless every column is a finding.
func (j *judge) proxies() {
	for _, s := range j.in.Plan.Sensitive {
		j.proxiesOf(s.Column, j.rule("max_proxy_skill"))
	}
}

func (j *judge) proxiesOf(feature string, rule *plumbline.Rule) {
	var harmless, open, unseen, evidence []string
	var strongest *plumbline.Observation
	var why plumbline.Reason // of the last column that could not be looked at
	for i := range j.obs {
		o := &j.obs[i]
		if o.Metric != "proxy_skill" || len(o.Scope.Features) != 1 || o.Scope.Features[0] != feature {
			continue
		}
		evidence = append(evidence, o.ID)
		if o.Value == nil {
			unseen, why = append(unseen, o.Scope.Column), o.Undefined
			continue
		}
		switch j.proxy(o, rule) {
		case plumbline.NotSatisfied:
			j.proxyFound(o, rule)
		case plumbline.NotTested:
			open = append(open, o.Scope.Column)
			if strongest == nil || *o.Value > *strongest.Value {
				strongest = o
			}
		case plumbline.Satisfied, plumbline.NotApplicable:
			harmless = append(harmless, o.Scope.Column)
		}
	}
	f := plumbline.Finding{Scope: plumbline.Scope{Features: []string{feature}}, Observations: evidence, Threshold: threshold(rule), State: plumbline.NotTested}
	switch line := decimal(rule.Value); {
	case len(evidence) == 0:
		f.Reason, f.Statement = j.absent("bias.proxies"), text.FindingNotExamined(feature)
	case len(open) > 0:
		f.Reason = plumbline.Inconclusive
		f.Statement = text.FindingProxyUnclear(int64(len(open)), feature, line, strongest.Scope.Column, float64(*strongest.Value))
	case len(unseen) > 0:
		f.Reason, f.Statement = why, text.FindingProxyUnseen(int64(len(unseen)), feature, unseen[:min(len(unseen), 5)], reasonName(why))
	case len(harmless) > 0:
		f.State, f.Statement = plumbline.Satisfied, text.FindingNoProxy(int64(len(harmless)), feature, line)
	default:
		return
	}
	j.add(f)
}

// proxy says whether a column is a proxy. It is one only where its skill lies wholly beyond the line, against the
// permutation null too, and it has to do with the decision.
func (j *judge) proxy(o *plumbline.Observation, rule *plumbline.Rule) plumbline.State {
	state, _ := side(o, rule)
	if state == plumbline.Satisfied {
		return plumbline.Satisfied
	}
	influence := plumbline.Scope{Column: o.Scope.Column}
	effect := j.find("proxy_influence", influence)
	known := effect != nil && effect.Value != nil && effect.Interval != nil
	if known && float64(effect.Interval.High) < check.MinInfluence {
		return plumbline.Satisfied
	}
	if state == plumbline.NotSatisfied && known && float64(*effect.Value) >= check.MinInfluence &&
		j.significant(influence) && j.significant(o.Scope) {
		return plumbline.NotSatisfied
	}
	return plumbline.NotTested
}

func (j *judge) significant(scope plumbline.Scope) bool {
	p := j.find("proxy_p", scope)
	return p != nil && p.Value != nil && float64(*p.Value) <= maxFalseDiscovery
}

func (j *judge) proxyFound(o *plumbline.Observation, rule *plumbline.Rule) {
	f := plumbline.Finding{
		Scope: plumbline.Scope{Features: o.Scope.Features, Column: o.Scope.Column}, State: plumbline.NotSatisfied,
		Severity: severity(o, rule), Threshold: threshold(rule), Observations: []string{o.ID},
	}
	f.Statement = text.FindingProxy(o.Scope.Column, o.Scope.Features[0], float64(*o.Value), float64(o.Interval.Low), float64(o.Interval.High))
	j.add(f)
}

func threshold(rule *plumbline.Rule) *plumbline.Threshold {
	return &plumbline.Threshold{Metric: rule.Metric, Op: rule.Op, Value: rule.Value, Source: rule.Source, Why: rule.Why}
}
