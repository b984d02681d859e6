package report

import (
	"regexp"
	"strings"

	"github.com/plumbline-project/plumbline"
	"github.com/plumbline-project/plumbline/internal/text"
)

// rule is the id of a rule on a definition, which begins the items of its observations.
var rule = regexp.MustCompile(`^WF-[0-9]{3}$`)

// metricOf is the metric that a finding holds against its threshold; empty where it holds none.
func metricOf(f *plumbline.Finding) string {
	if f.Threshold == nil {
		return ""
	}
	return f.Threshold.Metric
}

// item adds to the cell of a scope what its item names: the rule of a graph with the steps and kinds behind it, the member of
// a closed set by its name, or a text of the data. A step that the scope names itself is not named again.
func (v *view) item(c cell, s plumbline.Scope, metric string) cell {
	id, rest, _ := strings.Cut(s.Item, ":")
	if rule.MatchString(id) {
		out := code(id)
		for part := range strings.SplitSeq(rest, ":") {
			if part != "" && part != s.Step {
				out.Rest = append(out.Rest, v.place(part))
			}
		}
		if c.Text != "" {
			c.Rest = append(c.Rest, out)
			return c
		}
		return out
	}
	named := text.Item(metric, s.Item).In(v.lang)
	if c.Text != "" {
		named = c.Text + " · " + named
	}
	return v.data(named)
}

// place names a part of the item of a rule: a step, a kind, or a file.
func (v *view) place(part string) cell {
	if v.numbers[part] > 0 {
		return v.step(part)
	}
	return v.data(text.Place(part).In(v.lang))
}
