package report

import (
	"cmp"
	"slices"
	"strings"

	"github.com/plumbline-project/plumbline"
	"github.com/plumbline-project/plumbline/internal/text"
)

// place is the row of a table to which an observation belongs. An empty key is that of all rows together.
type place struct {
	key  string
	head cell
	stem string // key of the row whose observations are shown in this one too
}

// rowKey finds the place of an observation; false where it has none in this table.
type rowKey func(v *view, o *plumbline.Observation) (place, bool)

// byGroup makes a row for each group, and one for all rows together.
func byGroup(v *view, o *plumbline.Observation) (place, bool) {
	s := &o.Scope
	if len(s.Against) > 0 || s.Given != "" || s.Bin > 0 || s.Column != "" || s.Among != "" && s.Among != plumbline.Accepted {
		return place{}, false
	}
	if len(s.Group) == 0 {
		return place{head: words(v.t(text.ReportAllRows()))}, len(s.Features) == 0
	}
	return place{key: "\x00" + join(s.Group), head: v.data(v.group(s.Group))}, true
}

// pivotRow is a row under construction.
type pivotRow struct {
	place
	obs []*plumbline.Observation // by column
	at  int                      // order of first appearance
	n   int64                    // largest denominator or count
}

// unmeasured collects what has no value, by reason.
type unmeasured struct {
	order   []plumbline.Reason
	metrics map[plumbline.Reason][]string
}

func (u *unmeasured) add(why plumbline.Reason, metric string) {
	if u.metrics == nil {
		u.metrics = map[plumbline.Reason][]string{}
	}
	if u.metrics[why] == nil {
		u.order = append(u.order, why)
	}
	if !slices.Contains(u.metrics[why], metric) {
		u.metrics[why] = append(u.metrics[why], metric)
	}
}

// whyNotes says what was not measured, one note for each reason.
func (v *view) whyNotes(u *unmeasured) []string {
	var notes []string
	for _, why := range u.order {
		kept, more := cut(v, u.metrics[why], v.lim.rows)
		if more != "" {
			kept = append(slices.Clone(kept), more)
		}
		notes = append(notes, v.t(text.ReportNotMeasured(v.label("reason", string(why)), text.FormatList(v.lang, kept))))
	}
	return notes
}

// pivot makes a table of metrics (columns) by row key; nil where nothing was measured. A metric without any value goes to u.
func (v *view) pivot(features, metrics []string, key rowKey, u *unmeasured) *table {
	rows, totals := v.collect(features, metrics, key)
	kept, more := v.largest(rows)
	t := v.tabulate(features, metrics, append(slices.Clone(kept), totals...), len(kept), u)
	if t != nil {
		t.addNote(more)
	}
	return t
}

// tabulate makes a table of rows of which the first n are groups and the others totals.
func (v *view) tabulate(features, metrics []string, rows []*pivotRow, n int, u *unmeasured) *table {
	var columns []int
	for m, metric := range metrics {
		if slices.ContainsFunc(rows[:n], func(r *pivotRow) bool { return r.obs[m] != nil && (r.obs[m].Value != nil || r.obs[m].Suppressed) }) {
			columns = append(columns, m)
		} else if why := v.whyNot(features, metric); why != "" {
			u.add(why, v.metric(metric).Text)
		}
	}
	if len(columns) == 0 {
		return nil
	}
	t := &table{Heads: []cell{words(v.t(text.ReportGroup()))}}
	var names []string
	var shown []*plumbline.Observation
	for _, m := range columns {
		names = append(names, v.metric(metrics[m]).Text)
		for _, r := range rows {
			shown = append(shown, r.obs[m])
		}
	}
	c := columnMaker{view: v, lines: make([][]cell, len(rows)), wide: len(columns) <= spread, same: sameRows(shown)}
	for i, m := range columns {
		t.Heads = append(t.Heads, c.column(metrics[m], shown[i*len(rows):(i+1)*len(rows)])...)
	}
	for i, r := range rows {
		t.add(append([]cell{r.head}, c.lines[i]...)...)
	}
	t.Caption = v.t(text.ReportMeasuredCaption(visible(strings.Join(features, " × "), v.lim.name), text.FormatList(v.lang, names)))
	v.explain(t, shown)
	if c.same > 0 && !c.wide {
		t.addNote(v.t(text.ReportSameRows(c.same)))
	}
	return t
}

// sameRows is the denominator of all observations, where it is one and the same; else 0.
func sameRows(list []*plumbline.Observation) int64 {
	var n int64
	for _, o := range list {
		switch {
		case o == nil:
		case o.N == nil || n != 0 && *o.N != n:
			return 0
		default:
			n = *o.N
		}
	}
	return n
}

// usualRows is the denominator that most observations have, where several have it, and whether all do; else 0.
func usualRows(list []*plumbline.Observation) (usual int64, all bool) {
	counts := map[int64]int{}
	stated := 0
	for _, o := range list {
		if o == nil {
			continue
		}
		stated++
		if o.N == nil || o.Suppressed || o.Value == nil || *o.N == 0 {
			continue
		}
		n := *o.N
		if counts[n]++; counts[n] > counts[usual] || counts[n] == counts[usual] && n > usual {
			usual = n
		}
	}
	if counts[usual] < 2 {
		return 0, false
	}
	return usual, counts[usual] == stated
}

