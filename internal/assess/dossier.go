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
		d.Input, d.Output = r.neighbours(s.ID)
		d.Failures = append(d.Failures, r.derivedFailures(s)...)
		r.findingsOf(s.ID, &d)
		out = append(out, d)
	}
	return out
}

// neighbours lists the names of the steps that a step takes from and gives to, each once, in the order of the edges.
func (r *run) neighbours(id string) (in, out []string) {
	name := func(id string) string {
		if s := r.Graph.Step(id); s != nil {
			return s.Name
		}
		return id
	}
	for _, e := range r.Graph.Edges {
		if e.To == id && !slices.Contains(in, name(e.From)) {
			in = append(in, name(e.From))
		}
		if e.From == id && !slices.Contains(out, name(e.To)) {
			out = append(out, name(e.To))
		}
	}
	return in, out
}

// derivedFailures are facts of the definition that say how a step can fail. A step that is switched off fails at nothing.
func (r *run) derivedFailures(s *plumbline.Step) []plumbline.Text {
	if s.Disabled {
		return []plumbline.Text{text.PartFailDisabled()}
	}
	var out []plumbline.Text
	path := slices.ContainsFunc(r.Graph.Edges, func(e plumbline.Edge) bool { return e.From == s.ID && e.Kind == plumbline.ErrorEdge })
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

// findingsOf lists the findings that name a step, and their controls beside the declared ones.
func (r *run) findingsOf(id string, d *plumbline.Dossier) {
	for i := range r.out.Findings {
		f := &r.out.Findings[i]
		if f.Scope.Step != id && !slices.Contains(f.Path, id) {
			continue
		}
		d.Findings = append(d.Findings, f.ID)
		if !slices.Contains(d.Controls, f.Control) {
			d.Controls = append(d.Controls, f.Control)
		}
	}
	slices.Sort(d.Controls)
}
