package assess

import (
	"slices"

	"github.com/plumbline-project/plumbline"
	"github.com/plumbline-project/plumbline/internal/text"
)

// dataChecks names the check that measures each metric of the rules on data.
func dataChecks() map[string]string {
	out := map[string]string{}
	for check, metrics := range map[string][]string{
		"data.schema":      {"bad_row_share", "bad_value_share", "out_of_range_share", "kind_changed", "columns_absent"},
		"data.missing":     {"missing_value_share", "missing_share_increase"},
		"data.duplicates":  {"duplicate_row_share", "near_duplicate_share", "duplicate_id_share", "training_overlap_share", "label_conflict_share"},
		"data.constant":    {"top_value_share"},
		"data.ranges":      {"beyond_range_share", "unseen_category_share"},
		"data.balance":     {"minority_share"},
		"data.time":        {"future_time_share", "data_age_ratio", "longest_gap_ratio", "out_of_order_share"},
		"data.texts":       {"text_duplicate_share", "text_near_duplicate_share", "text_personal_share", "text_age_ratio"},
		"data.fingerprint": {"fingerprint_share", "definition_named", "hash_mismatch", "provenance_stated"},
		"data.label_noise": {"label_disagreement_share", "one_label_cluster_share", "category_share_jump"},
		"data.leakage":     {"single_feature_auc"},
		"data.personal":    {"undeclared_personal_column", "personal_text_share"},
	} {
		for _, m := range metrics {
			out[m] = check
		}
	}
	return out
}

// dataRules holds every observation of the metric of each rule against it: one finding for each that is beyond or undecided, one for all
// that are fine, and one for each reason for which some could not be tested.
func (j *judge) dataRules() {
	checks := dataChecks()
	for i := range j.control.Rules {
		if rule := &j.control.Rules[i]; checks[rule.Metric] != "" {
			j.dataRule(rule, checks[rule.Metric])
		}
	}
}

func (j *judge) dataRule(rule *plumbline.Rule, check string) {
	var fine []string
	var untested [][]*plumbline.Observation // by reason, in the order of their first
	seen := 0
	for i := range j.obs {
		o := &j.obs[i]
		if o.Metric != rule.Metric {
			continue
		}
		seen++
		switch state, reason := side(o, rule); {
		case state == plumbline.Satisfied:
			fine = append(fine, o.ID)
		case state == plumbline.NotSatisfied || reason == plumbline.Inconclusive:
			j.addData(j.dataFinding(o, rule), check)
		default:
			at := slices.IndexFunc(untested, func(u []*plumbline.Observation) bool { return u[0].Undefined == o.Undefined })
			if at < 0 {
				untested, at = append(untested, nil), len(untested)
			}
			untested[at] = append(untested[at], o)
		}
	}
	metric := metricName(rule.Metric)
	if len(fine) > 0 {
		j.addData(plumbline.Finding{
			State: plumbline.Satisfied, Threshold: threshold(rule), Observations: fine,
			Statement: text.FindingDataFine(metric, keeps(rule, plumbline.Satisfied), int64(len(fine))),
		}, check)
	}
	for _, u := range untested {
		f := plumbline.Finding{State: plumbline.NotTested, Reason: u[0].Undefined, Threshold: threshold(rule), Scope: plumbline.Scope{Item: string(u[0].Undefined)}}
		if f.Reason == "" {
			f.Reason = plumbline.TooFew // no interval
		}
		for _, o := range u {
			f.Observations = append(f.Observations, o.ID)
		}
		f.Statement = text.FindingDataUnknown(metric, places(u), reasonName(f.Reason))
		j.addData(f, check)
	}
	if seen > 0 {
		return
	}
	if why := j.skipped[check]; why != "" && why != plumbline.NoData {
		j.addData(plumbline.Finding{
			State: plumbline.NotTested, Reason: why, Threshold: threshold(rule),
			Statement: text.FindingExplainNotTested(metric, reasonName(why)),
		}, check)
		return
	}
	if j.in.Table == nil && rule.Metric == "provenance_stated" && len(j.in.File.Data.Texts) == 0 {
		j.addData(plumbline.Finding{ // it asks for the origin of data, of which there are none
			State: plumbline.NotTested, Reason: plumbline.NoDecisions, Threshold: threshold(rule),
			Statement: text.FindingExplainNotTested(metric, reasonName(plumbline.NoDecisions)),
		}, check)
		return
	}
	j.addData(plumbline.Finding{ // nothing of the kind is declared: no range, no earlier data, no model file, no text
		State: plumbline.NotApplicable, Reason: plumbline.NotDeclared, Threshold: threshold(rule),
		Statement: text.FindingDataNotAsked(metric),
	}, check)
}

