package assess

import (
	"math"
	"slices"
	"strings"

	"github.com/plumbline-project/plumbline"
	"github.com/plumbline-project/plumbline/internal/stat"
	"github.com/plumbline-project/plumbline/internal/text"
)

// engines name what judges a control. A control whose engine is not here is not-tested: not built yet.
func engines() map[string]func(*judge) {
	return map[string]func(*judge){
		"bias.proxies_declared":         (*judge).proxies,
		"bias.impact_ratio_table":       (*judge).impactRatioTable,
		"bias.demographic_parity_ratio": (*judge).demographicParity,
		"bias.error_rates":              (*judge).errorRates,
		"bias.representation":           (*judge).representation,
		"bias.sensitive_basis":          (*judge).privacyBasis,
		"data.integrity":                (*judge).dataRules,
		"data.lineage":                  (*judge).dataRules,
		"data.quality":                  (*judge).dataRules,
		"data.sources":                  (*judge).dataRules,
		"govern.inventory":              (*judge).inventory,
		"explain.documentation":         (*judge).documentation,
		"explain.reasons":               (*judge).reasons,
		"explain.replayability":         (*judge).replayability,
		"explain.surrogate":             (*judge).surrogate,
		"explain.training_data":         (*judge).trainingData,
		"oversight.reviews":             (*judge).reviewed,
		"security.access":               (*judge).definition,
		"security.actions":              (*judge).definition,
		"security.failures":             (*judge).definition,
		"security.injection":            (*judge).injection,
		"security.secrets":              (*judge).definition,
		"security.supply_chain":         (*judge).definition,
		"security.tools":                (*judge).definition,
		"security.transport":            (*judge).definition,
		"data.drift":                    (*judge).drift,
	}
}

// groupings lists the declared features, then the declared intersections.
func (j *judge) groupings() [][]string {
	var out [][]string
	for _, s := range j.in.Plan.Sensitive {
		out = append(out, []string{s.Column})
	}
	return append(out, j.in.Plan.Intersections...)
}

// role is Judges where definition is the workflow's primary one.
func (j *judge) role(definition string) plumbline.Role {
	if j.primary == definition {
		return plumbline.Judges
	}
	return plumbline.Informs
}

// gap judges one gap metric of a check on every grouping. stem names the gap, and bases the rates of which it is one, for the
// evidence and for the number of rows needed.
func (j *judge) gap(check, metric, stem string, bases []string, rule *plumbline.Rule, role plumbline.Role) {
	for _, features := range j.groupings() {
		scope := plumbline.Scope{Features: features}
		o := j.find(metric, plumbline.Scope{Features: features, Among: plumbline.JudgedGroups})
		f := j.held(o, check, metric, scope, rule, role)
		low, high := j.widest(bases, features)
		if f.Reason == plumbline.Inconclusive {
			f.NeededN = j.needed(o, low, high, rule)
		}
		if f.State == plumbline.Satisfied {
			j.withholdIfUnjudged(&f, features, stem)
		}
		if low != nil && low != high {
			f.Observations = append(f.Observations, low.ID, high.ID)
			if f.State != plumbline.NotTested || f.Reason == plumbline.Inconclusive {
				f.Statement = text.FindingExtremes(f.Statement, extreme(low), extreme(high))
			}
		}
		j.add(f)
	}
}

// withholdIfUnjudged turns a satisfied finding into not-tested where too many people are in groups that the gap does not
// judge. Splitting groups finely would else escape judgement.
func (j *judge) withholdIfUnjudged(f *plumbline.Finding, features []string, stem string) {
	if spread := j.undecidedSpread(features); stem == "demographic_parity" && spread > maxUnjudged {
		f.State, f.Reason = plumbline.NotTested, plumbline.UnjudgedShare
		f.Statement = text.FindingUndecided(where(f.Scope), spread, maxUnjudged)
		return
	}
	o := j.find("unjudged_share", plumbline.Scope{Features: features, Among: plumbline.JudgedGroups, Column: stem})
	if o == nil || o.Count == nil || float64(*o.Count) <= maxUnjudged*float64(*o.N) {
		return
	}
	share := float64(*o.Count) / float64(*o.N)
	if o.Suppressed || o.Blurred {
		share = math.Round(share*10) / 10
	}
	f.State, f.Reason = plumbline.NotTested, plumbline.UnjudgedShare
	f.Statement = text.FindingUnjudged(where(f.Scope), share, maxUnjudged)
	f.Observations = append(f.Observations, o.ID)
}

