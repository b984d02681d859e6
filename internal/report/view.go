package report

import (
	"slices"
	"strconv"
	"strings"

	"github.com/plumbline-project/plumbline"
	"github.com/plumbline-project/plumbline/internal/text"
)

// limits bounds the lists and texts of a page.
type limits struct {
	groupings     int // sensitive features and intersections
	groups        int // drawn for each
	rows          int // of a table
	findings      int // shown whole
	evidence      int // observations under a finding
	name          int // runes of a data text
	title         int // runes of its title attribute
	prose         int // runes of a sentence that may quote data
	steps         int // of a workflow, drawn and described
	distributions int // columns drawn before and now
}

const (
	maxTries = 7    // halvings of limits before a page that is too large is a fault
	maxCode  = 120  // runes of an identifier
	minText  = 24   // no text is cut shorter
	maxText  = 4000 // of the catalogue; what it quotes is bounded before
)

func fullLimits() limits {
	return limits{groupings: 16, groups: 60, rows: 40, findings: 80, evidence: 8, name: 48, title: 200, prose: 900, steps: 160, distributions: 24}
}

func (l limits) half() limits {
	return limits{
		groupings: max(l.groupings*3/4, 1), groups: max(l.groups/2, 1), rows: max(l.rows/2, 1), findings: max(l.findings/2, 1),
		evidence: max(l.evidence/2, 1), name: max(l.name*3/4, minText), title: max(l.title/2, minText), prose: max(l.prose/2, 4*minText),
		steps: max(l.steps/2, 1), distributions: max(l.distributions/2, 1),
	}
}

// view makes the page of one assessment in one language.
type view struct {
	a    *plumbline.Assessment
	lang plumbline.Lang
	lim  limits

	seen        map[*plumbline.Observation]bool // shown, or said why not
	byID        map[string]*plumbline.Observation
	facts       map[string]map[string][]*plumbline.Observation // features → metric → observations in their order
	controls    map[string]int                                 // id → index
	instruments map[string]*plumbline.Instrument
	finds       map[string]int            // finding → index
	units       map[string]plumbline.Unit // of the metrics that rules name
	graph       *plumbline.Graph          // with its steps in the order of their numbers; nil: none
	numbers     map[string]int            // step → number, from 1
	paths       [][]string                // of findings, in the order of their letters
	letters     map[string]string         // path → letter
	whole       map[int]bool              // findings shown with their evidence, so that they have a place to point at
	figures     int
}

func newView(a *plumbline.Assessment, lang plumbline.Lang, lim limits) *view {
	v := &view{
		a: a, lang: lang, lim: lim, seen: map[*plumbline.Observation]bool{}, byID: map[string]*plumbline.Observation{},
		facts:    map[string]map[string][]*plumbline.Observation{},
		controls: map[string]int{}, units: map[string]plumbline.Unit{}, instruments: map[string]*plumbline.Instrument{}, finds: map[string]int{}, whole: map[int]bool{},
	}
	for i := range a.Observations {
		o := &a.Observations[i]
		v.byID[o.ID] = o
		if dimensionOf(o.Check) != "" {
			continue
		}
		key := join(o.Scope.Features)
		if v.facts[key] == nil {
			v.facts[key] = map[string][]*plumbline.Observation{}
		}
		v.facts[key][o.Metric] = append(v.facts[key][o.Metric], o)
	}
	for i := range a.Controls {
		v.controls[a.Controls[i].ID] = i
		for _, r := range a.Controls[i].Rules {
			v.units[r.Metric] = r.Unit
		}
	}
	for i := range a.Instruments {
		v.instruments[a.Instruments[i].ID] = &a.Instruments[i]
	}
	for i := range a.Findings {
		v.finds[a.Findings[i].ID] = i
	}
	v.readGraph()
	bad := v.order(plumbline.NotSatisfied, false)
	for _, i := range bad[:min(len(bad), lim.findings)] {
		v.whole[i] = true
	}
	return v
}

// join makes one key of several texts.
func join(parts []string) string { return strings.Join(parts, "\x1f") }

// t is a catalogue text in the page's language; what it quotes is made visible.
func (v *view) t(t plumbline.Text) string { return prose(t.In(v.lang), maxText) }

// say is a text of the assessment, in the other language where this one is empty.
func (v *view) say(t plumbline.Text) string {
	s := t.In(v.lang)
	if s == "" {
		s = t.ZH + t.EN
	}
	return prose(s, v.lim.prose)
}

// label names a member of a closed set, and shows the id where the catalogue does not know it.
func (v *view) label(section, id string) string {
	if id == "" {
		return ""
	}
	return prose(text.Label(section, id).In(v.lang), v.lim.name*2)
}

// semicolon parts two remarks in one line.
func (v *view) semicolon() string {
	if v.lang == plumbline.Chinese {
		return "；"
	}
	return "; "
}

func (v *view) date(iso string) string { return prose(text.FormatDate(v.lang, iso), v.lim.name) }

func (v *view) int(n int64) string { return text.FormatInt(v.lang, n) }

// list joins data texts as the language does, at most as many as a row can hold.
func (v *view) list(items []string) string {
	const most = 40
	kept, more := cut(v, items, most)
	shown := make([]string, len(kept))
	for i, s := range kept {
		shown[i] = visible(s, v.lim.name)
	}
	out := text.FormatList(v.lang, shown)
	if more != "" {
		out += " … (" + v.int(int64(len(items)-most)) + ")"
	}
	return out
}

