package report

import (
	"cmp"
	"slices"
	"strings"

	"github.com/plumbline-project/plumbline"
	"github.com/plumbline-project/plumbline/internal/text"
)

// calibration shows, for each feature, the curves of its groups and what was fitted to them.
func (v *view) calibration() []grouping {
	metrics := []string{"calibration_in_the_large", "calibration_slope", "calibration_intercept", "expected_calibration_error"}
	var out []grouping
	for _, features := range append([][]string{nil}, v.groupings()...) {
		for _, metric := range []string{"calibration_curve", "calibration_curve_score"} {
			for _, o := range v.facts[join(features)][metric] {
				v.seen[o] = true
			}
		}
		if len(features) == 0 || len(out) == v.lim.groupings {
			continue
		}
		g := grouping{Name: v.data(strings.Join(features, " × "))}
		if f, ok := v.reliability(features); ok {
			g.Figures = append(g.Figures, f)
		}
		var u unmeasured
		t := v.pivot(features, metrics, byGroup, &u)
		g.Notes = v.whyNotes(&u)
		if t != nil {
			g.Tables = append(g.Tables, *t)
		}
		if len(g.Figures)+len(g.Tables)+len(g.Notes) > 0 {
			out = append(out, g)
		}
	}
	return out
}

// measures holds what the sections before did not show: conditional figures, proxies, NYC 144, and the rest as a list, so
// that nothing measured is silently left out.
func (v *view) measures() []table {
	var out []table
	for _, features := range v.groupings() {
		if len(out) > 2*v.lim.groupings {
			break
		}
		var u unmeasured
		for _, t := range []*table{
			v.pivot(features, []string{
				"demographic_disparity", "conditional_demographic_disparity", "mantel_haenszel_odds_ratio", "mantel_haenszel_risk_difference",
				"breslow_day_p",
			}, byGiven, &u),
			v.proxies(features, &u),
			v.pivot(features, []string{
				"nyc_category_share", "nyc_selection_rate", "nyc_selection_impact_ratio", "nyc_scoring_rate", "nyc_scoring_impact_ratio",
			}, byGroup, &u),
		} {
			if t != nil {
				out = append(out, *t)
			}
		}
		if notes := v.whyNotes(&u); len(notes) > 0 && len(out) > 0 {
			for _, n := range notes {
				out[len(out)-1].addNote(v.t(text.ReportMeasuredCaption(visible(strings.Join(features, " × "), v.lim.name), n)))
			}
		}
	}
	if t := v.rest(); t != nil {
		out = append(out, *t)
	}
	return out
}

// maxProxies bounds the columns shown for a feature: those that tell most of it.
const maxProxies = 12

// proxies lists the columns that predict a feature best.
func (v *view) proxies(features []string, u *unmeasured) *table {
	metrics := []string{"proxy_skill", "proxy_influence", "proxy_p"}
	rows, _ := v.collect(features, metrics, byColumn)
	skill := func(r *pivotRow) plumbline.Number {
		if o := r.obs[0]; o != nil && o.Value != nil {
			return *o.Value
		}
		return -openEnd
	}
	slices.SortStableFunc(rows, func(a, b *pivotRow) int { return cmp.Compare(skill(b), skill(a)) })
	kept, more := cut(v, rows, min(maxProxies, v.lim.rows))
	t := v.tabulate(features, metrics, kept, len(kept), u)
	if t != nil {
		t.Heads[0] = words(v.t(text.ReportColumn()))
		t.addNote(more)
	}
	return t
}

// byGiven makes a row for each group and control feature, with the unconditional figure in it.
func byGiven(v *view, o *plumbline.Observation) (place, bool) {
	s := &o.Scope
	c := v.scope(plumbline.Scope{Group: s.Group, Against: s.Against, Given: s.Given}, o.Metric)
	stem := "\x00" + join(s.Group) + "\x00" + join(s.Against)
	if s.Given == "" {
		return place{key: stem, head: c.below(words(v.t(text.ReportUnconditional())))}, len(s.Features) > 0 && len(s.Group) > 0
	}
	return place{key: stem + "\x00" + s.Given, head: c, stem: stem}, len(s.Features) > 0 && len(s.Group) > 0
}

// byColumn makes a row for each other column.
func byColumn(v *view, o *plumbline.Observation) (place, bool) {
	return place{key: "\x00" + o.Scope.Column, head: v.data(o.Scope.Column)}, o.Scope.Column != "" && len(o.Scope.Group) == 0
}

// rest lists observations that no other table shows.
func (v *view) rest() *table {
	var list []*plumbline.Observation
	for i := range v.a.Observations {
		o := &v.a.Observations[i]
		if !v.seen[o] {
			list = append(list, o)
		}
	}
	return v.listed(v.t(text.ReportRestCaption()), list, v.lim.rows)
}

// listed makes a table of observations, one in a row; nil where there are none.
func (v *view) listed(caption string, list []*plumbline.Observation, limit int) *table {
	if len(list) == 0 {
		return nil
	}
	t := &table{
		Caption: caption,
		Heads:   numeric(v.heads(text.ReportMeasure(), text.ReportAbout(), text.ReportValue(), text.ReportInterval(), text.ReportN(), text.ReportCheckHead()), 2, 3, 4),
	}
	kept, more := cut(v, list, limit)
	t.addNote(more)
	for _, o := range kept {
		t.add(v.metric(o.Metric), v.about(o), v.shown(o), number(v.intervalOr(o)), v.rows(o), code(o.Check))
	}
	v.explain(t, kept)
	return t
}

// about is the scope of an observation. Label coverage names a side of the decision where others name a column.
func (v *view) about(o *plumbline.Observation) cell {
	if o.Metric == "label_coverage" && (o.Scope.Column == "favourable" || o.Scope.Column == "adverse") {
		return words(v.label("report.side", o.Scope.Column))
	}
	return v.scopeOf(o.Scope, o)
}
