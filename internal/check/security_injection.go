package check

import (
	"github.com/plumbline-project/plumbline"
)

// securityInjection counts the models that text of strangers reaches with no guard on the way (WF-001, WF-002): along
// connections, references, tools and retrieved documents. What enters where callers are known, or at a step of unknown type, widens
// the interval: the definition does not tell whose text it is. That is exposure by structure; whether a model resists what arrives is
// not measured.
func securityInjection() Check {
	return securityCheck("injection", []plumbline.Ref{owasp("LLM01"), {Cite: "MITRE ATLAS AML.T0051, LLM Prompt Injection", URL: "https://atlas.mitre.org/techniques/AML.T0051"}}, (*Input).injection)
}

func (in *Input) injection(f *flow, e *emitter) error {
	models, sources := f.all(f.model), f.all(f.source)
	stop := func(i int) bool { return f.guard(i) || f.model(i) }
	exposed := map[int]bool{}
	direct, indirect := offenders{}, offenders{}
	for _, s := range sources {
		from := f.walk(f.taint, []int{s}, stop)
		to, rule := &indirect, "WF-002"
		if f.steps[s].Kind == plumbline.TriggerStep && f.steps[s].Auth != "" { // mail and feeds are fetched, whoever wrote them
			to, rule = &direct, "WF-001"
		}
		for _, m := range models {
			if m == s || from[m] < 0 {
				continue
			}
			exposed[m] = true
			to.add(func() place {
				path := trail(from, m) // it ends at the first model: what that writes is another matter
				return place{step: f.steps[m].ID, item: rule + ":" + f.steps[s].ID, path: f.ids(path), at: f.places(path...)}
			})
		}
	}
	vouched, opaque := int64(0), int64(0)
	passed := f.walk(f.taint, f.all(f.vouched), stop)
	unknown := f.walk(f.taint, f.all(func(i int) bool { return f.kind(i, plumbline.OpaqueStep) && !f.source(i) }), stop)
	for _, m := range models {
		if !exposed[m] && passed[m] >= 0 {
			vouched++
		}
		if !exposed[m] && unknown[m] >= 0 {
			opaque++
		}
	}
	n := int64(len(models))
	e.census("untrusted_sources", plumbline.Count, plumbline.Scope{}, float64(len(sources)), int64(len(f.steps)))
	e.census("exposed_models", plumbline.Count, plumbline.Scope{}, float64(len(exposed)), n)
	e.listed("direct_injection_paths", direct.found, direct.total, n, vouched)
	e.listed("indirect_injection_paths", indirect.found, indirect.total, n, opaque)
	e.present("guards", f, f.all(f.guard), len(f.steps))
	return nil
}
