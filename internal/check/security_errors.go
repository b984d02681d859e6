package check

import (
	"slices"

	"github.com/plumbline-project/plumbline"
)

// securityErrors counts the steps that ask a model or call outside and have no path for a failure (WF-025): no branch, no
// retry, no workflow for errors; and those whose failure is passed on as if it were a result (WF-026).
func securityErrors() Check {
	return securityCheck("errors", []plumbline.Ref{
		cwe("755", "Improper Handling of Exceptional Conditions"),
		{Cite: "OWASP Top 10 for Agentic Applications 2026, ASI08 Cascading Failures", URL: "https://genai.owasp.org/"},
	}, (*Input).failures)
}

func (in *Input) failures(f *flow, e *emitter) error {
	caught := in.errorWorkflow() || len(f.all(f.catches)) > 0
	var open, lost []place
	var retried []int
	n := int64(0)
	for i := range f.steps {
		s := &f.steps[i]
		if !f.callsOut(i) {
			continue
		}
		n++
		if s.Retries > 0 {
			retried = append(retried, i)
		}
		switch {
		case s.OnError == "continue" && !f.looksAtErrors(i):
			lost = append(lost, place{step: s.ID, item: "WF-026", at: f.places(i)})
		case s.OnError == "continue" || s.OnError == "branch" || s.Retries > 0 || caught || f.fails[i]:
		default:
			open = append(open, place{step: s.ID, item: "WF-025", at: f.places(i)})
		}
	}
	e.places("unhandled_failures", open, n, 0)
	e.places("swallowed_failures", lost, n, 0)
	e.present("retried_steps", f, retried, int(n))
	return nil
}

// callsOut reports whether a step by itself asks a model or something outside. Sub-steps fail with the step that they serve.
func (f *flow) callsOut(i int) bool {
	s := &f.steps[i]
	if s.Disabled || f.serves[i] || f.tool[i] || s.Kind == plumbline.TriggerStep || s.Kind == plumbline.PersonStep || s.Kind == plumbline.CodeStep {
		return false
	}
	return f.model(i) || len(s.Endpoints) > 0 || s.Effect == plumbline.Reads || s.Effect.Privileged()
}

// catches reports whether a step is the trigger of an error path for the whole workflow.
func (f *flow) catches(i int) bool {
	return f.kind(i, plumbline.TriggerStep) && slices.Contains([]string{"n8n-nodes-base.errorTrigger"}, f.steps[i].Type)
}

// looksAtErrors reports whether something behind a step that goes on after a failure tells a result from a failure.
func (f *flow) looksAtErrors(i int) bool {
	return slices.ContainsFunc(f.control[i], func(to int) bool {
		return f.kind(to, plumbline.DecisionStep) || f.kind(to, plumbline.GuardStep) || f.kind(to, plumbline.CodeStep)
	})
}
