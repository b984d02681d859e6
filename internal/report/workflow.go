package report

import (
	"cmp"
	"slices"
	"strconv"
	"strings"

	"github.com/plumbline-project/plumbline"
	"github.com/plumbline-project/plumbline/internal/chart"
	"github.com/plumbline-project/plumbline/internal/text"
)

// workflowPart is the chapter on the workflow's own definition.
type workflowPart struct {
	part
	Dossiers []dossier
	More     string
}

// dossier is what is known of one step.
type dossier struct {
	ID    string
	Name  cell
	Tags  []cell
	Facts []fact
}

// readGraph orders the steps as they are numbered in the drawing, left to right and top to bottom, and gives the paths their
// letters.
func (v *view) readGraph() {
	v.numbers, v.letters = map[string]int{}, map[string]string{}
	if v.a.Graph == nil {
		return
	}
	g := *v.a.Graph
	g.Steps = slices.Clone(g.Steps)
	slices.SortStableFunc(g.Steps, func(a, b plumbline.Step) int {
		return cmp.Or(cmp.Compare(a.Column, b.Column), cmp.Compare(a.Row, b.Row))
	})
	v.graph = &g
	for i := range g.Steps {
		if v.numbers[g.Steps[i].ID] == 0 {
			v.numbers[g.Steps[i].ID] = i + 1
		}
	}
	const letters = "ABCDEF" // of the paths that are drawn
	add := func(path []string) {
		if key := join(path); len(path) > 1 && v.letters[key] == "" && len(v.paths) < len(letters) {
			v.letters[key] = letters[len(v.paths) : len(v.paths)+1]
			v.paths = append(v.paths, path)
		}
	}
	for _, i := range v.order(plumbline.NotSatisfied, false) {
		add(v.a.Findings[i].Path)
	}
}

// step names a step by its number in the drawing and its name; an id that the graph does not know stands as it is.
func (v *view) step(id string) cell {
	n := v.numbers[id]
	if n == 0 {
		return v.data(id)
	}
	c := v.data(cmp.Or(v.graph.Steps[n-1].Name, id))
	c.Text = strconv.Itoa(n) + " " + c.Text
	if n <= v.lim.steps {
		c.Href = "s-" + strconv.Itoa(n)
	}
	return c
}

// workflow is the chapter on the definition; nil where there is none.
func (v *view) workflow() *workflowPart {
	if v.graph == nil {
		return nil
	}
	p := &workflowPart{part: part{Facts: v.graphFacts()}}
	v.flow(&p.part)
	p.add(v.graphNotes())
	p.add(v.modelSteps())
	p.add(v.systems())
	known := map[string]*plumbline.Dossier{}
	for i := range v.a.Dossiers {
		known[v.a.Dossiers[i].Step] = &v.a.Dossiers[i]
	}
	kept, more := cut(v, v.graph.Steps, v.lim.steps)
	for i := range kept {
		p.Dossiers = append(p.Dossiers, v.dossier(i, &kept[i], known[kept[i].ID]))
	}
	p.More = more
	return p
}

// graphFacts counts what the definition holds.
func (v *view) graphFacts() []fact {
	g := v.graph
	format := code(g.Format)
	if g.Platform != "" {
		format = format.below(code(g.Platform))
	}
	out := []fact{
		{v.t(text.ReportDefinition()), []cell{v.data(cmp.Or(g.Name, g.File)).below(code(g.File))}},
		{v.t(text.ReportFileFormat()), []cell{format}},
		{v.t(text.ReportSha256()), []cell{code(g.SHA256)}},
	}
	kinds := map[plumbline.StepKind]int64{}
	var ai, off, strangers, privileged int64
	for i := range g.Steps {
		s := &g.Steps[i]
		kinds[s.Kind]++
		ai += int64(btoi(s.AI))
		off += int64(btoi(s.Disabled))
		strangers += int64(btoi(s.Untrusted))
		privileged += int64(btoi(s.Effect.Privileged()))
	}
	var counts []string
	for _, k := range plumbline.StepKinds() {
		if kinds[k] > 0 {
			counts = append(counts, v.t(text.ReportCountOf(v.label("chart.step", string(k)), kinds[k])))
		}
	}
	steps := words(v.t(text.ReportStepsAndEdges(int64(len(g.Steps)), int64(len(g.Edges)))))
	if len(counts) > 0 {
		steps = steps.below(words(strings.Join(counts, v.semicolon())))
	}
	return append(
		out, fact{v.t(text.ReportSteps()), []cell{steps}},
		said(v.t(text.ChartTagAi()), v.int(ai)), said(v.t(text.ChartTagUntrusted()), v.int(strangers)),
		said(v.t(text.ChartTagEffect()), v.int(privileged)), said(v.t(text.ChartDisabled()), v.int(off)),
	)
}

