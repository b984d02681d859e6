package report

import (
	"slices"
	"strings"

	"github.com/plumbline-project/plumbline"
	"github.com/plumbline-project/plumbline/internal/text"
)

// brief is a table of the findings with one state; nil where there are none.
func (v *view) brief(s plumbline.State, caption plumbline.Text) *table {
	list := v.order(s, false)
	if len(list) == 0 {
		return nil
	}
	list, unbuilt := parted(list, func(i int) bool { return v.a.Findings[i].Reason == plumbline.NotBuilt })
	list, unattested := parted(list, v.onlyUnattested)
	t := &table{Class: "brief", Caption: v.t(caption), Heads: v.heads(text.ReportControl(), text.ReportAbout(), text.ReportStatement())}
	kept, more := cut(v, list, v.lim.findings)
	t.addNote(more)
	control := ""
	for _, i := range kept {
		f := &v.a.Findings[i]
		name := v.controlName(f.Control)
		if f.Control == control {
			name.Lines = nil
		}
		control = f.Control
		says := words(v.say(f.Statement))
		if f.Reason != "" && f.Reason != plumbline.Inconclusive && !strings.Contains(says.Text, v.label("reason", string(f.Reason))) {
			says = says.below(words(v.t(text.ReportBecause(v.label("reason", string(f.Reason))))))
		}
		if f.NeededN > 0 {
			says = says.below(words(v.t(text.ReportNeeded(f.NeededN))))
		}
		switch {
		case f.Threshold == nil || s != plumbline.Satisfied:
		case f.Threshold.Source == "product-default":
			t.addNote(v.t(text.ReportDefaultsUnsaid()))
		default:
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
		t.add(name, about, says)
	}
	if len(unbuilt) > 0 {
		t.add(v.unbuilt(unbuilt), words("–"), words(v.t(text.ReportUnbuilt(int64(len(unbuilt))))))
	}
	if len(unattested) > 0 {
		t.add(v.unbuilt(unattested), words("–"), words(v.t(text.ReportUnattested(int64(len(unattested))))))
	}
	return t
}

// parted splits a list into what does not match and what does.
func parted(list []int, matches func(int) bool) (rest, matching []int) {
	matching = slices.DeleteFunc(slices.Clone(list), func(i int) bool { return !matches(i) })
	return slices.DeleteFunc(slices.Clone(list), matches), matching
}

// onlyUnattested reports whether a finding says no more than that nobody has attested its control.
func (v *view) onlyUnattested(i int) bool {
	f := &v.a.Findings[i]
	k, known := v.controls[f.Control]
	if !known || f.Reason != plumbline.NotAttested || f.Threshold != nil || f.Suppression != nil {
		return false
	}
	c := &v.a.Controls[k]
	return c.Attestation == nil && f.Statement == text.FindingGovernNotAttested(c.Title)
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
