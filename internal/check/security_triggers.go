package check

import (
	"slices"

	"github.com/plumbline-project/plumbline"
)

// securityTriggers counts the triggers that anybody may call (WF-015, WF-017), and those from which a model is reached (WF-016).
// Triggers for which the question makes no sense, such as a schedule, are not counted.
func securityTriggers() Check {
	return securityCheck("triggers", []plumbline.Ref{owasp("LLM10"), cwe("306", "Missing Authentication for Critical Function")}, (*Input).triggers)
}

func (in *Input) triggers(f *flow, e *emitter) error {
	asked := f.all(func(i int) bool { return f.kind(i, plumbline.TriggerStep) && f.steps[i].Auth != "" })
	next := f.walk(turned(f.taint), f.all(f.model), nil) // from each step the shortest way to a model
	var open []place
	var reach offenders
	var kept []int
	for _, i := range asked {
		if f.steps[i].Auth != "none" {
			kept = append(kept, i)
			continue
		}
		open = append(open, place{step: f.steps[i].ID, item: "WF-015", at: f.places(i)})
		if next[i] >= 0 {
			reach.add(func() place {
				path := trail(next, i)
				slices.Reverse(path)
				return place{step: f.steps[i].ID, item: "WF-016", path: f.ids(path), at: f.places(path...)}
			})
		}
	}
	n := int64(len(asked))
	e.places("open_triggers", open, n, 0)
	e.listed("open_triggers_to_model", reach.found, reach.total, n, 0)
	e.present("authenticated_triggers", f, kept, int(n))
	return nil
}
