package assess

import (
	"maps"
	"slices"

	"github.com/plumbline-project/plumbline"
	"github.com/plumbline-project/plumbline/internal/text"
)

// maxNamed is how many columns a sentence names.
const maxNamed = 5

// drift is DI-08: each column of the decisions against the data before. Columns that moved have a finding each; the others
// share one, and those without a verdict one for each reason.
func (j *judge) drift() {
	const check = "data.drift"
	rule, role := j.rule("max_psi"), j.in.BeforeRole()
	if role == "" || j.skipped[check] != "" {
		j.add(plumbline.Finding{State: plumbline.NotTested, Reason: j.absent(check), Statement: text.FindingDataNoBefore()})
		return
	}
	name := text.PartDataTraining()
	if role == "reference" {
		name = text.PartDataReference()
	}
	byDesign := j.maySelect(role)
	open := map[plumbline.Reason][]*plumbline.Observation{}
	var calm []*plumbline.Observation
	compared := false
	for i := range j.obs {
		o := &j.obs[i]
		if o.Metric != "psi" || o.Scope.Table != role {
			continue
		}
		compared = true
		state, reason := side(o, rule)
		switch state {
		case plumbline.Satisfied:
			calm = append(calm, o)
		case plumbline.NotTested, plumbline.NotApplicable:
			open[reason] = append(open[reason], o)
		case plumbline.NotSatisfied:
			j.add(moved(o, rule, name, byDesign))
		}
	}
	if !compared {
		j.add(plumbline.Finding{State: plumbline.NotTested, Reason: plumbline.NoData, Statement: text.FindingDataNoneCommon(name)})
		return
	}
	for _, reason := range slices.Sorted(maps.Keys(open)) {
		f := plumbline.Finding{Scope: plumbline.Scope{Item: string(reason)}, State: plumbline.NotTested, Reason: reason, Threshold: threshold(rule)}
		var columns []string
		for _, o := range open[reason] {
			f.Observations = append(f.Observations, o.ID)
			columns = append(columns, o.Scope.Column)
		}
		f.Statement = text.FindingDataDriftOpen(int64(len(columns)), name, columns[:min(len(columns), maxNamed)], reasonName(reason))
		j.add(f)
	}
	j.calm(calm, rule, name)
}

// moved is the finding of one column that has drifted, or may only seem to have.
func moved(o *plumbline.Observation, rule *plumbline.Rule, name plumbline.Text, byDesign bool) plumbline.Finding {
	f := plumbline.Finding{
		Scope: plumbline.Scope{Column: o.Scope.Column}, State: plumbline.NotSatisfied, Severity: severity(o, rule),
		Threshold: threshold(rule), Observations: []string{o.ID},
	}
	f.Statement = text.FindingDataDrift(o.Scope.Column, name, numbers(o, rule), limit(rule))
	f.Statement = designed(o, f.Statement)
	if byDesign {
		f.State, f.Reason, f.Severity = plumbline.NotTested, plumbline.ByDesign, ""
		f.Statement = text.FindingDataDriftByDesign(o.Scope.Column, name, numbers(o, rule))
	}
	return f
}

// calm is the one finding of all columns that lie near the data before.
func (j *judge) calm(columns []*plumbline.Observation, rule *plumbline.Rule, name plumbline.Text) {
	if len(columns) == 0 {
		return
	}
	f := plumbline.Finding{State: plumbline.Satisfied, Threshold: threshold(rule)}
	largest := columns[0]
	for _, o := range columns {
		f.Observations = append(f.Observations, o.ID)
		if *o.Value > *largest.Value {
			largest = o
		}
	}
	f.Statement = text.FindingDataNoDrift(int64(len(columns)), name, limit(rule), float64(*largest.Value), largest.Scope.Column)
	f.Statement = designed(largest, f.Statement)
	j.add(f)
}

// designed adds that only accepted decisions were compared, where that is so.
func designed(o *plumbline.Observation, statement plumbline.Text) plumbline.Text {
	if o.Scope.Among == plumbline.Accepted {
		return text.FindingDataAccepted(statement)
	}
	return statement
}

// maySelect reports whether nothing says that the data before hold refused cases too: training data without a decision
// column. What was chosen as a reference is taken at its word.
func (j *judge) maySelect(role string) bool {
	if t := j.in.File; t != nil && t.Data.Training != nil && t.Data.Training.Cases != "" {
		return false // the workflow file says which cases they are
	}
	return role == "training" && slices.ContainsFunc(j.obs, func(o plumbline.Observation) bool {
		return o.Metric == "refused_share_before" && o.Value == nil
	})
}
