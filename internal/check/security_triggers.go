package check

import "github.com/plumbline-project/plumbline"

// securityTriggers counts the triggers that anybody may call (WF-015, WF-017), and those from which a model is reached (WF-016).
// Triggers for which the question makes no sense, such as a schedule, are not counted.
func securityTriggers() Check {
	return securityCheck("triggers", []plumbline.Ref{owasp("LLM10"), cwe("306", "Missing Authentication for Critical Function")}, (*Input).triggers)
}

func (in *Input) triggers(f *flow, e *emitter) error {
	asked := f.all(func(i int) bool { return f.kind(i, plumbline.TriggerStep) && f.steps[i].Auth != "" })
	var open, reach []place
	var kept []int
	for _, i := range asked {
		if f.steps[i].Auth != "none" {
			kept = append(kept, i)
			continue
		}
		open = append(open, place{step: f.steps[i].ID, item: "WF-015", at: f.places(i)})
		from := walk(f.taint, []int{i}, f.model)
		best := -1
		for _, m := range f.all(f.model) {
			if from[m] >= 0 && (best < 0 || len(trail(from, m)) < len(trail(from, best))) {
				best = m
			}
		}
		if best >= 0 {
			path := trail(from, best)
			reach = append(reach, place{step: f.steps[i].ID, item: "WF-016", path: f.ids(path), at: f.places(path...)})
		}
	}
	n := int64(len(asked))
	e.places("open_triggers", open, n, 0)
	e.places("open_triggers_to_model", reach, n, 0)
	e.present("authenticated_triggers", f, kept, int(n))
	return nil
}