// dataFinding says of one observation that it is beyond the line, or undecided.
func (j *judge) dataFinding(o *plumbline.Observation, rule *plumbline.Rule) plumbline.Finding {
	f := plumbline.Finding{Scope: o.Scope, Threshold: threshold(rule), Observations: []string{o.ID}, Locations: o.Locations, Path: o.Path}
	f.State, f.Reason = side(o, rule)
	at, metric := place(o.Scope), metricName(o.Metric)
	if o.Scope.Among == plumbline.Accepted {
		metric = text.PartAmongAccepted(metric)
	}
	if f.State == plumbline.NotTested {
		f.Statement = text.FindingDataUnclear(at, metric, numbers(o, rule), limit(rule))
		return f
	}
	f.Severity = severity(o, rule)
	f.Statement = offData(o, rule, at, metric)
	return f
}

// offData says of an observation that it is beyond its line; what is there or not is said without a number.
func offData(o *plumbline.Observation, rule *plumbline.Rule, at, metric plumbline.Text) plumbline.Text {
	full := o.Interval.Method == census
	switch {
	case o.Metric == "undeclared_personal_column":
		return text.FindingDataPersonalColumn(at, text.Label("personal", o.Scope.Item))
	case o.Suppressed:
		return text.FindingDataWithheld(at, metric, keeps(rule, plumbline.NotSatisfied))
	case o.Metric == "kind_changed" || o.Metric == "hash_mismatch":
		return text.FindingDataIs(at, metric)
	case o.Metric == "definition_named":
		return text.FindingDataNoDefinition()
	case o.Metric == "provenance_stated" && o.Count != nil:
		return text.FindingDataProvenance(at, *o.Count, rowsOf(o))
	case full && !o.Blurred:
		says := text.PartDataCounted(text.Amounts(o.Unit, decimal(rule.Value), float64(*o.Value))[0], rowsOf(o))
		return text.FindingDataOff(at, metric, says, verdict(o, rule, plumbline.NotSatisfied))
	}
	return text.FindingDataOff(at, metric, numbers(o, rule), verdict(o, rule, plumbline.NotSatisfied))
}

// places names where observations were made, the first few of many.
func places(list []*plumbline.Observation) plumbline.Text {
	var zh, en []string
	for _, o := range list[:min(len(list), maxNamed)] {
		at := place(o.Scope)
		zh, en = append(zh, at.ZH), append(en, at.EN)
	}
	out := plumbline.Text{ZH: text.FormatList(plumbline.Chinese, zh), EN: text.FormatList(plumbline.English, en)}
	if rest := len(list) - len(en); rest > 0 {
		return text.PartAndMore(out, int64(rest))
	}
	return out
}

// addData adds a finding with what its check says; that is nearer than what the whole control says.
func (j *judge) addData(f plumbline.Finding, check string) {
	if f.State == plumbline.NotSatisfied || f.State == plumbline.NotTested {
		f.Meaning, _ = text.Get("check." + check + ".meaning")
		f.Importance, _ = text.Get("check." + check + ".importance")
		f.Fix, _ = text.Get("check." + check + ".fix")
	}
	j.add(f)
}

// place names where an observation on data was made: a column, a table, a file, or all inputs.
func place(s plumbline.Scope) plumbline.Text {
	table := text.Label("data_table", s.Table)
	switch {
	case s.Column != "" && s.Table != "":
		return text.PartTableColumn(s.Column, table)
	case s.Column != "":
		return plumbline.Text{ZH: s.Column, EN: s.Column}
	case s.Table != "":
		return table
	case s.Item != "":
		return plumbline.Text{ZH: s.Item, EN: s.Item}
	}
	return text.Label("data_table", "all")
}

// privacyBasis is PR-01: what is stated of sensitive columns, and personal data of which nothing is stated.
func (j *judge) privacyBasis() {
	j.sensitiveBasis()
	j.dataRules()
}