// undecidedSpread is the difference between the groups with the largest and the smallest share of rows without a decision.
// Cases that stay open in one group more than in another would else fall out of the rates unseen.
func (j *judge) undecidedSpread(features []string) float64 {
	low, high := math.Inf(1), 0.0
	for _, g := range j.ofGroups("selection_rate", features) {
		share := 0.0
		if o := j.find("undecided_share", plumbline.Scope{Features: features, Group: g.Scope.Group}); o != nil && o.Value != nil {
			share = float64(*o.Value)
		}
		low, high = min(low, share), max(high, share)
	}
	return max(high-low, 0)
}

// extreme names a group with its value, as far as it may be shown.
func extreme(o *plumbline.Observation) plumbline.Text {
	group := where(plumbline.Scope{Features: o.Scope.Features, Group: o.Scope.Group})
	switch {
	case o.Suppressed:
		return group
	case o.Blurred || o.Unit != plumbline.Share:
		return text.PartGroupValue(group, float64(rounded(*o.Value, math.Round)))
	}
	return text.PartGroupShare(group, float64(*o.Value))
}

// widest gives the judged groups with the lowest and the highest rate, of the rate that differs most between them.
func (j *judge) widest(bases, features []string) (low, high *plumbline.Observation) {
	for _, base := range bases {
		l, h := j.lowHigh(base, features)
		if l != nil && (low == nil || *h.Value-*l.Value > *high.Value-*low.Value) {
			low, high = l, h
		}
	}
	return low, high
}

// ofGroups returns the observations of a rate in the judged groups of a grouping.
func (j *judge) ofGroups(metric string, features []string) []*plumbline.Observation {
	var out []*plumbline.Observation
	for i := range j.obs {
		o := &j.obs[i]
		if o.Metric != metric || len(o.Scope.Group) == 0 || len(o.Scope.Against) > 0 || o.Value == nil || rowsOf(o) < j.in.MinN {
			continue
		}
		if slices.Equal(o.Scope.Features, features) && !slices.Contains(o.Scope.Group, "") {
			out = append(out, o)
		}
	}
	return out
}

func (j *judge) lowHigh(metric string, features []string) (low, high *plumbline.Observation) {
	for _, o := range j.ofGroups(metric, features) {
		if low == nil || *o.Value < *low.Value {
			low = o
		}
		if high == nil || *o.Value > *high.Value {
			high = o
		}
	}
	return low, high
}

// needed is the number of rows per group with which the interval at today's rates would lie on one side of the threshold, at
// the level of one pair; 0 where that cannot be said. Rows of repeated subjects count by their design effect.
func (j *judge) needed(o, low, high *plumbline.Observation, rule *plumbline.Rule) int64 {
	if low == nil || low.Unit != plumbline.Share || low.Suppressed || high.Suppressed {
		return 0
	}
	each := 1 - (1-j.in.Level)/float64(max(o.Interval.Family, 1))
	var n int64
	if rule.Op == ">=" {
		n = stat.NeededForRatio(float64(*low.Value), float64(*high.Value), decimal(rule.Value), each)
	} else {
		n = stat.NeededForDifference(float64(*high.Value), float64(*low.Value), decimal(rule.Value), each)
	}
	return int64(math.Ceil(float64(n) * j.in.Effect()))
}

// demographicParity is MB-03: the ratio of selection rates, and the rows whose sensitive value is missing.
func (j *judge) demographicParity() {
	rule, role := j.rule("min_ratio"), j.role("demographic_parity")
	j.gap("bias.selection_rate", "demographic_parity_ratio", "demographic_parity", []string{"selection_rate"}, rule, role)
	for _, s := range j.in.Plan.Sensitive {
		scope := plumbline.Scope{Features: []string{s.Column}, Group: []string{""}, Among: plumbline.KnownGroups}
		if o := j.find("missing_group_ratio", scope); o != nil && o.Undefined != plumbline.TooFew {
			f := j.held(o, "bias.missing_group", "missing_group_ratio", plumbline.Scope{Features: scope.Features, Group: scope.Group}, rule, role)
			j.add(f)
		}
	}
}

// errorRates is MB-04. Only the rule of the primary definition judges.
func (j *judge) errorRates() {
	for _, e := range []struct {
		definition, check, rule, metric, stem string
		bases                                 []string
	}{
		{"equalized_odds", "bias.error_rates", "max_equalized_odds_difference", "equalized_odds_difference", "equalized_odds", []string{"true_positive_rate", "false_positive_rate"}},
		{"equal_opportunity", "bias.error_rates", "max_equal_opportunity_difference", "equal_opportunity_difference", "equal_opportunity", []string{"true_positive_rate"}},
		{"predictive_parity", "bias.predictive_values", "max_predictive_parity_difference", "predictive_parity_difference", "predictive_parity", []string{"positive_predictive_value"}},
		{"calibration_within_groups", "bias.calibration", "max_calibration_in_the_large_difference", "calibration_in_the_large_difference", "calibration_in_the_large", []string{"calibration_in_the_large"}},
	} {
		if rule := j.rule(e.rule); rule != nil {
			j.gap(e.check, e.metric, e.stem, e.bases, rule, j.role(e.definition))
		}
	}
}

