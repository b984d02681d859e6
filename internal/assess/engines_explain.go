package assess

import (
	"math"
	"strings"

	"github.com/plumbline-project/plumbline"
	"github.com/plumbline-project/plumbline/internal/text"
)

// mostOffenders is how many offenders of one kind get a finding of their own; the total has one in any case.
const mostOffenders = 5

// plainly makes the finding of a number that speaks of the whole table, so that its sentence names no group.
func (j *judge) plainly(check, metric string, scope plumbline.Scope, rule *plumbline.Rule) plumbline.Finding {
	o := j.find(metric, scope)
	f := plumbline.Finding{Role: plumbline.Judges, Threshold: threshold(rule)}
	if o == nil {
		f.State, f.Reason = plumbline.NotTested, j.absent(check)
	} else {
		f.Observations, f.Locations = []string{o.ID}, o.Locations
		f.State, f.Reason = side(o, rule)
	}
	name := metricName(metric)
	if f.Reason != "" && f.Reason != plumbline.Inconclusive {
		f.Statement = text.FindingExplainNotTested(name, reasonName(f.Reason))
		return f
	}
	if f.State == plumbline.NotTested {
		f.Statement = text.FindingExplainInconclusive(name, counted(o, rule), limit(rule))
		return f
	}
	if f.State == plumbline.NotSatisfied {
		f.Severity = severity(o, rule)
	}
	f.Statement = text.FindingCounted(name, counted(o, rule), verdict(o, rule, f.State))
	return f
}

// counted says a number, and that it was counted in full where nothing was estimated.
func counted(o *plumbline.Observation, rule *plumbline.Rule) plumbline.Text {
	if o.Interval != nil && o.Interval.Method == census && !o.Suppressed && !o.Blurred {
		return text.PartExplainCounted(text.Amounts(o.Unit, decimal(rule.Value), float64(*o.Value))[0], rowsOf(o))
	}
	return numbers(o, rule)
}

// items returns the observations of a metric that speak of single items, in the order of the check.
func (j *judge) items(metric string) []*plumbline.Observation {
	var out []*plumbline.Observation
	for i := range j.obs {
		if o := &j.obs[i]; o.Metric == metric && (o.Scope.Item != "" || o.Scope.Column != "") {
			out = append(out, o)
		}
	}
	return out
}

// documentation is EX-01: the documents are there, and speak of the version in use.
func (j *judge) documentation() {
	rule := j.rule("min_documents_present")
	f := j.plainly("explain.documentation", "documents_present", plumbline.Scope{}, rule)
	if o := j.find("documents_present", plumbline.Scope{}); o != nil && o.Value != nil {
		f.Statement = text.FindingExplainDocuments(*o.Count, *o.N)
	} else if f.Reason == plumbline.NotDeclared {
		f.Statement = text.FindingExplainNoDocuments()
		j.add(f)
		return
	}
	j.add(f)
	for _, o := range j.items("document_present") {
		if o.Count == nil || *o.Count > 0 {
			continue
		}
		part := text.Label("part", "document_"+o.Scope.Item)
		j.add(plumbline.Finding{
			Scope: o.Scope, State: plumbline.NotSatisfied, Severity: f.Severity, Threshold: threshold(rule), Observations: []string{o.ID},
			Locations: o.Locations, Statement: text.FindingExplainDocumentMissing(part),
		})
	}
	v := j.plainly("explain.documentation", "documented_version_current", plumbline.Scope{}, j.rule("min_documented_version_current"))
	switch v.State {
	case plumbline.Satisfied:
		v.Statement = text.FindingExplainVersionCurrent()
	case plumbline.NotSatisfied:
		v.Statement = text.FindingExplainVersionOld()
	case plumbline.NotTested, plumbline.NotApplicable:
		v.Statement = text.FindingExplainVersionUnknown(reasonName(v.Reason))
	}
	j.add(v)
}

