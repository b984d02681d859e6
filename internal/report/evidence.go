package report

import (
	"slices"

	"github.com/plumbline-project/plumbline"
	"github.com/plumbline-project/plumbline/internal/text"
)

// evidence lists the observations behind a finding, one in a line: measure and what it is of unless the threshold and the scope
// above say so, value, interval with its method, rows, and check. Signs for what is withheld are explained below.
func (v *view) evidence(f *plumbline.Finding) cell {
	var list []*plumbline.Observation
	for _, id := range f.Observations {
		if o := v.byID[id]; o != nil && !slices.Contains(list, o) {
			list = append(list, o)
		}
	}
	kept, more := cut(v, list, v.lim.evidence)
	out := words("")
	for _, o := range kept {
		out.Lines = append(out.Lines, v.evidenceLine(o, f))
	}
	if more != "" {
		out.Lines = append(out.Lines, words(more))
	}
	var signs table
	for _, o := range kept {
		if o.Suppressed || o.Blurred {
			v.explain(&signs, []*plumbline.Observation{o})
		}
	}
	for _, note := range signs.Notes {
		out.Lines = append(out.Lines, words(note))
	}
	return out
}

func (v *view) evidenceLine(o *plumbline.Observation, f *plumbline.Finding) cell {
	var line cell
	if o.Metric != metricOf(f) {
		line = v.metric(o.Metric)
	}
	if scopeKey(&o.Scope) != scopeKey(&f.Scope) {
		line.Rest = append(line.Rest, inBrackets(v.lang, flat(v.about(o)))...)
	}
	line.Rest = append(line.Rest, v.shown(o))
	switch {
	case o.Interval == nil || o.Suppressed || o.Value == nil:
	case o.Interval.Method == census:
		line.Rest = append(line.Rest, inBrackets(v.lang, []cell{words(v.t(text.ReportFullCount()))})...)
	default:
		line.Rest = append(line.Rest, words(v.interval(o)))
		line.Rest = append(line.Rest, inBrackets(v.lang, []cell{words(v.method(o.Interval))})...)
	}
	if o.N != nil && *o.N > 0 && !o.Suppressed {
		line.Rest = append(line.Rest, words("n = "+text.FormatInt(v.lang, *o.N)))
	}
	line.Rest = append(line.Rest, code(o.Check))
	if line.Text == "" {
		rest := line.Rest
		line = rest[0]
		line.Rest = append(slices.Clone(line.Rest), rest[1:]...)
	}
	return line
}

// flat puts what stands below and beside a cell into one line.
func flat(c cell) []cell {
	below, beside := c.Lines, c.Rest
	c.Lines, c.Rest = nil, nil
	out := []cell{c}
	for _, l := range slices.Concat(beside, below) {
		out = append(out, flat(l)...)
	}
	return slices.DeleteFunc(out, func(c cell) bool { return c.Text == "" && c.Chip == "" })
}

// inBrackets puts cells into brackets of the language.
func inBrackets(lang plumbline.Lang, cells []cell) []cell {
	if len(cells) == 0 {
		return nil
	}
	open, shut := "(", ")"
	if lang == plumbline.Chinese {
		open, shut = "（", "）"
	}
	out := slices.Clone(cells)
	out[0].Text = open + out[0].Text
	out[len(out)-1].Text += shut
	return out
}
