package assess

import (
	"math"
	"strconv"

	"github.com/plumbline-project/plumbline"
	"github.com/plumbline-project/plumbline/internal/check"
	"github.com/plumbline-project/plumbline/internal/text"
)

// maxUnjudged is the share of people in groups too small to judge above which a control is not called satisfied.
const maxUnjudged = 0.05

// judge holds observations against rules. It only adds findings; it changes no observation.
type judge struct {
	in       *check.Input
	obs      []plumbline.Observation
	index    map[string]int              // observation by metric and scope
	asOf     string                      // date, 2006-01-02
	primary  string                      // fairness definition that judges
	skipped  map[string]plumbline.Reason // why a check did not run, by its id
	findings []plumbline.Finding
	control  *plumbline.Control

	attestations map[string]*attestation // by control
}

// find returns the observation of a metric with exactly this scope, or nil.
func (j *judge) find(metric string, scope plumbline.Scope) *plumbline.Observation {
	if i, ok := j.index[metric+check.ScopeID(scope)]; ok {
		return &j.obs[i]
	}
	return nil
}

func newJudge(in *check.Input, out *plumbline.Assessment) *judge {
	j := &judge{
		in: in, obs: out.Observations, asOf: out.AsOf, primary: out.Design.Primary,
		index: make(map[string]int, len(out.Observations)), skipped: map[string]plumbline.Reason{},
	}
	for i := range j.obs {
		j.index[j.obs[i].Metric+check.ScopeID(j.obs[i].Scope)] = i
	}
	for i := range out.Checks {
		j.skipped[out.Checks[i].ID] = out.Checks[i].Skipped
	}
	return j
}

// absent says why a check has no observation to judge.
func (j *judge) absent(check string) plumbline.Reason {
	if why := j.skipped[check]; why != "" {
		return why
	}
	return plumbline.NoData
}

// nothing says why there is nothing at all to judge.
func (j *judge) nothing() plumbline.Reason {
	if j.in.Table == nil {
		return plumbline.NoDecisions
	}
	return plumbline.NoData
}

// side says on which side of a rule's threshold an observation lies, by its whole interval.
func side(o *plumbline.Observation, rule *plumbline.Rule) (plumbline.State, plumbline.Reason) {
	switch {
	case o.Value == nil:
		return plumbline.NotTested, o.Undefined
	case o.Interval == nil:
		return plumbline.NotTested, plumbline.TooFew
	}
	line, low, high := decimal(rule.Value), float64(o.Interval.Low), float64(o.Interval.High)
	if rule.Op == "<=" {
		line, low, high = -line, -high, -low
	}
	switch {
	case low >= line:
		return plumbline.Satisfied, ""
	case high < line:
		return plumbline.NotSatisfied, ""
	}
	return plumbline.NotTested, plumbline.Inconclusive
}

// severity grades a result by the end of its interval that is nearest to the threshold: it is at least this bad.
func severity(o *plumbline.Observation, rule *plumbline.Rule) plumbline.Severity {
	out := plumbline.Low
	for _, b := range rule.Bands {
		at := decimal(b.At)
		if rule.Op == ">=" && float64(o.Interval.High) <= at || rule.Op == "<=" && float64(o.Interval.Low) >= at {
			out = b.Severity
		}
	}
	return out
}

// decimal reads a number that the loaders have already checked.
func decimal(s string) float64 {
	f, err := strconv.ParseFloat(s, 64)
	if err != nil {
		return 0
	}
	return f
}

// rule returns the named rule of the control under judgement; nil where the catalogue lacks it.
func (j *judge) rule(name string) *plumbline.Rule {
	for i := range j.control.Rules {
		if j.control.Rules[i].Name == name {
			return &j.control.Rules[i]
		}
	}
	return nil
}

