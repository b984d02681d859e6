package report

import (
	"cmp"
	"slices"
	"strings"

	"github.com/plumbline-project/plumbline"
	"github.com/plumbline-project/plumbline/internal/text"
)

// findings are the verdicts: those that evidence does not support whole and by control, the others in tables.
type findings struct {
	Controls   []controlFindings
	More       string
	NotTested  *table
	Supported  *table
	NotApplied *table
}

// controlFindings are the findings on one control that are not satisfied.
type controlFindings struct {
	Control                  cell
	Title                    string
	Meaning, Importance, Fix string
	Findings                 []finding
}

// finding is one verdict with its evidence.
type finding struct {
	Anchor    string
	ID        cell
	Severity  cell
	Role      string
	Scope     cell
	Statement string
	Facts     []fact
	Evidence  *table
}

// order lists the findings with a state, by index: those that judge first, then by severity, then as they come.
func (v *view) order(s plumbline.State, judging bool) []int {
	var out []int
	for i := range v.a.Findings {
		f := &v.a.Findings[i]
		if f.State == s && (!judging || f.Role != plumbline.Informs) {
			out = append(out, i)
		}
	}
	slices.SortStableFunc(out, func(a, b int) int {
		f, g := &v.a.Findings[a], &v.a.Findings[b]
		return cmp.Or(btoi(f.Role == plumbline.Informs)-btoi(g.Role == plumbline.Informs), g.Severity.Rank()-f.Severity.Rank())
	})
	return out
}

func (v *view) findings() findings {
	var out findings
	bad, more := cut(v, v.order(plumbline.NotSatisfied, false), v.lim.findings)
	out.More = more
	at := map[string]int{}
	for _, i := range bad {
		f := &v.a.Findings[i]
		k, known := at[f.Control]
		if !known {
			k = len(out.Controls)
			at[f.Control] = k
			out.Controls = append(out.Controls, v.controlFindings(f))
		}
		out.Controls[k].Findings = append(out.Controls[k].Findings, v.finding(i))
	}
	out.NotTested = v.brief(plumbline.NotTested, text.ReportNotTestedCaption())
	out.Supported = v.brief(plumbline.Satisfied, text.ReportSupportedCaption())
	out.NotApplied = v.brief(plumbline.NotApplicable, text.ReportNotAppliedCaption())
	return out
}

// controlFindings begins the block of a control with what its findings have in common.
func (v *view) controlFindings(f *plumbline.Finding) controlFindings {
	c := controlFindings{Control: v.controlName(f.Control), Meaning: v.say(f.Meaning), Importance: v.say(f.Importance), Fix: v.say(f.Fix)}
	c.Control.Lines = nil
	if i, ok := v.controls[f.Control]; ok {
		c.Title = v.say(v.a.Controls[i].Title)
	}
	return c
}

func (v *view) finding(i int) finding {
	f := &v.a.Findings[i]
	out := finding{
		Anchor: anchor(i), ID: code(f.ID), Severity: v.severity(f.Severity), Scope: v.scope(f.Scope, metricOf(f)), Statement: v.say(f.Statement), Evidence: v.evidence(f),
	}
	if f.Role == plumbline.Informs {
		out.Role = v.t(text.ReportInforms())
	}
	if f.Threshold != nil {
		c := v.threshold(f.Threshold.Metric, f.Threshold.Op, f.Threshold.Value, f.Threshold.Source)
		if why := v.say(f.Threshold.Why); why != "" {
			c.Lines = append(c.Lines, words(why))
		}
		out.Facts = append(out.Facts, fact{v.t(text.ReportThreshold()), []cell{c}})
	}
	if len(f.Locations) > 0 {
		out.Facts = append(out.Facts, fact{v.t(text.ReportWhere()), []cell{v.locations(f.Locations)}})
	}
	if len(f.Path) > 0 {
		out.Facts = append(out.Facts, fact{v.t(text.ReportPathHead()), []cell{v.way(f.Path)}})
	}
	if e := f.Suppression; e != nil {
		out.Facts = append(out.Facts, v.excuse(e))
	}
	if k := v.differs(f); k != nil {
		out.Facts = append(out.Facts, k...)
	}
	return out
}