// flow draws the graph: for a desk and for print in parts that fit a page, for a phone as one list.
func (v *view) flow(p *part) {
	v.figures++
	caption := v.t(text.ReportFlowCaption())
	in := chart.WorkflowInput{
		Frame: chart.Frame{ID: "d" + strconv.Itoa(v.figures), Lang: v.lang, Title: caption, Width: wideChart}, Graph: v.graph, Paths: v.paths, Limit: v.lim.steps,
	}
	wide := chart.Workflow(in)
	in.ID += "n"
	in.Width = narrowChart
	narrow := chart.Workflow(in)
	for i := range wide {
		f := figure{Caption: wide[i].Title, WideOnly: i > 0}
		var ok, ok2 bool
		f.Wide, ok = svg(wide[i])
		ok2 = true
		if i == 0 {
			f.Narrow, ok2 = svg(narrow[0])
		}
		p.draw(f, ok && ok2)
	}
}

// graphNotes lists what the import did not understand or found odd; nil where there is nothing.
func (v *view) graphNotes() *table {
	if len(v.graph.Notes) == 0 {
		return nil
	}
	t := &table{Caption: v.t(text.ReportGraphNotesCaption()), Heads: v.heads(text.ReportStatement(), text.ReportWhere())}
	kept, more := cut(v, v.graph.Notes, v.lim.rows)
	t.addNote(more)
	for _, n := range kept {
		t.add(words(v.say(n.Text)), v.locations([]plumbline.Location{n.Location}))
	}
	return t
}

// modelSteps lists the steps in which a model is called or served.
func (v *view) modelSteps() *table {
	var list []*plumbline.Step
	for i := range v.graph.Steps {
		if v.graph.Steps[i].AI {
			list = append(list, &v.graph.Steps[i])
		}
	}
	if len(list) == 0 {
		return nil
	}
	t := &table{
		Caption: v.t(text.ReportModelStepsCaption()),
		Heads:   v.heads(text.ReportStep(), text.ReportKind(), text.ReportProvider(), text.ReportModel(), text.ReportPinned(), text.ReportPrompts()),
	}
	kept, more := cut(v, list, v.lim.rows)
	t.addNote(more)
	for _, s := range kept {
		model, pinned := cell{Kind: "why", Text: v.t(text.ReportNoModel())}, words("–")
		switch by := v.servedBy(s.ID); {
		case s.Model == "" && (len(by) > 0 || !calls(s)):
			model = v.stepList(by)
		case s.Model != "":
			model = code(s.Model)
			pinned = words(v.label("report.pinned_kind", map[bool]string{true: "fixed", false: "moving"}[s.Pinned]))
		}
		prompts := words("–")
		if len(s.Prompts) > 0 {
			prompts = words("")
			shown, rest := cut(v, s.Prompts, v.lim.evidence)
			for _, q := range shown {
				prompts.Lines = append(prompts.Lines, words(v.t(text.ReportPromptSays(v.label("report.prompt_role", q.Role), int64(q.Chars)))))
			}
			if rest != "" {
				prompts.Lines = append(prompts.Lines, words(rest))
			}
		}
		t.add(v.step(s.ID), words(v.label("chart.step", string(s.Kind))), v.data(cmp.Or(s.Provider, "–")), model, pinned, prompts)
	}
	return t
}

// calls reports whether a step calls a model itself; a tool or a parser serves one that does.
func calls(s *plumbline.Step) bool {
	return s.Kind == plumbline.ModelStep || s.Kind == plumbline.AgentStep
}

// servedBy are the steps that give a step its model.
func (v *view) servedBy(id string) []string {
	var out []string
	for _, e := range v.graph.Edges {
		if e.To == id && e.Kind == plumbline.ModelEdge {
			out = appendOnce(out, e.From)
		}
	}
	return out
}

// systems lists the outside systems that steps call, and the steps.
func (v *view) systems() *table {
	steps := map[string][]string{}
	schemes := map[string][]string{}
	var hosts []string
	for i := range v.graph.Steps {
		for _, e := range v.graph.Steps[i].Endpoints {
			if e.Local {
				continue
			}
			if steps[e.Host] == nil {
				hosts = append(hosts, e.Host)
			}
			if id := v.graph.Steps[i].ID; !slices.Contains(steps[e.Host], id) {
				steps[e.Host] = append(steps[e.Host], id)
			}
			if e.Scheme != "" && !slices.Contains(schemes[e.Host], e.Scheme) {
				schemes[e.Host] = append(schemes[e.Host], e.Scheme)
			}
		}
	}
	if len(hosts) == 0 {
		return nil
	}
	t := &table{Caption: v.t(text.ReportSystemsCaption()), Heads: v.heads(text.ReportHost(), text.ReportScheme(), text.ReportSteps())}
	kept, more := cut(v, hosts, v.lim.rows)
	t.addNote(more)
	for _, h := range kept {
		host := code(h)
		if h == "" {
			host = cell{Kind: "why", Text: v.t(text.ReportHostDynamic())}
		}
		t.add(host, cell{Kind: "code", Text: v.list(schemes[h])}, v.stepList(steps[h]))
	}
	return t
}

