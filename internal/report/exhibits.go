package report

import (
	"math"
	"slices"
	"strconv"
	"strings"

	"github.com/plumbline-project/plumbline"
	"github.com/plumbline-project/plumbline/internal/chart"
	"github.com/plumbline-project/plumbline/internal/text"
)

// integrity is the chapter on data: quality of each table, drift, and distributions before and now.
func (v *view) integrity() *part {
	p := &part{Facts: v.verdict(plumbline.DataIntegrity)}
	drift := v.byValue(plumbline.DataIntegrity, func(m string) bool { return m == "psi" || strings.HasSuffix(m, "_psi") })
	p.draw(v.ranking(drift, v.t(text.ReportDriftCaption())))
	v.distributions(p)
	v.familyTables(p, plumbline.DataIntegrity)
	return p
}

// ranking draws observations on columns, one a row, with the thresholds of their metric.
func (v *view) ranking(list []*plumbline.Observation, caption string) (figure, bool) {
	const most = 24 // rows of a drawing; the table has them all
	kept, more := cut(v, list, min(most, v.lim.groups, v.lim.rows))
	if len(kept) == 0 {
		return figure{}, false
	}
	in := chart.ForestInput{Unit: kept[0].Unit, Axis: v.metric(kept[0].Metric).Text, Marks: v.marks(kept[0].Metric)}
	for _, o := range kept {
		if o.Metric != kept[0].Metric {
			continue
		}
		label := o.Scope.Column
		if o.Scope.Table != "" {
			label += " · " + v.label("report.table", o.Scope.Table)
		}
		row := chart.ForestRow{Label: visible(label, figureRunes), Value: float64(*o.Value), Low: math.NaN(), High: math.NaN(), N: -1}
		if o.Interval != nil {
			row.Low, row.High = float64(o.Interval.Low), float64(o.Interval.High)
		}
		if o.N != nil && !o.Blurred {
			row.N = *o.N
		}
		in.Rows = append(in.Rows, row)
	}
	if more != "" {
		caption += v.semicolon() + more
	}
	return v.draw(caption, func(f chart.Frame) chart.Drawing {
		in.Frame = f
		return chart.Forest(in)
	})
}

// perFigure is the number of distributions in one drawing, so that it does not fill more than a page.
const perFigure = 4

// distributions draws columns before and now, those that drifted most first as the assessment orders them.
func (v *view) distributions(p *part) {
	kept, more := cut(v, v.a.Exhibits.Distributions, v.lim.distributions)
	for i := 0; i < len(kept); {
		n := i + 1
		for n < len(kept) && n-i < perFigure && kept[n].Before == kept[i].Before {
			n++
		}
		in := chart.DistributionsInput{Items: kept[i:n], Now: v.label("report.table", "decisions"), WithheldSign: withheldSign}
		in.Before = v.label("report.table", kept[i].Before)
		if kept[i].Before == "" {
			in.Before = v.t(text.ReportNoBefore())
		}
		names := make([]string, 0, n-i)
		for k := range in.Items {
			names = append(names, in.Items[k].Column)
		}
		p.draw(v.draw(v.t(text.ReportDistributionsCaption(v.list(names))), func(f chart.Frame) chart.Drawing {
			in.Frame = f
			return chart.Distributions(in)
		}))
		v.distributionNotes(p, in.Items)
		i = n
	}
	if more != "" {
		p.Notes = append(p.Notes, more)
	}
}

func (v *view) distributionNotes(p *part, items []plumbline.Distribution) {
	withheld := false
	for i := range items {
		for _, n := range items[i].Notes[:min(len(items[i].Notes), 2)] {
			p.Notes = append(p.Notes, v.t(text.ReportMeasuredCaption(visible(items[i].Column, v.lim.name), v.say(n))))
		}
		for _, b := range items[i].Bins {
			withheld = withheld || b.Rows[0] < 0 || b.Rows[1] < 0
		}
	}
	if note := v.t(text.ReportTableWithheld(withheldSign, v.a.MinCell)); withheld && !strings.Contains(strings.Join(p.Notes, "\n"), note) {
		p.Notes = append(p.Notes, note)
	}
}

