package assess

import (
	"fmt"
	"slices"

	"github.com/plumbline-project/plumbline"
	"github.com/plumbline-project/plumbline/internal/text"
	"github.com/plumbline-project/plumbline/internal/workflow"
)

// stepNotes finds the step of each entry of steps in the workflow file. An entry that names none is an error: what a person said
// would else be lost without a word.
func (r *run) stepNotes() (map[string]*workflow.StepNote, error) {
	out := map[string]*workflow.StepNote{}
	if len(r.File.Steps) > 0 && r.File.Definition == "" && r.Graph == nil {
		return nil, r.wrong("steps", "steps are described and no definition is named", "name the export of the workflow under definition")
	}
	if r.Graph == nil {
		return out, nil
	}
	for i := range r.File.Steps {
		n := &r.File.Steps[i]
		key := fmt.Sprintf("steps[%d].step", i)
		id, err := r.stepNamed(key, n.Step)
		if err != nil {
			return nil, err
		}
		if out[id] != nil {
			return nil, r.wrong(key, fmt.Sprintf("the step %q is described twice", n.Step), "")
		}
		for k, c := range n.Controls {
			if _, ok := r.Catalog.Control(c); !ok {
				return nil, r.wrong(fmt.Sprintf("steps[%d].controls[%d]", i, k), "there is no control "+c, "the controls are listed by: plumb checks --controls")
			}
		}
		out[id] = n
	}
	return out, nil
}

// stepNamed gives the id of the step with an id or, where there is one only, with a name.
func (r *run) stepNamed(key, name string) (string, error) {
	var named []string
	for i := range r.Graph.Steps {
		s := &r.Graph.Steps[i]
		if s.ID == name {
			return s.ID, nil
		}
		if s.Name == name {
			named = append(named, s.ID)
		}
	}
	switch len(named) {
	case 1:
		return named[0], nil
	case 0:
		return "", r.wrong(key, fmt.Sprintf("the definition has no step %.60q", name), "its steps are "+r.stepList())
	}
	return "", r.wrong(key, fmt.Sprintf("the definition has %d steps called %.60q", len(named), name), "name one by its id, such as "+named[0])
}

// stepList names the steps for a message, cut to a readable length.
func (r *run) stepList() string {
	const most = 600
	list := ""
	for i := range r.Graph.Steps {
		if list != "" {
			list += ", "
		}
		if len(list) > most {
			return list + "…"
		}
		list += fmt.Sprintf("%.60q", r.Graph.Steps[i].Name)
	}
	return list
}

// dossiers tells what is known of each step: what a person declared, and what follows from the definition. Nothing is guessed.
func (r *run) dossiers(notes map[string]*workflow.StepNote) []plumbline.Dossier {
	if r.Graph == nil {
		return nil
	}
	var out []plumbline.Dossier
	links, named := r.links(), r.findingsByStep()
	for i := range r.Graph.Steps {
		s := &r.Graph.Steps[i]
		d := plumbline.Dossier{Step: s.ID}
		if n := notes[s.ID]; n != nil {
			d.Purpose, d.Owner, d.Controls = n.Purpose, n.Owner, slices.Clone(n.Controls)
			d.Failures = append(d.Failures, n.Failures...)
			d.Declared = !n.Purpose.IsZero() || n.Owner != ""
		}
		if d.Purpose.IsZero() && s.Notes != "" {
			d.Purpose = text.PartAuthorNote(s.Notes)
		}
		if d.Owner == "" && r.File.Owner.Name != "" {
			d.Owner, d.Inherited = r.File.Owner.Name, true
		}
		l := links[s.ID]
		d.Input, d.Output = l.in, l.out
		d.Failures = append(d.Failures, r.derivedFailures(s, l.failure)...)
		r.findingsOf(named[s.ID], &d)
		out = append(out, d)
	}
	return out
}

// links are the connections of a step, counted once for all steps.
type links struct {
	in, out []string // names of the steps that it takes from and gives to, each once, in the order of the edges
	failure bool     // an edge leaves it for failures
}

// links gathers the connections of every step, in one pass over the edges.
func (r *run) links() map[string]*links {
	all := make(map[string]*links, len(r.Graph.Steps))
	names := make(map[string]string, len(r.Graph.Steps))
	for i := range r.Graph.Steps {
		s := &r.Graph.Steps[i]
		all[s.ID], names[s.ID] = &links{}, s.Name
	}
	name := func(id string) string {
		if n, ok := names[id]; ok {
			return n
		}
		return id
	}
	seen := map[[3]string]bool{}
	once := func(side, id, other string) bool {
		key := [3]string{side, id, other}
		was := seen[key]
		seen[key] = true
		return !was
	}
	for _, e := range r.Graph.Edges {
		if to := all[e.To]; to != nil && once("in", e.To, name(e.From)) {
			to.in = append(to.in, name(e.From))
		}
		if from := all[e.From]; from != nil {
			if once("out", e.From, name(e.To)) {
				from.out = append(from.out, name(e.To))
			}
			from.failure = from.failure || e.Kind == plumbline.ErrorEdge
		}
	}
	return all
}

// derivedFailures are facts of the definition that say how a step can fail. A step that is switched off fails at nothing.
func (r *run) derivedFailures(s *plumbline.Step, path bool) []plumbline.Text {
	if s.Disabled {
		return []plumbline.Text{text.PartFailDisabled()}
	}
	var out []plumbline.Text
	switch calls := len(s.Endpoints) > 0 || s.Kind == plumbline.ModelStep || s.Kind == plumbline.AgentStep || s.Effect.Privileged(); {
	case s.OnError == "continue":
		out = append(out, text.PartFailContinues())
	case calls && !path:
		out = append(out, text.PartFailNoPath())
	}
	if s.Retries > 0 {
		out = append(out, text.PartFailRetries(int64(s.Retries)))
		if s.Effect.Privileged() {
			out = append(out, text.PartFailRepeats())
		}
	}
	if s.Kind == plumbline.ModelStep && s.Model == "" {
		out = append(out, text.PartFailUnnamedModel())
	} else if s.Kind == plumbline.ModelStep && !s.Pinned {
		out = append(out, text.PartFailUnpinned(s.Model))
	}
	if s.Kind == plumbline.OpaqueStep {
		out = append(out, text.PartFailOpaque(s.Type))
	}
	return out
}

// findingsByStep lists for each step the findings that name it, by their places among all.
func (r *run) findingsByStep() map[string][]int {
	out := map[string][]int{}
	for i := range r.out.Findings {
		f := &r.out.Findings[i]
		steps := f.Path
		if f.Scope.Step != "" && !slices.Contains(steps, f.Scope.Step) {
			steps = append(slices.Clone(steps), f.Scope.Step)
		}
		for _, id := range steps {
			if was := out[id]; len(was) == 0 || was[len(was)-1] != i { // a path may pass a step twice
				out[id] = append(was, i)
			}
		}
	}
	return out
}

// findingsOf adds the findings that name a step, and their controls beside the declared ones.
func (r *run) findingsOf(findings []int, d *plumbline.Dossier) {
	for _, i := range findings {
		f := &r.out.Findings[i]
		d.Findings = append(d.Findings, f.ID)
		if !slices.Contains(d.Controls, f.Control) {
			d.Controls = append(d.Controls, f.Control)
		}
	}
	slices.Sort(d.Controls)
}
