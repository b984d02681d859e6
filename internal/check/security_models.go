package check

import (
	"github.com/plumbline-project/plumbline"
)

// securityModels counts the models whose name does not fix a version, and those that the definition does not name (WF-028).
func securityModels() Check {
	return securityCheck("models", []plumbline.Ref{owasp("LLM03"), {Cite: "MITRE ATLAS AML.M0023, AI Bill of Materials", URL: "https://atlas.mitre.org/mitigations/AML.M0023"}}, (*Input).models)
}

func (in *Input) models(f *flow, e *emitter) error {
	var named, unnamed, loose, pinned []int
	for i := range f.steps {
		s := &f.steps[i]
		if s.Disabled || f.served[i] && s.Model == "" || s.Kind != plumbline.ModelStep && s.Provider == "" && s.Model == "" {
			continue
		}
		switch {
		case s.Model == "":
			unnamed = append(unnamed, i)
			continue
		case s.Pinned:
			pinned = append(pinned, i)
		default:
			loose = append(loose, i)
		}
		named = append(named, i)
	}
	n := int64(len(named) + len(unnamed))
	e.places("unnamed_models", f.each("WF-028:unnamed", unnamed), n, 0)
	e.places("unpinned_models", f.each("WF-028", loose), n, 0)
	e.present("pinned_models", f, pinned, int(n))
	return nil
}