// explanation is the chapter on how decisions can be explained. What it says of a surrogate is named as an approximation.
func (v *view) explanation() *part {
	p := &part{Facts: v.verdict(plumbline.Explainability)}
	if s := v.a.Exhibits.Surrogate; s != nil {
		p.Warnings = append(p.Warnings, v.t(text.ReportSurrogateWarning()))
		p.Facts = append(p.Facts, said(v.t(text.ReportSurrogate()), v.t(text.ReportSurrogateRows(s.Rows, s.HeldOut))))
		p.Facts = append(p.Facts, fact{v.t(text.ReportSurrogateFeatures()), []cell{{Kind: "data", Text: v.list(s.Features)}}})
		if len(s.Left) > 0 {
			p.Facts = append(p.Facts, fact{v.t(text.ReportSurrogateLeft()), []cell{{Kind: "data", Text: v.list(s.Left)}}})
		}
		p.add(v.surrogateRules(s))
	}
	p.draw(v.fidelity())
	important := v.byValue(plumbline.Explainability, func(m string) bool { return strings.Contains(m, "importance") })
	var offered []string
	for _, o := range important {
		offered = appendOnce(offered, o.Scope.Given)
	}
	for _, given := range offered[:min(len(offered), 3)] { // one approximation each
		caption := v.t(text.ReportImportanceCaption())
		if given != "" {
			caption += v.semicolon() + v.t(text.ReportOffered(visible(given, v.lim.name)))
		}
		list := slices.DeleteFunc(slices.Clone(important), func(o *plumbline.Observation) bool { return o.Scope.Given != given })
		p.draw(v.ranking(list, caption))
	}
	p.add(v.reasonExamples())
	v.familyTables(p, plumbline.Explainability)
	return p
}

// fidelity draws how well the approximation agrees with the decisions, beside what always saying the more frequent decision
// would reach; false where nothing of that was measured.
func (v *view) fidelity() (figure, bool) {
	in := chart.ForestInput{Unit: plumbline.Share, Axis: v.t(text.ReportSurrogate())}
	for i := range v.a.Observations {
		o := &v.a.Observations[i]
		s := &o.Scope
		if dimensionOf(o.Check) != plumbline.Explainability || !strings.HasPrefix(o.Metric, "surrogate_") || o.Unit != plumbline.Share || o.Value == nil ||
			o.Suppressed || len(s.Features) > 0 || s.Column+s.Item+s.Step != "" || len(in.Rows) == maxFidelity {
			continue
		}
		row := chart.ForestRow{Label: v.metric(o.Metric).Text, Value: float64(*o.Value), Low: math.NaN(), High: math.NaN(), N: -1}
		if s.Given != "" {
			row.Section = v.t(text.ReportOffered(visible(s.Given, v.lim.name)))
		}
		if o.Interval != nil {
			row.Low, row.High = float64(o.Interval.Low), float64(o.Interval.High)
		}
		if o.N != nil && !o.Blurred {
			row.N = *o.N
		}
		in.Rows = append(in.Rows, row)
	}
	if len(in.Rows) == 0 {
		return figure{}, false
	}
	return v.draw(v.t(text.ReportFidelityCaption()), func(f chart.Frame) chart.Drawing {
		in.Frame = f
		return chart.Forest(in)
	})
}

// maxFidelity is the number of rows in the drawing of how well an approximation agrees.
const maxFidelity = 16

// surrogateRules lists the leaves of the surrogate in words.
func (v *view) surrogateRules(s *plumbline.Surrogate) *table {
	if len(s.Rules) == 0 {
		return nil
	}
	t := &table{
		Caption: v.t(text.ReportRulesCaption()),
		Heads:   numeric(v.heads(text.ReportRule(), text.ReportConditions(), text.ReportSays(), text.ReportReached(), text.ReportAgrees()), 3, 4),
	}
	kept, more := cut(v, s.Rules, v.lim.rows)
	t.addNote(more)
	for i := range kept {
		r := &kept[i]
		conditions := words("")
		for _, c := range r.Conditions[:min(len(r.Conditions), v.lim.evidence+4)] {
			conditions.Lines = append(conditions.Lines, cell{Kind: "data", Text: v.say(c)})
		}
		if len(r.Conditions) == 0 {
			conditions = words(v.t(text.ReportAllRows()))
		}
		says := "adverse"
		if r.Favourable {
			says = "favourable"
		}
		agree, rows := number("–"), number(v.int(r.Rows))
		switch {
		case r.Rows < 0:
			agree, rows = number(withheldSign), number(withheldSign)
		case r.Agree < 0:
			agree = number(withheldSign)
		case r.Rows > 0:
			agree = number(v.value(plumbline.Share, plumbline.Number(float64(r.Agree)/float64(r.Rows)))).below(words(v.t(text.ChartOf(r.Agree, r.Rows))))
		}
		t.add(number(strconv.Itoa(i+1)), conditions, words(v.label("report.says_side", says)), rows, agree)
	}
	return t
}

