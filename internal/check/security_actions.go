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
}

func (in *Input) actions(f *flow, e *emitter) error {
	models := f.all(f.model)
	stop := func(i int) bool { return f.person(i) || f.model(i) }
	free := f.walk(f.acts, models, stop)
	deeds, unclear := f.deeds(free)
	ever := f.walk(f.acts, models, nil)
	reached := int64(len(f.all(func(i int) bool { return ever[i] >= 0 && f.action(i) })))

	tainted := f.walk(f.taint, f.all(f.source), f.guard)
	perhaps := f.walk(f.taint, f.all(func(i int) bool { return f.vouched(i) || f.kind(i, plumbline.OpaqueStep) }), f.guard)
	behind := f.walk(f.acts, f.all(func(i int) bool { return f.model(i) && tainted[i] >= 0 && !f.guard(i) }), stop)
	doubtful := f.walk(f.acts, f.all(func(i int) bool { return f.model(i) && perhaps[i] >= 0 }), stop)

	var acts, chains, tools offenders
	unsure := int64(0)
	for _, d := range deeds {
		told := func(rule string) func() place {
			return func() place {
				path := trail(free, d.action)
				return place{step: f.steps[d.action].ID, item: rule, path: f.ids(path), at: f.places(path...)}
			}
		}
		switch {
		case f.steps[d.action].Effect == plumbline.Executes: // told by security.code
		case f.tool[d.action]:
			tools.add(told("WF-005"))
		default:
			acts.add(told("WF-003"))
		}
		if behind[d.action] >= 0 {
			chains.add(func() place {
				way := trail(behind, d.action)
				path := slices.Concat(trail(tainted, way[0]), way[1:])
				return place{step: f.steps[d.action].ID, item: "WF-004", path: f.ids(path), at: f.places(path...)}
			})
		} else if doubtful[d.action] >= 0 {
			unsure++
		}
	}
	wrong := f.ineffective(deeds, free)
	e.listed("unapproved_actions", acts.found, acts.total, reached, unclear)
	e.listed("unapproved_tools", tools.found, tools.total, reached, 0)
	e.listed("unapproved_chains", chains.found, chains.total, reached, unsure)
	e.listed("ineffective_approvals", wrong.found, wrong.total, int64(len(f.all(f.person))), 0)
	e.census("approved_actions", plumbline.Count, plumbline.Scope{}, float64(reached-int64(len(deeds))), reached)
	e.present("approvals", f, f.all(f.person), len(f.steps))
	return nil
}

// deeds lists the actions that a model reaches with no person on the way, each with the nearest model, and counts the steps reached
// so of which the file does not tell whether they act.
func (f *flow) deeds(free []int) (deeds []deed, unclear int64) {
	model := origins(free)
	for i := range f.steps {
		switch {
		case free[i] < 0 || f.model(i):
		case f.action(i):
			deeds = append(deeds, deed{model[i], i})
		case f.unclear(i):
			unclear++
		}
	}
	return deeds, unclear
}

// ineffective says how approvals fail: one that stands beside or behind the action (parallel), one that a branch leads around
// (bypassed), one after which a model writes anew (regenerated), one whose verdict nobody reads (unread).
func (f *flow) ineffective(deeds []deed, free []int) offenders {
	var out offenders
	acts, control := turned(f.acts), turned(f.control)
	models, actions := f.all(f.model), f.all(f.action)
	for _, p := range f.all(f.person) {
		if f.tool[p] {
			continue // the reviewer of a tool stands on the way to that tool only
		}
		behind := f.walk(acts, []int{p}, nil)
		if !slices.ContainsFunc(models, func(m int) bool { return behind[m] >= 0 }) {
			continue // it judges nothing that a model wrote
		}
		ahead := f.walk(f.acts, []int{p}, nil)
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
			if how != "" {
				out.add(func() place {
					path := trail(free, d.action)
					return place{step: f.steps[p].ID, item: "WF-024:" + how + ":" + f.steps[d.action].ID, path: f.ids(path), at: append(f.places(path...), f.steps[p].Location)}
				})
			}
		}
		if a, ok := f.unread(p, actions, control); ok {
			out.add(func() place {
				return place{step: f.steps[p].ID, item: "WF-024:unread:" + f.steps[a].ID, path: f.ids([]int{p, a}), at: f.places(a, p)}
			})
		}
	}
	return out
}

// unread returns an action that follows an approval whatever the verdict. An approval with one button only does not go on
// without it; one that can also be refused must be followed by a branch that keeps the refused case from the action.
// Control is what runs before what.
func (f *flow) unread(person int, actions []int, control [][]int) (action int, found bool) {
	if !asksVerdict(&f.steps[person]) || branches(f.branch[person]) > 1 {
		return 0, false
	}
	leads := f.walk(control, actions, func(i int) bool { return i == person }) // to an action, without asking this person again
	leads[person] = -1
	stop := func(i int) bool { return f.person(i) || f.model(i) || f.sorts(i, leads) }
	after := f.walk(f.acts, []int{person}, stop)
	for _, i := range actions {
		if i != person && after[i] >= 0 {
			return i, true
		}
	}
	return 0, false
}

// sorts reports whether a decision has a way out that leads to no action.
func (f *flow) sorts(decision int, leads []int) bool {
	if !f.kind(decision, plumbline.DecisionStep) {
		return false
	}
	acts := map[string]bool{}
	for _, b := range f.branch[decision] {
		acts[b.name] = acts[b.name] || leads[b.to] >= 0
	}
	if len(acts) < 2 {
		return true // the other way out is not connected
	}
	for _, does := range acts {
		if !does {
			return true
		}
	}
	return false
}

// branches counts the ways out of a step.
func branches(out []branch) int {
	names := map[string]bool{}
	for _, b := range out {
		names[b.name] = true
	}
	return len(names)
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