// impactRatioTable is MB-02: the ratios of NYC Local Law 144 can be calculated for each feature and intersection. The law
// sets no threshold, so the ratios themselves decide nothing here.
func (j *judge) impactRatioTable() {
	for _, features := range j.groupings() {
		f := plumbline.Finding{Scope: plumbline.Scope{Features: features}, State: plumbline.Satisfied}
		var n int64
		for i := range j.obs {
			o := &j.obs[i]
			if o.Metric != "nyc_selection_impact_ratio" || !slices.Equal(o.Scope.Features, features) {
				continue
			}
			if o.Undefined != "" && o.Undefined != plumbline.TooFew {
				f.State, f.Reason = plumbline.NotTested, o.Undefined
			}
			if o.Value != nil {
				n++
				f.Observations = append(f.Observations, o.ID)
			}
		}
		if n < 2 && f.Reason == "" {
			f.State, f.Reason = plumbline.NotTested, plumbline.OneGroup
			if why := j.skipped["bias.nyc144"]; why != "" {
				f.Reason = why
			}
		}
		f.Statement = text.FindingTableMade(where(f.Scope), n)
		if f.State == plumbline.NotTested {
			f.Statement = text.FindingNotTested(metricName("nyc_selection_impact_ratio"), of(f.Scope), reasonName(f.Reason))
		}
		j.add(f)
	}
}

// representation is MB-08: each group's share of the rows against its share of the declared population.
func (j *judge) representation() {
	rule := j.rule("min_representation_ratio")
	for i := range j.in.Plan.Population {
		p := &j.in.Plan.Population[i]
		var fair []string
		for _, value := range p.Values {
			scope := plumbline.Scope{Features: []string{p.Feature}, Group: []string{value}}
			f := j.held(j.find("representation_ratio", scope), "bias.representation", "representation_ratio", scope, rule, plumbline.Judges)
			if f.State == plumbline.Satisfied {
				fair = append(fair, f.Observations...)
				continue
			}
			j.add(f)
		}
		if len(fair) == len(p.Values) { // one finding for all of them, where nothing else is to be said
			scope := plumbline.Scope{Features: []string{p.Feature}}
			j.add(plumbline.Finding{
				Scope: scope, State: plumbline.Satisfied, Threshold: threshold(rule), Observations: fair,
				Statement: text.FindingAllRepresented(where(scope), decimal(rule.Value)),
			})
		}
	}
	if len(j.in.Plan.Population) == 0 && j.in.Table != nil {
		j.add(plumbline.Finding{State: plumbline.NotTested, Reason: plumbline.NotDeclared, Statement: text.FindingNoPopulation()})
	}
}

// sensitiveBasis is PR-01: source, legal basis and date of deletion of each sensitive column.
func (j *judge) sensitiveBasis() {
	for _, s := range j.in.Plan.Sensitive {
		o := j.find("sensitive_basis_complete", plumbline.Scope{Column: s.Column})
		if o == nil {
			continue
		}
		f := plumbline.Finding{Scope: plumbline.Scope{Column: s.Column}, State: plumbline.Satisfied, Observations: []string{o.ID}}
		f.Statement = text.FindingBasisStated(s.Column)
		if s.DeleteBy != "" && s.DeleteBy < j.asOf {
			f.State, f.Severity, f.Statement = plumbline.NotSatisfied, plumbline.High, text.FindingOverdue(s.Column, s.DeleteBy)
		}
		if *o.Count < *o.N {
			f.State, f.Severity = plumbline.NotSatisfied, plumbline.Medium
			if s.Basis == "" {
				f.Severity = plumbline.High
			}
			f.Statement = text.FindingBasisMissing(s.Column, missingParts(s.Source, s.Basis, s.DeleteBy))
		}
		j.add(f)
	}
}

// missingParts lists what a sensitive column lacks.
func missingParts(source, basis, deleteBy string) plumbline.Text {
	var zh, en []string
	for _, p := range []struct {
		value string
		name  plumbline.Text
	}{{source, text.PartSource()}, {basis, text.PartBasis()}, {deleteBy, text.PartDeleteBy()}} {
		if p.value == "" {
			zh, en = append(zh, p.name.ZH), append(en, p.name.EN)
		}
	}
	return plumbline.Text{ZH: strings.Join(zh, "、"), EN: strings.Join(en, ", ")}
}
