package check

import (
	"slices"

	"github.com/plumbline-project/plumbline"
)

// flow is a workflow's graph by index, in three views. Disabled steps are no source, model, guard, person or action; what
// arrives at one is still passed on along its connections, as workflow tools do. Every walk visits each edge once.
type flow struct {
	steps   []plumbline.Step
	at      map[string]int
	taint   [][]int    // text travels: connections, references, and sub-steps to what they serve
	acts    [][]int    // what a model says takes effect: connections, references that no connection covers, and agents to their tools
	control [][]int    // what runs after what
	serves  []bool     // a sub-step of another step, such as the model of an agent
	served  []bool     // has a model as a sub-step
	tool    []bool     // offered to an agent
	fails   []bool     // has a connection for failures
	branch  [][]branch // connections out of each step, with their names
	risks   [][]string // what the code of a code step does beyond it
	visited int64      // steps and edges that walks have looked at, which is what the rules cost
}

// branch is a connection out of a step.
type branch struct {
	to   int
	name string
}

func newFlow(g *plumbline.Graph) *flow {
	n := len(g.Steps)
	f := &flow{
		steps: g.Steps, at: make(map[string]int, n), taint: make([][]int, n), acts: make([][]int, n), control: make([][]int, n),
		serves: make([]bool, n), served: make([]bool, n), tool: make([]bool, n), branch: make([][]branch, n), fails: make([]bool, n), risks: make([][]string, n),
	}
	for i := range g.Steps {
		f.at[g.Steps[i].ID] = i
		if g.Steps[i].Kind == plumbline.CodeStep {
			f.risks[i] = risksOf(&g.Steps[i])
		}
	}
	var references [][2]int
	for i := range g.Edges {
		e := &g.Edges[i]
		from, ok1 := f.at[e.From]
		to, ok2 := f.at[e.To]
		if !ok1 || !ok2 {
			continue
		}
		sub := e.Kind != plumbline.FlowEdge && e.Kind != plumbline.ErrorEdge && e.Kind != plumbline.DataEdge
		if sub && (f.steps[from].Disabled || f.steps[to].Disabled) {
			continue
		}
		if sub || e.Kind == plumbline.DataEdge {
			f.taint[from] = append(f.taint[from], to)
		}
		switch e.Kind {
		case plumbline.FlowEdge, plumbline.ErrorEdge:
			f.control[from] = append(f.control[from], to)
			f.branch[from] = append(f.branch[from], branch{to, e.Branch})
			f.fails[from] = f.fails[from] || e.Kind == plumbline.ErrorEdge
		case plumbline.DataEdge:
			references = append(references, [2]int{from, to})
		case plumbline.ToolEdge:
			f.acts[to] = append(f.acts[to], from)
			f.taint[to] = append(f.taint[to], from) // the agent writes the arguments
			f.tool[from] = true
		case plumbline.ModelEdge:
			f.serves[from], f.served[to] = true, true
		case plumbline.MemoryEdge, plumbline.PartEdge:
			f.serves[from] = true
		}
	}
	passes := f.passes()
	for i := range passes {
		f.taint[i] = append(passes[i], f.taint[i]...)
	}
	f.effects(passes, references)
	return f
}

// maxPassing bounds what loops within loops may add to the connections. Beyond it a connection back to a loop stays one, which
// only adds ways for a text to go.
const maxPassing = 1 << 17

// passes says where what a step puts out goes along connections. What comes back to a loop over a list goes where the loop ends
// and not into its next round, which takes the next item of the list.
func (f *flow) passes() [][]int {
	out := make([][]int, len(f.control))
	for i := range f.control {
		out[i] = slices.Clone(f.control[i])
	}
	added := 0
	for loop := range f.branch {
		var inside, done []int
		for _, b := range f.branch[loop] {
			switch b.name {
			case "loop":
				inside = append(inside, b.to)
			case "done":
				done = append(done, b.to)
			}
		}
		if len(inside) == 0 {
			continue
		}
		round := f.walk(f.control, inside, func(i int) bool { return i == loop })
		for i := range out {
			if i == loop || round[i] < 0 {
				continue
			}
			if k := slices.Index(out[i], loop); k >= 0 && added+len(done) <= maxPassing {
				added += len(done)
				out[i] = slices.Concat(out[i][:k], done, out[i][k+1:])
			}
		}
	}
	return out
}

// effects completes the view acts. A step that reads another by reference runs after it where connections lead from one to the
// other: then it is the connections, and whoever stands on them, that decide whether it runs.
func (f *flow) effects(passes [][]int, references [][2]int) {
	for i := range passes {
		f.acts[i] = append(f.acts[i], passes[i]...)
	}
	slices.SortStableFunc(references, func(a, b [2]int) int { return a[0] - b[0] })
	var after []int
	for k, r := range references {
		if k == 0 || references[k-1][0] != r[0] {
			after = f.walk(f.control, []int{r[0]}, nil)
		}
		if after[r[1]] < 0 {
			f.acts[r[0]] = append(f.acts[r[0]], r[1])
		}
	}
}