func (v *view) excuse(e *plumbline.Excuse) fact {
	return fact{v.t(text.ReportExcused()), []cell{words(v.t(text.ReportExcusedSays(visible(e.By, v.lim.name), v.date(e.Expires)))).below(
		cell{Kind: "data", Text: prose(e.Reason, v.lim.prose)})}}
}

// differs lists what a finding says otherwise than the first one of its control, whose words stand at the head of the block.
func (v *view) differs(f *plumbline.Finding) []fact {
	for i := range v.a.Findings {
		g := &v.a.Findings[i]
		if g.Control != f.Control || g.State != plumbline.NotSatisfied {
			continue
		}
		var out []fact
		if f.Meaning != g.Meaning {
			out = append(out, said(v.t(text.ReportMeaning()), v.say(f.Meaning)))
		}
		if f.Fix != g.Fix {
			out = append(out, said(v.t(text.ReportFix()), v.say(f.Fix)))
		}
		return out
	}
	return nil
}

// brief is a table of the findings with one state; nil where there are none.
func (v *view) brief(s plumbline.State, caption plumbline.Text) *table {
	list := v.order(s, false)
	if len(list) == 0 {
		return nil
	}
	unbuilt := slices.DeleteFunc(slices.Clone(list), func(i int) bool { return v.a.Findings[i].Reason != plumbline.NotBuilt })
	list = slices.DeleteFunc(list, func(i int) bool { return v.a.Findings[i].Reason == plumbline.NotBuilt })
	t := &table{Class: "brief", Caption: v.t(caption), Heads: v.heads(text.ReportControl(), text.ReportAbout(), text.ReportStatement())}
	kept, more := cut(v, list, v.lim.findings)
	t.addNote(more)
	for _, i := range kept {
		f := &v.a.Findings[i]
		says := words(v.say(f.Statement))
		if f.Reason != "" && f.Reason != plumbline.Inconclusive && !strings.Contains(says.Text, v.label("reason", string(f.Reason))) {
			says = says.below(words(v.t(text.ReportBecause(v.label("reason", string(f.Reason))))))
		}
		if f.NeededN > 0 {
			says = says.below(words(v.t(text.ReportNeeded(f.NeededN))))
		}
		if f.Threshold != nil && s == plumbline.Satisfied {
			says = says.below(words(v.t(text.ReportThresholdFrom(v.source(f.Threshold.Source).Text))))
		}
		if f.Role == plumbline.Informs {
			says = says.below(words(v.t(text.ReportInforms())))
		}
		if f.Suppression != nil {
			says = says.below(v.excuse(f.Suppression).Cells[0].Lines...)
		}
		about := v.scope(f.Scope, metricOf(f))
		if s := f.Scope; s.Features == nil && s.Column+s.Step+s.Table+s.Item == "" {
			about = words("–")
		}
		t.add(v.controlName(f.Control), about, says)
	}
	if len(unbuilt) > 0 {
		t.add(v.unbuilt(unbuilt), words("–"), words(v.t(text.ReportUnbuilt(int64(len(unbuilt))))))
	}
	return t
}

// unbuilt names the controls that nothing measures yet in one cell; their titles stand in the list of controls.
func (v *view) unbuilt(list []int) cell {
	var c cell
	kept, more := cut(v, list, v.lim.findings)
	for _, i := range kept {
		name := v.controlName(v.a.Findings[i].Control)
		name.Lines = nil
		c.Rest = append(c.Rest, name)
	}
	if more != "" {
		c.Lines = append(c.Lines, words(more))
	}
	return c
}
