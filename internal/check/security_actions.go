package check

import (
	"slices"
	"strings"

	"github.com/plumbline-project/plumbline"
)

// securityActions looks for steps that change something outside and that a model's output reaches without a person's approval
// (WF-003), for the same behind text of strangers (WF-004), for agents that hold such a step as a tool (WF-005) and for
// approvals that do not hold (WF-024). An approval counts where every way from the model to the action leads through a person,
// and no model writes anew in between: the persons are a cut of the graph, of which one dominating approval is the usual case.
func securityActions() Check {
	return securityCheck("actions", []plumbline.Ref{
		owasp("LLM06"),
		{Cite: "Lengauer T, Tarjan RE (1979), ACM Transactions on Programming Languages and Systems 1:121–141 (dominators)", URL: "https://doi.org/10.1145/357062.357071"},
	}, (*Input).actions)
}

// deed is a model's output that reaches an action with no person on the way.
type deed struct {
	model, action int
	path          []int
}

func (in *Input) actions(f *flow, e *emitter) error {
	models, deeds, unclear := f.all(f.model), []deed(nil), map[int]bool{}
	reached := map[int]bool{} // actions that a model reaches at all
	stop := func(i int) bool { return f.person(i) || f.model(i) }
	seen := map[int]int{} // action → its shortest deed
	for _, m := range models {
		free := walk(f.acts, []int{m}, stop)
		for i := range f.steps {
			switch {
			case i == m || free[i] < 0:
			case f.action(i):
				path := trail(free, i)
				if k, ok := seen[i]; !ok {
					seen[i] = len(deeds)
					deeds = append(deeds, deed{m, i, path})
				} else if len(path) < len(deeds[k].path) {
					deeds[k] = deed{m, i, path}
				}
			case f.unclear(i):
				unclear[i] = true
			}
		}
	}
	ever := walk(f.acts, models, nil)
	for i := range f.steps {
		if f.action(i) && ever[i] >= 0 {
			reached[i] = true
		}
	}
	tainted := walk(f.taint, f.all(f.source), f.guard)
	perhaps := walk(f.taint, f.all(func(i int) bool { return f.vouched(i) || f.kind(i, plumbline.OpaqueStep) }), f.guard)
	var acts, chains, tools []place
	unsure := int64(0)
	for _, d := range deeds {
		p := place{step: f.steps[d.action].ID, item: "WF-003", path: f.ids(d.path), at: f.places(d.path...)}
		switch {
		case f.steps[d.action].Effect == plumbline.Executes: // told by security.code
		case f.tool[d.action]:
			p.item = "WF-005"
			tools = append(tools, p)
		default:
			acts = append(acts, p)
		}
		if tainted[d.model] >= 0 && !f.guard(d.model) {
			whole := slices.Concat(trail(tainted, d.model), d.path[1:])
			chains = append(chains, place{step: p.step, item: "WF-004", path: f.ids(whole), at: f.places(whole...)})
		} else if perhaps[d.model] >= 0 {
			unsure++
		}
	}
	n := int64(len(reached))
	e.places("unapproved_actions", acts, n, int64(len(unclear)))
	e.places("unapproved_tools", tools, n, 0)
	e.places("unapproved_chains", chains, n, unsure)
	e.places("ineffective_approvals", f.ineffective(deeds), int64(len(f.all(f.person))), 0)
	e.census("approved_actions", plumbline.Count, plumbline.Scope{}, float64(len(reached)-len(deeds)), n)
	e.present("approvals", f, f.all(f.person), len(f.steps))
	return nil
}

// ineffective says how approvals fail: one that stands beside or behind the action (parallel), one that a branch leads around
// (bypassed), one after which a model writes anew (regenerated), one whose verdict nobody reads (unread).
func (f *flow) ineffective(deeds []deed) []place {
	persons := f.all(f.person)
	models := f.all(f.model)
	var out []place
	back := turned(f.acts)
	for _, p := range persons {
		ahead := walk(f.acts, []int{p}, nil)
		behind := walk(back, []int{p}, nil)
		asked := slices.ContainsFunc(models, func(m int) bool { return behind[m] >= 0 })
		if !asked {
			continue // it judges nothing that a model wrote
		}
		for _, d := range deeds {
			how := ""
			switch {
			case ahead[d.model] >= 0 && behind[d.model] < 0:
				how = "regenerated"
			case behind[d.model] >= 0 && ahead[d.action] >= 0:
				how = "bypassed"
			case behind[d.model] >= 0:
				how = "parallel"
			}
			if how != "" && len(out) < maxPlaces {
				out = append(out, place{step: f.steps[p].ID, item: "WF-024:" + how + ":" + f.steps[d.action].ID, path: f.ids(d.path), at: append(f.places(d.path...), f.steps[p].Location)})
			}
		}
		if a, ok := f.unread(p); ok {
			out = append(out, place{step: f.steps[p].ID, item: "WF-024:unread:" + f.steps[a].ID, path: f.ids([]int{p, a}), at: f.places(a, p)})
		}
	}
	return out
}

// unread returns an action that follows an approval whatever the verdict. An approval with one button only does not go on
// without it; one that can also be refused must be followed by a branch that keeps the refused case from the action.
func (f *flow) unread(person int) (action int, found bool) {
	if !asksVerdict(&f.steps[person]) || len(branches(f.branch[person])) > 1 {
		return 0, false
	}
	stop := func(i int) bool { return f.person(i) || f.model(i) || f.sorts(i, person) }
	after := walk(f.acts, []int{person}, stop)
	for i := range f.steps {
		if i != person && after[i] >= 0 && f.action(i) {
			return i, true
		}
	}
	return 0, false
}

// sorts reports whether a decision has a way out on which no action follows before the person is asked again.
func (f *flow) sorts(decision, person int) bool {
	if !f.kind(decision, plumbline.DecisionStep) {
		return false
	}
	names := branches(f.branch[decision])
	if len(names) < 2 {
		return true // the other way out is not connected
	}
	for _, name := range names {
		var starts []int
		for _, b := range f.branch[decision] {
			if b.name == name {
				starts = append(starts, b.to)
			}
		}
		after := walk(f.control, starts, func(i int) bool { return i == person })
		if !slices.ContainsFunc(f.all(f.action), func(a int) bool { return after[a] >= 0 }) {
			return true
		}
	}
	return false
}

func branches(out []branch) []string {
	var names []string
	for _, b := range out {
		if !slices.Contains(names, b.name) {
			names = append(names, b.name)
		}
	}
	return names
}

// asksVerdict reports whether an approval can be answered by more than yes.
func asksVerdict(s *plumbline.Step) bool {
	for pointer, v := range s.Params {
		if strings.HasSuffix(pointer, "/approvalType") && v == "double" || strings.HasSuffix(pointer, "/responseType") && (v == "freeText" || v == "customForm") {
			return true
		}
	}
	return false
}
