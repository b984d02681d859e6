package report

import (
	"cmp"
	"slices"

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
	var blocks [][]int
	for _, i := range bad {
		f := &v.a.Findings[i]
		k, known := at[f.Control]
		if !known {
			k = len(out.Controls)
			at[f.Control] = k
			out.Controls = append(out.Controls, v.controlFindings(f))
			blocks = append(blocks, nil)
		}
		blocks[k] = append(blocks[k], i)
	}
	for k, list := range blocks {
		out.Controls[k].Findings = v.block(list)
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

// block shows the findings of one control. Those of one meaning stand together, so that it is said once, as is why a threshold
// is what it is.
func (v *view) block(list []int) []finding {
	meaning := func(i int) plumbline.Text { return v.a.Findings[i].Meaning }
	first := map[plumbline.Text]int{}
	for at, i := range list {
		if _, known := first[meaning(i)]; !known {
			first[meaning(i)] = at
		}
	}
	list = slices.Clone(list)
	slices.SortStableFunc(list, func(a, b int) int { return cmp.Compare(first[meaning(a)], first[meaning(b)]) })
	out := make([]finding, len(list))
	said := map[string]bool{}
	for at, i := range list {
		f := &v.a.Findings[i]
		before := &v.a.Findings[list[max(at-1, 0)]]
		out[at] = v.finding(i, said[metricOf(f)])
		out[at].Facts = append(out[at].Facts, v.differs(f, before)...)
		said[metricOf(f)] = true
	}
	return out
}

// finding shows one finding; reasoned says that the reason of its threshold stands above already.
func (v *view) finding(i int, reasoned bool) finding {
	f := &v.a.Findings[i]
	out := finding{Anchor: anchor(i), ID: code(f.ID), Severity: v.severity(f.Severity), Scope: v.scope(f.Scope, metricOf(f)), Statement: v.say(f.Statement)}
	if f.Role == plumbline.Informs {
		out.Role = v.t(text.ReportInforms())
	}
	if f.Threshold != nil {
		c := v.threshold(f.Threshold.Metric, f.Threshold.Op, f.Threshold.Value, f.Threshold.Source)
		c.Rest, c.Lines = append(c.Rest, inBrackets(v.lang, c.Lines)...), nil
		if why := v.say(f.Threshold.Why); why != "" && !reasoned {
			c.Lines = append(c.Lines, words(why))
		}
		out.Facts = append(out.Facts, fact{v.t(text.ReportThreshold()), []cell{c}})
	}
	if c := v.evidence(f); len(c.Lines) > 0 {
		out.Facts = append(out.Facts, fact{v.t(text.ReportEvidenceCaption()), []cell{c}})
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
	return out
}

func (v *view) excuse(e *plumbline.Excuse) fact {
	return fact{v.t(text.ReportExcused()), []cell{words(v.t(text.ReportExcusedSays(visible(e.By, v.lim.name), v.date(e.Expires)))).below(
		cell{Kind: "data", Text: prose(e.Reason, v.lim.prose)})}}
}

// differs lists what a finding says otherwise than the one before it in its block.
func (v *view) differs(f, before *plumbline.Finding) []fact {
	var out []fact
	if f.Meaning != before.Meaning {
		out = append(out, said(v.t(text.ReportMeaning()), v.say(f.Meaning)))
	}
	if f.Fix != before.Fix {
		out = append(out, said(v.t(text.ReportFix()), v.say(f.Fix)))
	}
	return out
}