// reasonExamples lists stated reasons with what is typical of the rows that carry them.
func (v *view) reasonExamples() *table {
	if len(v.a.Exhibits.Reasons) == 0 {
		return nil
	}
	t := &table{
		Caption: v.t(text.ReportReasonsCaption()),
		Heads: numeric(v.heads(text.ReportStatedReason(), text.ReportRows(), text.ReportRefersTo(), text.ReportMedianWith(), text.ReportMedianWithout(),
			text.ReportContrast()), 1, 3, 4, 5),
	}
	kept, more := cut(v, v.a.Exhibits.Reasons, v.lim.rows)
	t.addNote(more)
	t.addNote(v.t(text.ReportReasonsNote()))
	show := func(unit plumbline.Unit, x *plumbline.Number) cell {
		if x == nil {
			return number("–")
		}
		return number(v.value(unit, *x))
	}
	for i := range kept {
		r := &kept[i]
		column := cell{Kind: "why", Text: v.t(text.ReportNoInput())}
		if r.Column != "" {
			column = v.data(r.Column)
		}
		if r.Rule != "" {
			column = column.below(cell{Kind: "data", Text: prose(r.Rule, v.lim.prose)})
		}
		rows := number(v.int(r.Rows))
		if r.Rows < 0 {
			rows = number(withheldSign)
		}
		t.add(v.data(r.Reason), rows, column, show(plumbline.Plain, r.With), show(plumbline.Plain, r.Without), show(plumbline.Share, r.Contrast))
	}
	return t
}

// oversight is the chapter on what people do with what the workflow suggests.
func (v *view) oversight() *part {
	p := &part{Facts: v.verdict(plumbline.Oversight)}
	v.familyTables(p, plumbline.Oversight)
	if len(p.Tables) > 0 {
		p.Warnings = append(p.Warnings, v.t(text.ReportOverrideWarning()))
	}
	return p
}

// securityPart is the chapter on the definition of the workflow and its files: findings by place, then the measurements.
func (v *view) securityPart() *part {
	p := &part{Facts: v.verdict(plumbline.Security)}
	p.add(v.places())
	v.familyTables(p, plumbline.Security)
	return p
}

// places lists the findings on security that evidence does not support, with the place in the files and the way through the
// workflow.
func (v *view) places() *table {
	var list []int
	for _, i := range v.order(plumbline.NotSatisfied, false) {
		if v.a.Findings[i].Dimension == plumbline.Security {
			list = append(list, i)
		}
	}
	if len(list) == 0 {
		return nil
	}
	t := &table{Class: "places", Caption: v.t(text.ReportPlacesCaption()), Heads: v.heads(text.ReportControl(), text.ReportStatement(), text.ReportWhere(), text.ReportPathHead())}
	kept, more := cut(v, list, v.lim.findings)
	t.addNote(more)
	for _, i := range kept {
		f := &v.a.Findings[i]
		name := code(f.Control).below(v.severity(f.Severity))
		if f.Scope.Item != "" {
			name.Lines = append(name.Lines, v.item(cell{}, f.Scope, metricOf(f)))
		}
		if name.Href = "findings"; v.whole[i] {
			name.Href = anchor(i)
		}
		t.add(name, words(v.say(f.Statement)), v.locations(f.Locations), v.way(f.Path))
	}
	return t
}

// locations lists places in files: file and line, and the JSON pointer behind it.
func (v *view) locations(list []plumbline.Location) cell {
	if len(list) == 0 {
		return words("–")
	}
	c := words("")
	kept, more := cut(v, list, v.lim.evidence)
	for _, l := range kept {
		at := visible(l.File, maxCode)
		if l.Line > 0 {
			at += ":" + strconv.Itoa(l.Line)
		}
		line := cell{Kind: "code", Text: at}
		if l.Pointer != "" {
			line.Rest = []cell{{Kind: "code", Text: visible(l.Pointer, maxCode)}}
		}
		c.Lines = append(c.Lines, line)
	}
	if more != "" {
		c.Lines = append(c.Lines, words(more))
	}
	return c
}

// way is a path through the workflow in words: the letter that it has in the drawing, then its steps.
func (v *view) way(path []string) cell {
	if len(path) == 0 {
		return words("–")
	}
	c := words("")
	if letter := v.letters[join(path)]; letter != "" {
		c = words(v.t(text.ReportPathLetter(letter)))
	}
	var steps []cell
	kept, more := cut(v, path, v.lim.evidence*3)
	for i, id := range kept {
		s := v.step(id)
		if i > 0 {
			s.Text = "→ " + s.Text
		}
		steps = append(steps, s)
	}
	if len(steps) > 0 {
		line := steps[0]
		line.Rest = steps[1:]
		c.Lines = append(c.Lines, line)
	}
	if more != "" {
		c.Lines = append(c.Lines, words(more))
	}
	return c
}