// add completes a finding with what the control says and keeps it.
func (j *judge) add(f plumbline.Finding) {
	f.Control, f.Dimension = j.control.ID, j.control.Dimension
	f.ID = f.Control
	if len(j.control.Rules) > 1 && f.Threshold != nil {
		f.ID += "/" + f.Threshold.Metric
	}
	f.ID += scopeName(f.Scope)
	if f.Role == "" {
		f.Role = plumbline.Judges
	}
	if (f.State == plumbline.NotSatisfied || f.State == plumbline.NotTested) && f.Meaning == (plumbline.Text{}) {
		f.Meaning, f.Importance, f.Fix = j.control.Meaning, j.control.Importance, j.control.Fix
	}
	j.findings = append(j.findings, f)
}

// held makes the finding of one observation, which may be absent, against one rule, with the sentence that says what was
// found. check is the id of the check that measures the metric.
func (j *judge) held(o *plumbline.Observation, check, metric string, scope plumbline.Scope, rule *plumbline.Rule, role plumbline.Role) plumbline.Finding {
	f := plumbline.Finding{Scope: scope, Role: role, Threshold: threshold(rule)}
	name := metricName(metric)
	if j.in.Selective() && (check == "bias.predictive_values" || check == "bias.calibration") {
		name = text.PartAmongAccepted(name) // valid given acceptance, and named so
	}
	if o == nil {
		f.State, f.Reason = plumbline.NotTested, j.absent(check)
	} else {
		f.Observations = []string{o.ID}
		f.State, f.Reason = side(o, rule)
	}
	if f.Reason != "" && f.Reason != plumbline.Inconclusive {
		f.Statement = text.FindingNotTested(name, of(scope), reasonName(f.Reason))
		return f
	}
	if f.State == plumbline.NotTested {
		f.Statement = text.FindingInconclusive(name, of(scope), numbers(o, rule), limit(rule))
		return f
	}
	if f.State == plumbline.NotSatisfied {
		f.Severity = severity(o, rule)
	}
	f.Statement = text.FindingJudged(name, of(scope), numbers(o, rule), verdict(o, rule, f.State))
	return f
}

// limit is the threshold of a rule in its unit.
func limit(rule *plumbline.Rule) plumbline.Text { return text.Limit(rule.Unit, decimal(rule.Value)) }

// keeps says that something is on the good side of a rule's threshold, or on the bad one; by the rule that is above or below.
func keeps(rule *plumbline.Rule, state plumbline.State) plumbline.Text {
	line, good := limit(rule), state == plumbline.Satisfied
	switch {
	case rule.Op == ">=" && good:
		return text.PartMeetsMin(line)
	case rule.Op == ">=":
		return text.PartMissesMin(line)
	case good:
		return text.PartMeetsMax(line)
	}
	return text.PartMissesMax(line)
}

// verdict says on which side of the threshold an observation lies: its whole interval, or the number itself where it is a full
// count.
func verdict(o *plumbline.Observation, rule *plumbline.Rule, state plumbline.State) plumbline.Text {
	if o.Interval.Method == census {
		return text.PartThis(keeps(rule, state))
	}
	return text.PartWholeInterval(keeps(rule, state))
}

// census is the method of a full count, which has no sampling error.
const census = "census"

// numbers says value, interval and rows of an observation, as far as they may be shown.
func numbers(o *plumbline.Observation, rule *plumbline.Rule) plumbline.Text {
	if o.Suppressed {
		return text.PartWithheld()
	}
	value, low, high := *o.Value, o.Interval.Low, o.Interval.High
	if o.Blurred {
		value, low, high = rounded(value, math.Round), rounded(low, math.Floor), rounded(high, math.Ceil)
	}
	says := text.Amounts(o.Unit, decimal(rule.Value), float64(value), float64(low), float64(high))
	if o.Blurred {
		return text.PartBlurred(says[0], says[1], says[2])
	}
	return text.PartNumbers(says[0], says[1], says[2], rowsOf(o))
}

func rowsOf(o *plumbline.Observation) int64 {
	if o.N == nil {
		return 0
	}
	return *o.N
}
