package report

import (
	"cmp"
	"slices"
	"strconv"
	"strings"

	"github.com/plumbline-project/plumbline"
	"github.com/plumbline-project/plumbline/internal/text"
)

// grouping is a sensitive feature or an intersection with what was measured on its groups.
type grouping struct {
	ID      string
	Name    cell
	Figures []figure
	Tables  []table
	Notes   []string
}

// Columns of the tables of a grouping, by the metric's name. A column of which nothing was measured becomes a note.
func groupColumns() [][]string {
	return [][]string{
		{"group_share", "selection_rate"},
		{"population_share", "representation_ratio"},
		{"true_positive_rate", "false_negative_rate", "false_positive_rate", "true_negative_rate", "accuracy"},
		{"positive_predictive_value", "negative_predictive_value", "auc"},
	}
}

// drawn lists the metrics that are drawn for each grouping.
func drawn() []string {
	return []string{"selection_rate", "true_positive_rate", "false_positive_rate", "positive_predictive_value", "representation_ratio"}
}

func (v *view) groupSections() []grouping {
	all := v.groupings()
	kept, more := cut(v, all, v.lim.groupings)
	var out []grouping
	for i, features := range kept {
		g := grouping{ID: "g-" + strconv.Itoa(i+1), Name: v.data(strings.Join(features, " × "))}
		for _, metric := range drawn() {
			if f, ok := v.forest(features, metric); ok {
				g.Figures = append(g.Figures, f)
			}
		}
		var u unmeasured
		for _, metrics := range groupColumns() {
			if t := v.pivot(features, metrics, byGroup, &u); t != nil {
				g.Tables = append(g.Tables, *t)
			}
		}
		if t := v.gaps(features, &u); t != nil {
			g.Tables = append(g.Tables, *t)
		}
		g.Notes = v.whyNotes(&u)
		if len(g.Figures)+len(g.Tables)+len(g.Notes) > 0 {
			out = append(out, g)
		}
	}
	if more != "" && len(out) > 0 {
		last := &out[len(out)-1]
		last.Notes = append(last.Notes, more)
	}
	return out
}

// gaps lists differences and ratios between the groups of a grouping, those that judge first. Those without a value go to u.
func (v *view) gaps(features []string, u *unmeasured) *table {
	var list []*plumbline.Observation
	for _, among := range []plumbline.Among{plumbline.JudgedGroups, "", plumbline.KnownGroups, plumbline.Accepted} {
		for i := range v.a.Observations {
			o := &v.a.Observations[i]
			gap := strings.HasSuffix(o.Metric, "_difference") || strings.HasSuffix(o.Metric, "_ratio")
			if gap && o.Scope.Among == among && !v.seen[o] && slices.Equal(o.Scope.Features, features) && o.Scope.Given == "" &&
				!strings.HasPrefix(o.Metric, "nyc_") && o.Scope.Column == "" {
				v.seen[o] = true
				if o.Undefined != "" && o.Value == nil && !o.Suppressed {
					u.add(o.Undefined, v.metric(o.Metric).Text)
				} else {
					list = append(list, o)
				}
			}
		}
	}
	if len(list) == 0 {
		return nil
	}
	t := &table{
		Caption: v.t(text.ReportGapsCaption(visible(strings.Join(features, " × "), v.lim.name))),
		Heads:   numeric(v.heads(text.ReportMeasure(), text.ReportBetween(), text.ReportValue(), text.ReportInterval(), text.ReportN()), 2, 3, 4),
	}
	kept, more := cut(v, list, v.lim.rows)
	t.addNote(more)
	for _, o := range kept {
		between := words(v.label("report.among", cmp.Or(string(o.Scope.Among), "all-groups")))
		if len(o.Scope.Group) > 0 {
			versus := v.t(text.ReportKnownRest())
			if len(o.Scope.Against) > 0 {
				versus = v.group(o.Scope.Against)
			}
			between = v.data(v.group(o.Scope.Group) + " ↔ " + versus)
		}
		t.add(v.metric(o.Metric), between, v.shown(o), number(v.intervalOr(o)), v.rows(o))
	}
	v.explain(t, kept)
	return t
}
