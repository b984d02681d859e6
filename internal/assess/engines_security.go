package assess

import (
	"slices"
	"strings"

	"github.com/plumbline-project/plumbline"
	"github.com/plumbline-project/plumbline/internal/text"
)

// Bounds of what is said one by one.
const (
	maxOffenders = 10 // findings of one rule; one more says how many others there are
	maxTrail     = 9  // steps of a path that a sentence names
)

// definitionMetrics names the check of each metric that counts places in a definition.
var definitionMetrics = map[string]string{
	"open_triggers": "security.triggers", "open_triggers_to_model": "security.triggers",
	"cleartext_endpoints": "security.transport", "unverified_tls": "security.transport", "steered_endpoints": "security.transport",
	"direct_injection_paths": "security.injection", "indirect_injection_paths": "security.injection",
	"unapproved_tools": "security.actions", "unapproved_actions": "security.actions", "unapproved_chains": "security.actions", "ineffective_approvals": "security.actions",
	"code_tools": "security.code", "model_fed_code": "security.code", "model_fed_commands": "security.code",
	"unnamed_models": "security.models", "unpinned_models": "security.models",
	"changed_artifacts": "security.artifacts", "unhashed_artifacts": "security.artifacts",
	"plaintext_secrets": "security.secrets", "unhandled_failures": "security.errors", "swallowed_failures": "security.errors",
}

// definition judges every rule of a control that counts places in the definition where something is amiss: one finding for each
// place up to a bound, or one for all that was looked at.
func (j *judge) definition() {
	for i := range j.control.Rules {
		j.definitionRule(&j.control.Rules[i])
	}
}

// injection is SE-04. The definition shows where a model is exposed; that it withstands what arrives is not measured, whatever
// the paths are.
func (j *judge) injection() {
	j.definition()
	j.add(plumbline.Finding{
		Scope: plumbline.Scope{Item: "resistance"}, State: plumbline.NotTested, Reason: plumbline.NotBuilt, Statement: text.FindingSecurityResistance(),
	})
}

func (j *judge) definitionRule(rule *plumbline.Rule) {
	total := j.find(rule.Metric, plumbline.Scope{})
	what := metricName(rule.Metric)
	f := plumbline.Finding{Threshold: threshold(rule)}
	if total == nil {
		f.State, f.Reason = plumbline.NotTested, j.absent(definitionMetrics[rule.Metric])
		f.Statement = text.FindingSecurityNotTested(what, reasonName(f.Reason))
		j.add(f)
		return
	}
	f.Observations = []string{total.ID}
	f.State, f.Reason = side(total, rule)
	switch {
	case f.State == plumbline.NotSatisfied:
		j.offenders(total, rule)
		return
	case f.Reason == plumbline.Inconclusive:
		f.Statement = text.FindingSecurityUnclear(what, int64(total.Interval.High-total.Interval.Low))
	case f.State == plumbline.NotTested:
		f.Statement = text.FindingSecurityNotTested(what, reasonName(f.Reason))
	case rowsOf(total) == 0:
		f.State, f.Reason, f.Statement = plumbline.NotApplicable, plumbline.NoData, text.FindingSecurityNothing(what)
	default:
		f.Statement = text.FindingSecurityNone(what, rowsOf(total))
	}
	j.add(f)
}

// offenders makes a finding of each place, worst as the rule grades it, and one of those beyond the bound.
func (j *judge) offenders(total *plumbline.Observation, rule *plumbline.Rule) {
	what := metricName(rule.Metric)
	said := int64(0)
	for i := range j.obs {
		o := &j.obs[i]
		if o.Metric != rule.Metric || o.Scope.Step == "" && o.Scope.Item == "" || said == maxOffenders {
			continue
		}
		said++
		j.add(plumbline.Finding{
			Scope: o.Scope, State: plumbline.NotSatisfied, Severity: severity(total, rule), Threshold: threshold(rule), Observations: []string{o.ID, total.ID},
			Locations: slices.Clone(o.Locations), Path: slices.Clone(o.Path), Statement: j.offence(what, o),
		})
	}
	if rest := int64(*total.Value) - said; rest > 0 {
		j.add(plumbline.Finding{
			State: plumbline.NotSatisfied, Severity: severity(total, rule), Threshold: threshold(rule), Observations: []string{total.ID},
			Locations: slices.Clone(total.Locations), Statement: text.FindingSecurityMore(what, rest),
		})
	}
}

// offence says what is amiss and where: the path by the names of its steps, the step, or the file.
func (j *judge) offence(what plumbline.Text, o *plumbline.Observation) plumbline.Text {
	switch {
	case len(o.Path) > 1:
		return text.FindingSecurityPath(what, j.trail(o.Path))
	case o.Scope.Step != "":
		return offender(what, j.stepName(o.Scope.Step), o.Scope.Item)
	case len(o.Locations) > 0:
		return offender(what, o.Locations[0].File, o.Scope.Item)
	}
	return text.FindingSecurityStep(what, o.Scope.Item)
}

// offender names a place, and the kind of the secret there by an item such as "WF-012:github-token:notes.md".
func offender(what plumbline.Text, at, item string) plumbline.Text {
	rule, rest, _ := strings.Cut(item, ":")
	if kind, _, _ := strings.Cut(rest, ":"); rule == "WF-012" && kind != "" {
		return text.FindingSecuritySecret(what, at, text.Label("secret", kind))
	}
	return text.FindingSecurityStep(what, at)
}

// trail names the steps of a path; the middle of a long one is left out.
func (j *judge) trail(path []string) string {
	names := make([]string, 0, len(path))
	for i, id := range path {
		if len(path) > maxTrail && i == maxTrail/2 {
			names = append(names, "…")
		}
		if len(path) <= maxTrail || i < maxTrail/2 || i >= len(path)-maxTrail/2 {
			names = append(names, j.stepName(id))
		}
	}
	return strings.Join(names, " → ")
}

func (j *judge) stepName(id string) string {
	if j.in.Graph != nil {
		if s := j.in.Graph.Step(id); s != nil && s.Name != "" {
			return s.Name
		}
	}
	return id
}