func (v *view) stepList(ids []string) cell {
	c := words("")
	kept, more := cut(v, ids, v.lim.evidence)
	for _, id := range kept {
		c.Lines = append(c.Lines, v.step(id))
	}
	if more != "" {
		c.Lines = append(c.Lines, words(more))
	}
	return c
}

// dossier puts together what the graph and the workflow file say of a step. What nobody stated is said to be so.
func (v *view) dossier(i int, s *plumbline.Step, d *plumbline.Dossier) dossier {
	out := dossier{ID: "s-" + strconv.Itoa(i+1), Name: v.data(cmp.Or(s.Name, s.ID))}
	out.Name.Text = strconv.Itoa(i+1) + " " + out.Name.Text
	out.Tags = []cell{words(v.label("chart.step", string(s.Kind))), code(s.Type)}
	add := func(term plumbline.Text, c cell) {
		if c.Text != "" || len(c.Lines)+len(c.Rest) > 0 {
			out.Facts = append(out.Facts, fact{v.t(term), []cell{c}})
		}
	}
	list := func(items []string) cell { return cell{Kind: "data", Text: v.list(items)} }
	if d != nil {
		purpose, owner := words(v.say(d.Purpose)), v.person(plumbline.Person{Name: d.Owner})
		if purpose.Text == "" {
			purpose = cell{Kind: "why", Text: v.t(text.ReportNotStated())}
		}
		if !d.Declared && !d.Purpose.IsZero() {
			purpose = purpose.below(cell{Kind: "soft", Text: v.t(text.ReportFromDefinition())})
		}
		add(text.ReportPurpose(), purpose)
		add(text.ReportOwner(), owner)
		add(text.ReportStepInput(), list(d.Input))
		add(text.ReportStepOutput(), list(d.Output))
		failures := words("")
		for _, f := range d.Failures[:min(len(d.Failures), v.lim.evidence)] {
			failures.Lines = append(failures.Lines, cell{Kind: "data", Text: v.say(f)})
		}
		add(text.ReportFailures(), failures)
	}
	add(text.ReportOperation(), code(s.Operation))
	if s.Effect != "" {
		add(text.ReportEffectHead(), words(v.label("report.effect", string(s.Effect))))
	}
	kind := words(v.label("report.on_error_kind", cmp.Or(s.OnError, "stop")))
	switch {
	case s.Retries > 0:
		add(text.ReportOnError(), words(v.t(text.ReportOnErrorSays(kind.Text, int64(s.Retries)))))
	case s.OnError != "" && s.OnError != "stop": // to stop is what every step does
		add(text.ReportOnError(), kind)
	}
	add(text.ReportAuth(), code(s.Auth))
	add(text.ReportCredentials(), list(s.Credentials))
	if d != nil {
		add(text.ReportControlsHead(), v.controlList(d.Controls))
		add(text.ReportFindingsCount(), v.findingList(d.Findings))
	}
	if s.Notes != "" {
		add(text.ReportAuthorNotes(), cell{Kind: "data", Text: prose(s.Notes, v.lim.prose/3)})
	}
	if s.Location.File != "" {
		add(text.ReportWhere(), v.locations([]plumbline.Location{s.Location}))
	}
	return out
}

// controlList names controls in one line, each with its verdict.
func (v *view) controlList(ids []string) cell {
	c := words("")
	kept, more := cut(v, ids, v.lim.evidence*2)
	for _, id := range kept {
		name := v.controlName(id)
		name.Lines = nil
		c.Rest = append(c.Rest, name)
	}
	if more != "" {
		c.Lines = append(c.Lines, words(more))
	}
	return c
}

// findingList points at findings by their statement.
func (v *view) findingList(ids []string) cell {
	c := words("")
	kept, more := cut(v, ids, v.lim.evidence)
	for _, id := range kept {
		c.Lines = append(c.Lines, v.findingRef(id))
	}
	if more != "" {
		c.Lines = append(c.Lines, words(more))
	}
	return c
}

// findingRef is a finding by its verdict and statement; one that this assessment does not hold, by its id.
func (v *view) findingRef(id string) cell {
	i, known := v.finds[id]
	if !known {
		return code(id)
	}
	f := &v.a.Findings[i]
	c := cell{Kind: "data", Text: visible(f.Control, minText) + " · " + v.say(f.Statement)}
	if v.whole[i] {
		c.Href = anchor(i)
	}
	return c
}
