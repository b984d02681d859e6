package report

import (
	"cmp"
	"slices"
	"strconv"
	"strings"

	"github.com/plumbline-project/plumbline"
	"github.com/plumbline-project/plumbline/internal/text"
)

// part is a chapter on one dimension.
type part struct {
	Facts    []fact
	Warnings []string
	Figures  []figure
	Tables   []table
	Notes    []string
}

func (p *part) empty() bool {
	return len(p.Warnings)+len(p.Figures)+len(p.Tables)+len(p.Notes) == 0
}

func (p *part) add(t *table) {
	if t != nil {
		p.Tables = append(p.Tables, *t)
	}
}

func (p *part) draw(f figure, ok bool) {
	if ok {
		p.Figures = append(p.Figures, f)
	}
}

// dimensionOf is the dimension whose chapter shows the observations of a check, by the family of the check; empty for those on
// groups, which have chapters of their own.
func dimensionOf(check string) plumbline.Dimension {
	family, _, _ := strings.Cut(check, ".")
	switch family {
	case "data", "drift", "text", "texts":
		return plumbline.DataIntegrity
	case "explain", "explanation", "surrogate":
		return plumbline.Explainability
	case "security", "graph", "supply":
		return plumbline.Security
	case "oversight", "review", "reviews":
		return plumbline.Oversight
	}
	return ""
}

// verdict says first what became of a dimension.
func (v *view) verdict(d plumbline.Dimension) []fact {
	for _, p := range v.a.Dimensions {
		if p.ID != d {
			continue
		}
		c := v.state(p.State)
		if p.Reason != "" {
			c = c.below(words(v.label("reason", string(p.Reason))))
		}
		var counts []string
		for _, s := range states() {
			if p.Findings[s] > 0 {
				counts = append(counts, v.t(text.ReportCountOf(v.label("state", string(s)), int64(p.Findings[s]))))
			}
		}
		if len(counts) > 0 {
			c = c.below(words(strings.Join(counts, v.semicolon())))
		}
		return []fact{{v.t(text.ReportVerdict()), []cell{c}}}
	}
	return nil
}

// shape says which observations share a table: those that speak of the same kind of thing in the same table of data.
func shape(o *plumbline.Observation) string {
	s := &o.Scope
	kind := "whole"
	switch {
	case len(s.Features) > 0:
		kind = "group" + join(s.Features)
	case s.Step != "":
		kind = "step"
	case s.Item != "":
		kind = "item" + o.Check
	case s.Column != "":
		kind = "column"
	}
	return kind + "\x00" + s.Table
}

// familyTables show all observations of a dimension that nothing showed before: those on columns, groups, steps or values as
// tables of a row each, the others as a list. A metric that the catalogue does not know is shown by its id.
func (v *view) familyTables(p *part, d plumbline.Dimension) {
	byShape := map[string][]*plumbline.Observation{}
	var order []string
	for i := range v.a.Observations {
		o := &v.a.Observations[i]
		if v.seen[o] || dimensionOf(o.Check) != d {
			continue
		}
		v.seen[o] = true
		key := shape(o)
		if byShape[key] == nil {
			order = append(order, key)
		}
		byShape[key] = append(byShape[key], o)
	}
	slices.SortStableFunc(order, func(a, b string) int { // what holds for whole tables comes first
		return btoi(!strings.HasPrefix(a, "whole")) - btoi(!strings.HasPrefix(b, "whole"))
	})
	var u unmeasured
	kept, more := cut(v, order, v.lim.rows)
	for _, key := range kept {
		list := byShape[key]
		caption := v.shapeCaption(list[0])
		if strings.HasPrefix(key, "whole") {
			p.add(v.listed(caption, list, v.lim.rows))
			continue
		}
		for _, metrics := range chunks(metricsOf(list), perTable) {
			p.add(v.familyTable(caption, list, metrics, &u))
		}
	}
	p.Notes = append(p.Notes, v.whyNotes(&u)...)
	if more != "" {
		p.Notes = append(p.Notes, more)
	}
}

// perTable is the number of metrics that stand side by side.
const perTable = 5

func metricsOf(list []*plumbline.Observation) []string {
	var out []string
	known := map[string]bool{}
	for _, o := range list {
		if !known[o.Metric] {
			known[o.Metric] = true
			out = append(out, o.Metric)
		}
	}
	return out
}

func chunks(list []string, n int) [][]string {
	var out [][]string
	for len(list) > n {
		out = append(out, list[:n])
		list = list[n:]
	}
	return append(out, list)
}