// group names a group by its values; a value that is missing is said to be so.
func (v *view) group(values []string) string {
	parts := make([]string, len(values))
	for i, s := range values {
		if parts[i] = s; s == "" {
			parts[i] = v.t(text.ReportMissing())
		}
	}
	return strings.Join(parts, " × ")
}

// scope says in a few words which rows are meant. The metric tells what the item is, where there is one.
func (v *view) scope(s plumbline.Scope, metric string) cell {
	name := strings.Join(s.Features, " × ")
	switch {
	case len(s.Group) > 0 && name != "":
		name += ": " + v.group(s.Group)
	case len(s.Group) > 0:
		name = v.group(s.Group)
	}
	if len(s.Against) > 0 {
		name += " ↔ " + v.group(s.Against)
	}
	if s.Column != "" {
		name = strings.TrimPrefix(name+" ← "+s.Column, " ← ")
	}
	c := v.data(name)
	switch {
	case s.Item != "":
		c = v.item(c, s, metric)
		name = s.Item
	case name == "" && s.Step != "":
		c = v.step(s.Step)
	case name == "" && s.Table != "":
		c = words(v.label("report.table", s.Table))
	case name == "":
		c = words(v.t(text.ReportAllRows()))
	}
	if s.Step != "" && name != "" {
		c.Lines = append(c.Lines, v.step(s.Step))
	}
	if s.Table != "" && (name != "" || s.Step != "") {
		c.Lines = append(c.Lines, words(v.label("report.table", s.Table)))
	}
	if s.Given != "" {
		c.Lines = append(c.Lines, words(v.t(text.ReportGiven(visible(s.Given, v.lim.name)))))
	}
	if s.Among != "" {
		c.Lines = append(c.Lines, words(v.label("report.among", string(s.Among))))
	}
	if s.Bin > 0 {
		c.Lines = append(c.Lines, words(v.t(text.ReportBin(int64(s.Bin)))))
	}
	return c
}

// metric names a metric; one that the catalogue does not know is shown by its id.
func (v *view) metric(id string) cell {
	if t, found := text.Get("metric." + id); found {
		return words(t.In(v.lang))
	}
	return code(id)
}

// threshold is the line that something was held against, with where the line comes from.
func (v *view) threshold(metric, op, value, source string) cell {
	sign := map[string]string{">=": "≥", "<=": "≤"}[op]
	if sign == "" {
		sign = visible(op, minText)
	}
	c := v.metric(metric)
	line := visible(value, minText)
	if x, err := strconv.ParseFloat(value, 64); err == nil && v.units[metric] != "" {
		line = text.Limit(v.units[metric], x).In(v.lang)
	}
	c.Text += " " + sign + " " + line
	return c.below(v.source(source))
}

// source says who set a threshold. Only an instrument has force; the rest is the product's or the operator's choice.
func (v *view) source(id string) cell {
	switch id {
	case "product-default":
		return words(v.t(text.ReportSourceDefault()))
	case "workflow-file":
		return words(v.t(text.ReportSourceFile()))
	}
	if in := v.instruments[id]; in != nil {
		return words(v.t(text.ReportSourceInstrument(v.say(in.Title), v.label("force", in.Force))))
	}
	return code(id)
}

// instrumentOf finds the instrument of a provision such as "CN-PIPL-24¶1": the longest id that begins it.
func (v *view) instrumentOf(ref string) *plumbline.Instrument {
	for end := min(len(ref), maxCode); end > 0; end-- {
		if in := v.instruments[ref[:end]]; in != nil {
			return in
		}
	}
	return nil
}

// provision names a provision with the force of its instrument in one line; the instrument's title stands in the list of
// instruments.
func (v *view) provision(ref, instrument string) cell {
	in := v.instruments[instrument]
	if in == nil {
		in = v.instrumentOf(ref)
	}
	c := code(ref)
	if in == nil {
		c.Rest = []cell{words(v.t(text.ReportForceUnknown()))}
	} else {
		c.Rest = []cell{v.force(in.Force)}
	}
	return c
}

// anchor is the id of a finding on the page.
func anchor(i int) string { return "f-" + strconv.Itoa(i+1) }

// controlName is a control by its id and title.
func (v *view) controlName(id string) cell {
	i, known := v.controls[id]
	if !known {
		return code(id)
	}
	c := code(id)
	c.Href = "c-" + strconv.Itoa(i+1)
	if i >= v.maxControls() {
		c.Href = "controls"
	}
	return c.below(words(v.say(v.a.Controls[i].Title)))
}

func (v *view) maxControls() int { return 3 * v.lim.rows }

// groupings lists sensitive features as declared, then intersections, then what only the observations name.
func (v *view) groupings() [][]string {
	var out [][]string
	known := map[string]bool{"": true}
	add := func(features []string) {
		if key := join(features); !known[key] {
			known[key] = true
			out = append(out, features)
		}
	}
	for _, s := range v.a.Design.Sensitive {
		add([]string{s})
	}
	for _, in := range v.a.Design.Intersections {
		add(in)
	}
	for i := range v.a.Observations {
		add(v.a.Observations[i].Scope.Features)
	}
	return slices.DeleteFunc(out, func(f []string) bool { return len(v.facts[join(f)]) == 0 })
}