// reasons is EX-02: coverage, validity and stability of the stated reasons.
func (j *judge) reasons() {
	rule := j.rule("min_reason_coverage")
	f := j.plainly("explain.reasons", "reason_coverage", plumbline.Scope{}, rule)
	if o := j.find("reason_coverage", plumbline.Scope{}); o != nil && o.Value != nil {
		f.Statement = text.FindingExplainCoverage(float64(*o.Value), rowsOf(o), decimal(rule.Value))
	}
	j.add(f)
	j.reasonsKnown(j.rule("min_reason_input_known_share"))
	rule = j.rule("max_reason_input_missing_share")
	f = j.plainly("explain.reasons", "reason_input_missing_share", plumbline.Scope{}, rule)
	if o := j.find("reason_input_missing_share", plumbline.Scope{}); o != nil && o.Value != nil {
		f.Statement = text.FindingExplainReasonEmpty(float64(*o.Value), decimal(rule.Value))
	}
	j.add(f)
	j.add(j.plainly("explain.stability", "reason_agreement_difference", plumbline.Scope{}, j.rule("min_reason_agreement_difference")))
}

// reasonsKnown names each reason that refers to nothing in the record.
func (j *judge) reasonsKnown(rule *plumbline.Rule) {
	f := j.plainly("explain.reasons", "reason_input_known_share", plumbline.Scope{}, rule)
	o := j.find("reason_input_known_share", plumbline.Scope{})
	if o == nil || o.Value == nil {
		j.add(f)
		return
	}
	if f.State == plumbline.Satisfied {
		f.Statement = text.FindingExplainReasonsKnown(float64(*o.Value), decimal(rule.Value))
		j.add(f)
		return
	}
	f.Statement = text.FindingExplainReasonsUnknown(float64(*o.Value), decimal(rule.Value))
	j.add(f)
	for i, u := range j.items("reason_unknown_share") {
		if i == mostOffenders {
			break
		}
		j.add(plumbline.Finding{
			Scope: u.Scope, State: plumbline.NotSatisfied, Severity: f.Severity, Threshold: threshold(rule), Observations: []string{u.ID},
			Statement: text.FindingExplainReasonUnknown(u.Scope.Item, *u.Count, float64(*u.Value)),
		})
	}
}

// replayability is EX-03: what the records carry, and whether the same inputs got the same decision. The second judges only
// where enough pairs of records have the same inputs.
func (j *judge) replayability() {
	rule := j.rule("min_replayable_share")
	f := j.plainly("explain.replayability", "replayable_share", plumbline.Scope{}, rule)
	o := j.find("replayable_share", plumbline.Scope{})
	switch {
	case o != nil && o.Value != nil:
		f.Statement = text.FindingExplainReplayable(float64(*o.Value), rowsOf(o), decimal(rule.Value))
	case o != nil && o.Undefined == plumbline.NotDeclared:
		var zh, en []string
		for _, p := range j.items("replay_part_share") {
			if p.Value == nil {
				name := text.Label("part", "replay_"+p.Scope.Item)
				zh, en = append(zh, name.ZH), append(en, name.EN)
			}
		}
		f.Statement = text.FindingExplainReplayUndeclared(plumbline.Text{ZH: strings.Join(zh, "、"), EN: strings.Join(en, ", ")})
	}
	j.add(f)
	for _, p := range j.items("replay_part_share") {
		if p.Value == nil {
			continue
		}
		if state, _ := side(p, rule); state == plumbline.NotSatisfied {
			j.add(plumbline.Finding{
				Scope: p.Scope, State: state, Severity: severity(p, rule), Threshold: threshold(rule), Observations: []string{p.ID},
				Statement: text.FindingExplainReplayPart(text.Label("part", "replay_"+p.Scope.Item), float64(*p.Value), rowsOf(p), decimal(rule.Value)),
			})
		}
	}
	f = j.plainly("explain.consistency", "identical_unlike_share", plumbline.Scope{}, j.rule("max_identical_unlike_share"))
	if f.Reason == plumbline.TooFew || f.Reason == plumbline.NotSelected {
		f.Role = plumbline.Informs
	}
	j.add(f)
}

