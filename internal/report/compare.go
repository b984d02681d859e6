package report

import (
	"slices"
	"strings"

	"github.com/plumbline-project/plumbline"
	"github.com/plumbline-project/plumbline/internal/text"
)

// baseline holds this assessment against an earlier one; nil where there is none.
func (v *view) baseline() *part {
	b := v.a.Baseline
	if b == nil {
		return nil
	}
	same := text.ReportInputsOther()
	if b.Same {
		same = text.ReportInputsSame()
	}
	p := &part{Facts: []fact{
		{v.t(text.ReportComparedWith()), []cell{v.data(b.File).below(code(b.SHA256))}},
		said(v.t(text.ReportAsOfHead()), v.date(b.AsOf)),
		{v.t(text.ReportTool()), []cell{v.data(b.Tool)}},
		said(v.t(text.ReportInputsHead()), v.t(same)),
		said(v.t(text.ReportFindingsCount()), v.compared()),
	}}
	if !b.Same {
		p.Warnings = append(p.Warnings, v.t(text.ReportComparedWarning()))
	}
	p.add(v.ids(text.ReportNewCaption(), b.New))
	p.add(v.changes(text.ReportWorseCaption(), b.Worse))
	p.add(v.ids(text.ReportGoneCaption(), b.Gone))
	p.add(v.changes(text.ReportBetterCaption(), b.Better))
	p.add(v.ids(text.ReportResolvedCaption(), b.Resolved))
	return p
}

// compared counts the changes in one line.
func (v *view) compared() string {
	b := v.a.Baseline
	return v.t(text.ReportComparedSays(int64(len(b.New)), int64(len(b.Worse)), int64(len(b.Better)), int64(len(b.Resolved)), int64(len(b.Gone)), int64(b.Kept)))
}

// ids lists findings; nil where there are none.
func (v *view) ids(caption plumbline.Text, list []string) *table {
	if len(list) == 0 {
		return nil
	}
	t := &table{Class: "plain", Caption: v.t(caption), Heads: v.heads(text.ReportFinding(), text.ReportStatement())}
	kept, more := cut(v, list, v.lim.rows)
	t.addNote(more)
	for _, id := range kept {
		t.add(code(id), v.findingRef(id))
	}
	return t
}

func (v *view) changes(caption plumbline.Text, list []plumbline.FindingChange) *table {
	if len(list) == 0 {
		return nil
	}
	t := &table{Class: "plain", Caption: v.t(caption), Heads: v.heads(text.ReportFinding(), text.ReportWas(), text.ReportIs(), text.ReportStatement())}
	kept, more := cut(v, list, v.lim.rows)
	t.addNote(more)
	graded := func(s plumbline.State, w plumbline.Severity) cell {
		c := v.state(s)
		if w != "" {
			c = c.below(v.severity(w))
		}
		return c
	}
	for _, c := range kept {
		t.add(code(c.ID), graded(c.From, c.FromSeverity), graded(c.To, c.ToSeverity), v.findingRef(c.ID))
	}
	return t
}

// openByDimension lists for every dimension what was not tested, by reason, with the controls concerned.
func (v *view) openByDimension() *table {
	type group struct {
		reason   plumbline.Reason
		n        int64
		controls []string
	}
	t := &table{
		Class: "open", Caption: v.t(text.ReportOpenCaption()),
		Heads: numeric(v.heads(text.ReportDimension(), text.ReportReason(), text.ReportFindingsCount(), text.ReportControlsHead()), 2),
	}
	dimensions := plumbline.Dimensions()
	for i := range v.a.Findings {
		if d := v.a.Findings[i].Dimension; !slices.Contains(dimensions, d) && len(dimensions) < v.lim.rows {
			dimensions = append(dimensions, d)
		}
	}
	for _, d := range dimensions {
		var groups []*group
		for i := range v.a.Findings {
			f := &v.a.Findings[i]
			if f.State != plumbline.NotTested || f.Dimension != d {
				continue
			}
			at := slices.IndexFunc(groups, func(g *group) bool { return g.reason == f.Reason })
			if at < 0 {
				at = len(groups)
				groups = append(groups, &group{reason: f.Reason})
			}
			groups[at].n++
			groups[at].controls = appendOnce(groups[at].controls, f.Control)
		}
		slices.SortStableFunc(groups, func(a, b *group) int { return int(b.n - a.n) })
		name := words(v.label("dimension", string(d)))
		if d == "" {
			name = words(v.t(text.ReportNoDimension()))
		}
		kept, more := cut(v, groups, v.lim.rows)
		t.addNote(more)
		for _, g := range kept {
			t.add(name, words(v.label("reason", string(g.reason))), number(v.int(g.n)), v.controlList(g.controls))
		}
		if len(groups) == 0 {
			t.add(name, v.whyUntested(d), number("–"), words("–"))
		}
	}
	return t
}

// whyUntested speaks for a dimension without findings that are not tested.
func (v *view) whyUntested(d plumbline.Dimension) cell {
	for _, p := range v.a.Dimensions {
		if p.ID != d {
			continue
		}
		if p.State == plumbline.NotTested || p.State == plumbline.NotApplicable {
			return words(strings.TrimSpace(v.label("state", string(p.State)) + v.semicolon() + v.label("reason", string(p.Reason))))
		}
		return words(v.t(text.ReportFirstUntestedNone()))
	}
	return words(v.t(text.ReportNotAssessed()))
}

func appendOnce(list []string, s string) []string {
	if slices.Contains(list, s) {
		return list
	}
	return append(list, s)
}
