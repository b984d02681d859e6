package assess

import (
	"slices"
	"strings"

	"github.com/plumbline-project/plumbline"
	"github.com/plumbline-project/plumbline/internal/check"
	"github.com/plumbline-project/plumbline/internal/text"
	"github.com/plumbline-project/plumbline/internal/workflow"
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
	var harmless, open, unseen, evidence, forms []string
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
			switch form := j.formOf(o.Scope); {
			case form == "":
				j.proxyFound(o, rule)
			case j.declaredPersonal(o.Scope.Column):
				forms = append(forms, o.Scope.Column)
			default:
				j.formFound(o, rule, form)
			}
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
	case len(forms) > 0:
		f.State = plumbline.Satisfied
	default:
		return
	}
	if len(forms) > 0 {
		f.Statement = text.FindingProxyForms(f.Statement, feature, forms)
		f.Statement.EN = strings.TrimSpace(f.Statement.EN) // nothing may stand before it
	}
	j.add(f)
}

// formOf names the form of the feature that a column is; empty: it is none.
func (j *judge) formOf(s plumbline.Scope) string {
	for _, form := range check.ProxyForms() {
		if s.Item = form; j.find("proxy_form", s) != nil {
			return form
		}
	}
	return ""
}

func (j *judge) declaredPersonal(column string) bool {
	return j.in.File != nil && slices.ContainsFunc(j.in.File.Data.Personal, func(p workflow.Personal) bool { return p.Column == column })
}

// formFound is the finding of a column that is the sensitive feature itself in another form and is not declared. It is no proxy
// that nobody would think of: groups of it are those of the feature, and whether they are treated alike is measured there. What
// is lacking is the declaration, so the severity does not grow with the skill. It is not low
// either: of sensitive data without a declaration neither source nor legal basis is known, and the workflow may use them.
func (j *judge) formFound(o *plumbline.Observation, rule *plumbline.Rule, form string) {
	s := o.Scope
	s.Item = form
	j.add(plumbline.Finding{
		Scope: plumbline.Scope{Features: o.Scope.Features, Column: o.Scope.Column}, State: plumbline.NotSatisfied, Severity: plumbline.Medium,
		Threshold: threshold(rule), Observations: []string{o.ID, j.find("proxy_form", s).ID},
		Statement: text.FindingProxyForm(o.Scope.Column, o.Scope.Features[0], text.Label("part", "form_"+form)),
		Meaning:   text.FindingProxyFormMeaning(), Importance: j.control.Importance, Fix: text.FindingProxyFormFix(o.Scope.Column),
	})
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