// walk goes breadth first from the starts and says for each step where it was reached from: itself for a start, −1 where it
// was not reached. It does not go on from a step where stop holds, starts excepted.
func (f *flow) walk(next [][]int, starts []int, stop func(int) bool) []int {
	f.visited += int64(len(next))
	from := make([]int, len(next))
	for i := range from {
		from[i] = -1
	}
	var queue []int
	for _, s := range starts {
		if from[s] < 0 {
			from[s] = s
			queue = append(queue, s)
		}
	}
	for k := 0; k < len(queue); k++ {
		i := queue[k]
		if from[i] != i && stop != nil && stop(i) {
			continue
		}
		f.visited += int64(len(next[i]))
		for _, to := range next[i] {
			if from[to] < 0 {
				from[to] = i
				queue = append(queue, to)
			}
		}
	}
	return from
}

// origins says for each step from which start a walk reached it; −1 where it did not.
func origins(from []int) []int {
	top := slices.Clone(from)
	for i := range top {
		if top[i] < 0 {
			continue
		}
		at := i
		for top[at] != at {
			top[at] = top[top[at]]
			at = top[at]
		}
		top[i] = at
	}
	return top
}

// trail is the shortest path to a step that a walk has reached.
func trail(from []int, to int) []int {
	path := []int{to}
	for from[to] != to {
		to = from[to]
		path = append(path, to)
	}
	slices.Reverse(path)
	return path
}

// turned is a view with every edge the other way round.
func turned(next [][]int) [][]int {
	out := make([][]int, len(next))
	for i, to := range next {
		for _, j := range to {
			out[j] = append(out[j], i)
		}
	}
	return out
}

// all lists the steps for which a property holds, in the order of the file.
func (f *flow) all(is func(int) bool) []int {
	var out []int
	for i := range f.steps {
		if is(i) {
			out = append(out, i)
		}
	}
	return out
}

func (f *flow) kind(i int, k plumbline.StepKind) bool {
	return !f.steps[i].Disabled && f.steps[i].Kind == k
}

func (f *flow) source(i int) bool { return f.steps[i].Untrusted && !f.steps[i].Disabled }

// vouched is an entry whose callers are known. Whose text they pass on, the definition does not tell.
func (f *flow) vouched(i int) bool {
	return f.kind(i, plumbline.TriggerStep) && !f.steps[i].Untrusted && f.steps[i].Auth != "" && f.steps[i].Auth != "none"
}

func (f *flow) guard(i int) bool { return f.kind(i, plumbline.GuardStep) }

func (f *flow) person(i int) bool { return f.kind(i, plumbline.PersonStep) }

// model reports whether a model is asked here. The model that serves an agent is a part of the agent's step.
func (f *flow) model(i int) bool {
	s := &f.steps[i]
	if s.Disabled || f.serves[i] {
		return false
	}
	switch s.Kind {
	case plumbline.ModelStep, plumbline.AgentStep:
		return true
	case plumbline.SourceStep, plumbline.OutputStep, plumbline.CodeStep, plumbline.OpaqueStep, plumbline.DecisionStep, plumbline.TransformStep:
		return s.AI
	case plumbline.TriggerStep, plumbline.RetrievalStep, plumbline.ToolStep, plumbline.MemoryStep, plumbline.PersonStep, plumbline.GuardStep:
	}
	return false
}

// action reports whether a step changes something outside. Code counts where it runs commands or calls out, or where its
// language is not known to be kept apart.
func (f *flow) action(i int) bool {
	s := &f.steps[i]
	if s.Disabled || !s.Effect.Privileged() || f.model(i) {
		return false
	}
	return s.Kind != plumbline.CodeStep || len(f.risks[i]) > 0
}

// unclear reports whether a step may change something and the file does not tell.
func (f *flow) unclear(i int) bool {
	s := &f.steps[i]
	return !s.Disabled && !f.model(i) && (s.Effect == plumbline.Unclear || s.Kind == plumbline.OpaqueStep && s.Effect == plumbline.NoEffect)
}

// ids names the steps of a path.
func (f *flow) ids(path []int) []string {
	out := make([]string, len(path))
	for k, i := range path {
		out[k] = f.steps[i].ID
	}
	return out
}

// places gives the places of the steps of a path.
func (f *flow) places(path ...int) []plumbline.Location {
	out := make([]plumbline.Location, len(path))
	for k, i := range path {
		out[k] = f.steps[i].Location
	}
	return out
}