// surrogate is EX-06: readable rules reproduce the decisions, and do not rest on sensitive features.
func (j *judge) surrogate() {
	j.add(j.plainly("explain.surrogate", "surrogate_kappa", plumbline.Scope{}, j.rule("min_surrogate_kappa")))
	if len(j.in.Plan.Sensitive) == 0 {
		return
	}
	rule := j.rule("max_sensitive_importance")
	settled, found := true, false
	why := reasonName(plumbline.Inconclusive)
	var evidence []string
	for _, s := range j.in.Plan.Sensitive {
		used, below, seen := j.sensitiveUse(s.Column, rule)
		found = found || used
		evidence = append(evidence, seen...)
		settled = settled && below
	}
	if found {
		return
	}
	f := plumbline.Finding{State: plumbline.Satisfied, Threshold: threshold(rule), Observations: evidence}
	k := j.find("surrogate_kappa", plumbline.Scope{})
	switch {
	case k == nil:
		f.State, f.Reason = plumbline.NotTested, j.absent("explain.surrogate")
		why = reasonName(f.Reason)
	case k.Value == nil:
		f.State, f.Reason = plumbline.NotTested, k.Undefined
		why = reasonName(f.Reason)
	case k.Interval == nil || k.Interval.Low <= 0: // a tree that explains nothing asks for nothing
		f.State, f.Reason, why = plumbline.NotTested, plumbline.Inconclusive, text.FindingExplainNotExplained()
	case !settled:
		f.State, f.Reason = plumbline.NotTested, plumbline.Inconclusive
	}
	f.Statement = text.FindingExplainSensitiveUnused(int64(len(j.in.Plan.Sensitive)), decimal(rule.Value))
	if f.State == plumbline.NotTested {
		f.Statement = text.FindingExplainSensitiveUnsettled(why)
	}
	j.add(f)
}

// sensitiveUse adds the finding of a sensitive feature that the surrogate rests on, in the tree with the score or in the one
// without, whichever shows it more clearly. It reports whether there is one, and whether all that was measured is below the
// threshold with its whole interval.
func (j *judge) sensitiveUse(column string, rule *plumbline.Rule) (found, below bool, evidence []string) {
	below = true
	var worst *plumbline.Observation
	given := []string{""}
	if j.in.Plan.Score.Column != "" {
		given = append(given, j.in.Plan.Score.Column)
	}
	for _, g := range given {
		o := j.find("surrogate_importance", plumbline.Scope{Column: column, Given: g})
		if o == nil {
			below = below && g != ""
			continue
		}
		evidence = append(evidence, o.ID)
		state, _ := side(o, rule)
		below = below && state == plumbline.Satisfied
		if state == plumbline.NotSatisfied && (worst == nil || o.Interval.Low > worst.Interval.Low) {
			worst = o
		}
	}
	if worst == nil {
		return false, below, evidence
	}
	say := text.FindingExplainSensitiveUsed
	if worst.Scope.Given != "" {
		say = text.FindingExplainSensitiveUsedScore
	}
	j.add(plumbline.Finding{
		Scope: plumbline.Scope{Column: column}, State: plumbline.NotSatisfied, Severity: severity(worst, rule), Threshold: threshold(rule), Observations: evidence,
		Statement: say(column, float64(*worst.Value), math.Max(float64(worst.Interval.Low), 0), float64(worst.Interval.High)),
	})
	return true, false, evidence
}

// trainingData is EX-07: what models and texts come from is stated, or said to be unknown.
func (j *judge) trainingData() {
	rule := j.rule("min_training_data_stated_share")
	f := j.plainly("explain.training_data", "training_data_stated_share", plumbline.Scope{}, rule)
	o := j.find("training_data_stated_share", plumbline.Scope{})
	switch {
	case o == nil:
	case o.Value == nil && o.Undefined == plumbline.NoData:
		f.Statement = text.FindingExplainTrainingNone()
	case f.State == plumbline.Satisfied:
		f.Statement = text.FindingExplainTrainingStated(rowsOf(o))
	}
	if f.State != plumbline.NotSatisfied {
		j.add(f)
		return
	}
	j.add(f)
	shown := 0
	for _, u := range j.items("training_data_stated") {
		if u.Count == nil || *u.Count > 0 || shown == mostOffenders {
			continue
		}
		shown++
		j.add(plumbline.Finding{
			Scope: u.Scope, State: plumbline.NotSatisfied, Severity: f.Severity, Threshold: threshold(rule), Observations: []string{u.ID}, Locations: u.Locations,
			Statement: text.FindingExplainTrainingUnknown(text.Item(u.Metric, u.Scope.Item)),
		})
	}
}