// spread is the number of metrics up to which interval and denominator get columns of their own; else they stand below the
// value.
const spread = 2

// columnMaker fills the lines of a table metric by metric.
type columnMaker struct {
	*view
	lines [][]cell
	sizes string // denominators of the metric before, which are not written again
	wide  bool   // interval and denominator have columns of their own
	same  int64  // denominator of all cells; 0 where they differ
}

// column appends one metric to the lines and returns its heads. Columns that would be empty are left out.
func (c *columnMaker) column(metric string, column []*plumbline.Observation) []cell {
	if metric == "group_share" || metric == "nyc_category_share" {
		return c.counts(column)
	}
	head := c.metric(metric)
	head.Num = true
	if !c.wide {
		usual, all := usualRows(column)
		switch {
		case c.same > 0 || usual == 0:
		case all:
			head = head.below(words("n = " + c.int(usual)))
		default:
			head = head.below(words(c.t(text.ReportNUnlessSaid(usual))))
		}
		for i, o := range column {
			c.lines[i] = append(c.lines[i], c.measured(o, c.same > 0 || o != nil && o.N != nil && *o.N == usual))
		}
		return []cell{head}
	}
	heads := []cell{head}
	intervals := slices.ContainsFunc(column, func(o *plumbline.Observation) bool { return o != nil && o.Interval != nil })
	counts := slices.ContainsFunc(column, func(o *plumbline.Observation) bool { return o != nil && o.N != nil && *o.N > 0 })
	var sizes strings.Builder
	for _, o := range column {
		sizes.WriteString(c.rows(o).Text + "\n")
	}
	counts, c.sizes = counts && sizes.String() != c.sizes, sizes.String()
	if intervals {
		heads = append(heads, numeric(c.heads(text.ReportInterval()), 0)...)
	}
	if counts {
		heads = append(heads, numeric(c.heads(text.ReportN()), 0)...)
	}
	for i, o := range column {
		c.lines[i] = append(c.lines[i], c.shown(o))
		if intervals {
			c.lines[i] = append(c.lines[i], number(c.intervalOr(o)))
		}
		if counts {
			c.lines[i] = append(c.lines[i], c.rows(o))
		}
	}
	return heads
}

// counts shows the size of a group as a count first and as a share second.
func (c *columnMaker) counts(column []*plumbline.Observation) []cell {
	for i, o := range column {
		count, share := c.shown(o), c.shown(o)
		switch {
		case o == nil:
		case o.Suppressed:
			share = number("–")
		case o.Count != nil:
			count = number(c.int(*o.Count))
		case o.Blurred:
			count = number("≈")
		}
		c.lines[i] = append(c.lines[i], count, share)
	}
	return numeric(c.heads(text.ReportRows(), text.ReportShare()), 0, 1)
}

// collect gathers rows for the metrics of a grouping, and the row of all groups together.
func (v *view) collect(features, metrics []string, key rowKey) (rows, totals []*pivotRow) {
	index := map[string]*pivotRow{}
	for m, metric := range metrics {
		list := slices.Concat(v.facts[join(features)][metric], v.facts[""][metric])
		for _, o := range list {
			at, ok := key(v, o)
			if !ok {
				continue
			}
			v.seen[o] = true
			r := index[at.key]
			if r == nil {
				r = &pivotRow{place: at, obs: make([]*plumbline.Observation, len(metrics)), at: len(index)}
				index[at.key] = r
				if at.key == "" {
					totals = append(totals, r)
				} else {
					rows = append(rows, r)
				}
			}
			if r.obs[m] == nil {
				r.obs[m] = o
			}
			if o.Count != nil {
				r.n = max(r.n, *o.Count)
			}
			if o.N != nil && metric != "group_share" {
				r.n = max(r.n, *o.N)
			}
		}
	}
	return beside(rows, index), totals
}

// beside copies into each row what stands in the row of its stem, and drops the stems that were copied.
func beside(rows []*pivotRow, index map[string]*pivotRow) []*pivotRow {
	copied := map[*pivotRow]bool{}
	for _, r := range rows {
		stem := index[r.stem]
		if r.stem == "" || stem == nil {
			continue
		}
		copied[stem] = true
		for m, o := range stem.obs {
			if r.obs[m] == nil {
				r.obs[m] = o
			}
		}
	}
	return slices.DeleteFunc(rows, func(r *pivotRow) bool { return copied[r] })
}

// whyNot is the reason for which a metric of a grouping has no value: the reason of its first observation.
func (v *view) whyNot(features []string, metric string) plumbline.Reason {
	for _, o := range v.facts[join(features)][metric] {
		if o.Value == nil && o.Undefined != "" {
			v.seen[o] = true
			return o.Undefined
		}
	}
	return ""
}

// largest keeps the rows with the most people, in their own order, and says how many were left out.
func (v *view) largest(rows []*pivotRow) (kept []*pivotRow, more string) {
	if len(rows) <= v.lim.rows {
		return rows, ""
	}
	bySize := slices.Clone(rows)
	slices.SortStableFunc(bySize, func(a, b *pivotRow) int { return cmp.Compare(b.n, a.n) })
	kept, _ = cut(v, bySize, v.lim.rows)
	kept = slices.Clone(kept)
	slices.SortFunc(kept, func(a, b *pivotRow) int { return cmp.Compare(a.at, b.at) })
	return kept, v.t(text.ReportMoreGroups(int64(len(rows) - len(kept))))
}