// shapeCaption names the table of data that observations are of, and what a row is.
func (v *view) shapeCaption(o *plumbline.Observation) string {
	name := v.label("report.table", cmp.Or(o.Scope.Table, "decisions"))
	if dimensionOf(o.Check) == plumbline.Security && o.Scope.Table == "" {
		name = v.t(text.ReportDefinition())
	}
	switch {
	case len(o.Scope.Features) > 0:
		return v.t(text.ReportByGroupCaption(name, visible(strings.Join(o.Scope.Features, " × "), v.lim.name)))
	case o.Scope.Step != "":
		return v.t(text.ReportByStepCaption())
	case o.Scope.Item != "":
		return v.t(text.ReportByItemCaption(v.checkTitle(o.Check)))
	case o.Scope.Column != "":
		return v.t(text.ReportByColumnCaption(name))
	}
	return v.t(text.ReportWholeCaption(name))
}

// checkTitle is the title of a check, or its id.
func (v *view) checkTitle(check string) string {
	id, _, _ := strings.Cut(check, "@")
	for i := range v.a.Checks {
		if v.a.Checks[i].ID == id {
			if s := v.say(v.a.Checks[i].Title); s != "" {
				return s
			}
		}
	}
	return visible(check, maxCode)
}

// familyTable has a row for each scope and a column for each metric that has a value somewhere.
func (v *view) familyTable(caption string, list []*plumbline.Observation, metrics []string, u *unmeasured) *table {
	column := map[string]int{}
	var shown []string
	for _, m := range metrics {
		has := func(o *plumbline.Observation) bool { return o.Metric == m && (o.Value != nil || o.Suppressed) }
		if slices.ContainsFunc(list, has) {
			column[m] = len(shown)
			shown = append(shown, m)
			continue
		}
		for _, o := range list {
			if o.Metric == m && o.Undefined != "" {
				u.add(o.Undefined, v.metric(m).Text)
			}
		}
	}
	index := map[string]*pivotRow{}
	var rows []*pivotRow
	for _, o := range list {
		k, ok := column[o.Metric]
		if !ok {
			continue
		}
		head := v.rowHead(o)
		key := scopeKey(&o.Scope)
		r := index[key]
		if r == nil {
			r = &pivotRow{place: place{key: key, head: head}, obs: make([]*plumbline.Observation, len(shown))}
			index[key] = r
			rows = append(rows, r)
		}
		if r.obs[k] == nil {
			r.obs[k] = o
		}
	}
	kept, more := cut(v, rows, v.lim.rows)
	t := v.tabulate(nil, shown, kept, len(kept), u)
	if t == nil {
		return nil
	}
	t.Caption, t.Heads[0] = caption, words(v.t(text.ReportAbout()))
	t.addNote(more)
	return t
}

// scopeKey tells scopes apart.
func scopeKey(s *plumbline.Scope) string {
	return strings.Join([]string{join(s.Features), join(s.Group), join(s.Against), s.Given, s.Column, string(s.Among), s.Table, s.Step, s.Item, strconv.Itoa(s.Bin)}, "\x00")
}

// rowHead names a row of a table whose caption names the table of data.
func (v *view) rowHead(o *plumbline.Observation) cell {
	row := o.Scope
	row.Table = ""
	return v.scopeOf(row, o)
}

// scopeOf is the scope of an observation in the words of its chapter: a rule on the definition speaks of no rows, and what an
// approximation is given beside the others is a column that was offered to it.
func (v *view) scopeOf(s plumbline.Scope, o *plumbline.Observation) cell {
	d := dimensionOf(o.Check)
	if d == plumbline.Explainability && s.Given != "" {
		given := s.Given
		s.Given = ""
		return v.scope(s, o.Metric).below(words(v.t(text.ReportOffered(visible(given, v.lim.name)))))
	}
	if d == plumbline.Security && s.Column+s.Table+s.Step+s.Item+s.Given == "" && len(s.Features) == 0 {
		return words(v.t(text.ReportDefinition()))
	}
	return v.scope(s, o.Metric)
}

// byValue are the observations of one metric on other columns, largest first.
func (v *view) byValue(d plumbline.Dimension, matches func(metric string) bool) []*plumbline.Observation {
	var list []*plumbline.Observation
	for i := range v.a.Observations {
		o := &v.a.Observations[i]
		if dimensionOf(o.Check) == d && matches(o.Metric) && o.Scope.Column != "" && len(o.Scope.Features) == 0 && o.Value != nil && !o.Suppressed {
			list = append(list, o)
		}
	}
	slices.SortStableFunc(list, func(a, b *plumbline.Observation) int { return cmp.Compare(*b.Value, *a.Value) })
	return list
}
